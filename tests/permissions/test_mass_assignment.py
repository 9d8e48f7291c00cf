"""trust.md A-03: every form that is posted, with the name of every column beside its own fields.

They are refused in words; and were they not refused, nothing of them would be stored.
"""

import ast
import functools
import json
import re
from collections.abc import Callable, Sequence

import pytest
import time_machine
from django import forms
from django.apps import apps
from django.conf import settings
from django.contrib import admin
from django.db import models, transaction
from django.urls import resolve
from import_export.admin import ExportMixin
from rest_framework import serializers

from guandu.core import clock
from guandu.web import posted
from guandu.web.admin import OfficialAdmin
from tests.permissions.addresses import addresses, expected_answers
from tests.permissions.matrix import paths, routes
from tests.permissions.pages import forms_of
from tests.permissions.rows import LOCKOUT, SESSIONS, TRAIL, Contents, differing, digests, written
from tests.permissions.submission import Submission, ask
from tests.permissions.submissions import WRITTEN
from tests.permissions.world import ROLES
from tests.test_architecture import APPS, sources

pytestmark = pytest.mark.django_db

OURS = (*APPS, "core", "audit", "jobs", "accounts", "files")
# What an attacker tries first, columns or not.
TRIED = {
    "id", "pk", "_state", "owner", "user", "user_id", "by", "actor", "state", "status", "version", "role", "roles",
    "is_staff", "is_superuser", "is_active", "is_admin", "permissions", "groups", "approved", "approved_by", "approved_at",
    "reviewed_by", "filed_by", "score", "stars", "grade", "created_at", "updated_at", "is_demo", "scope_kind", "scope_code",
    "password", "must_change_password", "loaded_digest", "seq", "hash", "deleted", "method", "_method",
}  # fmt: skip
# Answers a POST as it answers a GET, and reads nothing of either.
READS_NOTHING = {"healthz"}
MARK = "SENTINEL-7f3a"


