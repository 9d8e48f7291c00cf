"""报送进度 as a person uses it: the table, the names behind a number, the text, the file, the message."""

import io
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from guandu.accounts.roles import RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.notices.models import Message
from parks.models import Contact
from targets.models import Return
from tests.factories import make_demonstration
from tests.signing_in import signed_in
from tests.targets.factories import (
    make_cycle,
    make_office,
    make_operator,
    make_park,
    make_person,
    make_template,
)
from tests.targets.test_completeness import PERIOD, fourteen, set_state

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B23")]
PAGE = "/returns/progress/"


@pytest.fixture(autouse=True)
def _demonstration():
    make_demonstration(date(2026, 7, 18))


def page(user, query: str = "") -> str:
    answer = signed_in(user).get(PAGE + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_first_line_says_how_many_are_missing():
    fourteen()
    shown = page(make_office())
    assert "应报 <strong>14</strong> 张，已报 <strong>12</strong> 张，还差 <strong>2</strong> 张。" in shown
    assert '<span class="number">12/14</span> <small class="text-secondary">85.7%</small>' in shown
    assert '<span class="number">9/14</span> <small class="text-secondary">64.3%</small>' in shown


def test_a_number_of_missing_leads_to_the_names():
    fourteen()
    office = make_office()
    shown = page(office, "?period=2026Q2&by=leader")
    assert 'href="?period=2026Q2&amp;by=leader&amp;group=%E7%8E%8B%E5%8C%BA%E9%95%BF#missing"' in shown
    drilled = page(office, "?period=2026Q2&by=leader&group=王区长")
    assert "未报送：王区长" in drilled
    assert "演示园区P13" in drilled
    assert "演示园区P14" not in drilled


def test_before_any_cycle_the_page_says_so():
    shown = page(make_office())
    assert "还没有布置报表" in shown
    assert "data-copy" not in shown


def test_when_all_have_filed_there_is_nothing_to_chase():
    make_park("P1")
    set_state(make_cycle(PERIOD).returns.get(), "filed", date(2026, 7, 1))
    shown = page(make_office())
    assert "已全部报送" in shown
    assert "催报文字" not in shown


def test_the_newest_period_stands_first_and_nonsense_falls_back_to_it():
    make_park("P1")
    template = make_template()
    make_cycle("2026Q1", template)
    make_cycle(PERIOD, template)
    office = make_office()
    for query in ("", "?period=nonsense&by=moon&template=NO"):
        shown = page(office, query)
        assert '<option value="2026Q2" selected>' in shown
        assert '<option value="street" selected>' in shown


def test_an_exempt_one_stands_apart():
    make_park("P1")
    set_state(make_cycle(PERIOD).returns.get(), "exempt")
    shown = page(make_office())
    assert "1 张，不计入应报" in shown
    assert '<span class="missing">—</span>' in shown


def test_an_operator_sees_his_own_park_and_no_button():
    fourteen()
    shown = page(make_operator("P13"))
    assert "应报 <strong>1</strong> 张" in shown
    assert "演示园区P14" not in shown
    assert "发站内催报" not in shown


def test_a_leader_reads_and_learns_no_contact():
    park = make_park("P1")
    Contact.objects.create(park=park, name="赵六", phone_masked="138****0000")
    make_cycle(PERIOD)
    shown = page(make_person("leader", RoleCode.LEADER, ScopeKind.DISTRICT))
    assert "赵六" not in shown
    assert "演示运营公司P1" in shown
    assert "赵六" in page(make_office())


def test_the_text_stands_ready_to_be_copied_with_a_link():
    fourteen()
    shown = page(make_office())
    text = shown.partition('id="ready-text" readonly rows="10">')[2].partition("</textarea>")[0]
    assert text.startswith("【报送提醒】2026年第二季度《园区季度工作调度表》应报 14 张，已报 12 张，尚有 2 张未报送：")
    assert "填报入口：http://testserver/returns/?period=2026Q2" in text
    assert 'data-copy="ready-text"' in shown


def test_the_same_number_of_queries_for_one_row_as_for_three():
    office, template, counts = make_office(), make_template(), []
    browser = signed_in(office)
    for number in range(3):
        make_park(f"P{number}", street=f"U-ST{number}", department=f"U-DEP{number}")
        make_cycle(PERIOD, template)
        if number != 1:
            browser.get(PAGE)
            with CaptureQueriesContext(connection) as queries:
                browser.get(PAGE)
            counts.append(len(queries))
    assert counts[0] == counts[1]


# The file


def test_the_missing_ones_leave_as_a_workbook_marked_internal():
    fourteen()
    office = make_office()
    answer = signed_in(office).post(f"{PAGE}export/?period=2026Q2&by=leader&group=王区长")
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][0].startswith("内部资料。office（office）于 2026-")
    assert "内部资料" in sheet.oddFooter.left.text
    assert rows[1][:3] == ["序号", "填报对象", "报表"]
    assert [row[1] for row in rows[2:]] == ["演示园区P13"]
    assert rows[2][5:7] == ["2026-07-15", "已逾期 3 天"]
    event = AuditEvent.objects.first()
    assert (event.verb, event.object_name) == ("returns.export_missing", "2026年第二季度未报送清单，1 行")


