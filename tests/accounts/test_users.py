"""Accounts: opened, changed, closed; passwords and tokens."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from knox.models import AuthToken

from guandu.accounts.actions import tokens, users
from guandu.accounts.models import User
from guandu.accounts.permissions import Permission
from guandu.audit.changes import snapshot
from guandu.audit.models import AuditChange, AuditEvent
from guandu.core import clock
from guandu.core.errors import Conflict, Invalid, NotAllowed, NotReady
from tests.factories import PASSWORD, make_unit, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]


def create(by, **fields):
    given = {"username": "new.person", "name": "新同事", "unit": make_unit(), "password": PASSWORD}
    return users.create(**{**given, **fields}, by=by)


def test_a_new_account_has_a_password_and_no_right(system_admin):
    user = create(system_admin)
    assert user.check_password(PASSWORD)
    assert not any(user.may(permission) for permission in Permission)


def test_an_account_without_a_password_cannot_sign_in(system_admin):
    assert not create(system_admin, password=None).has_usable_password()


def test_the_trail_never_holds_a_password(system_admin):
    user = create(system_admin)
    users.set_password(user=user, password="Another-2026-word", by=system_admin)
    written = str(list(AuditChange.objects.values_list("before", "after")))
    assert "已设置" in written
    assert "argon2" not in written
    assert "md5" not in written
    assert PASSWORD not in written


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"username": ""}, "username"),
        ({"name": ""}, "name"),
        ({"email": "无效"}, "email"),
        ({"password": "12345678"}, "password"),
        ({"password": "short"}, "password"),
    ],
)
def test_a_wrong_field_is_named(system_admin, fields, field):
    with pytest.raises(Invalid) as refusal:
        create(system_admin, **fields)
    assert field in {name for name, _ in refusal.value.errors}


def test_a_name_is_taken_in_any_case(system_admin):
    create(system_admin)
    with pytest.raises(Invalid) as refusal:
        create(system_admin, username="NEW.Person")
    assert "已有同名账号（不分大小写）。" in [text for _, text in refusal.value.errors]


@pytest.mark.parametrize("who", ["office", "security_admin", "audit_admin", "operator"])
def test_only_the_system_administrator_keeps_accounts(who, request):
    actor = request.getfixturevalue(who)
    someone = make_user()
    for step in (
        lambda: create(actor),
        lambda: users.update(user=someone, values={"name": "改名"}, by=actor),
        lambda: users.disable(user=someone, by=actor),
        lambda: users.enable(user=someone, by=actor),
        lambda: users.set_password(user=someone, password=PASSWORD, by=actor),
        lambda: tokens.issue(user=someone, by=actor),
    ):
        with pytest.raises(NotAllowed):
            step()
    assert AuditEvent.objects.filter(outcome="denied").count() == 6
    assert not AuditEvent.objects.filter(outcome="done", verb__startswith="user.").exists()


def test_changing_an_account_records_only_what_differs(system_admin):
    user = make_user(name="王一")
    users.update(user=user, values={"name": "王二", "duty": user.duty}, by=system_admin)
    change = AuditChange.objects.get(event__verb="user.update")
    assert (change.before, change.after) == ({"name": "王一"}, {"name": "王二"})


@pytest.mark.parametrize("field", ["username", "is_active", "is_superuser", "is_demo", "password"])
def test_other_fields_are_not_changed_by_an_edit(system_admin, field):
    with pytest.raises(Invalid, match=field):
        users.update(user=make_user(), values={field: "x"}, by=system_admin)


def test_a_stale_edit_shows_what_the_other_wrote(system_admin):
    user = make_user(name="王一", duty="科员")
    seen = snapshot(user)
    users.update(user=user, values={"duty": "科长"}, by=system_admin)
    with pytest.raises(Conflict) as refusal:
        users.update(user=user, values={"duty": "副科长"}, seen=seen, by=system_admin)
    assert refusal.value.changes == (("职务", "科长", "副科长"),)
    user.refresh_from_db()
    assert user.duty == "科长"


def test_a_closed_account_is_out_at_once(system_admin, office, sign_in):
    client = sign_in(office)
    users.disable(user=office, reason="调离", by=system_admin)
    assert client.get("/admin/").status_code == 302
    assert not client.login(username="office", password=PASSWORD)
    users.enable(user=office, by=system_admin)
    assert client.login(username="office", password=PASSWORD)


def test_nobody_closes_his_own_account(system_admin):
    with pytest.raises(NotReady, match="不能停用自己的账号"):
        users.disable(user=system_admin, by=system_admin)


def test_a_new_password_ends_the_sessions(system_admin, office, sign_in):
    client = sign_in(office)
    assert client.get("/admin/").status_code == 200
    users.set_password(user=office, password="Another-2026-word", by=system_admin)
    assert client.get("/admin/").status_code == 302


def test_a_person_sets_his_own_password(operator):
    users.set_password(user=operator, password="Another-2026-word", by=operator)
    assert User.objects.get(pk=operator.pk).check_password("Another-2026-word")


TOMORROW = clock.real_today() + timedelta(days=1)


@pytest.mark.parametrize("role", ["system_admin", "security_admin", "audit_admin"])
@pytest.mark.parametrize("term", [{}, {"until": TOMORROW}, {"since": TOMORROW}, {"is_active": False}])
def test_no_administrator_gets_into_the_account_of_another_nor_closes_it(role, term, system_admin):
    other = make_user(role, **term)
    active, password = other.is_active, other.password
    with pytest.raises(NotAllowed, match="只能由本人修改"):
        users.set_password(user=other, password="Another-2026-word", by=system_admin)
    with pytest.raises(NotAllowed, match="不能由他人停用"):
        users.disable(user=other, by=system_admin)
    other.refresh_from_db()
    assert (other.is_active, other.password) == (active, password)
    assert AuditEvent.objects.filter(outcome="denied").count() == 2


def test_who_is_an_administrator_no_more_is_closed_as_anybody(system_admin):
    former = make_user("audit_admin", until=clock.real_today())
    users.set_password(user=former, password="Another-2026-word", by=system_admin)
    assert not users.disable(user=former, by=system_admin).is_active


def test_a_password_given_by_another_ends_the_tokens_and_ones_own_does_not(system_admin, api_client):
    tokens.issue(user=api_client, by=system_admin)
    users.set_password(user=api_client, password="Another-2026-word", by=api_client)
    assert AuthToken.objects.filter(user=api_client).count() == 1
    users.set_password(user=api_client, password="Third-2026-word", by=system_admin)
    assert not AuthToken.objects.exists()
    event = AuditEvent.objects.filter(verb="user.set_password").order_by("seq").last()
    assert event.changes.filter(object_type="knox.authtoken").exists()


@pytest.mark.feature("H1")
def test_a_token_is_kept_as_a_digest_and_shown_once(system_admin, api_client):
    text = tokens.issue(user=api_client, by=system_admin)
    kept = AuthToken.objects.get(user=api_client)
    assert text not in kept.digest
    written = str(list(AuditChange.objects.values_list("object_key", "before", "after")))
    assert text not in written
    users.disable(user=api_client, by=system_admin)
    assert not AuthToken.objects.exists()


def test_a_token_needs_the_right_to_use_the_api(system_admin, operator):
    with pytest.raises(NotReady, match="没有使用接口的权限"):
        tokens.issue(user=operator, by=system_admin)


def test_the_database_refuses_a_superuser():
    user = make_user()
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=user.pk).update(is_superuser=True)
