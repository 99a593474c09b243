"""A run in the tables of a database, of one of three kinds."""

from simulation.lib.errors import UserError

DIALECTS = ("postgresql", "duckdb", "sqlite")
"""The databases that a run can be loaded into, by the scheme of their URLs."""

IF_EXISTS = ("fail", "replace", "append")
"""What to do with tables that exist already."""


class DatabaseError(UserError):
    """A database that cannot be loaded: the message is one line without a password."""
