"""A simulation in real time or faster: each observable event as it happens."""

from simulation.lib.errors import UserError


class StreamError(UserError):
    """A stream that cannot be made or read: the message is one line with what was found and what is allowed."""
