"""A bureau's return on each side: a draft whose rosters may be matched, and one filed with what was found."""

from guandu.accounts.models import User
from guandu.files.inspection import check
from guandu.files.kinds import XLSX
from targets.actions import matches, returns
from targets.actions.cycles import open_cycle
from targets.models import Indicator, Return
from targets.queries.match_rosters import Fed, issued_of, rosters_of
from tests.factories import make_template
from tests.permissions.sides import Side, keys
from tests.targets.layouts import make_book

DRAFT, FILED = "2024Q2", "2024Q1"


def rows(own: Side, other: Side, indicator: Indicator, office: User) -> dict[str, dict[str, str]]:
    made = {side.name: _made(side, indicator, office) for side in (own, other)}
    filed = {name: pair[FILED] for name, pair in made.items()}
    files = {name: return_.filed.matches.first().file for name, return_ in filed.items()}
    return {
        "return to match": keys({name: pair[DRAFT] for name, pair in made.items()} | {"shut": filed["own"]}),
        "return matched": keys(filed),
        "file of matched rosters": keys(files),
    }


def _made(side: Side, indicator: Indicator, office: User) -> dict[str, Return]:
    """Every firm of the world waits for its code: the rosters are empty, and so is what was found."""
    form = make_template(
        indicator, code=f"MATCH-{side.name}", name="部门反馈表", route=[{"step": "confirm"}], lines_kind="park",
        subject_kind="district", filer=side.reviewer.unit,
    )  # fmt: skip
    form.cells.update(of_lines=True, is_required=False)
    found = {period: open_cycle(template=form, period=period, by=office).returns.get() for period in (DRAFT, FILED)}
    rosters = rosters_of(found[FILED])
    # As it comes back with the rosters taken out: what is asked here is who may fetch it.
    file = check(make_book({"A1": "汇总回填"}), f"{side.mark('matchfile')}.xlsx", (XLSX,))
    fed = [Fed(side.park.code, 0, 0, {})]
    matches.match(return_=found[FILED], rows=fed, issued=issued_of(rosters), file=file, by=side.reviewer)
    return found | {FILED: returns.file(return_=Return.objects.get(pk=found[FILED].pk), by=side.reviewer)}
