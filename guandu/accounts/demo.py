"""The passwords of the demonstration accounts: made once, kept in a file that only the owner reads."""

import os
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from guandu.accounts.roles import RoleCode

NAME = "demo-accounts.txt"


def path() -> Path:
    return Path(settings.VAR_DIR) / NAME


def write_demo_passwords(people: Iterable[tuple[object, str, str]]) -> Path:
    """Keep (user, role, password) of each account, one line each: role, account, password, by tab."""
    lines = [f"{RoleCode(role).label}\t{user.username}\t{password}\n" for user, role, password in people]
    target = path()
    # Created unreadable for others from the first byte on, and swapped in whole.
    beside = target.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(lines)
    return beside.replace(target)


def read_demo_passwords() -> list[tuple[str, str, str]]:
    """(role name, account, password) in the order written; empty when there is no file."""
    try:
        text = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    return [tuple(line.split("\t", 2)) for line in text.splitlines() if line]
