"""Many runs: scenarios compared, and swept."""


class StudyError(Exception):
    """A study that cannot be made: the message is one line that says what was found and what is allowed."""
