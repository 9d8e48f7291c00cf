"""The settings of production that an answer shows, for tests that ask without a server."""

import runpy

import pytest

from guandu.web import logs
from scripts.console import ROOT
from scripts.throwaway import production_environment

STARTS = ("SECURE_", "SESSION_COOKIE_", "CSRF_COOKIE_", "X_FRAME_", "CONTENT_SECURITY_", "PERMISSIONS_POLICY")


def of_production(folder) -> dict:
    """Read from the settings' own files, as production with throw-away secrets would."""
    given = {**production_environment(), "VAR_DIR": str(folder)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(logs, "_settings_secrets", set())
        for name, value in given.items():
            patch.setenv(name, value)
        # The second is imported by the first, but stands in this process as the one of a test.
        read = [
            runpy.run_path(str(ROOT / "guandu" / name)) for name in ("settings.py", "sign_in_settings.py")
        ]
    return {name: value for each in read for name, value in each.items() if name.startswith(STARTS)}
