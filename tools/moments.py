"""The moments at which a process may be lost: just before each change that it makes to a disk, one after the other."""

import errno
import os
import signal
import sys
from pathlib import Path
from typing import Any

_CHANGES = frozenset({"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.fsync"})
_TO_WRITE = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Moments:
    """Counts the changes that this process makes below a place; at the nth it is killed, or the disk fails from there.

    It stays for as long as the process: audit hooks cannot be taken off.
    """

    def __init__(self, place: Path, nth: int | None = None, *, fails: bool = False) -> None:
        self.seen = 0
        self._place, self._nth, self._fails = str(place), nth, fails
        self._sync = os.fsync
        os.fsync = self._watched_sync  # of which no auditor is told
        sys.addaudithook(self._on_event)

    def _watched_sync(self, fd: Any) -> None:
        self._on_change()
        self._sync(fd)

    def _on_event(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in _CHANGES or (event == "open" and (arguments[2] or 0) & _TO_WRITE):
            path, by_number = arguments[0], arguments[-1] if event in {"os.remove", "os.rmdir"} else -1
            # What is removed in a directory that is open is named as it is in there.
            if by_number != -1 or str(path).startswith(self._place):
                self._on_change()

    def _on_change(self) -> None:
        self.seen += 1
        if self._nth is not None and self.seen >= self._nth:
            if not self._fails:
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
