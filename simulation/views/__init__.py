"""What people look at: results as tables and as pictures, and what happened to single agents."""

from simulation.lib.errors import UserError


class ViewError(UserError):
    """What cannot be shown as asked: the message is one line with what was found and what is allowed."""
