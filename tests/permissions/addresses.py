"""One address, or one for each object in question, of every route of the portal."""

import re
from collections.abc import Iterator
from functools import cache

from tests.permissions.matrix import Expected, expectations, paths, routes
from tests.permissions.world import World

SHOWN = ("any", "own", "other")


@cache
def expected_answers() -> dict[str, Expected]:
    """The matrix, read once."""
    return expectations()


def addresses(world: World) -> Iterator[tuple[str, str]]:
    """(route, path), over objects that there are. A route that the matrix has no word for yet is asked
    with 1 in place of its keys."""
    expected = expected_answers()
    for route in sorted(routes()):
        if route not in expected:
            yield route, "/" + re.sub(r"<\w+>", "1", route)
            continue
        for case, path in paths(expected[route], world).items():
            if case in SHOWN:
                yield route, path
