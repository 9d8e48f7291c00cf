"""bootstrap, demo_accounts and api_token: what they print, and what they refuse."""

import stat
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from guandu.accounts.demo import path, read_demo_passwords, write_demo_passwords
from guandu.accounts.models import Unit, User
from guandu.accounts.roles import RoleCode
from guandu.audit.models import AuditEvent
from tests.factories import make_demonstration, make_unit, make_user

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def var_dir(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    return tmp_path


@pytest.mark.feature("X8")
def test_bootstrap_makes_the_three_administrators_once(client):
    make_unit(Unit.Kind.OFFICE)
    rows = [line.split("\t") for line in run("bootstrap").splitlines()[:3]]
    assert [row[0] for row in rows] == ["系统管理员", "安全管理员", "审计管理员"]
    for _, username, password in rows:
        assert client.login(username=username, password=password)
    with pytest.raises(CommandError, match="已经设立"):
        run("bootstrap")
    assert User.objects.count() == 3


def test_bootstrap_says_what_is_missing():
    with pytest.raises(CommandError, match="load_plan"):
        run("bootstrap")


def test_a_lost_password_of_an_administrator_is_renewed_on_the_server(client, audit_admin, operator):
    password = run("bootstrap", reset="audit-admin").splitlines()[0].split("\t")[2]
    assert client.login(username="audit-admin", password=password)
    with pytest.raises(CommandError, match="不是三类管理员"):
        run("bootstrap", reset="operator")
    with pytest.raises(CommandError, match="没有账号“nobody”"):
        run("bootstrap", reset="nobody")


def test_demo_passwords_are_readable_by_the_owner_only(var_dir):
    user = make_user(RoleCode.OFFICE, username="demo", is_demo=True)
    write_demo_passwords([(user, RoleCode.OFFICE, "first")])
    write_demo_passwords([(user, RoleCode.OFFICE, "pass\tword")])
    assert stat.S_IMODE(path().stat().st_mode) == 0o600
    assert read_demo_passwords() == [("园区发展办", "demo", "pass\tword")]


def test_demo_accounts_prints_what_can_be_used(var_dir):
    assert "没有演示账号" in run("demo_accounts")
    user = make_user(RoleCode.OFFICE, username="demo", is_demo=True)
    write_demo_passwords([(user, RoleCode.OFFICE, "secret-word")])
    assert "secret-word" not in run("demo_accounts")
    make_demonstration()
    user.forget_grants()
    assert run("demo_accounts").splitlines() == [
        "角色            账号            口令",
        "园区发展办      demo            secret-word",
    ]


@pytest.mark.feature("H1")
def test_api_token_prints_a_token_of_an_api_client_only(api_client, operator):
    token = run("api_token", "api-client").strip()
    assert len(token) == 64
    assert AuditEvent.objects.get(verb="token.issue").actor_name == "命令行"
    with pytest.raises(CommandError, match="没有使用接口的权限"):
        run("api_token", "operator")
    with pytest.raises(CommandError, match="没有账号“nobody”"):
        run("api_token", "nobody")
