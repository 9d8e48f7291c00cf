"""manage.py under production settings that nothing will ever serve with: `python -m scripts.throwaway collectstatic`.

Building the image and `make check` need the settings to load. Every secret is made here and forgotten.
"""

import os
import secrets
import subprocess
import sys

from scripts.console import ROOT


def production_environment() -> dict[str, str]:
    """What production asks for, with new random secrets; nothing listens at its addresses."""
    return {
        "GUANDU_ENV": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "AUDIT_KEY": secrets.token_urlsafe(64),
        "CONTACT_KEY": secrets.token_urlsafe(64),
        "DATABASE_URL": f"postgres://portal:{secrets.token_hex(24)}@127.0.0.1:1/portal",
        "REDIS_URL": f"redis://:{secrets.token_hex(24)}@127.0.0.1:1/0",
        "ALLOWED_HOSTS": "portal.example",
        "CSRF_TRUSTED_ORIGINS": "https://portal.example",
    }


def main() -> int:
    command = [sys.executable, "manage.py", *sys.argv[1:]]
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **production_environment()}, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
