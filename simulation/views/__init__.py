"""Views for people: results as tables, pictures and pages, and what happened to single agents."""

from simulation.lib.errors import UserError


class ViewError(UserError):
    """Something cannot be shown as asked; the message is one line with what was found and what is allowed."""


def in_words(name: str) -> str:
    """A name from the data, such as a persona, a reason or a column, as words."""
    return name.replace("_", " ")
