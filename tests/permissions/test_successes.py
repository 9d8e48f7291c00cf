"""Every route and method that is there for somebody is really used by somebody, with success.

The matrix asks each: a page that is shown, and a POST with a body that does what it is for (a way of
asking that has to write). What needs more than one request is walked through here.
"""

import re

import pytest
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from guandu.accounts.forms_batches import COLUMNS, SHEET
from guandu.accounts.models import AccountBatch
from guandu.core import clock
from guandu.exchange.writer import WrittenColumn, write_workbook
from tests.factories import PASSWORD, make_user
from tests.permissions.matrix import METHODS, Cell, cells, ways
from tests.signing_in import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Route → why nobody ever has success there.
WITHOUT_SUCCESS = {
    "ask/": "off until the office opens it: tests/parks/test_request_pages.py",
    "admin/login/": "the portal's own page signs in: who is in is refused, who is not is led there",
    "admin/r/<content_type_id>/<object_id>/": "the admin's way to a page of an object on the site: we offer none",
    "admin/<url>": "whatever is not there",
    "api/v1/.": "whatever is not there",
    "accounts/single-sign-on/<provider_id>/": "off until it is configured: tests/accounts/test_single_sign_on.py",
    "accounts/single-sign-on/<provider_id>/back/": "off until it is configured: tests/accounts/test_single_sign_on.py",
}
# Pages of the admin that take a query from either method, and short addresses that lead to the page of a row.
ADMIN_READS = re.compile(
    r"admin/(?:search/|password_change/|logout/|<app_label>/|\w+/\w+/(?:<object_id>/(?:history/)?)?)?"
)
NEVER_DELETED = "/delete/"
NEVER_ADDED = {
    f"admin/{model}/add/"
    for model in (
        "targets/indicator", "targets/returntemplate", "targets/plan", "targets/target", "targets/qualitativeaim",
        "targets/mechanism", "targets/ambiguity", "investment/project", "rating/scheme", "accounts/grant",
        "audit/auditevent", "parks/parktype",
    )
}  # fmt: skip
ONLY_LOOKED_AT = {
    f"admin/{model}/<object_id>/change/"
    for model in ("rating/scheme", "accounts/grant", "audit/auditevent", "parks/parktype")
}
# Walked through below.
WALKED = {
    ("POST", "accounts/sign-in/"), ("POST", "accounts/sign-in/demo/"), ("GET", "accounts/sign-in/code/"),
    ("POST", "accounts/sign-in/code/"), ("GET", "accounts/confirm/code/"), ("POST", "accounts/confirm/code/"),
    ("POST", "accounts/factor/enrol/"), ("GET", "accounts/factor/remove/"), ("POST", "accounts/factor/remove/"),
    ("GET", "accounts/factor/codes/"), ("POST", "accounts/factor/codes/renew/"), ("POST", "accounts/batches/new/"),
    ("POST", "accounts/batches/confirm/"),
}  # fmt: skip


# Of the register, what takes a file, a preview or the keys of two rows: where it is done with success.
DONE_ELSEWHERE = {
    "register/parks/<code>/merge/": "tests/parks/test_change_pages.py",
    "register/enterprises/<code>/merge/": "tests/parks/test_change_pages.py",
    "enterprises/comparisons/new/": "tests/parks/test_comparison_pages.py",
    "enterprises/comparisons/confirm/": "tests/parks/test_comparison_pages.py",
    "register/import/<table>/": "tests/exchange/test_import_pages.py",
    "returns/<pk>/evidence/": "tests/targets/test_evidence.py",
    "returns/<pk>/paper/": "tests/targets/test_paper.py",
    "rosters/<pk>/": "tests/targets/test_matches.py",
    "layouts/new/": "tests/targets/test_layouts.py",
    "layouts/<pk>/replace/": "tests/targets/test_layouts.py",
    "returns/<pk>/workbook/": "tests/targets/test_workbook_pages.py",
    "cycles/<pk>/workbooks/": "tests/targets/test_workbook_pages.py",
    "dispatch/new/": "tests/targets/test_dispatch_pages.py",
    "dispatch/answers/<pk>/upload/": "tests/targets/test_dispatch_pages.py",
    "returns/<pk>/roster/": "tests/targets/test_lines.py",
    "history/new/": "tests/targets/test_history_pages.py",
    "plan/<code>/done/": "tests/targets/test_plan_terms_pages.py",
    "plan/aims/<code>/": "tests/targets/test_plan_terms_pages.py",
    "plan/reports/<pk>/file/": "tests/targets/test_plan_terms_pages.py",
    "tasks/<pk>/supervise/": "tests/targets/test_task_pages.py",
    "tasks/<pk>/close/": "tests/targets/test_task_pages.py",
    "tasks/closings/<pk>/file/": "tests/targets/test_task_pages.py",
    "documents/<pk>/next/": "tests/targets/test_official_document_pages.py",
    "documents/<pk>/sign/": "tests/targets/test_official_document_pages.py",
    "documents/<pk>/issue/": "tests/targets/test_official_document_pages.py",
    "tenancies/<pk>/take/": "tests/parks/test_space_pages.py",
    "tenancies/<pk>/strike/": "tests/parks/test_space_pages.py",
}


