"""Is the process in this container alive? Ends with 0 when it is, with 1 otherwise.

The web process answers /healthz; the others touch the file that PULSE_FILE names. Environment:
PULSE_FILE, which is set for those others; ALLOWED_HOSTS, whose first name is the host asked for; PORT of
the web process (8000).
"""

import os
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

# Beat turns at least every 60 seconds, as often as the audit trail is watched.
STILL_SECONDS = 150
# The process answers in this container: a proxy of the environment must not be asked.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> int:
    pulse = os.environ.get("PULSE_FILE")
    return 0 if (beats(Path(pulse)) if pulse else answers()) else 1


def beats(pulse: Path) -> bool:
    try:
        return time.time() - pulse.stat().st_mtime < STILL_SECONDS
    except FileNotFoundError:
        return False


def answers() -> bool:
    host = host_of(os.environ.get("ALLOWED_HOSTS", ""))
    port = os.environ.get("PORT") or "8000"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with DIRECT.open(request, timeout=3) as response:
            return response.status == 200
    except (urllib.error.URLError, OSError):
        return False


def host_of(allowed: str) -> str:
    """A host that ALLOWED_HOSTS lets in: its first name; a wildcard lets in any."""
    return allowed.split(",")[0].strip().lstrip(".").replace("*", "localhost") or "localhost"


if __name__ == "__main__":
    sys.exit(main())
