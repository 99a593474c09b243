"""A run in the formats of standards: data package, data contract, and object-centric event log."""

from simulation.lib.errors import UserError


class ExportError(UserError):
    """An export that cannot be made: the message is one line with what was found and what is allowed."""
