"""Evidence and signed sheets on each side's returns, under names that carry its mark."""

from collections.abc import Mapping
from datetime import date

from guandu.files.inspection import check
from guandu.files.kinds import EVIDENCE
from targets.actions import evidence, paper
from targets.models import Evidence, Return, SignedSheet
from targets.queries.paper import code_of
from tests.files.made import pdf
from tests.permissions.sides import Side, keys

DRAFT, FILED, REVIEWED = "2026Q3", "2026Q2", "2025Q4"
SIGNED_ON = date(2026, 7, 9)


def attach(return_: Return, side: Side, period: str) -> Evidence:
    """At the one cell of a draft that is still open."""
    return evidence.attach(return_=return_, code="REV", file=_file(side, period), by=side.filer)


def rows(own: Side, other: Side) -> dict[str, dict[str, str]]:
    sides = {"own": own, "other": other}
    sheets = {name: _signed(side, FILED) for name, side in sides.items()}
    settled = paper.confirm_scan(sheet=_signed(own, REVIEWED), by=own.reviewer)
    return {
        "evidence": keys(_evidence(sides, DRAFT) | {"shut": _evidence(sides, FILED)["own"]}),
        "evidence filed": keys({name: row.attachment for name, row in _evidence(sides, FILED).items()}),
        "evidence of a draft": keys({name: row.attachment for name, row in _evidence(sides, DRAFT).items()}),
        "return to sign": keys({name: side.returns[FILED] for name, side in sides.items()} | {"shut": own.returns[DRAFT]}),
        "signed sheet": keys(sheets | {"shut": settled}),
    }


def more(third: Side) -> None:
    _signed(third, FILED)


def _evidence(sides: Mapping[str, Side], period: str) -> dict[str, Evidence]:
    return {
        name: Evidence.objects.select_related("attachment").get(version__return_of=side.returns[period])
        for name, side in sides.items()
    }


def _signed(side: Side, period: str) -> SignedSheet:
    return_ = side.returns[period]
    return paper.record(
        return_=return_, step="file", signer_name=side.mark("signer"), signed_on=SIGNED_ON,
        code=code_of(return_.filed), file=_file(side, f"scan-{period}"), by=side.filer,
    )  # fmt: skip


def _file(side: Side, text: str):
    return check(pdf(f"({side.name} {text})".encode()), f"{side.mark('proof')}.pdf", EVIDENCE)
