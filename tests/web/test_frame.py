"""The frame of every page: sign-in, side bar, demonstration band, refusals, content policy."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from guandu.web import registry
from tests.factories import make_demonstration

ROOT = Path(__file__).resolve().parents[2]
ROLES = (
    "office", "operator", "department_user", "task_force_user", "street_user", "leader", "liaison", "expert",
    "system_admin", "security_admin", "audit_admin",
)  # fmt: skip
OWN = ("portal:home", "portal:search", "portal:dashboard", "portal:gallery", "parks:list", "targets:plan", "targets:indicators")
INLINE = re.compile(r"""<[a-z][^>]*\s(?:style|on[a-z]+)\s*=|<style\b|<script(?![^>]*\bsrc=)(?![^>]*application/json)""", re.I)


@pytest.mark.once
def test_no_template_carries_script_or_style():
    wrong = [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / "templates").rglob("*.html"))
        if not path.relative_to(ROOT / "templates").parts[0].startswith(("admin", "unfold"))
        and INLINE.search(path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.once
@pytest.mark.parametrize(
    "planted", ['<p style="x">', "<a onclick='x'>", "<script>x</script>", "<style>x</style>", '<td\n  style="x">']
)
def test_planted_script_or_style_is_seen(planted):
    assert INLINE.search(planted)


@pytest.mark.once
def test_nothing_is_asked_of_another_host():
    """Styles, scripts and templates of ours name no host; a namespace is not an address."""
    files = [*(ROOT / "templates").rglob("*.html"), *(ROOT / "static").rglob("*.css"), *(ROOT / "static").rglob("*.js")]
    outside = re.compile(r"""(?:https?:)?//(?!www\.w3\.org/)[a-z0-9-]+\.[a-z]{2,}""", re.I)
    assert [str(path) for path in files if outside.search(path.read_text(encoding="utf-8"))] == []


TOO_NEW = re.compile(
    r":has\(|@container|@layer|oklch\(|color-mix\(|light-dark\(|\d[dsl]v[hw]\b|\.at\(|structuredClone|\.replaceAll\(|\.findLast\("
)


@pytest.mark.once
def test_styles_and_scripts_keep_to_what_chromium_90_knows():
    ours = [*(ROOT / "static/css").glob("*.css"), *(ROOT / "static/js").glob("*.js")]
    assert ours
    found = {path.name: TOO_NEW.findall(_code(path.read_text(encoding="utf-8"))) for path in ours}
    assert {name: words for name, words in found.items() if words} == {}


def _code(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)


@pytest.mark.once
def test_the_colours_that_tabler_writes_in_newer_functions_are_given_plainly():
    """Borders, surfaces and text must not vanish in a browser that knows no oklch()."""
    style = (ROOT / "static/css/portal.css").read_text(encoding="utf-8")
    needed = (
        "body-bg", "body-color", "border-color", "border-color-translucent", "bg-surface", "bg-forms",
        "link-color", "primary", "danger", "success", "warning", "secondary", "white", "gray-200",
    )  # fmt: skip
    missing = [name for name in needed if not re.search(rf"--tblr-{name}: (?:#|rgba?\()", style)]
    assert missing == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
def test_whoever_is_not_signed_in_signs_in_and_comes_back(client, name):
    response = client.get(reverse(name))
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('accounts:sign-in')}?next={reverse(name)}"


@pytest.mark.once
def test_every_line_of_the_side_bar_has_its_glyph():
    drawn = set(re.findall(r'<symbol id="([a-z-]+)"', (ROOT / "static/img/glyphs.svg").read_text()))
    asked = {entry.icon for entry in registry.navigation_entries()}
    assert len(asked) > 5
    assert asked - drawn == set()


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_every_line_of_the_side_bar_opens(role, request, sign_in):
    client = sign_in(request.getfixturevalue(role))
    home = client.get("/").content.decode()
    menu = home[home.index('id="side-menu"') : home.index("</nav>", home.index('id="side-menu"'))]
    links = re.findall(r'href="([^"]+)"', menu)
    assert links
    assert [link for link in links if client.get(link, follow=True).status_code != 200] == []


@pytest.mark.django_db
@pytest.mark.parametrize("role", ROLES)
def test_what_is_not_in_the_side_bar_is_refused(role, request, sign_in):
    user = request.getfixturevalue(role)
    client = sign_in(user)
    hidden = [entry for entry in registry.navigation_entries() if not entry.may_open(user) and entry.url_name != "admin:index"]
    assert [entry.label for entry in hidden if client.get(reverse(entry.url_name)).status_code != 403] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", OWN)
def test_pages_carry_the_strict_policy_and_nothing_inline(name, office, sign_in):
    response = sign_in(office).get(reverse(name))
    assert response.status_code == 200
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not INLINE.search(response.content.decode())


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/", "/parks/", "/nothing/", "/accounts/sign-in/"])
def test_every_page_says_that_the_data_is_invented_while_it_is(path, office, sign_in, client):
    visitor = client if "sign-in" in path else sign_in(office)
    path = reverse("accounts:sign-in") if "sign-in" in path else path
    assert 'class="demo-band"' not in visitor.get(path).content.decode()
    make_demonstration()
    page = visitor.get(path).content.decode()
    assert 'class="demo-band"' in page
    assert "2026年10月12日" in page


@pytest.mark.once
def test_the_line_on_secrets_is_written_alike_everywhere():
    lines = [
        line.strip()
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if "非涉密" in line
    ]
    assert len(lines) == 2
    assert [line for line in lines if "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密" not in line] == []


@pytest.mark.once
def test_returns_and_papers_are_filed_never_submitted():
    """The house word is 报送; what is kept and shown to people says no other."""
    rooms = ("guandu", "parks", "targets", "rating", "investment", "templates", "static/js")
    files = [p for room in rooms for p in (ROOT / room).rglob("*") if p.suffix in {".py", ".html", ".yaml", ".js"}]
    assert files
    assert [str(p.relative_to(ROOT)) for p in files if "提交" in p.read_text(encoding="utf-8")] == []


@pytest.mark.django_db
def test_pages_say_what_must_not_be_stored_here(office, sign_in):
    assert "非涉密系统，严禁存储、处理、传输国家秘密和工作秘密" in sign_in(office).get("/").content.decode()


@pytest.mark.django_db
def test_a_refusal_stands_in_the_frame_with_a_number_to_quote(operator, sign_in):
    response = sign_in(operator).get(reverse("targets:plan"))
    page = response.content.decode()
    assert response.status_code == 403
    assert "您没有查看行动计划的权限" in page
    assert response["X-Request-ID"] in page
    assert 'id="side-menu"' in page


@pytest.mark.django_db
def test_an_unknown_page_shows_the_frame_only_to_those_signed_in(client, office, sign_in):
    assert 'id="side-menu"' not in client.get("/nothing/").content.decode()
    assert 'id="side-menu"' in sign_in(office).get("/nothing/").content.decode()


@pytest.mark.django_db
def test_a_wrong_period_is_answered_in_words(office, sign_in):
    response = sign_in(office).get("/?period=2026Q9")
    assert response.status_code == 422
    assert "不是报告期" in response.content.decode()
    assert "不是单个季度" in sign_in(office).get("/?period=2026").content.decode()