@pytest.fixture(autouse=True)
def _anchors_of_this_test(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path


# Which forms there are


def view_of(route: str, world):
    expected = expected_answers().get(route)
    path = next(iter(paths(expected, world).values())) if expected else "/" + re.sub(r"<\w+>", "1", route)
    return resolve(path).func


def of_the_admin() -> set[str]:
    """The addresses of the officials' admin that are written to, as its classes declare them."""
    found = set()
    for model, page in admin.site._registry.items():
        base = f"admin/{model._meta.app_label}/{model._meta.model_name}"
        if page.add_permission:
            found.add(f"{base}/add/")
        if page.edit_permission:
            found.add(f"{base}/<object_id>/change/")
        if isinstance(page, ExportMixin):
            found.add(f"{base}/export/")
        for name in getattr(page, "actions_detail", None) or ():
            found.add(f"{base}/<object_id>/{getattr(page, name).url_path}/")
    return found


def of_the_pages(world) -> set[str]:
    return {
        route
        for route in routes()
        if not route.startswith(("admin/", "api/")) and hasattr(view_of(route, world), "takes")
    }


def test_every_form_has_its_submission(world):
    written = {each.route for each in WRITTEN}
    there_are = of_the_admin() | of_the_pages(world)
    assert written <= there_are
    assert there_are - written == set()


def test_every_view_that_is_posted_to_says_what_it_takes(world):
    """Read from the matrix, which knows nothing of the decorator."""
    people = set(world.people) - {"anonymous", "disabled", "api_client"}
    silent = []
    for route, each in expected_answers().items():
        statuses = {statuses[role] for statuses in each.methods["POST"].values() for role in people}
        listens = statuses - {403, 405}
        if (
            listens
            and not route.startswith(("admin/", "api/"))
            and not hasattr(view_of(route, world), "takes")
        ):
            silent.append(route)
    assert sorted(silent) == sorted(READS_NOTHING)


def test_every_field_that_a_page_offers_is_taken(world):
    """As two of those whom each page answers."""
    assert_fields_are_taken(world, lambda route: openers(route)[:1] + openers(route)[1:][-1:])


@pytest.mark.prove
def test_every_field_that_a_page_offers_to_anybody_is_taken(world):
    assert_fields_are_taken(world, lambda route: ROLES)


def openers(route: str) -> list[str]:
    """Who has a page of the route, by the matrix."""
    known = expected_answers().get(route)
    statuses = list(known.methods["GET"].values()) if known else []
    return [role for role in ROLES if any(each[role] == 200 for each in statuses)]


def assert_fields_are_taken(world, asking: Callable[[str], Sequence[str]]) -> None:
    """What a form sends is what its address takes."""
    seen, wrong = set(), set()
    for route, path in addresses(world):
        for role in asking(route) if not path.startswith(("/api/", "/admin/")) else ():
            shown = world.answer(role, "GET", path)
            if shown.status_code == 200 and shown["Content-Type"].startswith("text/html"):
                for form in forms_of(shown.content.decode(), path):
                    seen |= form.names
                    wrong |= {
                        (each, name)
                        for each in (form.path, *form.elsewhere)
                        for name in not_taken(each, form.names)
                    }
    assert len(seen) >= 40
    assert wrong == set()


def not_taken(path: str, names: set[str]) -> list[str]:
    known, prefixes = resolve(path).func.takes
    return posted.unknown(names, known, prefixes)


# What is tried on them


def columns() -> dict[str, list[models.Field]]:
    found: dict[str, list[models.Field]] = {}
    for model in apps.get_models():
        if model._meta.app_label in OURS:
            for field in model._meta.get_fields():
                for name in {field.name, getattr(field, "attname", field.name)}:
                    found.setdefault(name, []).append(field)
    return found


def plausible(field: models.Field, last: Callable[[type[models.Model]], str]) -> str:
    """What such a column would hold, and holds nowhere by itself."""
    if isinstance(field, models.BooleanField):
        return "on"
    if field.is_relation:
        return last(field.related_model)
    if getattr(field, "choices", None):
        return str(field.choices[-1][0])
    if isinstance(field, models.IntegerField):
        return "31337"
    if isinstance(field, models.DateTimeField):
        return "2001-02-03T04:05:06"
    if isinstance(field, models.DateField):
        return "2001-02-03"
    if isinstance(field, models.JSONField):
        return json.dumps({"x": MARK})
    return MARK


def beside(own: set[str]) -> dict[str, list[str]]:
    """Every name there is but the form's own, each with values of every type that it has somewhere."""

    @functools.cache
    def last(model: type[models.Model]) -> str:
        row = model._base_manager.order_by("-pk").first()
        return str(row.pk) if row else "1"

    found = {name: [MARK] for name in TRIED}
    for name, fields in columns().items():
        found[name] = list(dict.fromkeys([MARK, *(plausible(field, last) for field in fields)]))
    return {name: values for name, values in found.items() if name not in own and not name.startswith("v-")}


def own_names(each: Submission, sent: dict, world) -> set[str]:
    return {*sent, *each.form(world).names, *getattr(view_of(each.route, world), "takes", [()])[0]}


def post(each: Submission, sent: dict, world):
    for value in sent.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return ask(world, each.role, "POST", each.path(world), sent)


def errors_in(response) -> str:
    return response.content.decode() if not response.streaming else ""


def refusal_of(route: str) -> int:
    """The admin shows a refusal on the form itself."""
    return 200 if route.startswith("admin/") and not route.endswith("/export/") else 422


@pytest.mark.once
@pytest.mark.feature("A12")
@pytest.mark.parametrize("each", WRITTEN, ids=lambda each: each.route)
def test_a_column_beside_the_fields_is_refused_in_words(each, world, prove_figure):
    with transaction.atomic():
        each.prepare(world)
        sent = each.sent(world)
        more = beside(own_names(each, sent, world))
        before = digests({*TRAIL, *SESSIONS, *LOCKOUT})
        response = post(each, {**sent, **more}, world)
        assert response.status_code == refusal_of(each.route)
        assert f"没有“{min(more)}”这一项。" in response.content.decode()
        assert differing(before) == []
        transaction.set_rollback(True)
    assert len(more) >= 200
    prove_figure("批量赋值：表单数", 1)
    prove_figure("批量赋值：多余字段（表单 × 字段），全部拒绝，没有存入", len(more))


@pytest.mark.once
@pytest.mark.parametrize("each", WRITTEN, ids=lambda each: each.route)
def test_were_it_not_refused_it_would_be_stored_nowhere(each, world, monkeypatch):
    """With the refusal away, the rows are those that the form alone would have left."""
    found, touched = [], set()
    with time_machine.travel(clock.now(), tick=False), transaction.atomic():
        each.prepare(world)
        contents = Contents()
        monkeypatch.setattr(posted, "unknown", lambda *arguments: [])
        # Once for both: a workbook made twice may differ by the second it was made in.
        sent = each.sent(world)
        for tempted in (False, True):
            with transaction.atomic():
                more = beside(own_names(each, sent, world)) if tempted else {}
                with written() as tables:
                    status = post(each, {**sent, **more}, world).status_code
                touched |= tables
                # The laden one is looked at where the plain one wrote, too.
                found.append((status, contents.now(touched)))
                transaction.set_rollback(True)
        transaction.set_rollback(True)
    plain, laden = found
    assert laden[0] == plain[0] < 400
    # the admin answers a refusal with the form again
    assert plain[0] != refusal_of(each.route)
    assert {table: rows for table, rows in laden[1].items() if rows != plain[1].get(table)} == {}


def test_the_interface_takes_nothing_at_all(world, prove_figure):
    """Its addresses are read only: with every name there is, by session and by token, nothing is written."""
    body = json.dumps({name: values[-1] for name, values in beside(set()).items()})
    before, count = digests({*TRAIL, *SESSIONS}), 0
    for route, path in addresses(world):
        for method in ("POST", "PUT", "PATCH", "DELETE") if route.startswith("api/") else ():
            for headers, role in (
                ({}, "office"),
                ({"authorization": f"Token {world.tokens['api_client']}"}, ""),
            ):
                world.quick_browser.cookies.clear()
                if role:
                    world.quick_browser.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[role]
                answer = world.quick_browser.generic(method, path, body, "application/json", headers=headers)
                assert answer.status_code in {403, 404, 405}, f"{method} {route}"
                count += 1
    assert differing(before) == []
    prove_figure("批量赋值：接口（地址 × 方法 × 令牌或登录），无一写入", count)


# What no form and no serializer may say


def loose(tree: ast.AST) -> list[int]:
    """Lines that take every field there is, or every field but some."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and {ast.unparse(target) for target in node.targets} & {
            "fields",
            "exclude",
            "excludes",
        }:
            names = {ast.unparse(target) for target in node.targets}
            if names & {"exclude", "excludes"} or (
                isinstance(node.value, ast.Constant) and node.value.value == "__all__"
            ):
                found.append(node.lineno)
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("form_factory"):
            found += [
                node.lineno
                for word in node.keywords
                if word.arg == "exclude" or ast.unparse(word.value) == "'__all__'"
            ]
    return found


@pytest.mark.once
def test_no_form_and_no_serializer_takes_whatever_there_is():
    assert [f"{source.name}:{line}" for source in sources() for line in loose(source.tree)] == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("class Meta:\n    fields = '__all__'", 1),
        ("class Meta:\n    exclude = ('note',)", 1),
        ("class ParkAdmin:\n    exclude = ['note']", 1),
        ("modelform_factory(Park, fields='__all__')", 1),
        ("modelform_factory(Park, exclude=['note'])", 1),
        ("class Meta:\n    fields = ('name',)", 0),
    ],
)
def test_a_planted_loose_form_is_seen(text, count):
    assert len(loose(ast.parse(text))) == count


@pytest.mark.once
def test_every_form_serializer_and_admin_page_names_its_fields():
    """Also those that inherit them: as they are once imported."""
    routes()
    unnamed = [each for each in ours(forms.ModelForm) if each._meta.model and each._meta.fields is None]
    unnamed += [
        each for each in ours(serializers.ModelSerializer) if not isinstance(each.Meta.fields, tuple | list)
    ]
    unnamed += [page for page in admin.site._registry.values() if not names_fields(page)]
    assert unnamed == []
    assert len(ours(serializers.ModelSerializer)) >= 5


def names_fields(page: admin.ModelAdmin) -> bool:
    """As a list, or by a method of its own where they depend on the row."""
    return bool(page.fields or page.fieldsets) or type(page).get_fields is not OfficialAdmin.get_fields


def ours(base: type) -> list[type]:
    below = [each for kind in base.__subclasses__() for each in (kind, *ours(kind))]
    return [each for each in below if each.__module__.split(".")[0] in {*APPS, "guandu"}]
