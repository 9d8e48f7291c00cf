"""Is the web process in this container alive? Ends with 0 when /healthz answers, with 1 otherwise.

Environment: ALLOWED_HOSTS, whose first name is the host asked for; PORT of the process (8000).
"""

import os
import sys
import urllib.error
import urllib.request

# The process answers in this container: a proxy of the environment must not be asked.
DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def main() -> int:
    host = host_of(os.environ.get("ALLOWED_HOSTS", ""))
    port = os.environ.get("PORT") or "8000"
    request = urllib.request.Request(f"http://127.0.0.1:{port}/healthz", headers={"Host": host})
    try:
        with DIRECT.open(request, timeout=3) as response:
            return 0 if response.status == 200 else 1
    except (urllib.error.URLError, OSError):
        return 1


def host_of(allowed: str) -> str:
    """A host that ALLOWED_HOSTS lets in: its first name; a wildcard lets in any."""
    return allowed.split(",")[0].strip().lstrip(".").replace("*", "localhost") or "localhost"


if __name__ == "__main__":
    sys.exit(main())
