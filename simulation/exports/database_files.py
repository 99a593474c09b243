"""Databases that are files: one load at a time, and a file that was not there appears when it is complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulation.exports import DatabaseError
from simulation.lib.staging import cannot_be_written, put_in_place, workplace

# What databases keep beside their file.
_COMPANIONS = (".wal", "-journal", "-wal", "-shm")


@contextmanager
def file_to_fill(place: str) -> Iterator[str]:
    """The path at which to open a database: the file that is there, or a new one that takes its name at the end.

    Raises DatabaseError where there can be no such file, and RunDirError where another process is loading into it.
    """
    path = Path(place)
    with cannot_be_written(path):
        if path.is_dir():
            raise DatabaseError(f"{place}: is a directory; name a file")
        if not path.parent.is_dir():
            raise DatabaseError(f"{place}: there is no directory {path.parent}")
    with workplace(path) as directory:
        if path.exists():
            yield place
            return
        file = directory / path.name
        yield str(file)
        if path.exists():
            raise DatabaseError(f"{place}: was made by another program meanwhile; nothing was changed")
        _remove_companions(path.resolve())
        put_in_place(file, path)


def _remove_companions(path: Path) -> None:
    """Remove what was kept beside a database that is gone, which would be taken for the new one's."""
    for suffix in _COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
