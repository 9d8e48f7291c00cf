"""Opening returns: the 200 lines of one version as values by indicator code."""

from scripts.bench.harness import Case
from scripts.bench.tables import JSONB, LONG, SLOTS, TEXT, load_lines, read_lines, rewrite_lines
from scripts.bench.world import LINES_PER_PARK

OPENED = 20  # returns per run: one alone is over in less than the clock's noise


class OpenReturn(Case):
    name = "page"
    title = f"fetch {OPENED} returns of {LINES_PER_PARK} lines, one after another"
    floor = "slot columns"
    others = ("jsonb", "json text", "row per value")
    designs = {"slot columns": SLOTS, "jsonb": JSONB, "json text": TEXT, "row per value": LONG}

    def prepare(self) -> int:
        load_lines(self.world)
        return OPENED * LINES_PER_PARK

    def mutate(self, round_number: int) -> None:
        quarter = self.world.last_quarter
        parks = self.world.random.integers(0, len(self.world.parks), OPENED).tolist()
        changed = sorted({park * LINES_PER_PARK + 3 for park in parks})
        self.world.change_lines(quarter, changed)
        rewrite_lines(self.world, quarter, changed)
        self.opened = [park * LINES_PER_PARK for park in parks]

    def oracle(self) -> list[dict]:
        quarter = self.world.last_quarter
        return [
            {
                (self.world.version_id(quarter, firm), firm + 1): self.world.cells(quarter, firm)
                for firm in range(first, first + LINES_PER_PARK)
            }
            for first in self.opened
        ]

    def run(self, candidate: str) -> list[dict]:
        design = self.designs[candidate]
        versions = [self.world.version_id(self.world.last_quarter, first) for first in self.opened]
        return [read_lines(self.world, design, design, "version_id = %s", (version,)) for version in versions]
