"""The demonstration's story on an empty database, its last two quarters only."""

from io import StringIO

from django.core.management import call_command

FIRST, NOW = "2026Q2", "2026Q3"


def seed_story() -> str:
    """Load plan, standards, scheme and story as `make run` does, from FIRST on; what the commands said."""
    said = StringIO()
    call_command("load_plan", stdout=said)
    call_command("load_standards", stdout=said)
    call_command("load_scheme", stdout=said)
    call_command("seed_demo", first=FIRST, stdout=said)
    return said.getvalue()
