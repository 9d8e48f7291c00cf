"""What leaves the portal: by a job after the commit, tried again with growing pauses, shown when given up."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from guandu.core import clock
from guandu.core.actors import MESSENGER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from guandu.jobs.models import Job, OutboxMessage
from guandu.jobs.queue import ask_due
from guandu.jobs.worker import run_waiting
from guandu.notices.actions import deliveries, messages, preferences
from guandu.notices.enums import DeliveryState, Importance
from guandu.notices.models import Delivery, Message
from guandu.notices.tasks import ask_deliveries
from tests.notices.gateways import as_channel, gateway
from tests.notices.test_messages import tell

pytestmark = [pytest.mark.django_db, pytest.mark.feature("B24")]
NOON = "2026-10-14T04:00:00+00:00"


@pytest.fixture
def server(settings):
    with gateway() as running:
        settings.NOTICE_CHANNELS = as_channel(running.url)
        settings.NOTICE_DEFAULT_CHANNEL = "sms"
        settings.PORTAL_URL = "https://portal.example"
        yield running


def sent(server) -> list[dict]:
    return [json.loads(body) for _, body in server.received]


def test_telling_asks_for_a_job_and_sends_nothing_itself(operator, server):
    tell(operator)
    assert server.received == []
    assert Job.objects.filter(kind="notices.deliver", state="queued").count() == 1
    assert OutboxMessage.objects.filter(sent_at=None).count() >= 1


def test_the_job_sends_and_says_so(operator, server):
    operator.phone = "0871-60000000"
    operator.save(update_fields=["phone"])
    tell(operator, title="请报送", text="正文", url="/returns/1/")
    run_waiting()
    (body,) = sent(server)
    assert (body["title"], body["text"]) == ("请报送", "正文")
    assert body["url"] == "https://portal.example/returns/1/"
    assert body["to"]["account"] == operator.username
    assert body["to"]["phone"] == "0871-60000000"
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 1)
    assert delivery.sent_at is not None


def test_what_is_rolled_back_is_never_sent(operator, server):
    with transaction.atomic():
        tell(operator)
        transaction.set_rollback(True)
    run_waiting()
    assert server.received == []
    assert Message.objects.count() == 0


def test_a_second_job_sends_nothing_again(operator, server):
    tell(operator)
    run_waiting()
    ask_deliveries()
    run_waiting()
    assert len(server.received) == 1


FAULTS = {"refused": 403, "broken": 500, "away": None, "slow": 200}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_tried_again_and_then_given_up(fault, operator, settings, server, office, sign_in):
    if fault == "away":
        settings.NOTICE_CHANNELS = as_channel("http://127.0.0.1:9/send")
    elif fault == "slow":
        server.delay = 1.0
        settings.NOTICE_CHANNELS = as_channel(server.url, seconds=0.1)
    else:
        server.status = FAULTS[fault]
    waits = []
    with time_machine.travel(NOON, tick=False) as traveller:
        tell(operator, title=f"报送 {fault}")
        for _ in range(deliveries.MOST_TRIES):
            ask_deliveries()
            run_waiting()
            delivery = Delivery.objects.get()
            if delivery.next_try_at:
                waits.append(delivery.next_try_at - clock.now())
                ask_deliveries()
                assert not Job.objects.filter(state="queued").exists(), "tried again before its time"
                traveller.move_to(delivery.next_try_at)
    assert waits == list(deliveries.PAUSES)
    assert (delivery.state, delivery.attempts) == (DeliveryState.FAILED, 5)
    assert delivery.last_error
    page = sign_in(office).get("/messages/deliveries/").content.decode()
    assert f"报送 {fault}" in page
    assert "发送失败" in page
    assert delivery.last_error in page
    # The portal's own message stands whatever became of the channel.
    assert Message.objects.visible_to(operator).count() == 1


def test_a_gateway_that_comes_back_gets_what_waited(operator, server):
    with time_machine.travel(NOON, tick=False) as traveller:
        tell(operator)
        server.status = 500
        run_waiting()
        server.status = 200
        traveller.shift(timedelta(minutes=1))
        ask_deliveries()
        run_waiting()
    assert Delivery.objects.get().state == DeliveryState.SENT
    assert [each["id"] for each in sent(server)] == [Delivery.objects.get().pk] * 2


def test_a_channel_that_fails_is_left_alone_for_the_rest_of_the_run(operator, server):
    server.status = 500
    for number in range(6):
        tell(operator, str(number))
    run_waiting()
    assert len(server.received) == 3
    assert Delivery.objects.filter(state=DeliveryState.WAITING, attempts=0).count() == 3


def test_a_channel_that_was_taken_away_is_given_up_at_once(operator, server, settings):
    tell(operator)
    settings.NOTICE_CHANNELS = {}
    run_waiting()
    assert Delivery.objects.get().state == DeliveryState.FAILED
    assert Delivery.objects.get().last_error == "这个渠道已不再接入。"


def failed(operator) -> Delivery:
    tell(operator)
    Delivery.objects.update(state=DeliveryState.FAILED, attempts=5, next_try_at=None, last_error="网关未接收")
    run_waiting()
    return Delivery.objects.get()


def test_the_office_sends_a_failed_one_again(operator, server, office, sign_in):
    delivery = failed(operator)
    answer = sign_in(office).post(f"/messages/deliveries/{delivery.pk}/retry/", follow=True)
    assert "已重新排队发送" in answer.content.decode()
    run_waiting()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.SENT, 1)


def test_the_office_learns_of_failures_on_its_own_page(operator, server, office, sign_in):
    failed(operator)
    assert "发送情况（1 条未送达）" in sign_in(office).get("/messages/").content.decode()
    assert "发送情况" not in sign_in(operator).get("/messages/").content.decode()


def test_what_has_arrived_is_not_sent_again(operator, server, office, sign_in):
    tell(operator)
    run_waiting()
    delivery = Delivery.objects.get()
    with pytest.raises(NotReady, match="已发送"):
        deliveries.retry(delivery=delivery, by=office)
    answer = sign_in(office).post(f"/messages/deliveries/{delivery.pk}/retry/", follow=True)
    assert "不需要重新发送" in answer.content.decode()


def test_the_operator_neither_sees_nor_repeats_deliveries(operator, server, sign_in):
    delivery = failed(operator)
    assert sign_in(operator).get("/messages/deliveries/").status_code == 403
    assert sign_in(operator).post(f"/messages/deliveries/{delivery.pk}/retry/").status_code == 403
    with pytest.raises(NotAllowed):
        deliveries.retry(delivery=delivery, by=operator)
    with pytest.raises(NotAllowed):
        deliveries.settle(delivery=delivery, by=operator)


def test_the_list_of_failures_takes_as_many_queries_for_three_as_for_one(operator, server, office, sign_in):
    browser, counts = sign_in(office), []
    for number in range(3):
        tell(operator, str(number))
        Delivery.objects.update(state=DeliveryState.FAILED)
        if number != 1:
            browser.get("/messages/deliveries/")
            with CaptureQueriesContext(connection) as queries:
                browser.get("/messages/deliveries/")
            counts.append(len(queries))
    assert counts[0] == counts[1]


# What a person chooses


def test_who_wants_the_portal_alone_is_not_told_elsewhere(operator, server):
    preferences.choose(channel="", rhythm="single", by=operator)
    tell(operator)
    assert Delivery.objects.count() == 0


def test_without_a_usual_channel_who_chose_nothing_is_told_in_the_portal_alone(operator, server, settings):
    settings.NOTICE_DEFAULT_CHANNEL = ""
    tell(operator)
    assert Delivery.objects.count() == 0


def test_once_a_day_one_summary_of_what_is_unread(operator, server):
    preferences.choose(channel="sms", rhythm="daily", by=operator)
    with time_machine.travel(NOON, tick=False) as traveller:
        first, _, _ = (tell(operator, key, title=f"报送 {key}")[0] for key in "abc")
        messages.read(message=first, by=operator)
        run_waiting()
        assert server.received == []
        traveller.move_to("2026-10-14T09:05:00+00:00")  # 17:05 in Shanghai
        ask_due()
        run_waiting()
        ask_due()
        run_waiting()
    (body,) = sent(server)
    assert body["title"] == "今日有 2 条未读消息"
    assert body["text"] == "1. 报送 b\n2. 报送 c"
    assert not Message.objects.filter(awaits_digest=True).exists()


def test_what_is_important_does_not_wait_for_the_summary(operator, server):
    preferences.choose(channel="sms", rhythm="daily", by=operator)
    tell(operator, importance=Importance.HIGH)
    run_waiting()
    assert len(server.received) == 1


def test_a_second_summary_of_the_day_is_not_made(operator, server):
    preferences.choose(channel="sms", rhythm="daily", by=operator)
    tell(operator, "a")
    assert deliveries.digest(by=MESSENGER) == 1
    tell(operator, "b")
    assert deliveries.digest(by=MESSENGER) == 0
    # It waits for the next day's.
    assert Message.objects.get(key="b").awaits_digest


def test_only_a_configured_channel_can_be_chosen(operator, server):
    with pytest.raises(Invalid):
        preferences.choose(channel="pigeon", rhythm="single", by=operator)
    with pytest.raises(Invalid):
        preferences.choose(channel="sms", rhythm="hourly", by=operator)


def test_the_page_offers_the_channels_and_keeps_the_choice(operator, server, sign_in):
    browser = sign_in(operator)
    assert '<option value="sms" selected>短信</option>' in browser.get("/messages/settings/").content.decode()
    assert browser.post("/messages/settings/", {"channel": "", "rhythm": "single"}).status_code == 302
    assert '<option value="" selected>只在站内显示</option>' in browser.get("/messages/settings/").content.decode()
    assert browser.post("/messages/settings/", {"channel": "x", "rhythm": "single"}).status_code == 422


def test_who_gave_his_channel_up_waits_for_no_summary(operator, server):
    preferences.choose(channel="sms", rhythm="daily", by=operator)
    tell(operator, "a")
    preferences.choose(channel="", rhythm="daily", by=operator)
    assert deliveries.digest(by=MESSENGER) == 0
    assert not Message.objects.filter(awaits_digest=True).exists()
