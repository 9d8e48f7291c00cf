"""消息: each person's own, unread first; the same matter once; read by POST alone."""

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guandu.accounts.models import User
from guandu.audit.actions import action, concerning
from guandu.audit.models import AuditEvent
from guandu.core.actors import MESSENGER
from guandu.core.errors import NotAllowed
from guandu.notices.actions import messages
from guandu.notices.actions.messages import post
from guandu.notices.enums import Importance, MessageKind
from guandu.notices.models import Delivery, Message
from guandu.notices.queries.inbox import inbox, unread_count
from guandu.notices.told import Told
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B24")]


@action("message.send")
def _send(*, told, by):
    concerning("notices.message", "", "试验")
    return post(told=told, by=by)


def tell(recipient: User, key: str = "k1", **values) -> list[Message]:
    told = Told(recipient, MessageKind.REMINDER, key, values.pop("title", f"请报送 {key}"), **values)
    return _send(told=[told], by=MESSENGER)


def test_the_same_matter_is_told_to_the_same_person_once(operator, street_user):
    assert len(tell(operator)) == 1
    assert tell(operator) == []
    assert len(tell(street_user)) == 1
    assert Message.objects.count() == 2


def test_the_same_matter_twice_in_one_call_is_told_once(operator):
    told = Told(operator, MessageKind.REMINDER, "k", "标题")
    assert len(_send(told=[told, told], by=MESSENGER)) == 1


def test_the_database_refuses_the_same_matter_too(operator):
    (message,) = tell(operator)
    message.pk = None
    with pytest.raises(Exception, match="(?i)unique"), transaction.atomic():
        message.save(force_insert=True)


def test_each_message_is_recorded_with_who_sent_it(operator):
    (message,) = tell(operator, text="正文")
    event = AuditEvent.objects.first()
    assert (event.verb, event.actor_key) == ("message.send", "messenger")
    (change,) = event.changes.all()
    assert (change.object_type, change.object_key) == ("notices.message", str(message.pk))
    assert change.after["recipient"] == operator.pk


def test_without_a_channel_nothing_leaves_the_portal(operator, settings):
    assert settings.NOTICE_CHANNELS == {}
    tell(operator)
    assert Delivery.objects.count() == 0
    assert Message.objects.get().awaits_digest is False


def test_only_the_recipient_sees_it(operator, office, sign_in):
    tell(operator, title="只给运营方")
    assert "只给运营方" in sign_in(operator).get("/messages/").content.decode()
    assert "只给运营方" not in sign_in(office).get("/messages/").content.decode()
    assert Message.objects.visible_to(office).count() == 0


def test_unread_come_first_then_the_newest(operator):
    first, second, third = (tell(operator, key)[0] for key in ("a", "b", "c"))
    messages.read(message=third, by=operator)
    assert [each.pk for each in inbox(operator)] == [second.pk, first.pk, third.pk]
    assert unread_count(operator) == 2


def test_a_get_marks_nothing_as_read(operator, sign_in):
    (message,) = tell(operator, url="/returns/")
    browser = sign_in(operator)
    assert browser.get("/messages/").status_code == 200
    assert browser.get(f"/messages/{message.pk}/open/").status_code == 405
    assert browser.get(f"/messages/{message.pk}/read/").status_code == 405
    message.refresh_from_db()
    assert message.read_at is None


def test_opening_marks_as_read_and_leads_to_the_matter(operator, sign_in):
    (message,) = tell(operator, url="/returns/")
    answer = sign_in(operator).post(f"/messages/{message.pk}/open/")
    assert (answer.status_code, answer.url) == (302, "/returns/")
    message.refresh_from_db()
    assert message.is_read
    assert AuditEvent.objects.first().verb == "message.read"


def test_a_second_click_leads_there_again_and_records_nothing(operator, sign_in):
    (message,) = tell(operator, url="/returns/")
    browser = sign_in(operator)
    browser.post(f"/messages/{message.pk}/open/")
    before = AuditEvent.objects.count()
    assert browser.post(f"/messages/{message.pk}/open/").url == "/returns/"
    assert AuditEvent.objects.count() == before


def test_an_address_outside_the_portal_is_never_led_to(operator, sign_in):
    (message,) = tell(operator, url="https://elsewhere.example/")
    assert sign_in(operator).post(f"/messages/{message.pk}/open/").url == "/messages/"


def test_nobody_reads_another_persons_message(operator, office, sign_in):
    (message,) = tell(operator)
    assert sign_in(office).post(f"/messages/{message.pk}/read/").status_code == 404
    with pytest.raises(NotAllowed):
        messages.read(message=message, by=office)
    message.refresh_from_db()
    assert message.read_at is None


def test_all_are_marked_up_to_what_the_page_showed(operator, sign_in):
    first, second = tell(operator, "a")[0], tell(operator, "b")[0]
    later = tell(operator, "c")[0]
    sign_in(operator).post("/messages/read-all/", {"until": second.pk})
    assert {each.pk for each in Message.objects.visible_to(operator).unread()} == {later.pk}
    assert Message.objects.get(pk=first.pk).is_read


def test_marking_all_without_any_says_so_and_records_nothing(operator, sign_in):
    before = AuditEvent.objects.count()
    answer = sign_in(operator).post("/messages/read-all/", {"until": "9"}, follow=True)
    assert "没有未读消息。" in answer.content.decode()
    assert AuditEvent.objects.exclude(verb="session.sign_in").count() <= before


def test_the_header_counts_the_unread(operator, sign_in):
    page = sign_in(operator).get("/").content.decode()
    assert 'aria-label="消息，未读 0 条"' in page
    assert "bell-count" not in page
    for number in range(3):
        tell(operator, str(number))
    assert '<b class="bell-count number">3</b>' in sign_in(operator).get("/").content.decode()


def test_the_page_says_that_no_channel_is_there(operator, sign_in):
    words = "本平台未接入短信、政务钉钉、企业微信等渠道，消息只在站内显示。"
    assert words in sign_in(operator).get("/messages/").content.decode()


def test_an_empty_page_says_what_will_stand_there(operator, sign_in):
    assert "还没有消息" in sign_in(operator).get("/messages/").content.decode()
    assert "没有未读消息" in sign_in(operator).get("/messages/?show=unread").content.decode()


def test_important_ones_say_so(operator, sign_in):
    tell(operator, importance=Importance.HIGH)
    assert "message-important" in sign_in(operator).get("/messages/").content.decode()


def test_the_list_takes_as_many_queries_for_three_as_for_one(operator, sign_in):
    browser = sign_in(operator)
    counts = []
    for number in range(3):
        tell(operator, str(number))
        if number != 1:
            browser.get("/messages/")
            with CaptureQueriesContext(connection) as queries:
                browser.get("/messages/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_service_has_no_messages_of_its_own():
    with pytest.raises(NotAllowed):
        messages.read_all(until=9, by=MESSENGER)


def test_a_person_without_any_grant_has_an_inbox(sign_in):
    person = make_user(username="bare")
    tell(person, title="欢迎")
    assert "欢迎" in sign_in(person).get("/messages/").content.decode()


def test_a_title_that_is_too_long_ends_in_dots_and_stands_whole_in_the_text(operator):
    (message,) = tell(operator, title="请" * 200, text="请" * 200)
    assert message.title == "请" * 119 + "…"
    assert message.text == "请" * 200


def test_marking_all_leaves_other_peoples_alone(operator, office, sign_in):
    tell(operator)
    (other,) = tell(office)
    sign_in(operator).post("/messages/read-all/", {"until": "999999"})
    other.refresh_from_db()
    assert other.read_at is None
