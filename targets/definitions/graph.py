"""Which indicators a definition reads, and in which order they are to be computed."""

from collections.abc import Collection, Iterator, Mapping

from targets.checks.expressions import parsed

DEEPEST = 8
_NAMED = ("num", "den", "of", "weight")


def operands(definition: Mapping) -> list[str]:
    """The codes that a definition reads, each once."""
    if definition.get("op") == "formula":
        texts = [definition[side] for side in ("num", "den") if definition.get(side)]
        return list(dict.fromkeys(code for text in texts for code in parsed(text).codes))
    named = [definition[key] for key in _NAMED if isinstance(definition.get(key), str)]
    by_type = definition.get("map")
    return list(dict.fromkeys([*named, *(by_type.values() if isinstance(by_type, Mapping) else ())]))


def ordered(graph: Mapping[str, Collection[str]]) -> tuple[list[str], list[str]]:
    """(codes so that each comes after what it reads, codes that stand in a circle or read one). What a code reads
    and `graph` has not is passed over."""
    done: dict[str, None] = {}
    waiting = dict(graph)
    while ready := [code for code, reads in waiting.items() if all(r in done or r not in graph for r in reads)]:
        for code in ready:
            done[code] = None
            del waiting[code]
    return list(done), list(waiting)


def circle(graph: Mapping[str, Collection[str]]) -> list[str]:
    """One circle of codes, its first code again at the end; empty where there is none."""
    _, caught = ordered(graph)
    if not caught:
        return []
    path = [caught[0]]
    while path[-1] not in path[:-1]:
        path.append(next(read for read in graph[path[-1]] if read in caught))
    return path[path.index(path[-1]) :]


def depths(graph: Mapping[str, Collection[str]]) -> dict[str, int]:
    """How many definitions stand on each other below each code. Of a graph without circles."""
    found: dict[str, int] = {}
    for code in ordered(graph)[0]:
        found[code] = 1 + max((found.get(read, 0) for read in graph[code]), default=-1)
    return found


def graph_errors(graph: Mapping[str, Collection[str]], names: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(code, sentence) of a circle, or of a definition that stands too deep."""
    if found := circle(graph):
        way = " → ".join(f"“{names.get(code, code)}”" for code in found)
        yield found[0], f"计算方法互相引用：{way}，请改正其中一个指标的算法。"
        return
    for code, depth in depths(graph).items():
        if depth > DEEPEST:
            yield code, f"“{names.get(code, code)}”的计算方法套了 {depth} 层，最多 {DEEPEST} 层，请改用更直接的算法。"
