"""Tables and log as other tools want them."""

from simulation.lib.errors import UserError

DIALECTS = ("postgresql", "duckdb", "sqlite")
"""The databases that a run can be loaded into, by the first word of their URLs."""

IF_EXISTS = ("fail", "replace", "append")
"""What can be done where tables are in the way."""


class ExportError(UserError):
    """An export that cannot be made: the message is one line that says what was found and what is allowed."""


class DatabaseError(UserError):
    """A database that cannot be loaded: the message is one line, and has no password in it."""
