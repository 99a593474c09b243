"""The base of all errors that users can mend themselves."""


class UserError(Exception):
    """Something for the user to mend, here or outside: the message is one line that says what is wrong."""
