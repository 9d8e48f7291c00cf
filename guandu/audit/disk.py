"""What must outlast a power cut, once it is said to be written."""

import os
from pathlib import Path


def settle(folder: Path) -> None:
    """A new or renamed file is safe when its folder is on disk as well."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
