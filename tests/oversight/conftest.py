from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def anchor_folder(settings, tmp_path: Path) -> Path:
    """Anchors and archives of this test alone."""
    settings.AUDIT_ANCHOR_DIR = tmp_path / "audit-anchors"
    return settings.AUDIT_ANCHOR_DIR
