"""The score that MDN HTTP Observatory would give an answer: its table of modifiers, and of its ten tests
what decides between rows that an answer of ours could come to. It cannot be asked itself: it looks from
the internet. Source: github.com/mdn/mdn-http-observatory, src/grader/charts.js and src/analyzer/tests/.
"""

import re
from collections.abc import Iterable, Mapping
from http.cookies import Morsel

BASE = 100
# Bonuses count from here on.
WORTH_A_BONUS = 90
SIX_MONTHS = 15_768_000
MODIFIERS = {
    "csp-no-unsafe-default-none": 10, "csp-no-unsafe": 5, "csp-unsafe-style": 0, "csp-unsafe-eval": -10,
    "csp-unsafe-inline": -20, "csp-insecure-scheme": -20, "csp-missing": -25,
    "cookies-secure-samesite": 5, "cookies-secure": 0, "cookies-none": 0, "cookies-insecure": -20,
    "cookies-csrf-without-samesite": -20, "cookies-session-without-httponly": -30, "cookies-session-insecure": -40,
    "cors-none": 0, "cors-universal": -50,
    "redirection-https": 0, "redirection-missing": -20,
    "referrer-private": 5, "referrer-missing": 0, "referrer-unsafe": -5,
    "hsts-six-months": 0, "hsts-short": -10, "hsts-missing": -20,
    "scripts-own-origin": 0, "scripts-foreign": -50,
    "nosniff": 0, "sniffed": -5,
    "frames-by-csp": 5, "frames-by-header": 0, "frames-allowed": -20,
    "corp-same-origin": 10, "corp-missing": 0, "corp-invalid": -5,
}  # fmt: skip
PRIVATE = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}
BROAD = {"*", "http:", "https:", "ftp:", "http://*", "https://*", "http://*.*", "https://*.*"}
INLINE = {"'unsafe-inline'", "data:"}


def score(
    headers: Mapping[str, str], cookies: Iterable[Morsel], page: str, *, leads_to_https: bool
) -> tuple[int, list[str]]:
    """The score, and the row that each test came to."""
    rows = [
        policy(headers.get("Content-Security-Policy", "")),
        jar(list(cookies)),
        "cors-universal" if headers.get("Access-Control-Allow-Origin") else "cors-none",
        "redirection-https" if leads_to_https else "redirection-missing",
        referrer(headers.get("Referrer-Policy", "")),
        transport(headers.get("Strict-Transport-Security", "")),
        "scripts-foreign"
        if re.search(r"<script[^>]+src=[\"']?(?:https?:)?//", page)
        else "scripts-own-origin",
        "nosniff" if headers.get("X-Content-Type-Options") == "nosniff" else "sniffed",
        frames(headers),
        sharing(headers.get("Cross-Origin-Resource-Policy", "")),
    ]
    modifiers = [MODIFIERS[row] for row in rows]
    plain = BASE + sum(each for each in modifiers if each < 0)
    bonus = sum(each for each in modifiers if each > 0) if plain >= WORTH_A_BONUS else 0
    return max(plain + bonus, 0), rows


def policy(header: str) -> str:
    said = sources(header)
    if not said:
        return "csp-missing"
    anything = said.get("default-src", {"*"})
    script, style, plugin = (said.get(name, anything) for name in ("script-src", "style-src", "object-src"))
    active = script.union(*(found for name, found in said.items() if name not in {"img-src", "media-src"}))
    if script & (BROAD | INLINE) or plugin & BROAD:
        return "csp-unsafe-inline"
    if any(source.startswith(("http:", "ftp:")) for source in active):
        return "csp-insecure-scheme"
    if "'unsafe-eval'" in script | style:
        return "csp-unsafe-eval"
    if style & (BROAD | INLINE):
        return "csp-unsafe-style"
    return "csp-no-unsafe-default-none" if said.get("default-src") == {"'none'"} else "csp-no-unsafe"


def sources(header: str) -> dict[str, set[str]]:
    """Directive → what it allows."""
    parts = [part.split() for part in header.split(";") if part.strip()]
    return {name: set(allowed) for name, *allowed in parts}


def jar(cookies: list[Morsel]) -> str:
    if not cookies:
        return "cookies-none"
    found = {row for cookie in cookies for row in faults(cookie)}
    worst = min(found, key=MODIFIERS.__getitem__, default="")
    if worst:
        return worst
    return "cookies-secure-samesite" if all(cookie["samesite"] for cookie in cookies) else "cookies-secure"


def faults(cookie: Morsel) -> Iterable[str]:
    name = cookie.key.lower()
    is_session = "sess" in name or "login" in name
    if not cookie["secure"]:
        yield "cookies-session-insecure" if is_session else "cookies-insecure"
    if is_session and not cookie["httponly"]:
        yield "cookies-session-without-httponly"
    if "csrf" in name and not cookie["samesite"]:
        yield "cookies-csrf-without-samesite"


def referrer(header: str) -> str:
    if not header:
        return "referrer-missing"
    return "referrer-private" if header in PRIVATE else "referrer-unsafe"


def transport(header: str) -> str:
    age = re.search(r"max-age=(\d+)", header)
    if not age:
        return "hsts-missing"
    return "hsts-six-months" if int(age[1]) >= SIX_MONTHS else "hsts-short"


def frames(headers: Mapping[str, str]) -> str:
    if sources(headers.get("Content-Security-Policy", "")).get("frame-ancestors", {"*"}).isdisjoint(BROAD):
        return "frames-by-csp"
    return (
        "frames-by-header" if headers.get("X-Frame-Options") in {"DENY", "SAMEORIGIN"} else "frames-allowed"
    )


def sharing(header: str) -> str:
    if not header:
        return "corp-missing"
    return "corp-same-origin" if header in {"same-origin", "same-site"} else "corp-invalid"
