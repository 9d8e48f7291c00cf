"""Gates that join, exempt, give, cap and note."""

from decimal import Decimal as D

import pytest

from rating.engine import Record, SchemeError, score
from tests.rating.outcomes import entity, gate, grade_of, scheme_of

pytestmark = [pytest.mark.feature("E1"), pytest.mark.once]


FLAGGED = [{"input": name, "is": "true"} for name in "PQR"]


@pytest.mark.parametrize(
    ("p", "q", "r", "code", "confirmed"),
    [
        (True, True, False, "five", True),
        (True, True, True, "five", True),
        (True, False, False, "none", True),
        (True, True, None, "five", True),
        (True, None, False, "five", False),
        (None, False, False, "none", True),
    ],
)
def test_k_of_n(p, q, r, code, confirmed):
    scheme = scheme_of(gate("prerequisite", at_least_of={"count": "2", "of": FLAGGED}))
    grade = grade_of(scheme, x=90, **{k: v for k, v in {"P": p, "Q": q, "R": r}.items() if v is not None})
    assert (grade.code, grade.confirmed) == (code, confirmed)


def test_groups_of_conditions_may_stand_in_one_another():
    must = {"all_of": [FLAGGED[0], {"any_of": FLAGGED[1:]}]}
    scheme = scheme_of(gate("prerequisite", **must))
    assert grade_of(scheme, x=90, P=True, Q=False, R=True).code == "five"
    assert grade_of(scheme, x=90, P=True, Q=False, R=False).code == "none"
    sentence = score(scheme, entity(90, P=True, Q=False, R=False)).gates[0].sentence
    assert "以下任一项满足（Q为“是”：否；R为“是”：否）：满足 0 项" in sentence


@pytest.mark.parametrize(
    ("flag", "x", "code"), [(True, 10, "four"), (True, 90, "five"), (False, 10, "none"), (None, 90, "five")]
)
def test_a_direct_pass_raises_and_never_lowers(flag, x, code):
    scheme = scheme_of(gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}]))
    grade = grade_of(scheme, x=x, **({} if flag is None else {"P": flag}))
    assert grade.code == code


def test_an_unknown_direct_pass_leaves_a_lower_grade_unconfirmed():
    scheme = scheme_of(gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}]))
    assert not grade_of(scheme, x=10).confirmed
    assert grade_of(scheme, x=90).confirmed


def test_a_veto_outranks_a_direct_pass():
    direct = gate("direct", grade="four", any_of=[{"input": "P", "is": "true"}])
    veto = gate("veto", any_of=[{"input": "Q", "is": "true"}]) | {"code": "V"}
    scheme = scheme_of(direct, veto)
    assert grade_of(scheme, x=10, P=True, Q=True).code == "none"
    assert grade_of(scheme, x=10, P=True, Q=False).code == "four"


@pytest.mark.parametrize(("q", "code", "title"), [(True, "unrated", "不参评"), (False, "five", "五星级")])
def test_a_veto_may_fix_the_outcome(q, code, title):
    grade = grade_of(
        scheme_of(gate("veto", grade="unrated", any_of=[{"input": "Q", "is": "true"}])), x=90, Q=q
    )
    assert (grade.code, grade.title) == (code, title)


@pytest.mark.parametrize(("flag", "code"), [(True, "three"), (False, "five")])
def test_a_cap_lets_nothing_above(flag, code):
    scheme = scheme_of(gate("cap", grade="three", any_of=[{"input": "FLAG", "is": "true"}]))
    assert grade_of(scheme, x=90, FLAG=flag).code == code
    assert grade_of(scheme, x=10, FLAG=flag).code == "none"


@pytest.mark.parametrize(
    ("opened", "flag", "code", "status"),
    [
        ("2024-12-31", False, "five", "passed"),
        ("2025-01-01", False, "unrated", "failed"),
        ("2025-01-01", True, "five", "exempt"),
        ("2025-01-01", None, "five", "pending"),
    ],
)
def test_eligibility_by_age_with_an_exemption(opened, flag, code, status):
    scheme = scheme_of(
        gate(
            "eligibility",
            grade="unrated",
            all_of=[{"input": "age", "at_least": "2"}],
            unless={"input": "FLAG", "is": "true"},
        )
    )
    result = score(scheme, entity(90, opened=opened, **({} if flag is None else {"FLAG": flag})))
    assert (result.grade.code, result.gates[0].status) == (code, status)


def past(*rows) -> list[Record]:
    return [
        Record({"year": D(year), "last": None if last is None else D(last), "filed": filed})
        for year, last, filed in rows
    ]


@pytest.mark.parametrize(
    ("rows", "noted"),
    [
        ([(2026, 5, True), (2024, 1, True)], True),
        ([(2026, 5, True), (2024, 6, True)], False),
        ([(2026, 5, True), (2023, 1, True)], False),
        ([], False),
    ],
)
def test_a_history_of_last_places_is_noted_and_takes_no_grade(rows, noted):
    scheme = scheme_of(gate("notice", grade="warned", any_of=[{"input": "in_last_five", "at_least": "2"}]))
    grade = grade_of(scheme, x=90, past=past(*rows))
    assert (grade.code, bool(grade.notices)) == ("five", noted)
    assert ("另有预警：门槛" in grade.sentence) == noted


@pytest.mark.parametrize(
    ("rows", "code"),
    [([(2026, 9, False), (2025, 9, False)], "three"), ([(2026, 9, False), (2025, 9, True)], "five")],
)
def test_two_silent_years_running_cap_the_grade(rows, code):
    scheme = scheme_of(gate("cap", grade="three", any_of=[{"input": "silent", "at_least": "2"}]))
    assert grade_of(scheme, x=90, past=past(*rows)).code == code


def test_a_gate_may_ask_for_the_total():
    scheme = scheme_of(gate("cap", grade="four", any_of=[{"total": "total", "less_than": "95"}]))
    assert [grade_of(scheme, x=x).code for x in (90, 94, 95)] == ["four", "four", "five"]


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (gate("direct", any_of=[FLAGGED[0]]), "direct 须写明等级或结果"),
        (gate("direct", grade="six", any_of=[FLAGGED[0]]), "“six”不可用"),
        (gate("cap", grade="unrated", any_of=[FLAGGED[0]]), "“unrated”不可用"),
        (gate("eligibility", grade="five", all_of=[FLAGGED[0]]), "“five”不可用"),
        (gate("prerequisite"), "须写明条件"),
        (gate("prerequisite", all_of=[FLAGGED[0]], any_of=[FLAGGED[0]]), "不能与 all_of 同时写"),
        (gate("prerequisite", at_least_of={"count": "4", "of": FLAGGED}), "应为 0 至 3 的整数"),
        (gate("prerequisite", at_least_of={"count": "0", "of": FLAGGED}), "至少为 1"),
    ],
)
def test_gates_that_make_no_sense_are_refused(bad, message):
    with pytest.raises(SchemeError) as refusal:
        scheme_of(bad)
    assert message in str(refusal.value)
