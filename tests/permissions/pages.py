"""The forms of a page, as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

TICKED = {"checkbox", "radio"}
UNSENT = {"submit", "button", "reset", "image", "file"}


@dataclass
class Form:
    """One `<form>`: where it goes, what it sends unchanged, and all that it could send."""

    path: str
    sent: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    # Where its buttons send it instead.
    elsewhere: set[str] = field(default_factory=set)
    id: str = ""


class _Reader(HTMLParser):
    def __init__(self, path: str, method: str) -> None:
        super().__init__()
        self.path, self.method = path, method
        self.forms: list[Form] = []
        self.form: Form | None = None
        self.select: tuple[str, bool] | None = None
        self.area: str | None = None
        # Controls that name their form: it may stand further down.
        self.named: list[tuple[str, str, dict]] = []

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        name = given.get("name")
        if tag == "form":
            self._open(given)
        elif given.get("form"):
            self.named.append((given["form"], tag, given))
        elif self.form is None:
            return
        elif tag in {"input", "button"}:
            self._control(tag, name, given)
        elif tag == "select" and name:
            self.form.names.add(name)
            self.select = (name, "multiple" in given)
        elif tag == "option" and self.select:
            self._option(given)
        elif tag == "textarea" and name:
            self.form.names.add(name)
            self.form.sent[name] = [""]
            self.area = name

    def _open(self, given: dict) -> None:
        path = urlsplit(urljoin(self.path, given.get("action") or self.path)).path
        self.form = Form(path, id=given.get("id") or "")
        if (given.get("method") or "get").lower() == self.method:
            self.forms.append(self.form)

    def _control(self, tag: str, name: str | None, given: dict) -> None:
        if given.get("formaction"):
            self.form.elsewhere.add(urlsplit(urljoin(self.path, given["formaction"])).path)
        if not name:
            return
        self.form.names.add(name)
        kind = given.get("type", "submit" if tag == "button" else "text")
        otherwise = "on" if kind in TICKED else ""
        if kind not in UNSENT and (kind not in TICKED or "checked" in given):
            self.form.sent.setdefault(name, []).append(given.get("value", otherwise) or "")

    def _option(self, given: dict) -> None:
        name, several = self.select
        value = given.get("value") or ""
        if "selected" in given:
            self.form.sent[name] = [*(self.form.sent.get(name, []) if several else []), value]
        elif not several:
            self.form.sent.setdefault(name, [value])

    def handle_data(self, data):
        if self.area and self.form:
            self.form.sent[self.area] = [self.form.sent[self.area][0] + data.lstrip("\n")]

    def settle(self) -> None:
        """Give the controls that name their form to it."""
        for name, tag, given in self.named:
            self.form = next((form for form in self.forms if form.id == name), None)
            if self.form:
                self._control(tag, given.get("name"), given)

    def handle_endtag(self, tag):
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = None
        elif tag == "textarea":
            self.area = None


def forms_of(html: str, path: str, method: str = "post") -> list[Form]:
    """The forms of the page at `path` that are posted, or asked with."""
    reader = _Reader(path, method)
    reader.feed(html)
    reader.settle()
    return reader.forms
