"""临时调度表: who may be asked, what is answered and until when, chasing, closing, and once is once."""

from datetime import UTC, datetime, timedelta

import pytest

from guandu.accounts.models import Unit
from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from guandu.files.models import Attachment
from guandu.notices.models import Message
from targets.actions import dispatch, dispatch_answers
from targets.dispatch_layout import Layout
from targets.enums_dispatch import DispatchState
from targets.models import DispatchReceiver, DispatchTable, Figure
from targets.queries.dispatch import board, left_words, offered_to, ready_text, waiting
from targets.queries.dispatch_books import bytes_of
from targets.queries.locks import moment
from tests.factories import shanghai
from tests.targets.dispatched import GOOD, filed, in_days, made, office_book, receiver_of, sent
from tests.targets.factories import (
    make_leader_person,
    make_office,
    make_operator,
    make_park,
    make_person,
    make_reviewer,
    make_street_person,
    make_task_force,
    make_unit,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder_of_this_test(settings, tmp_path):
    settings.FILES_DIR = tmp_path / "files"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def park():
    return make_park()


@pytest.fixture
def operator(park):
    return make_operator()


def at(monkeypatch, moment: datetime) -> None:
    monkeypatch.setattr(clock, "now", lambda: moment)


# Sending


def test_it_waits_at_each_receiver_with_a_message(office, park, operator):
    street, street_person = make_unit("U-ST", Unit.Kind.STREET), make_street_person()
    table = sent(office, park, street)
    assert [each.name for each in table.receivers.all()] == ["U-ST单位", "演示园区P1"]
    assert [each.name for each in waiting(operator)] == ["演示园区P1"]
    assert [each.name for each in waiting(street_person)] == ["U-ST单位"]
    message = Message.objects.get(recipient=operator)
    assert message.title == f"请于{moment(table.due_at)}前填报《园区重点项目周调度表》"
    assert "联系人：王科" in message.text
    assert message.url == f"/dispatch/answers/{receiver_of(table, park).pk}/"


def test_what_is_answered_is_no_figure(office, park, operator):
    filed(sent(office, park), park, operator)
    assert not Figure.objects.exists()


@pytest.mark.parametrize(
    ("maker", "kind", "code"),
    [
        (lambda: make_reviewer("U-DEP"), Unit.Kind.DEPARTMENT, "U-DEP"),
        (lambda: make_task_force("DIG"), Unit.Kind.TASK_FORCE, "U-TF-DIG"),
        (lambda: make_street_person("U-ST"), Unit.Kind.STREET, "U-ST"),
    ],
)
def test_units_answer_for_themselves_and_not_for_their_parks(office, park, maker, kind, code):
    person, unit = maker(), make_unit(code, kind)
    table = sent(office, park, unit)
    assert [each.name for each in waiting(person)] == [unit.name]
    assert filed(table, unit, person).state == "filed"
    with pytest.raises(NotAllowed):
        filed(table, park, person)


def test_nobody_sees_what_another_receiver_answered(office, park, operator):
    other, foreign = make_park("P2"), make_operator("P2")
    table = sent(office, park, other)
    filed(table, park, operator)
    filed(table, other, foreign)
    for person, name in ((operator, "演示园区P1"), (foreign, "演示园区P2")):
        assert [each.name for each in DispatchReceiver.objects.visible_to(person)] == [name]
        assert not DispatchTable.objects.visible_to(person).exists()
    for person in (make_street_person(), make_reviewer(), make_task_force(), make_leader_person()):
        assert not DispatchReceiver.objects.visible_to(person).exists()
    assert DispatchReceiver.objects.visible_to(office).count() == 2


def test_the_unit_that_sends_and_the_office_see_all_of_it_and_no_other_unit_does(office, park):
    sender, colleague = make_reviewer(), make_reviewer(username="colleague")
    stranger = make_reviewer("U-OTHER")
    table = sent(sender, park)
    for person, sees in ((sender, True), (colleague, True), (office, True), (stranger, False)):
        assert DispatchTable.objects.visible_to(person).exists() is sees
        assert DispatchReceiver.objects.visible_to(person).exists() is sees
    with pytest.raises(NotAllowed):
        dispatch.close(table=table, by=stranger)


@pytest.mark.parametrize("maker", [make_reviewer, make_task_force])
def test_departments_and_task_forces_ask_their_own_parks_only(park, maker):
    person = maker()
    far = make_park("FAR", department="U-FAR", chain="CUL")
    offered = offered_to(person)
    assert ([each.code for each in offered.parks], offered.units) == (["P1"], ())
    assert sent(person, park).state == DispatchState.SENT
    for wrong in ([far], [make_unit("U-ST", Unit.Kind.STREET)]):
        with pytest.raises(NotAllowed, match="只能发给本单位包保或本产业链的园区"):
            sent(person, *wrong)


@pytest.mark.parametrize("maker", [make_operator, make_street_person, make_leader_person])
def test_others_send_nothing(park, maker):
    with pytest.raises(NotAllowed):
        made(maker())


def test_whole_sides_are_picked_at_once_and_nobody_twice(office, park):
    make_park("P2"), make_park("P3", chain="CUL", street="U-ST2")
    offered = offered_to(office)
    codes = [code for code, _, _ in offered.groups]
    assert {"unit:street", "unit:department", "unit:task_force", "park", "chain:DIG", "street:U-ST2"} <= set(codes)
    units, parks = offered.expand(["unit:street", "chain:DIG"], ["U-ST"], ["P1", "P3"])
    assert ([each.code for each in units], [each.code for each in parks]) == (["U-ST", "U-ST2"], ["P3", "P1", "P2"])


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"parks": []}, "receivers", "请选择由谁填报。"),
        ({"due_at": None}, "due_at", "请填写报送截止的日期和时间。"),
        ({"due_at": shanghai(2020, 1, 1, 18)}, "due_at", "2020年1月1日18:00已经过去，请改为以后的时间。"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_sent(office, park, values, field, sentence):
    given = {"units": [], "parks": [park], "due_at": in_days(1), "takes_many": False, "instructions": "", "contact": ""}
    with pytest.raises(Invalid) as refused:
        dispatch.send(table=made(office), by=office, **{**given, **values})
    assert refused.value.errors == ((field, sentence),)
    assert not DispatchReceiver.objects.exists()
    assert not Message.objects.exists()


def test_columns_are_corrected_before_it_is_sent_and_not_after(office, park):
    table = made(office)
    stored = table.stored_layout
    wrong = Layout.from_dict({**stored, "columns": [{**each, "kind": "choice"} for each in stored["columns"]]})
    with pytest.raises(Invalid) as refused:
        dispatch.shape(table=table, layout=wrong, by=office)
    assert refused.value.errors[0] == ("A", "A 列是选项，请写出至少两个可选内容，用顿号分开。")
    renamed = Layout.from_dict({**stored, "columns": [{**stored["columns"][2], "title": "项目"}]})
    assert dispatch.shape(table=table, layout=renamed, by=office).layout.columns[0].title == "项目"
    sent(office, park, table=table)
    with pytest.raises(NotReady, match="已下发，不能再改"):
        dispatch.shape(table=table, layout=renamed, by=office)
    with pytest.raises(NotReady):
        sent(office, park, table=table)


def test_two_columns_cannot_both_name_the_receiver(office):
    table = made(office)
    columns = [{**each, "kind": "receiver" if each["letter"] in "BC" else each["kind"]} for each in table.stored_layout["columns"]]
    with pytest.raises(Invalid) as refused:
        dispatch.shape(table=table, layout=Layout.from_dict({**table.stored_layout, "columns": columns}), by=office)
    assert refused.value.errors == (("C", "B、C 列都设成了填报单位（自动），只能留一列。"),)


# Answering


def test_a_draft_keeps_what_was_typed_right_or_wrong(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    saved = dispatch_answers.save(receiver=receiver, rows=[{"C": "甲", "D": "一百", "Z": "旁边的", "B": "冒名"}, {}], by=operator)
    assert (saved.draft, saved.state, saved.answer) == ([{"C": "甲", "D": "一百"}], "waiting", [])


def test_an_answer_keeps_what_was_typed_and_what_it_was_read_as(office, park, operator):
    row = filed(sent(office, park), park, operator, GOOD, {}, {"C": "综合楼", "D": "0", "E": "×"})
    assert row.answer == [
        {letter: {"typed": typed, "value": value} for letter, typed, value in each}
        for each in (
            [("C", "标准厂房二期", "标准厂房二期"), ("D", "1,200.5", "1200.5"), ("E", "是", "是")],
            [("C", "综合楼", "综合楼"), ("D", "0", "0"), ("E", "×", "否")],
        )
    ]
    assert (row.state, row.way, row.filed_by, row.word) == ("filed", "page", "operator-P1", "已报")


def test_all_errors_come_at_once_and_nothing_is_filed(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    with pytest.raises(Invalid) as refused:
        dispatch_answers.file(receiver=receiver, rows=[{"C": "甲", "D": "一百", "E": "大概"}, {}, {"D": "5亿元"}], by=operator)
    assert refused.value.errors == (
        ("0-D", "第 1 行完成投资：“一百”不是数字，请只填数字；没有数据请留空。"),
        ("0-E", "第 1 行是否开工请填“是”或“否”，现为“大概”。"),
        ("2-C", "第 3 行项目名称没有填写，这一列必须填。"),
        ("2-D", "第 3 行完成投资：“5亿元”的单位是亿元，本项以万元为单位，请换算后只填数字。"),
        ("2-E", "第 3 行是否开工没有填写，这一列必须填。"),
    )
    receiver.refresh_from_db()
    assert (receiver.state, receiver.draft, receiver.version) == ("waiting", [], 1)


def test_nothing_is_no_answer(office, park, operator):
    with pytest.raises(Invalid, match="还没有填写内容"):
        filed(sent(office, park), park, operator, {"C": " "})


def test_one_row_each_is_one_row(office, park, operator):
    with pytest.raises(Invalid) as refused:
        filed(sent(office, park, takes_many=False), park, operator, GOOD, GOOD)
    assert refused.value.errors == (("", "本表每个单位只填 1 行，请删去多余的行。"),)


def test_it_may_be_changed_until_it_is_due_and_behind_only_by_who_was_late(office, park, operator, monkeypatch):
    other, late = make_park("P2"), make_operator("P2")
    table = sent(office, park, other, due_at=in_days(1))
    filed(table, park, operator)
    assert filed(table, park, operator, {**GOOD, "D": "7"}).answer[0]["D"]["value"] == "7"
    at(monkeypatch, in_days(2))
    assert filed(table, other, late).word == "迟报"
    assert filed(table, other, late, {**GOOD, "D": "8"}).answer[0]["D"]["value"] == "8"
    with pytest.raises(NotReady, match="已按时报送，.*截止后不能修改"):
        filed(table, park, operator)


@pytest.mark.parametrize(
    ("moment", "word"),
    [
        (datetime(2026, 11, 30, 15, 59, 59, 999999, tzinfo=UTC), "已报"),
        (datetime(2026, 11, 30, 16, 0, 0, tzinfo=UTC), "已报"),
        (datetime(2026, 11, 30, 16, 0, 0, 1, tzinfo=UTC), "迟报"),
    ],
)
def test_midnight_is_that_of_shanghai(office, park, operator, monkeypatch, moment, word):
    at(monkeypatch, datetime(2026, 11, 29, tzinfo=UTC))
    table = sent(office, park, due_at=shanghai(2026, 12, 1))
    at(monkeypatch, moment)
    assert filed(table, park, operator).word == word


def test_the_same_answer_sent_twice_is_one_answer_and_one_event(office, park, operator):
    receiver = receiver_of(sent(office, park), park)
    dispatch_answers.file(receiver=receiver, rows=[GOOD], seen=1, by=operator)
    with pytest.raises(Conflict, match="报送，没有重复报送"):
        dispatch_answers.file(receiver=receiver, rows=[GOOD], seen=1, by=operator)
    assert AuditEvent.objects.filter(verb="dispatch_answer.file").count() == 1
    assert DispatchReceiver.objects.get().version == 2


def test_what_a_colleague_saved_meanwhile_is_not_overwritten(office, park, operator):
    receiver, colleague = receiver_of(sent(office, park), park), make_operator(username="colleague")
    dispatch_answers.save(receiver=receiver, rows=[{"C": "甲"}], seen=1, by=colleague)
    with pytest.raises(Conflict, match="colleague已于.*保存过，您刚才填的没有保存"):
        dispatch_answers.save(receiver=receiver, rows=[{"C": "乙"}], seen=1, by=operator)
    assert DispatchReceiver.objects.get().draft == [{"C": "甲"}]


@pytest.mark.parametrize("act", [dispatch_answers.save, dispatch_answers.file])
def test_what_was_taken_back_is_not_answered(office, park, operator, act):
    table = dispatch.close(table=sent(office, park), by=office)
    with pytest.raises(NotReady, match="收回，不能再填"):
        act(receiver=receiver_of(table, park), rows=[GOOD], by=operator)


# Chasing, taking back, once more


def test_only_the_missing_are_urged_and_once_a_day(office, park, operator):
    silent, reachable = make_park("P2"), make_park("P3")
    chased = make_operator("P3")
    table = sent(office, park, silent, reachable)
    filed(table, park, operator)
    assert dispatch.urge(table=table, by=office) == (1, ["演示园区P2没有在用的填报账号，请电话联系。"])
    message = Message.objects.get(kind="urge")
    assert (message.recipient, message.importance) == (chased, "high")
    with pytest.raises(NotReady) as refused:
        dispatch.urge(table=table, by=office)
    assert refused.value.missing == ("今天都已催报过。", "演示园区P2没有在用的填报账号，请电话联系。")
    assert [(each.urged, each.has_people) for each in board(office, table)] == [("", True), ("", False), ("office", True)]


def test_there_is_nobody_to_urge_when_all_have_answered_or_it_is_closed(office, park, operator):
    table = sent(office, park)
    filed(table, park, operator)
    with pytest.raises(NotReady) as refused:
        dispatch.urge(table=table, by=office)
    assert refused.value.missing == ("已全部报送。",)
    dispatch.close(table=table, by=office)
    with pytest.raises(NotReady, match="已收回，不需要催报"):
        dispatch.urge(table=table, by=office)


def test_the_ready_text_says_who_until_when_and_whom_to_call(office, park, operator, monkeypatch):
    at(monkeypatch, shanghai(2026, 11, 29, 9))
    make_park("P2")
    table = sent(office, park, make_unit("U-ST", Unit.Kind.STREET), due_at=shanghai(2026, 11, 30, 18))
    filed(table, park, operator)
    said = ready_text(table, board(office, table), signer="园区发展办 王科", link="https://portal/dispatch/")
    assert said.splitlines() == [
        "【催报】《园区重点项目周调度表》请于2026年11月30日18:00前报送（距截止还有 33 小时）。应报 2 家，已报 1 家，尚有 1 家未报：",
        "1. U-ST单位",
        "请以上单位登录平台在线填写，或下载原表填好后上传；确有困难的，请及时联系。",
        "联系人：王科 0871-63100000",
        "填报入口：https://portal/dispatch/",
        "园区发展办 王科　2026年11月29日",
    ]


@pytest.mark.parametrize(
    ("left", "said"),
    [
        (timedelta(days=3), "距截止还有 3 天"), (timedelta(hours=47), "距截止还有 47 小时"), (timedelta(minutes=5), "距截止还有 5 分钟"),
        (timedelta(seconds=5), "距截止还有 1 分钟"), (timedelta(hours=-3), "已逾期 3 小时"), (timedelta(days=-2), "已逾期 2 天"),
    ],
)  # fmt: skip
def test_how_long_there_is(left, said):
    now = clock.now()
    assert left_words(now + left, now) == said


def test_more_time_makes_late_answers_timely(office, park, operator, monkeypatch):
    table = sent(office, park, due_at=in_days(1))
    at(monkeypatch, in_days(2))
    assert filed(table, park, operator).is_late
    dispatch.extend(table=table, due_at=in_days(1), by=office)
    assert not receiver_of(table, park).is_late
    with pytest.raises(Invalid, match="已经过去"):
        dispatch.extend(table=table, due_at=in_days(-1), by=office)


def test_it_is_taken_back_and_opened_again(office, park, operator):
    table = sent(office, park)
    dispatch.close(table=table, by=office)
    assert not waiting(operator).exists()
    with pytest.raises(NotReady, match="不需要收回"):
        dispatch.close(table=table, by=office)
    dispatch.reopen(table=table, due_at=in_days(5), by=office)
    assert waiting(operator).count() == 1
    with pytest.raises(NotReady, match="不需要重新开放"):
        dispatch.reopen(table=table, due_at=in_days(5), by=office)
    assert filed(table, park, operator).state == "filed"


def test_next_weeks_table_has_the_same_columns_workbook_and_receivers(office, park, operator):
    street = make_unit("U-ST", Unit.Kind.STREET)
    table = sent(office, park, street)
    filed(table, park, operator)
    again = dispatch.copy(table=table, by=office)
    assert (again.state, again.due_at, again.takes_many, again.contact) == ("draft", None, True, table.contact)
    assert again.stored_layout == table.stored_layout
    assert again.picked == {"units": ["U-ST"], "parks": ["P1"]}
    assert Attachment.objects.get(pk=again.workbook_id).file_id == table.workbook.file_id
    assert not again.receivers.exists()


def test_the_office_keeps_the_workbook_as_it_came(office):
    data = office_book()
    assert bytes_of(made(office, data).workbook) == data


def test_a_closed_account_is_not_told(office, park, operator):
    operator.is_active = False
    operator.save()
    table = sent(office, park)
    assert not Message.objects.exists()
    assert [each.has_people for each in board(office, table)] == [False]


def test_a_role_without_the_right_fills_in_nothing(office, park):
    expert = make_person("expert", RoleCode.EXPERT, ScopeKind.PARK, "P1")
    with pytest.raises(NotAllowed):
        filed(sent(office, park), park, expert)
