"""What people look at: results as tables and as pictures, and what happened to single agents."""


class ViewError(Exception):
    """What cannot be shown as asked: the message is one line with what was found and what is allowed."""


def in_words(name: str) -> str:
    """A name of the data as words: of a persona, a reason, a column."""
    return name.replace("_", " ")
