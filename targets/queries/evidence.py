"""The evidence of one version of a return. Grain: one file at one cell; one query."""

from dataclasses import dataclass, field

from guandu.core.digests import digest_of
from targets.models import Evidence, EvidenceSeal, ReturnVersion


@dataclass(frozen=True)
class Evidences:
    """`by_code`: indicator code → its files; "" → those of the return as a whole."""

    by_code: dict[str, list[Evidence]] = field(default_factory=dict)

    def at(self, code: str) -> list[Evidence]:
        return self.by_code.get(code, [])

    @property
    def whole(self) -> list[Evidence]:
        return self.at("")

    @property
    def count(self) -> int:
        return sum(map(len, self.by_code.values()))


def evidences_of(version: ReturnVersion) -> Evidences:
    found: dict[str, list[Evidence]] = {}
    rows = Evidence.objects.filter(version=version).select_related("indicator", "attachment__file")
    for row in rows.order_by("pk"):
        found.setdefault(row.indicator.code if row.indicator else "", []).append(row)
    return Evidences(found)


def evidence_digest(version: ReturnVersion) -> str:
    """Over the names and digests of everything that the version is filed with, cell by cell."""
    rows = Evidence.objects.filter(version=version).values_list(
        "indicator__code", "attachment__name", "attachment__file__digest"
    )
    return digest_of(sorted([code or "", name, digest] for code, name, digest in rows))


def evidence_is_whole(version: ReturnVersion) -> bool:
    """Whether a filed version still has the evidence that it was filed with; one without a seal was filed
    before there were seals."""
    seal = EvidenceSeal.objects.filter(version=version).first()
    return seal is None or seal.digest == evidence_digest(version)
