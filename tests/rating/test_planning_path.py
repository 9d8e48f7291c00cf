"""The cheapest path to a star: against trying everything, and honest where there is none."""

from decimal import Decimal

import pytest

from rating.engine import Facts, Input, load_scheme, numbers, score
from rating.engine.references import NONE
from rating.planning.levers import Lever, between, moved
from rating.planning.model import Model
from rating.planning.path import cheapest_way
from rating.planning.search import Search
from rating.planning.whatif import LeverError, what_if
from tests.rating.engine_schemes import facts, flag_item, flags, group, item, scheme_text
from tests.rating.small_plans import by_brute_force, small_case
from tests.rating.worlds import DRAFT

LEVELS = [
    {"code": "five", "title": "五星级", "stars": "5", "from": "18"},
    {"code": "four", "title": "四星级", "stars": "4", "from": "10"},
    {"code": "none", "title": "未达星级"},
]
STEPS = {"kind": "step", "input": "X", "start": "0", "size": "1", "points": "1"}


def small(*gates, **more):
    groups = [group("G", 20, [item("I", 10, STEPS, floor=0), flag_item("P", 6), flag_item("Q", 4)])]
    inputs = {"X": {"title": "企业数", "unit": "家", "min": "0"}, **flags("P", "Q")}
    sections = {"gates": list(gates)} if gates else {}
    return load_scheme(
        scheme_text(
            groups, inputs=inputs, grades={"inclusive": "lower", "levels": LEVELS}, **sections, **more
        )
    )


def entity(x=4, p=False, q=True) -> Facts:
    return facts(X=x, P=p, Q=q)


def levers(*, x_each="3", p_cost="20", most=6, days=0) -> list[Lever]:
    return [
        Lever("X", Decimal(4), Decimal(1), 0, most, each=Decimal(x_each)),
        Lever("P", False, options=(False, True), fixed=Decimal(p_cost), days=days),
    ]


@pytest.mark.feature("E8")
@pytest.mark.parametrize("block", range(8))
def test_the_paths_cost_is_the_optimum_of_trying_everything(block):
    possible = 0
    for seed in range(block * 20, block * 20 + 20):
        scheme, park, moves = small_case(seed)
        with numbers.exact():
            model = Model(scheme, park, NONE, moves)
            found = Search(model, 0).run()
        if model.left_alone:
            continue
        best = by_brute_force(scheme, park, moves, 0)
        assert (seed, found.cost) == (seed, best)
        if best is not None:
            possible += 1
            assert found.optimal
            after = score(scheme, moved(park, scheme.inputs, found.changes))
            assert after.grade.code == "five"
    assert possible


@pytest.mark.feature("E8")
def test_the_cheaper_of_two_ways_is_taken_and_the_gains_add_up():
    way = cheapest_way(small(), entity(), levers())
    assert [(move.lever.name, move.after, move.cost) for move in way.moves] == [("X", 6, 6)]
    assert way.optimal
    assert (way.after.grade.code, way.after.total) == ("four", 10)
    assert sum(move.gain for move in way.moves) == way.after.total - way.before.total
    dear = cheapest_way(small(), entity(), levers(x_each="30"))
    assert [move.lever.name for move in dear.moves] == ["P"]


@pytest.mark.feature("E8")
def test_a_gate_that_cannot_be_met_is_named():
    gate = {
        "code": "K", "title": "须有旗帜", "kind": "minimum", "missing": "fail", "grades": ["five", "four"],
        "all_of": [{"input": "P", "is": "true"}],
    }  # fmt: skip
    way = cheapest_way(small(gate), entity(), [levers()[0]])
    assert way.state == "impossible"
    assert any("须有旗帜" in reason for reason in way.reasons)


@pytest.mark.feature("E8")
def test_points_that_the_limits_do_not_allow_are_told():
    way = cheapest_way(small(), entity(), [levers(most=1)[0]])
    assert way.state == "impossible"
    assert "总分至多 9 分" in "".join(way.reasons)


@pytest.mark.feature("E8")
def test_what_takes_longer_than_the_deadline_stays_and_is_named():
    way = cheapest_way(small(), entity(), levers(p_cost="1", days=400), deadline=365)
    assert [move.lever.name for move in way.moves] == ["X"]
    assert way.too_slow == ("P",)


