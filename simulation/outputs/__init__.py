"""Tables and log as other tools want them."""


class ExportError(Exception):
    """An export that cannot be made: the message is one line that says what was found and what is allowed."""


class DatabaseError(Exception):
    """A database that cannot be loaded: the message is one line, and has no password in it."""
