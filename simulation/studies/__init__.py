"""Many runs: scenarios compared, and swept."""

from simulation.lib.errors import UserError


class StudyError(UserError):
    """A study that cannot be made: the message is one line that says what was found and what is allowed."""
