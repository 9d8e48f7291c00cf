"""trust.md P-09 and section 3-B: whatever is typed, sent or written into an address, no answer is a failure of ours."""

import zlib
from collections.abc import Iterator, Sequence
from urllib.parse import quote, urlencode

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from tests.permissions.addresses import addresses, expected_answers
from tests.permissions.pages import forms_of
from tests.permissions.submission import Submission, ask
from tests.permissions.submissions import WRITTEN
from tests.permissions.world import ROLES

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
TYPED = (
    "", " ", "\u3000", "x", "１２３", "１２３．４５", "-1", "0", "1e309", "1E-400", "NaN", "-Infinity", "9" * 400, "9" * 5000,
    "9223372036854775808", "2147483648", "-9223372036854775809", "0.000000000000000000001", "٣", "²", "①", "1,2,3", "0x1F",
    "true", "null", "[]", "{}", '{"a":', "[" * 5000, "0000-00-00", "2026-02-30", "9999-12-31", "10000-01-01", "0001-01-01",
    "2026Q9", "P-OWN", "district:", "park:", ":", "<script>alert(1)</script>", "' OR 1=1 --", "=HYPERLINK(\"http://x\")",
    "../../etc/passwd", "\r\nSet-Cookie: a=b", "\u202eabc", "\ufeff", "{{7*7}}", "%s%n", "%00", "\0", "a\0b", "字" * 30_000,
    "😀" * 300, "Ａ" * 201, b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf",
)  # fmt: skip
BODIES = {
    "JSON": ("application/json", b'{"name": "x"}'),
    "deep JSON": ("application/json", b"[" * 200_000),
    "text": ("text/plain", b"name=x"),
    "nothing said": ("", b"name=x"),
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "a broken part": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\nb',
    ),
    "a part without a name": (
        "multipart/form-data; boundary=x",
        b"--x\r\nContent-Disposition: form-data\r\n\r\nb\r\n--x--",
    ),
    "base64 that is none": (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: base64\r\n\r\n!\r\n--x--',
    ),
    "another encoding": (f"{FORM}; charset=utf-16", "name=字".encode("utf-16")),
    "an encoding that is none": (f"{FORM}; charset=nonsense", b"name=x"),
    "more than there may be": (FORM, b"note=" + b"a" * 3_000_000),
    "too many fields": (FORM, b"&".join(b"f%d=1" % n for n in range(5_001))),
    "signs only": (FORM, b"&&==&=&a&%zz=%zz&%="),
    "semicolons": (FORM, b"a=1;b=2"),
}


# How many values stand everywhere at once in the short run.
EVERYWHERE = 3


@pytest.fixture(autouse=True)
def _anchors_of_this_test(settings, tmp_path):
    settings.AUDIT_ANCHOR_DIR = tmp_path


class Fuzzed:
    """One form in its true state, sent again and again with something else in it."""

    def __init__(self, each: Submission, world) -> None:
        self.each, self.world = each, world
        each.prepare(world)
        self.sent = each.sent(world)
        self.path = each.path(world)
        self.names = sorted({*self.sent, *each.form(world).names} - {"csrfmiddlewaretoken"})
        self.count, self.failures = 0, []

    def send(self, fields: dict, why: str) -> None:
        with transaction.atomic():
            files = [name for name, value in fields.items() if hasattr(value, "seek")]
            if files:
                self._take(ask(self.world, self.each.role, "POST", self.path, _decodable(fields)), why)
            else:
                self.body(FORM, urlencode(fields, doseq=True, errors="replace").encode(), why)
            transaction.set_rollback(True)

    def send_body(self, why: str) -> None:
        with transaction.atomic():
            self.body(*BODIES[why], why)
            transaction.set_rollback(True)

    def body(self, kind: str, data: bytes, why: str) -> None:
        self.world.quick_browser.cookies.clear()
        session = self.world.sessions.get(self.each.role)
        if session:
            self.world.quick_browser.cookies[settings.SESSION_COOKIE_NAME] = session
        self._take(self.world.quick_browser.generic("POST", self.path, data, kind), why)

    def _take(self, response, why: str) -> None:
        self.count += 1
        if response.status_code >= 500:
            self.failures.append(f"{why}: {response.status_code}")


def _decodable(fields: dict) -> dict:
    """The test client writes multipart from text."""
    for value in fields.values():
        if hasattr(value, "seek"):
            value.seek(0)
    return {
        name: value.decode("latin-1") if isinstance(value, bytes) else value for name, value in fields.items()
    }


def variants(form: Fuzzed, whole: bool) -> Iterator[tuple[str, dict]]:
    """(why, fields): values everywhere at once, others from one form to the next; and what may be wrong with each field
    alone: all of it, or one of it, another from one field to the next."""
    for value in TYPED if whole else some_of(TYPED, form.path, EVERYWHERE):
        yield f"everywhere {value[:12]!r}", dict.fromkeys(form.names, value)
    for name in form.names:
        wrong = list(wrong_alone(form, name, TYPED if whole else some_of(TYPED, f"{form.path} {name}", 1)))
        yield from wrong if whole else some_of(wrong, name, 1)


def wrong_alone(form: Fuzzed, name: str, values: Sequence) -> Iterator[tuple[str, dict]]:
    """A value that is none, the field missing, doubled, or a file where text is wanted."""
    for value in values:
        yield f"{name} = {value[:12]!r}", {**form.sent, name: value}
    yield f"without {name}", {key: value for key, value in form.sent.items() if key != name}
    yield f"{name} twice", {**form.sent, name: ["1", "2"]}
    yield f"{name} as a file", {**form.sent, name: SimpleUploadedFile("a.xlsx", b"PK\x03\x04")}


