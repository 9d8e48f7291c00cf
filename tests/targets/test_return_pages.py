"""The returns' pages, as a person uses them: list, grid, review bar, and what a browser may send."""

from datetime import date

import pytest
from django.urls import reverse

from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.core import clock
from guandu.web.registry import todos_for
from targets.actions import returns
from targets.models import CellNote, CertifiedValue, Return, ReturnLine, ReturnMove
from tests.targets.factories import (
    ENTRIES,
    make_cast,
    make_cycle,
    make_operator,
    make_park,
    make_person,
    make_reviewer,
)

pytestmark = pytest.mark.django_db

VERBS = ["save", "file", "send-back", "review", "confirm"]


@pytest.fixture
def cast():
    return make_cast()


@pytest.fixture
def sign_in(client):
    def sign_in(user):
        client.force_login(user, backend="guandu.accounts.backends.AccountBackend")
        return client

    return sign_in


def url(return_: Return, verb: str = "") -> str:
    return reverse(f"targets:return-{verb}" if verb else "targets:return", args=[return_.pk])


def typed(return_: Return, **values: str) -> dict[str, str]:
    """What the form posts: every cell, the counters it was rendered with."""
    draft = Return.objects.get(pk=return_.pk).draft
    cells = {f"v-{code}": text for code, text in (ENTRIES | values).items()}
    counter = draft.change_counter if draft else 0
    return cells | {"b-REV": "900", "counter": str(counter), "state": str(return_.version)}


def body(response) -> str:
    return response.content.decode()


def state_of(return_: Return) -> str:
    return Return.objects.get(pk=return_.pk).state


# ---- the line, on pages ----


def test_what_is_saved_is_there_after_a_reload(cast, sign_in):
    return_, client = cast.draft(), sign_in(cast.operator)
    response = client.post(url(return_, "save"), typed(return_), follow=True)
    assert response.redirect_chain == [(url(return_), 302)]
    page = body(client.get(url(return_)))
    assert 'value="1000.00"' in page
    assert 'name="b-REV" value="900.00"' in page
    assert "已保存" in page


def test_a_return_goes_from_form_to_lock(cast, sign_in):
    return_ = cast.draft()
    sign_in(cast.operator).post(url(return_, "file"), typed(return_))
    assert state_of(return_) == "filed"
    sign_in(cast.reviewer).post(url(return_, "review"), {"state": 2, "comment": ""})
    assert state_of(return_) == "reviewed"
    sign_in(cast.office).post(url(return_, "confirm"), {"state": 3, "comment": ""})
    assert state_of(return_) == "locked"
    assert CertifiedValue.objects.current().filter(indicator__code="REV", units=100000).exists()
    page = body(sign_in(cast.operator).get(url(return_)))
    assert "数据订正" in page
    assert "<input" not in page.split('id="sheet-title"')[1].split("</section>")[0]


@pytest.mark.feature("B2")
@pytest.mark.parametrize(
    ("state", "words"),
    [
        ("draft", "演示运营公司P1"),
        ("filed", "包保部门工作人员"),
        ("reviewed", "园区发展办"),
        ("locked", "数据订正"),
    ],
)
def test_the_page_names_who_is_next(cast, sign_in, state, words):
    page = body(sign_in(cast.office).get(url(cast.at(state))))
    assert words in page.split('class="workflow-next"')[1].split("</p>")[0]


def test_comments_on_cells_reach_the_filers_form_at_those_cells(cast, sign_in):
    return_ = cast.filed()
    comments = {"c-REV": "与税收不匹配", "c-FIRMS": "是否含个体户", "c-REV_LEAD": "请核对"}
    sent = {"state": 2, "comment": "三项请核对", **comments}
    sign_in(cast.reviewer).post(url(return_, "send-back"), sent)
    page = body(sign_in(cast.operator).get(url(return_)))
    assert "三项请核对" in page
    for code, text in {"REV": "与税收不匹配", "FIRMS": "是否含个体户", "REV_LEAD": "请核对"}.items():
        row = page.split(f'data-row="{code}"')[1].split("</tr>")[0]
        assert text in row.split('class="cell-comment"')[1]


