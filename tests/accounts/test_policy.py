"""The sign-in policy: its page, its bounds, who keeps it; and the page of locks and factors."""

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from guandu.accounts.actions import policy as actions
from guandu.accounts.models import AccessPolicy
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core.errors import Conflict, Invalid, NotAllowed
from tests.accounts.test_second_factor import give_generator
from tests.factories import make_user

pytestmark = pytest.mark.django_db

GIVEN = {
    "idle_minutes": 20, "session_hours": 8, "password_length": 10, "password_days": 60, "passwords_kept": 8,
    "failures_to_lock": 4, "lock_minutes": 20, "failures_an_hour": 15, "dormant_days": 60,
}  # fmt: skip


def post(client, **fields):
    return client.post(reverse("accounts:policy"), {**GIVEN, "factor_roles": ["leader"], "version": 1, **fields})


@pytest.mark.feature("X5")
def test_the_security_administrator_keeps_it_and_the_trail_says_what_changed(security_admin, sign_in):
    client = sign_in(security_admin)
    assert post(client).headers["Location"] == reverse("accounts:policy")
    policy = AccessPolicy.current()
    assert {name: getattr(policy, name) for name in GIVEN} == GIVEN
    assert (policy.factor_roles, policy.version) == (["leader"], 2)
    change = AuditChange.objects.get(event__verb="policy.update")
    assert change.before["idle_minutes"] == 30
    assert change.after["idle_minutes"] == 20


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("idle_minutes", 4), ("idle_minutes", 61), ("session_hours", 25), ("password_length", 7), ("password_days", 181),
        ("passwords_kept", 4), ("failures_to_lock", 11), ("lock_minutes", 9), ("failures_an_hour", 61),
        ("dormant_days", 29), ("idle_minutes", ""), ("idle_minutes", "半小时"),
    ],
)  # fmt: skip
def test_what_is_out_of_bounds_is_refused_at_its_field(name, value, security_admin, sign_in):
    response = post(sign_in(security_admin), **{name: value})
    assert response.status_code == 422
    assert f'href="#id_{name}"' in response.content.decode()
    assert not AccessPolicy.objects.exists()


@pytest.mark.parametrize("role", ["system_admin", "api_client", "nobody"])
def test_a_role_that_is_not_offered_is_refused(role, security_admin, sign_in):
    assert post(sign_in(security_admin), factor_roles=[role]).status_code == 422
    with pytest.raises(Invalid):
        actions.update(values={"factor_roles": [role]}, version=1, by=security_admin)


def test_the_database_keeps_the_bounds_too():
    AccessPolicy.objects.create()
    with pytest.raises(IntegrityError), transaction.atomic():
        AccessPolicy.objects.update(password_length=4)


def test_who_saw_an_older_version_is_told(security_admin, sign_in):
    client = sign_in(security_admin)
    post(client)
    response = post(client, idle_minutes=25)
    assert response.status_code == 422
    assert "他人已修改登录策略" in response.content.decode()
    with pytest.raises(Conflict):
        actions.update(values={"idle_minutes": 25}, version=1, by=security_admin)


@pytest.mark.parametrize("who", ["system_admin", "audit_admin", "office", "operator"])
def test_nobody_else_keeps_it(who, request):
    with pytest.raises(NotAllowed):
        actions.update(values={"idle_minutes": 20}, version=1, by=request.getfixturevalue(who))
    assert AuditEvent.objects.filter(verb="policy.update", outcome="denied").count() == 1


def test_an_unknown_field_is_not_written(security_admin):
    with pytest.raises(Invalid, match="only"):
        actions.update(values={"only": 2}, version=1, by=security_admin)


def test_the_page_says_the_bounds_and_where_newer_advice_differs(security_admin, sign_in):
    shown = sign_in(security_admin).get(reverse("accounts:policy")).content.decode()
    assert "5 至 60。" in shown
    assert "GB/T 22239" in shown


def test_the_page_of_locks_and_factors_asks_as_much_for_three_as_for_one(
    security_admin, sign_in, django_assert_max_num_queries
):
    AccessPolicy.objects.create(factor_roles=["leader"])
    client = sign_in(security_admin)
    give_generator(make_user("leader", username="first"))
    with django_assert_max_num_queries(30) as one:
        assert "first" in client.get(reverse("accounts:protection")).content.decode()
    queries = len(one)
    give_generator(make_user("leader", username="second"))
    make_user("leader", username="third")
    with django_assert_max_num_queries(queries):
        shown = client.get(reverse("accounts:protection")).content.decode()
    assert shown.count("已启用") == 2
    assert "须启用" in shown