def fuzz(each: Submission, world, *, whole: bool) -> Fuzzed:
    with transaction.atomic():
        form = Fuzzed(each, world)
        for why, fields in variants(form, whole):
            form.send(fields, why)
        for why in BODIES if whole else some_of(tuple(BODIES), each.route, 1):
            form.send_body(why)
        transaction.set_rollback(True)
    return form


@pytest.mark.once
@pytest.mark.parametrize("each", WRITTEN, ids=lambda each: each.route)
def test_nothing_that_is_sent_to_a_form_breaks_it(each, world, prove_figure):
    """What is typed into it, and a body of another kind."""
    form = fuzz(each, world, whole=False)
    assert form.failures == []
    prove_figure("表单试填坏值（表单 × 字段 × 值），无一 5xx", form.count)


@pytest.mark.once
@pytest.mark.prove
@pytest.mark.parametrize("each", WRITTEN, ids=lambda each: each.route)
def test_nor_does_any_value_in_any_field(each, world, prove_figure):
    form = fuzz(each, world, whole=True)
    assert form.failures == []
    prove_figure("表单试填坏值（全部字段 × 全部值），无一 5xx", form.count)


# Addresses

KEYS = (
    "0", "-1", "1.5", "9" * 19, "9" * 400, "１２３", "x", "%00", "%FF%FE", "%ED%A0%80", "..", "%2e%2e%2f", "a b", "'", "%0d%0a",
    "字" * 300, "None", "1%2F2", "own", "%25s",
)  # fmt: skip
NAMES = (
    "q", "page", "period", "state", "kind", "chain", "stage", "since", "until", "before", "person", "verb", "object", "outcome",
    "address", "whose", "o", "p", "e", "all", "next", "why", "_changelist_filters", "carrier__exact", "id__in", "pk",
)  # fmt: skip
ASKED = (
    "",
    "0",
    "-1",
    "9" * 30,
    "１",
    "NaN",
    "2026Q9",
    "2026-02-30",
    "'",
    "字" * 2_000,
    "[]",
    "%ED%A0%80",
    "%FF",
)


def keyed() -> list[str]:
    """Routes with a key in them."""
    return sorted(route for route in expected_answers() if "<" in route)


def who_may(route: str) -> str:
    """Somebody whom the page does not turn away at the door."""
    statuses = list(expected_answers()[route].methods["GET"].values())
    fine = [role for role in ROLES if any(each[role] in {200, 404, 405, 409, 422} for each in statuses)]
    return "office" if "office" in fine or not fine else fine[0]


def some_of(values: Sequence, name: str, most: int) -> list:
    """`most` of the values, others from one name to the next."""
    first = zlib.crc32(name.encode())
    return [values[(first + step) % len(values)] for step in range(min(most, len(values)))]


@pytest.mark.once
def test_no_key_in_an_address_breaks_a_page(world, prove_figure):
    ask_keys(2, world, prove_figure)


@pytest.mark.once
@pytest.mark.prove
def test_nor_does_any_key(world, prove_figure):
    ask_keys(len(KEYS), world, prove_figure)


def ask_keys(most: int, world, prove_figure) -> None:
    wrong, count = [], 0
    for route in keyed():
        role, parts = who_may(route), route.split("/")
        for key in some_of(KEYS, route, most):
            path = "/" + "/".join(key if piece.startswith("<") else piece for piece in parts)
            for method in ("GET", "POST"):
                with transaction.atomic():
                    status = world.answer(role, method, path).status_code
                    transaction.set_rollback(True)
                count += 1
                if status >= 500:
                    wrong.append(f"{method} {route} {key[:20]} as {role}: {status}")
    assert wrong == []
    prove_figure("地址中的坏编号（路由 × 编号 × 方法），无一 5xx", count)


@pytest.mark.once
def test_no_query_breaks_a_page(world, prove_figure):
    ask_queries(1, world, prove_figure)


@pytest.mark.once
@pytest.mark.prove
def test_nor_does_any_query(world, prove_figure):
    ask_queries(len(ASKED), world, prove_figure)


def ask_queries(most: int, world, prove_figure) -> None:
    wrong, count = [], 0
    for route, path in addresses(world):
        role = who_may(route) if route in expected_answers() else "audit_admin"
        for query in queries(world, role, path, most):
            status = world.answer(role, "GET", f"{path}?{query}").status_code
            count += 1
            if status >= 500:
                wrong.append(f"{route}?{query[:40]} as {role}: {status}")
    assert wrong == []
    prove_figure("地址中的坏查询（路由 × 查询），无一 5xx", count)


def queries(world, role: str, path: str, most: int) -> Iterator[str]:
    """`most` values, and two more, under every name at once; `most` under each name that the page asks with."""
    shown = world.answer(role, "GET", path)
    if shown.status_code != 200 or shown.streaming:
        return
    asked = {
        name
        for form in forms_of(shown.content.decode("utf-8", "replace"), path, method="get")
        for name in form.names
    }
    for value in some_of(ASKED, path, most + 2):
        yield "&".join(f"{quote(name)}={written(value)}" for name in NAMES)
    for name in sorted(asked):
        for value in some_of(ASKED, f"{path} {name}", most):
            yield f"{quote(name)}={written(value)}"


def written(value: str) -> str:
    return value if value.startswith("%") else quote(value)
