"""The benchmark's own PostgreSQL: set up as in production, gone with its files afterwards."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.processes import stop_group
from scripts.servers import start_postgres
from scripts.system import TEST_NEEDS, provide

# Autovacuum and parallel workers would run beside the clock; what makes a write safe (fsync,
# synchronous_commit, full_page_writes) stays on, because it is part of what a write costs.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "512MB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
    "autovacuum": "off",
    "max_parallel_workers_per_gather": "0",
    "jit": "off",
}


@contextmanager
def private_server() -> Iterator[str]:
    """URL of a fresh cluster on a free port, for as long as the block lasts."""
    provide(need for need in TEST_NEEDS if need.package == "postgresql")
    folder = Path(tempfile.mkdtemp(prefix="guandu-bench-"))
    try:
        folder.chmod(0o755)
        process, url = start_postgres(folder, OPTIONS)
        try:
            yield url.removesuffix("/guandu") + "/postgres"
        finally:
            stop_group(process, seconds=5)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
