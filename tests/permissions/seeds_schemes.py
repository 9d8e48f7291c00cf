"""Schemes: the draft in use, one that waits to be issued, one that is over; a trial of them; who has which."""

from datetime import date
from pathlib import Path

from django.conf import settings

from guandu.accounts.roles import RoleCode
from guandu.core.periods import Period
from guandu.jobs.models import Job
from guandu.jobs.worker import run
from rating.actions import schemes, simulations
from rating.enums import SIMULATION_JOB
from rating.models import Scheme
from tests.permissions.sides import NONE, People, keys

Q3 = Period.parse("2026Q3")


def draft() -> str:
    path = Path(settings.BASE_DIR) / "rating" / "reference" / "district-draft.yaml"
    return path.read_text(encoding="utf-8")


def version(number: int) -> str:
    """The same as it would be issued, under another version."""
    return draft().replace("version: 2026-draft-2", f"version: 2026-{number}").replace("status: 试行草案", "status: 印发")


def rows(people: People) -> dict[str, dict[str, str]]:
    office = people[RoleCode.OFFICE]
    used = Scheme.objects.newest().get()
    fresh, over = (schemes.receive(text=version(number), by=office)[0] for number in (1, 2))
    schemes.retire(scheme=over, because="改用新版本", by=office)
    tried = simulations.ask(before=used, after=fresh, period=Q3, by=office)
    # This one only: others wait for the tests.
    run(Job.objects.get(kind=SIMULATION_JOB, key=tried.key).pk)
    lines = {
        case: schemes.assign(
            scheme_code=used.code, carrier="building", chain_code=chain, on=date(2026, 1, 1), by=office
        )
        for case, chain in (("own", "DIG"), ("shut", "CUL"))
    }
    schemes.unassign(scope=lines["shut"], on=date(2026, 2, 1), by=office)
    return {
        "scheme": keys({"own": used}) | NONE,
        "scheme to issue": keys({"own": fresh, "shut": over}) | NONE,
        "scheme's scope": keys(lines) | NONE,
        "simulation": keys({"own": tried}) | NONE,
    }
