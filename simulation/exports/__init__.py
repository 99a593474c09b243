"""Tables and log in the formats of other tools."""

from pathlib import Path

from simulation.lib.errors import UserError

DIALECTS = ("postgresql", "duckdb", "sqlite")
"""The databases that a run can be loaded into, by the scheme of their URLs."""

IF_EXISTS = ("fail", "replace", "append")
"""What to do with tables that exist already."""


class ExportError(UserError):
    """An export that cannot be made: the message is one line with what was found and what is allowed."""


class DatabaseError(UserError):
    """A database that cannot be loaded: the message is one line without a password."""


def begins_with(path: Path, opening: bytes) -> bool:
    """Whether a file begins with these bytes."""
    with path.open("rb") as file:
        return file.read(len(opening)) == opening
