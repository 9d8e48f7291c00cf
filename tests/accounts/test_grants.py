"""Giving and taking back roles: what is refused, in which words, and what the trail keeps."""

from datetime import date, timedelta

import pytest

from guandu.accounts import scopes
from guandu.accounts.actions import grants
from guandu.accounts.models import Grant
from guandu.accounts.permissions import Permission
from guandu.accounts.roles import ADMINISTRATORS, ROLES, RoleCode, ScopeKind
from guandu.audit.models import AuditEvent
from guandu.core import clock
from guandu.core.actors import LOADER
from guandu.core.errors import Invalid, NotAllowed, NotReady
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.feature("X6")]


@pytest.fixture
def person(park):
    return make_user()


def give(person, role, kind=ScopeKind.DISTRICT, code="", **options):
    return grants.give(user=person, role=role, scope_kind=kind, scope_code=code, **{"by": LOADER, **options})


def test_a_grant_lets_a_person_in_from_today(person, park, security_admin):
    assert not person.may(Permission.PARK_VIEW, park)
    grant = give(person, RoleCode.OPERATOR, ScopeKind.PARK, park.code, by=security_admin, reason="园区来函")
    assert person.may(Permission.PARK_VIEW, park)
    assert (grant.valid_from, grant.valid_to) == (clock.today(), None)
    event = AuditEvent.objects.get(verb="grant.give")
    assert (event.object_key, event.actor_key, event.reason) == (str(person.pk), "security-admin", "园区来函")
    assert event.changes.get().after["scope_code"] == park.code


def test_an_unknown_role_is_answered_with_the_roles_there_are(person):
    with pytest.raises(Invalid, match="没有“king”这个角色。可用的角色有：园区发展办（office）"):
        give(person, "king")


def test_a_role_is_given_over_its_own_kinds_of_scope_only(person, chain):
    with pytest.raises(Invalid, match="“园区运营方”只能按园区授权。"):
        give(person, RoleCode.OPERATOR, ScopeKind.CHAIN, chain.code)
    with pytest.raises(Invalid, match="没有“planet”这种范围"):
        give(person, RoleCode.OPERATOR, "planet", "earth")


@pytest.mark.parametrize(
    ("role", "kind", "code", "sentence"),
    [
        (RoleCode.OPERATOR, ScopeKind.PARK, "nowhere", "园区中没有编码“nowhere”"),
        (RoleCode.OPERATOR, ScopeKind.PARK, "", "请填写园区编码"),
        (RoleCode.STREET, ScopeKind.STREET, "dept-own", "街道中没有编码“dept-own”"),
        (RoleCode.DEPARTMENT, ScopeKind.DEPARTMENT, "street-own", "部门中没有编码“street-own”"),
        (RoleCode.OFFICE, ScopeKind.DISTRICT, "park-own", "全区授权不填范围编码"),
    ],
)
def test_a_scope_must_exist(person, role, kind, code, sentence):
    with pytest.raises(Invalid, match=sentence):
        give(person, role, kind, code)
    assert not Grant.objects.filter(user=person).exists()


def test_every_kind_of_scope_is_registered(park, street, department, chain):
    assert {kind: scopes.name_of(kind, code) for kind, code in [
        (ScopeKind.PARK, park.code), (ScopeKind.STREET, street.code), (ScopeKind.CHAIN, chain.code),
        (ScopeKind.DEPARTMENT, department.code), (ScopeKind.DISTRICT, ""),
    ]} == {
        ScopeKind.PARK: "本园区", ScopeKind.STREET: "本街道", ScopeKind.CHAIN: "本链",
        ScopeKind.DEPARTMENT: "本部门", ScopeKind.DISTRICT: "全区",
    }  # fmt: skip
    assert scopes.options(ScopeKind.PARK) == {park.code: "本园区"}


@pytest.mark.parametrize("administrator", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("other", [RoleCode.OFFICE, RoleCode.LEADER, *sorted(ADMINISTRATORS)])
def test_administrators_exclude_one_another_and_business(person, administrator, other):
    if administrator == other:
        return
    for first, second in [(administrator, other), (other, administrator)]:
        someone = make_user(first)
        with pytest.raises(NotReady, match="须由不同的人担任"):
            give(someone, second)


def test_business_roles_may_stand_together(person, park, chain):
    give(person, RoleCode.TASK_FORCE, ScopeKind.CHAIN, chain.code)
    give(person, RoleCode.OPERATOR, ScopeKind.PARK, park.code)
    assert person.role_names == ["园区运营方", "产业链专班"]


def test_an_administrator_may_take_up_business_after_his_term(person):
    today = clock.today()
    give(person, RoleCode.SYSTEM_ADMIN, since=today - timedelta(days=30), until=today)
    give(person, RoleCode.OFFICE)
    assert person.role_names == ["园区发展办"]
    with pytest.raises(NotReady):
        give(person, RoleCode.LEADER, since=today - timedelta(days=10))


def test_the_same_grant_is_not_given_twice(person):
    give(person, RoleCode.LEADER)
    with pytest.raises(Invalid, match="已有同样的授权"):
        give(person, RoleCode.LEADER)


@pytest.mark.parametrize("who", ["office", "operator", "system_admin", "audit_admin", "leader"])
def test_only_the_security_administrator_gives_and_takes(who, request, person):
    actor = request.getfixturevalue(who)
    with pytest.raises(NotAllowed, match="您没有授予角色的权限"):
        give(person, RoleCode.LEADER, by=actor)
    grant = give(person, RoleCode.LEADER)
    with pytest.raises(NotAllowed, match="您没有收回授权的权限"):
        grants.revoke(grant=grant, by=actor)
    denials = AuditEvent.objects.filter(outcome="denied", actor_key=actor.username)
    assert sorted(denials.values_list("verb", flat=True)) == ["grant.give", "grant.revoke"]


def test_nobody_grants_to_himself(security_admin):
    with pytest.raises(NotAllowed, match="不能给自己授权"):
        give(security_admin, RoleCode.SYSTEM_ADMIN, by=security_admin)


def test_taking_back_closes_the_grant_and_keeps_it(person, park, security_admin):
    grant = give(person, RoleCode.OPERATOR, ScopeKind.PARK, park.code, since=date(2024, 1, 1))
    grants.revoke(grant=grant, reason="已离职", by=security_admin)
    person.forget_grants()
    grant.refresh_from_db()
    assert grant.valid_to == clock.today()
    assert not person.may(Permission.PARK_VIEW)
    with pytest.raises(NotReady, match="无需再收回"):
        grants.revoke(grant=grant, by=security_admin)


def test_a_grant_of_today_taken_back_today_was_never_in_force(person, security_admin):
    grant = grants.revoke(grant=give(person, RoleCode.LEADER), by=security_admin)
    person.forget_grants()
    assert grant.valid_from == grant.valid_to
    assert person.grants_today() == []
    give(person, RoleCode.SYSTEM_ADMIN)


def test_every_role_in_code_can_be_chosen():
    assert set(ROLES) == set(RoleCode.values)