def test_sending_back_without_a_word_keeps_what_was_typed(cast, sign_in):
    return_ = cast.filed()
    sent = {"state": 2, "comment": " ", "c-REV": "与税收不匹配"}
    response = sign_in(cast.reviewer).post(url(return_, "send-back"), sent)
    assert response.status_code == 422
    page = body(response)
    assert 'href="#comment"' in page
    assert 'value="与税收不匹配"' in page
    assert state_of(return_) == "filed"
    assert not CellNote.objects.exists()


@pytest.mark.feature("B6")
def test_the_reviewer_sees_what_changed_old_to_new(cast, sign_in):
    back = cast.sent_back()
    return_ = returns.save(return_=back, cells={"REV": "1100", "FIRMS": "31"}, by=cast.operator)
    returns.file(return_=return_, by=cast.operator)
    page = body(sign_in(cast.reviewer).get(url(return_)))
    assert "与上次报送的第 1 版相比，2 项不同" in page
    diff = page.split('id="diff-title"')[1].split("</section>")[0]
    assert ("<del>1,000.00</del>" in diff, "<ins>1,100.00</ins>" in diff) == (True, True)
    assert diff.count("<del>") == 2


# ---- what is wrong is said, nothing is lost ----


def test_wrong_cells_are_shown_at_the_field_and_above_with_what_was_typed(cast, sign_in):
    return_ = cast.draft()
    response = sign_in(cast.operator).post(url(return_, "save"), typed(return_, REV="约一千", FIRMS="30.5"))
    assert response.status_code == 422
    page = body(response)
    assert ('href="#v-REV"' in page, 'href="#v-FIRMS"' in page) == (True, True)
    assert 'value="约一千"' in page
    assert "不是数字" in page.split('id="e-REV"')[1].split("</p>")[0]
    assert ReturnLine.objects.get().values == {}


@pytest.mark.feature("B9")
def test_filing_with_a_gap_saves_what_is_there_and_names_the_gap(cast, sign_in):
    return_ = cast.draft()
    response = sign_in(cast.operator).post(url(return_, "file"), typed(return_, FIRMS=""))
    assert response.status_code == 409
    page = body(response)
    assert "请填写入驻企业数；确实为零请填 0。" in page
    assert 'href="#v-FIRMS"' in page
    assert ReturnLine.objects.get().values["REV"] == 100000
    assert state_of(return_) == "draft"


def test_two_clicks_and_the_back_button_file_once(cast, sign_in):
    return_, client = cast.draft(), sign_in(cast.operator)
    sent = typed(return_)
    for _ in range(2):
        response = client.post(url(return_, "file"), sent, follow=True)
    assert response.status_code == 200
    assert "已报送" in body(response)
    assert ReturnMove.objects.filter(verb="file").count() == 1
    assert client.post(url(return_, "save"), typed(return_, REV="1"), follow=True).status_code == 200
    assert ReturnLine.objects.get().values["REV"] == 100000


@pytest.mark.feature("B22")
def test_a_stale_form_lists_the_conflict_by_cell_and_keeps_both(cast, sign_in):
    return_ = cast.draft()
    sent = typed(return_, REV="2000")
    returns.save(return_=return_, cells={"REV": "1500"}, by=make_operator("P1", "operator-2"))
    response = sign_in(cast.operator).post(url(return_, "save"), sent)
    assert response.status_code == 409
    table = body(response).split('id="clash-title"')[1].split("</section>")[0]
    assert ("1,500.00" in table, "2,000.00" in table) == (True, True)
    assert 'name="v-REV" value="2000"' in body(response)
    assert ReturnLine.objects.get().values["REV"] == 150000


# ---- autosave ----


def autosave(client, return_, **fields):
    return client.post(url(return_, "save"), fields, headers={"accept": "application/json"})