def test_nothing_missing_is_no_file():
    make_park("P1")
    set_state(make_cycle(PERIOD).returns.get(), "filed", date(2026, 7, 1))
    answer = signed_in(make_office()).post(f"{PAGE}export/", follow=True)
    assert "不需要导出" in answer.content.decode()
    assert not AuditEvent.objects.filter(verb="returns.export_missing").exists()


def test_a_get_takes_no_file():
    assert signed_in(make_office()).get(f"{PAGE}export/").status_code == 405


# The message


@pytest.mark.feature("B24")
def test_what_was_ticked_is_urged_and_says_by_whom():
    fourteen()
    operator, office = make_operator("P13"), make_office()
    browser = signed_in(office)
    (picked,) = [each for each in fourteen_missing() if each.park_code == "P13"]
    answer = browser.post(f"{PAGE}urge/?period=2026Q2&by=chain", {"pick": picked.pk}, follow=True)
    assert answer.redirect_chain[0][0] == f"{PAGE}?period=2026Q2&by=chain#missing"
    shown = answer.content.decode()
    assert "已向 1 张报表的填报人员发出站内催报。" in shown
    assert f'name="pick" value="{picked.pk}"' not in shown
    assert "今日office已催报" in shown
    assert Message.objects.get().recipient == operator


def fourteen_missing():
    return Return.objects.filter(state="draft")


@pytest.mark.feature("B24")
def test_a_second_click_is_answered_in_words():
    make_park("P1")
    make_operator("P1")
    return_ = make_cycle(PERIOD).returns.get()
    browser = signed_in(make_office())
    browser.post(f"{PAGE}urge/", {"pick": return_.pk})
    shown = browser.post(f"{PAGE}urge/", {"pick": return_.pk}, follow=True).content.decode()
    assert "没有发出催报。 演示园区P1今天已由office催报过。" in shown
    assert Message.objects.count() == 1


@pytest.mark.feature("B24")
def test_nothing_ticked_and_what_is_not_ones_own_urge_nobody():
    make_park("P1", department="U-DEP")
    make_operator("P1")
    return_ = make_cycle(PERIOD).returns.get()
    other = signed_in(make_person("dep", RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "U-ELSE", unit="U-ELSE"))
    assert other.post(f"{PAGE}urge/", {"pick": return_.pk}).status_code == 404
    for data in ({}, {"pick": "x"}, {"pick": "9" * 30}):
        assert "请先勾选" in other.post(f"{PAGE}urge/", data, follow=True).content.decode()
    assert Message.objects.count() == 0
