"""Small pieces of Markdown from which generated pages are put together."""

import inspect
import re
from collections.abc import Iterable, Iterator
from typing import Any

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|#~])")


def escaped(text: str) -> str:
    """Plain text, of which nothing is taken for markup but code between backticks."""
    parts = re.split(r"(`[^`]+`)", " ".join(text.split()))
    return "".join(part.replace("|", "\\|") if part[:1] == "`" else _SPECIAL.sub(r"\\\1", part) for part in parts)


def code(value: object) -> str:
    """A value as code, for a cell of a table too; nothing for nothing."""
    text = str(value).replace("|", "\\|")
    return f"`{text}`" if text else ""


def fenced(text: str, language: str = "") -> str:
    """A block of code."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text.rstrip()}\n{fence}\n"


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A table; its cells are Markdown."""
    head = list(head)
    return "\n".join(_lines([head, ["---"] * len(head), *rows])) + "\n"


def _lines(rows: Iterable[Iterable[str]]) -> Iterator[str]:
    return (f"| {' | '.join(row)} |" for row in rows)


def first_line(documented: Any) -> str:
    """What a docstring says in its first paragraph."""
    return (inspect.getdoc(documented) or "").partition("\n\n")[0]
