"""Databases in files: one load at a time, and a new file appears only when it is complete."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from simulation.exports.databases import DatabaseError
from simulation.lib.staging import cannot_be_written, put_in_place, workplace

# Files that databases keep beside their own.
_COMPANIONS = (".wal", "-journal", "-wal", "-shm")


@contextmanager
def file_to_fill(place: str) -> Iterator[str]:
    """The path at which to open a database: an existing file, or a temporary one that gets its name at the end.

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
    """Remove the companions of a deleted database, which would be taken for the new one's."""
    for suffix in _COMPANIONS:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
