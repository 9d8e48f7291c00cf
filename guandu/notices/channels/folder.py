"""A folder that a gateway on the other side empties: one line of JSON a message, one file a day."""

import json
import os
from pathlib import Path

from guandu.core import clock
from guandu.notices.channels.outgoing import NotDelivered, Outgoing


class Folder:
    """`path` is made when it is not there; files are readable by their owner alone."""

    def __init__(self, *, path: str) -> None:
        self.path = Path(path)

    def send(self, outgoing: Outgoing) -> None:
        line = json.dumps(outgoing.as_dict(), ensure_ascii=False, sort_keys=True) + "\n"
        name = f"messages-{clock.real_today():%Y%m%d}.jsonl"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            file = os.open(self.path / name, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                # One write: lines of two workers do not mix.
                os.write(file, line.encode())
                os.fsync(file)
            finally:
                os.close(file)
        except OSError as failure:
            raise NotDelivered("消息文件无法写入，请核对目录和权限。") from failure
