"""Values and texts as they are shown in a message of one line."""

from collections.abc import Mapping
from typing import Any

_SHOWN = 60
_LONGEST_INT = 10**_SHOWN


def shown(value: Any) -> str:
    """A value as it would stand in a scenario file, cut where it is long."""
    match value:
        case Mapping():
            text = "a table"
        case bool():
            text = str(value).lower()
        case list() | tuple():
            text = f"[{', '.join(map(shown, value))}]"
        case str():
            text = '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
        case int() if abs(value) > _LONGEST_INT:
            text = hex(value)  # Python writes no numbers of thousands of digits
        case _:
            text = str(value)
    return cut(text)


def on_a_line(text: str) -> str:
    """A text with whatever would break its line, or cannot be printed, as Python writes it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def cut(text: str) -> str:
    """A text, cut where it is long."""
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."
