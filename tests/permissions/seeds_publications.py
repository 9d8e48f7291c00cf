"""Publications of the sides' figures: one that every reader of figures may open, and one that the office took for a
rating; and a client to whom everything is given."""

from datetime import date

from guandu.accounts.models import User
from guandu.accounts.roles import RoleCode
from guandu.core import clock
from guandu.core.periods import Period
from targets.models import Disclosure, Indicator, Publication, PublishedFigure
from targets.queries.publishing import figures_of, frozen_rows
from tests.factories import make_figure, make_user
from tests.permissions.sides import NONE, People, Side, keys

Q3 = Period.parse("2026Q3")


def rows(own: Side, other: Side, people: People) -> dict[str, dict[str, str]]:
    # A period that nothing is published of yet.
    make_figure(Indicator.objects.get(code="REV"), "2026H1", value="3")
    office = people[RoleCode.OFFICE]
    made = {
        "own": _published("flash", office, own.mark("edition")), "other": _published("rating", office, other.mark("edition"))
    }  # fmt: skip
    spare = make_user(RoleCode.API_CLIENT, username="m-client")
    given = {
        "client": people[RoleCode.API_CLIENT], "reason": "按协议接收", "given_by": office.name, "given_at": clock.now(),
        "valid_from": date(2026, 1, 1),
    }  # fmt: skip
    return {
        "publication": keys(made),
        "client to be given all": {"own": str(spare.pk)} | NONE,
        "targets/disclosure": {"own": str(Disclosure.objects.create(**given).pk)} | NONE,
    }


def _published(kind: str, office: User, note: str) -> Publication:
    """What the figures were a while ago: since then each has been reported once more."""
    made = Publication.objects.create(
        kind=kind, period=Q3.code, note=note, issued_by=office.name, issued_unit=office.unit.name, issued_on=clock.today(),
        issued_at=clock.now(),
    )  # fmt: skip
    frozen = [{**row, "reported": 0} for row in frozen_rows(figures_of(Q3))]
    PublishedFigure.objects.bulk_create(
        PublishedFigure(publication=made, position=position, **row) for position, row in enumerate(frozen, start=1)
    )
    Publication.objects.filter(pk=made.pk).update(digest=f"{kind}digest", row_count=len(frozen))
    return made