@pytest.mark.feature("E8")
def test_an_entity_without_a_score_or_at_the_top_has_no_path():
    scheme = small()
    assert cheapest_way(scheme, entity(x=None), levers()).reasons[0].startswith("指标I缺少数据")
    assert cheapest_way(scheme, entity(x=10, p=True), levers()).state == "there"


@pytest.mark.feature("E8")
def test_where_the_work_is_cut_short_the_bound_is_below_what_was_found():
    scheme = load_scheme(DRAFT.read_text(encoding="utf-8"))
    park, moves = _draft_case(scheme)
    whole = cheapest_way(scheme, park, moves, target="five")
    assert whole.optimal
    short = cheapest_way(scheme, park, moves, target="five", most_nodes=250)
    assert not short.optimal
    assert short.bound <= whole.cost
    assert short.state in ("open", "found")
    assert short.state == "open" or short.cost >= whole.cost


@pytest.mark.feature("E8")
def test_the_districts_draft_has_a_path_that_gives_the_star():
    scheme = load_scheme(DRAFT.read_text(encoding="utf-8"))
    park, moves = _draft_case(scheme)
    way = cheapest_way(scheme, park, moves, target="four")
    assert way.optimal
    assert score(scheme, moved(park, scheme.inputs, {m.lever.name: m.after for m in way.moves})) == way.after
    assert way.after.grade.stars == 4
    # 主导产业占比 is a gate of four stars: REV_LEAD reaches 60 % exactly, not a hundredth more.
    assert {m.lever.name: m.after for m in way.moves}["REV_LEAD"] == 720000


def _draft_case(scheme) -> tuple[Facts, list[Lever]]:
    values = {
        "REV": ("1200000", "万元"), "REV_LEAD": ("680000", "万元"), "TAX": ("4250", "万元"), "AREA_BUILT": ("45000", "平方米"),
        "AREA_LET": ("25000", "平方米"), "FIRMS": ("130", "家"), "SERVICE_FIRMS": ("14", "家"), "FIRMS_ABOVE": ("21", "家"),
        "reg.hitech_firms": ("3", "家"), "reg.sme_titles": ("2", "家"), "reg.late_returns": ("1", "次"),
    }  # fmt: skip
    inputs = {code: Input(Decimal(value), unit) for code, (value, unit) in values.items()}
    inputs |= {"attr.has_service_station": Input(False), "attr.has_one_stop": Input(False)}
    park = Facts(
        "P", "某园", "2026Q3", attributes={"attr.park_type": "DIG", "attr.carrier": "building"}, inputs=inputs
    )
    costs = {
        "REV_LEAD": ("1200000", "0.005"), "AREA_LET": ("40000", "0.05"), "FIRMS_ABOVE": ("60", "30"),
        "reg.hitech_firms": ("30", "40"), "reg.sme_titles": ("20", "35"),
    }  # fmt: skip
    moves = []
    for name, (high, each) in costs.items():
        now = inputs[name].value
        size, least, most = between(scheme.inputs[name], now, now, Decimal(high))
        moves.append(Lever(name, now, size, least, most, each=Decimal(each)))
    for name, cost in (("attr.has_service_station", 50), ("attr.has_one_stop", 80)):
        moves.append(Lever(name, False, options=(False, True), fixed=Decimal(cost)))
    moves.append(Lever("SERVICE_FIRMS", Decimal(14), Decimal(1), -14, 0, each=Decimal(5)))
    return park, moves


@pytest.mark.feature("E8")
def test_what_if_says_item_by_item_what_becomes_of_the_score():
    scheme = small()
    found = what_if(scheme, entity(), {"X": Decimal(6), "P": True})
    assert {leaf.after.code: leaf.change for leaf in found.leaves} == {"I": 2, "P": 6, "Q": 0}
    assert found.change == found.after.total - found.before.total == 8
    assert found.after == score(scheme, moved(entity(), scheme.inputs, {"X": Decimal(6), "P": True}))
    assert [(spec.name, now, then) for spec, now, then in found.changes] == [("X", 4, 6), ("P", False, True)]
    assert found.steps == 0


def test_what_if_refuses_what_the_scheme_does_not_admit():
    scheme = small()
    for changes in ({"X": Decimal(-1)}, {"X": True}, {"Z": Decimal(1)}, {"X": Decimal("0.0000001")}):
        with pytest.raises(LeverError):
            what_if(scheme, entity(), changes)
    # What is missing may be given a value.
    assert what_if(scheme, entity(x=None), {"X": Decimal(3)}).after.status == "scored"