def test_autosave_answers_when_what_and_what_the_checks_say(cast, sign_in):
    return_, client = cast.draft(), sign_in(cast.operator)
    answer = autosave(client, return_, **{"v-REV": "10", "v-REV_LEAD": "11", "counter": "0"})
    assert answer.status_code == 200
    data = answer.json()
    assert (data["counter"], data["filled"], len(data["saved_at"])) == (1, 2, 5)
    assert data["cells"]["REV_LEAD"]["errors"] == ["主导产业营业收入不能大于营业收入。"]


def test_autosave_brings_what_somebody_else_stored_meanwhile(cast, sign_in):
    return_, client = cast.draft(), sign_in(cast.operator)
    returns.save(return_=return_, cells={"FIRMS": "12"}, by=make_operator("P1", "operator-2"))
    data = autosave(client, return_, **{"v-REV": "10", "counter": "0"}).json()
    assert data["others"] == {"v-FIRMS": "12"}


def test_autosave_refuses_in_words_by_cell(cast, sign_in):
    return_, client = cast.draft(), sign_in(cast.operator)
    answer = autosave(client, return_, **{"v-REV": "x", "counter": "0"})
    assert (answer.status_code, [key for key, _ in answer.json()["errors"]]) == (422, ["REV"])
    returns.save(return_=return_, cells={"REV": "5"}, by=make_operator("P1", "operator-2"))
    answer = autosave(client, return_, **{"v-REV": "6", "counter": "0"})
    assert answer.status_code == 409
    assert (answer.json()["changes"], answer.json()["counter"]) == ([["营业收入", "5.00", "6.00"]], 1)


# ---- who sees and may do what ----


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("make_stranger", [lambda: make_operator("P9"), lambda: make_reviewer("U-OTHER")])
def test_outside_the_scope_a_return_does_not_exist(cast, sign_in, make_stranger, verb):
    return_, client = cast.filed(), sign_in(make_stranger())
    assert client.get(url(return_)).status_code == 404
    assert client.post(url(return_, verb), {"comment": "x"}).status_code == 404
    assert state_of(return_) == "filed"


@pytest.mark.parametrize("verb", VERBS)
def test_who_only_sees_a_return_is_refused_its_verbs(cast, sign_in, verb):
    return_ = cast.filled() if verb in {"save", "file"} else cast.filed()
    client = sign_in(make_person("street", RoleCode.STREET, ScopeKind.STREET, "U-ST"))
    assert client.get(url(return_)).status_code == 200
    sent = typed(return_) if verb in {"save", "file"} else {"comment": "x"}
    assert client.post(url(return_, verb), sent).status_code == 403
    assert state_of(return_) == return_.state


@pytest.mark.parametrize("verb", VERBS)
def test_nothing_is_done_without_signing_in_or_by_a_link(cast, client, sign_in, verb):
    return_ = cast.filled()
    assert client.post(url(return_, verb), typed(return_)).status_code == 302
    assert sign_in(cast.operator).get(url(return_, verb)).status_code == 405
    assert state_of(return_) == "draft"


def test_a_draft_is_its_filers_own(cast, sign_in):
    return_ = cast.filled(REV="4321.00")
    for user in (cast.reviewer, cast.office):
        page = body(sign_in(user).get(url(return_)))
        assert "4321" not in page
        assert "填报单位还没有报送" in page


def test_an_expert_has_no_returns_page(sign_in):
    expert = make_person("expert", RoleCode.EXPERT, ScopeKind.PARK, "P1")
    assert sign_in(expert).get(reverse("targets:returns")).status_code == 403


# ---- the list ----


def test_the_queue_holds_what_waits_for_this_person(cast, sign_in):
    make_park("P2")
    cast.filed()
    queue = body(sign_in(cast.reviewer).get(reverse("targets:returns"))).split('id="all-title"')[0]
    assert ("演示园区P1" in queue, "演示园区P2" in queue) == (True, False)
    assert "去审核" in queue


