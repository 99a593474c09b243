"""Databases that are files: one that was not there appears when it is complete."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from simulation.outputs import DatabaseError

_PARTIAL = ".partial"


@contextmanager
def file_to_fill(place: str) -> Iterator[str]:
    """The path at which to open a database: the file that is there, or a new one that takes its name at the end."""
    path = Path(place)
    if path.exists():
        yield place
        return
    if not path.parent.is_dir():
        raise DatabaseError(f"{place}: there is no directory {path.parent}")
    partial = path.with_name(path.name + _PARTIAL)
    _remove(partial)
    try:
        yield str(partial)
        with partial.open("r+b") as file:
            os.fsync(file.fileno())
        partial.rename(path)
    finally:
        _remove(partial)


def _remove(partial: Path) -> None:
    """Remove a file, and what a database keeps beside it."""
    for suffix in ("", ".wal", "-journal", "-wal", "-shm"):
        with suppress(FileNotFoundError):
            partial.with_name(partial.name + suffix).unlink()
