"""`python -m scripts.bench`: start a private PostgreSQL, build the district, measure every case."""

import argparse
import sys
import time

from scripts.bench.cases import CASES
from scripts.bench.harness import PATIENCE, ROUNDS, WrongAnswer, measure
from scripts.bench.memory import peak_table
from scripts.bench.orm import stop_orm
from scripts.bench.report import heading, outcome_table, size_table
from scripts.bench.server import private_server
from scripts.bench.sizes import storage_sizes
from scripts.bench.world import World, build
from scripts.console import told


def main() -> int:
    options = _options()
    started = time.monotonic()
    with private_server() as url:
        world = build(url, options.scale)
        try:
            _run(world, options)
        except WrongAnswer as wrong:
            print(wrong, file=sys.stderr)
            return 1
        finally:
            world.connection.close()
            stop_orm()
    print(f"\n{time.monotonic() - started:.0f} s in all")
    return 0


def _run(world: World, options: argparse.Namespace) -> None:
    print(heading(world, options.rounds))
    if "size" in options.cases:
        print(size_table(storage_sizes(world)), flush=True)
    for case in CASES:
        if case.name in options.cases:
            outcome = measure(case(world), options.rounds, options.slow, options.patience)
            print(outcome_table(outcome), flush=True)
            if options.memory:
                print(peak_table(outcome.case, [timing.candidate for timing in outcome.timings]), flush=True)


def _options() -> argparse.Namespace:
    names = ["size", *(case.name for case in CASES)]
    parser = argparse.ArgumentParser(prog="python -m scripts.bench", description=__doc__)
    parser.add_argument(
        "cases", nargs="*", metavar="case", help=f"which cases, by default all: {' '.join(names)}"
    )
    parser.add_argument(
        "--scale", type=float, default=1.0, help="1 is the district: 100 parks, 20,000 firm lines"
    )
    parser.add_argument(
        "--rounds", type=int, default=ROUNDS, help=f"counted rounds, at least {ROUNDS} for a verdict"
    )
    parser.add_argument("--memory", action="store_true", help="also the peak memory of each candidate")
    parser.add_argument("--slow", action="store_true", help="also the candidates that take minutes")
    parser.add_argument(
        "--patience",
        type=float,
        default=PATIENCE,
        metavar="SECONDS",
        help=f"an inconclusive case is measured again if it took less than this (default {PATIENCE:.0f})",
    )
    options = parser.parse_args()
    options.cases = options.cases or names
    unknown = set(options.cases) - set(names)
    if unknown:
        parser.error(f"unknown case {', '.join(sorted(unknown))}; there are {' '.join(names)}")
    return options


if __name__ == "__main__":
    told(main)
