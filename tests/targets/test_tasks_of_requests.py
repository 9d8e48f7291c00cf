"""Tasks that come from a 企业诉求: chosen when they are given out, and named on both pages for whom both exist."""

from datetime import date

import pytest

from guandu.core.errors import Invalid
from targets.models import Task
from tests.factories import make_demonstration, make_unit, make_user
from tests.parks.asked import make_request
from tests.targets.works import give

pytestmark = [pytest.mark.django_db, pytest.mark.feature("D11")]


@pytest.fixture(autouse=True)
def _twelfth_of_october():
    make_demonstration()


@pytest.fixture
def asked(park, operator):
    return make_request(park, operator)


def test_the_task_leads_to_the_request_and_the_request_to_the_task(asked, department, office, sign_in):
    task = give(office, department, source="request", request=asked)
    client = sign_in(office)
    assert f'href="/requests/{asked.pk}/"' in client.get(f"/tasks/{task.pk}/").content.decode()
    page = client.get(f"/requests/{asked.pk}/").content.decode()
    assert "由此交办的任务" in page
    assert f'href="/tasks/{task.pk}/"' in page


def test_whom_one_of_the_two_does_not_concern_does_not_see_it(asked, department, office, operator, sign_in):
    """The operator sees no tasks; a department that leads one for a park of others sees the number and no link."""
    elsewhere = make_unit(code="dept-far", name="远处的部门")
    task = give(office, elsewhere, source="request", request=asked)
    assert "由此交办的任务" not in sign_in(operator).get(f"/requests/{asked.pk}/").content.decode()
    stranger = make_user("department", scope=elsewhere, unit=elsewhere, username="stranger")
    page = sign_in(stranger).get(f"/tasks/{task.pk}/").content.decode()
    assert asked.number in page
    assert "/requests/" not in page.split("<main")[1]


def test_a_request_goes_with_its_own_source_only(asked, department, office):
    with pytest.raises(Invalid) as refusal:
        give(office, department, source="meeting", request=asked)
    assert refusal.value.errors == (("request", "选了企业诉求的，来源请选“企业诉求”。"),)
    assert not Task.objects.exists()


def test_the_form_offers_what_is_open_and_takes_one(asked, park, operator, department, office, sign_in):
    closed = make_request(park, operator, state="closed", unit=department)
    client = sign_in(office)
    page = client.get(f"/tasks/new/?request={asked.pk}").content.decode()
    assert f'<option value="{asked.pk}" selected>' in page
    assert f'value="{closed.pk}"' not in page
    sent = {
        "title": "解决用电", "text": "增容", "source": "request", "request": asked.pk, "due_on": date(2026, 12, 1),
        "leads": [department.code],
    }  # fmt: skip
    assert client.post("/tasks/new/", sent).status_code == 302
    assert Task.objects.get().request == asked
    refused = client.post("/tasks/new/", {**sent, "request": closed.pk})
    assert refused.status_code == 422
    assert "请从列表中选择未办结的诉求。" in refused.content.decode()
