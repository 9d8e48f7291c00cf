"""The office keeps the rules of reminding in the officials' admin, through actions."""

import pytest
from django.urls import reverse

from guandu.audit.models import AuditEvent
from guandu.notices.models import ReminderRule
from tests.factories import make_indicator, make_template

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B24")]
ADD = reverse("admin:notices_reminderrule_add")
SAID = {
    "code": "before-3", "name": "截止前3天", "series": "PARK-Q", "event": "due", "offset": "-3", "unit": "calendar",
    "audience": "filer", "grouping": "summary", "is_on": "on", "note": "",
}  # fmt: skip


@pytest.fixture
def template(db):
    return make_template(make_indicator(code="REV"), code="PARK-Q", name="园区季报")


def test_a_rule_is_entered_for_one_form(template, office, sign_in):
    browser = sign_in(office)
    shown = browser.get(ADD).content.decode()
    assert '<option value="PARK-Q">园区季报</option>' in shown
    assert "全部报表" in shown
    assert browser.post(ADD, SAID).status_code == 302
    rule = ReminderRule.objects.get()
    assert (rule.series, rule.offset, rule.is_on) == ("PARK-Q", -3, True)
    assert AuditEvent.objects.first().verb == "reminder_rule.create"


def test_a_rule_is_switched_off(template, office, sign_in):
    browser = sign_in(office)
    browser.post(ADD, SAID)
    rule = ReminderRule.objects.get()
    page = reverse("admin:notices_reminderrule_change", args=[rule.pk])
    seen = browser.get(page).context["adminform"].form["seen"].value()
    said = {name: value for name, value in SAID.items() if name not in {"code", "is_on"}}
    assert browser.post(page, {**said, "seen": seen}).status_code == 302
    rule.refresh_from_db()
    assert rule.is_on is False
    event = AuditEvent.objects.first()
    assert event.verb == "reminder_rule.update"
    assert [change.after["is_on"] for change in event.changes.all()] == [False]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"event": "waiting", "offset": "0", "audience": "reviewer"}, "天数须为 1 以上"),
        ({"audience": "reviewer"}, "审核单位按“报送后等待审核”提醒。"),
        ({"offset": "-90"}, "天数须在前后 60 天以内。"),
        ({"series": "NO"}, "NO"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_form(changes, sentence, template, office, sign_in):
    answer = sign_in(office).post(ADD, SAID | changes)
    assert answer.status_code == 200
    assert sentence in answer.content.decode()
    assert not ReminderRule.objects.exists()


def test_nobody_but_the_office_keeps_rules(operator, system_admin, sign_in):
    for person in (operator, system_admin):
        assert sign_in(person).get(ADD).status_code in (302, 403)
        assert sign_in(person).post(ADD, SAID).status_code in (302, 403)
    assert not ReminderRule.objects.exists()
