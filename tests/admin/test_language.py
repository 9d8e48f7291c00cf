"""The officials' admin speaks Chinese: no English word stands in what a page shows."""

import re
from html.parser import HTMLParser

import pytest
from django.contrib import admin
from django.urls import reverse

from scripts.catalogues import compile_all
from tests.admin.world import fill

pytestmark = [pytest.mark.django_db, pytest.mark.once]

# Codes, file formats and names that are written in letters in Chinese too.
ALLOWED = {"api", "xlsx", "csv", "esc", "ab", "gb"}  # AB角 is what officials say; GB/T 4754 is a standard
WORD = re.compile(r"[A-Za-z]{2,}")
SHOWN_ATTRIBUTES = {"title", "placeholder", "aria-label", "alt"}
SILENT = {"script", "style", "template", "code"}
ICONS = "material-symbols-outlined"


class Shown(HTMLParser):
    """The text of a page, and the attributes that are read out or shown; icon names are drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.texts += [value for name, value in attributes if name in SHOWN_ATTRIBUTES and value]
        if tag == "input" and values.get("type") in {"submit", "button"}:
            self.texts.append(values.get("value") or "")
        if tag not in {"input", "br", "img", "meta", "link", "hr", "col"}:
            self.open.append((tag, tag in SILENT or ICONS in (values.get("class") or "")))

    def handle_endtag(self, tag):
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data):
        if not any(silent for _, silent in self.open):
            self.texts.append(data)


def english_words(html: str, known: set[str]) -> set[str]:
    page = Shown()
    page.feed(html)
    text = " ".join(page.texts)
    for code in sorted(known, key=len, reverse=True):
        text = re.sub(re.escape(code), " ", text, flags=re.IGNORECASE)
    return {word for word in WORD.findall(text) if word.lower() not in ALLOWED}


@pytest.fixture(scope="module", autouse=True)
def catalogue():
    compile_all()


@pytest.fixture
def world(park, office):
    return fill(park, office)


def codes_of_data() -> set[str]:
    """Internal codes, accounts and hashes: data, not words."""
    known = set()
    for model in admin.site._registry:
        for row in model._base_manager.all():
            known |= {str(value) for value in vars(row).values() if isinstance(value, str) and value.isascii()}
    return {text for text in known if len(text) > 1}


def pages(request_user) -> list[str]:
    found = [reverse("admin:index")]
    for model in admin.site._registry:
        name = f"{model._meta.app_label}_{model._meta.model_name}"
        row = model._base_manager.order_by("-pk").first()
        found += [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_add")]
        found += [reverse(f"admin:{name}_{page}", args=[row.pk]) for page in ("change", "history")]
        for each in getattr(admin.site._registry[model], "actions_detail", ()):
            found.append(reverse(f"admin:{name}_{each}", args=[row.pk]))
    return [*found, reverse("admin:parks_park_export"), reverse("admin:parks_park_changelist") + "?q=zzz"]


@pytest.mark.parametrize("who", ["office", "system_admin", "security_admin", "audit_admin"])
def test_no_page_shows_an_english_word(who, request, world, sign_in):
    user = request.getfixturevalue(who)
    client = sign_in(user)
    opened, wrong = 0, {}
    for path in pages(user):
        response = client.get(path)
        if response.status_code != 200:
            continue
        opened += 1
        # Read anew: what was refused on the way here is data of the trail by now.
        words = english_words(response.content.decode(), codes_of_data() | {"zzz"})
        if words:
            wrong[path] = words
    assert wrong == {}
    assert opened >= 4


def test_a_planted_word_is_seen():
    assert english_words('<p title="History">记录 xlsx <b>Save</b></p>', set()) == {"History", "Save"}
    assert english_words('<i class="material-symbols-outlined">home</i><script>let x</script>', set()) == set()
