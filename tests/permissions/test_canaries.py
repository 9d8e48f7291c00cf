"""The canaries themselves: each is met by somebody who may, and the net catches them in any wrapping."""

import base64
import logging
from io import BytesIO
from urllib.parse import quote

import pytest
from django.db import transaction
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from openpyxl import Workbook

from guandu.accounts.roles import ADMINISTRATORS
from tests.permissions.asking import log_lines
from tests.permissions.canaries import address, net
from tests.permissions.world import SCOPED

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# What an administrator keeps or looks after, by hand; of business nothing but the names of scopes.
NOT_BUSINESS = {
    "system_admin": {
        "job", "where a job failed", "person's name", "account's name", "account", "grant's reason",
        "request for accounts", "hand-over",
    },
    "security_admin": {
        "person's name", "account's name", "account", "grant's reason", "request for accounts", "hand-over", "alarm",
    },
    "audit_admin": {"alarm"},
}  # fmt: skip
NAMED_SCOPES = {"park name", "park code", "operating company", "street and department"}


def test_every_canary_is_met_by_somebody_who_may(world, prove_figure):
    """What could leak is there. What nobody may read has no such page."""
    caught = net()
    met = [each for each in caught.canaries if each.shown[0]]
    missing = []
    for canary in met:
        role, path, method = canary.shown[0], address(canary, world), canary.shown[2]
        assert canary.may_meet(role, path), canary
        with transaction.atomic():
            shown = caught.caught_in(world.answer(role, method, path))
            transaction.set_rollback(True)
        missing += [] if canary in shown else [f"{canary} at {path}"]
    assert missing == [], "\n".join(missing)
    assert len(met) >= 40
    assert sorted({each.name for each in caught.canaries if not each.shown[0]}) == [
        "hash of a password", "second factor", "somebody else's file", "somebody else's message",
        "where somebody is signed in",
    ]  # fmt: skip
    prove_figure("canaries", sum(len(each.texts) for each in caught.canaries))


def test_no_administrator_may_meet_business():
    found = net().canaries
    for role in ADMINISTRATORS:
        assert {each.name for each in found if role in each.seen_by} == NOT_BUSINESS[role], role
    # A firm's own link shows its line to whoever holds it, without asking who that is.
    by_place = {
        each.name
        for each in found
        for role in ("system_admin", "security_admin")
        if set(each.at.get(role, ())) - {"firm-sheet/"}
    }
    assert by_place == NAMED_SCOPES


def test_no_scoped_role_may_meet_the_other_side():
    shared = {each.name for each in net().canaries if each.side == "other" and each.seen_by & set(SCOPED)}
    # A 联络员 follows the work of the whole district for his leader, whatever he was granted over (ADR 0026).
    assert shared == {"street and department", "task", "instruction", "supervision"}


def wrapped(text: str) -> dict[str, HttpResponse]:
    book = Workbook()
    book.active.append(["名称", f"企业{text}"])
    file = BytesIO()
    book.save(file)
    inside = base64.b64encode(file.getvalue()).decode()
    return {
        "text": HttpResponse(f"<td>企业{text.upper()}</td>"),
        "JSON": JsonResponse({"name": f"企业{text}"}),
        "stream": StreamingHttpResponse([b"a,", f"{text}\n".encode()]),
        "header": HttpResponse(headers={"Location": f"/parks/?name={text}"}),
        "file name": HttpResponse(
            headers={"Content-Disposition": f"attachment; filename*=UTF-8''{quote(f'园区{text}')}.xlsx"}
        ),
        "cookie": _with_cookie(text),
        "workbook": HttpResponse(file.getvalue()),
        "workbook inside a page": HttpResponse(f'<a href="data:application/vnd.sheet;base64,{inside}">'),
    }


def _with_cookie(text: str) -> HttpResponse:
    response = HttpResponse()
    response.set_cookie("last", text)
    return response


@pytest.mark.parametrize("text", ["zqfirm", "73519.64", "73,519.64"])
def test_the_net_catches_a_text_in_any_wrapping(text):
    missed = [name for name, response in wrapped(text).items() if not net().caught_in(response)]
    assert missed == []


@pytest.mark.parametrize("text", ["zqfirms", "xzqfirm", "173519.64", "73519.645", "1.73519.64"])
def test_a_part_of_a_longer_text_is_none(text):
    assert net().caught(text.encode()) == set()


def test_a_canary_in_a_log_line_is_seen(world):
    """The line of a request names its route, not the park in its address."""
    with log_lines() as lines:
        world.answer("leader", "GET", "/parks/P-OTHERX/")
        assert '"route": "parks:detail"' in lines.written[-1]
        assert net().caught("\n".join(lines.written).encode()) == set()
        logging.getLogger("guandu.parks").info("opened %s", "P-OTHERX")
        assert net().caught(lines.written[-1].encode())