def test_the_list_filters_by_state_and_period(cast, sign_in):
    make_park("P2")
    cast.filed("2026Q2")
    make_cycle("2026Q1", cast.template)
    client = sign_in(cast.office)

    def found(query: str) -> list[tuple]:
        rows = client.get(reverse("targets:returns") + query).context["rows"]
        return [(row["return"].park_code, row["return"].cycle.period) for row in rows]

    assert found("?state=filed") == [("P1", "2026Q2")]
    assert found("?period=2026Q1") == [("P1", "2026Q1"), ("P2", "2026Q1")]
    assert len(found("?period=bad&state=bad")) == 4


def test_the_list_says_what_was_filed_late(cast, sign_in):
    with clock.known_demo_date(date(2026, 7, 16)):
        cast.filed("2026Q2")
    assert "逾期报送" in body(sign_in(cast.office).get(reverse("targets:returns")))
    Return.objects.update(filed_on=date(2026, 7, 15))
    assert "逾期报送" not in body(sign_in(cast.office).get(reverse("targets:returns")))


@pytest.mark.parametrize("role", ["operator", "reviewer", "office"])
def test_the_list_asks_the_same_queries_for_one_row_and_for_three(
    cast, sign_in, django_assert_num_queries, django_assert_max_num_queries, role
):
    cast.filed()
    client = sign_in(getattr(cast, role))
    with django_assert_max_num_queries(40) as one:
        client.get(reverse("targets:returns"))
    template = cast.template
    for code in ("P2", "P3"):
        make_park(code)
        make_person(cast.operator.username, RoleCode.OPERATOR, ScopeKind.PARK, code)
    make_cycle("2026Q2", template)
    with django_assert_num_queries(len(one)):
        response = client.get(reverse("targets:returns"))
    assert len(response.context["rows"]) == 3


def test_the_office_confirms_what_it_ticks_and_hears_of_each(cast, sign_in):
    make_park("P2")
    ready = cast.reviewed()
    waiting = Return.objects.get(park_code="P2")
    picks = [f"{ready.pk}:{ready.version}", f"{waiting.pk}:{waiting.version}", "oops"]
    response = sign_in(cast.office).post(reverse("targets:confirm-many"), {"pick": picks}, follow=True)
    page = body(response)
    assert "已确认锁定 1 张报表" in page
    assert "演示园区P2未确认" in page
    assert (state_of(ready), state_of(waiting)) == ("locked", "draft")


def test_a_tick_on_an_out_of_date_page_confirms_nothing(cast, sign_in):
    ready = cast.reviewed()
    sign_in(cast.office).post(reverse("targets:confirm-many"), {"pick": [f"{ready.pk}:{ready.version - 1}"]})
    assert state_of(ready) == "reviewed"


# ---- what the home page is told ----


def test_the_home_page_lists_what_waits(cast):
    return_ = cast.filed()
    [todo] = todos_for(cast.reviewer)
    assert (todo.url, todo.action, todo.due_on) == (url(return_), "去审核", return_.cycle.due_on)
    assert todos_for(cast.operator) == []


def test_many_of_one_kind_are_one_line(cast):
    for code in ("P2", "P3", "P4"):
        make_park(code)
        make_person(cast.operator.username, RoleCode.OPERATOR, ScopeKind.PARK, code)
    make_cycle("2026Q2", cast.template)
    cast.operator.forget_grants()
    [todo] = todos_for(cast.operator)
    assert todo.title == "2026年第二季度4 张报表待填报"


# ---- numbers that no column holds ----


@pytest.mark.parametrize("pick", ["9" * 30, "9" * 30 + ":1", "1:" + "9" * 30, "9" * 5000])
def test_a_pick_beyond_every_number_confirms_nothing(pick, cast, sign_in):
    return_ = cast.reviewed()
    response = sign_in(cast.office).post(reverse("targets:confirm-many"), {"pick": pick}, follow=True)
    assert response.status_code == 200
    assert state_of(return_) == "reviewed"


def test_a_cell_too_long_to_be_a_number_is_named(cast, sign_in):
    return_ = cast.draft()
    response = sign_in(cast.operator).post(url(return_, "save"), typed(return_, REV="9" * 40))
    assert response.status_code == 422
    assert "数字过长，请核对后重填。" in body(response)