def offered(asked: list[Cell]) -> bool:
    """Whether the method is there for anybody: somebody is let in, or told what is lacking."""
    if any(cell.status == 405 for cell in asked):
        return False
    return any(
        cell.status not in (302, 401, 403, 404) or (cell.role == cell.filler and cell.status == 302)
        for cell in asked
    )


def succeeds(cell: Cell, method: str) -> bool:
    if cell.role != cell.filler or cell.status >= 400:
        return False
    return method == "GET" or cell.acts is True or not (cell.expected.is_plain or cell.expected.asked.writes)


def test_every_method_of_every_route_has_success_for_somebody(world, prove_figure):
    by_place: dict[tuple[str, str], list[Cell]] = {}
    for cell in cells(ways(), world):
        by_place.setdefault((cell.method, cell.expected.route), []).append(cell)
    assert {method for method, _ in by_place} == set(METHODS)
    had = {
        place for place, asked in by_place.items() if any(succeeds(cell, place[0]) for cell in asked)
    } | WALKED
    wanting = {place for place, asked in by_place.items() if place not in had and offered(asked)}
    assert sorted(place for place in wanting if not reason(*place)) == []
    assert sorted(place for place in WALKED if place not in by_place) == []
    prove_figure("routes and methods used with success", len(had))


def reason(method: str, route: str) -> str:
    """Why nobody has success with it; empty when somebody should."""
    if method == "POST" and (route in {"healthz", "accounts/sign-out/"} or ADMIN_READS.fullmatch(route)):
        return "a POST is read as a GET is, leads elsewhere, or ends the session whoever asks"
    if NEVER_DELETED in route or route in NEVER_ADDED or (method == "POST" and route in ONLY_LOOKED_AT):
        return "nobody does this by hand"
    if method == "POST" and route in DONE_ELSEWHERE:
        return DONE_ELSEWHERE[route]
    return WITHOUT_SUCCESS.get(route, "")


# What takes more than one request


def code(secret: str) -> str:
    """What the generator shows now."""
    return format_hotp_value(hotp_value(secret, int(clock.now().timestamp()) // 30))


def test_signing_in_by_password_by_button_and_by_code(world):
    leader, secret = world.people["leader"], generate_totp_secret()
    sent = {"username": leader.username, "password": PASSWORD}
    assert Client().post("/accounts/sign-in/", sent).headers["Location"] == "/"
    make_user("leader", username="m-demo", is_demo=True)
    assert Client().post("/accounts/sign-in/demo/", {"username": "m-demo"}).headers["Location"] == "/"
    TOTP.activate(leader, secret)
    browser = Client()
    assert browser.post("/accounts/sign-in/", sent).headers["Location"] == "/accounts/sign-in/code/"
    assert browser.get("/accounts/sign-in/code/").status_code == 200
    assert browser.post("/accounts/sign-in/code/", {"code": code(secret)}).headers["Location"] == "/"
    assert browser.get("/").status_code == 200


def test_a_second_factor_from_its_enrolment_to_its_removal(world):
    browser = signed_in(world.people["leader"])
    secret = browser.get("/accounts/factor/enrol/").context["form"].secret
    assert browser.post("/accounts/factor/enrol/", {"code": code(secret)}).status_code == 302
    assert browser.get("/accounts/factor/codes/").status_code == 200
    assert browser.post("/accounts/factor/codes/renew/").status_code == 302
    assert browser.get("/accounts/factor/remove/").status_code == 200
    assert browser.post("/accounts/factor/remove/").status_code == 302
    assert not world.people["leader"].authenticator_set.filter(type="totp").exists()


def test_a_code_confirms_who_one_is(world):
    secret = generate_totp_secret()
    TOTP.activate(world.people["leader"], secret)
    browser = signed_in(world.people["leader"])
    assert browser.get("/accounts/confirm/code/").status_code == 200
    assert browser.post("/accounts/confirm/code/", {"code": code(secret)}).status_code == 302


def test_accounts_are_asked_for_by_workbook(world):
    browser, unit = signed_in(world.people["office"]), world.people["operator"].unit
    person = {
        "username": "zhang.san",
        "name": "张三",
        "unit": unit.name,
        "role": "园区运营方",
        "scope": "园区 本辖园区",
    }
    rows = [[person.get(column.key, "") for column in COLUMNS]]
    book = write_workbook(SHEET, [WrittenColumn(c.title, required=c.required) for c in COLUMNS], rows)
    sent = {"title": "新任填报人员", "document": "", "file": SimpleUploadedFile("申请.xlsx", book)}
    shown = browser.post("/accounts/batches/new/", sent)
    assert shown.status_code == 200
    asked = browser.post("/accounts/batches/confirm/", {"ticket": shown.context["ticket"]})
    batch = AccountBatch.objects.latest("pk")
    assert asked.headers["Location"] == f"/accounts/batches/{batch.pk}/"
    assert batch.requests.get().username == "zhang.san"
