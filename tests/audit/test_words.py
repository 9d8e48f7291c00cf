"""Whatever an action is called in code, the trail names it in Chinese."""

import re
from pathlib import Path

import pytest

from guandu.audit.words import verb_in_words

pytestmark = pytest.mark.once

ROOT = Path(__file__).resolve().parents[2]
APPS = ("guandu", "parks", "targets", "rating", "investment")


def verbs() -> set[str]:
    paths = [path for app in APPS for path in (ROOT / app).rglob("actions/**/*.py")]
    return {verb for path in paths for verb in re.findall(r'^@action\("([^"]+)"\)', path.read_text(), re.MULTILINE)}


def test_every_action_has_words():
    assert len(verbs()) > 20
    assert sorted(verb for verb in verbs() if verb_in_words(verb) == verb) == []
