"""Diagrams, which a code host draws with a script, as tables: the site runs none of others' scripts."""

import re
from collections.abc import Iterator

from tools.site.markdown import table

_DIAGRAM = re.compile(r"^```mermaid\nflowchart \w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_ARROW = re.compile(r" *(<?-->|-\.->)(?:\|(.*?)\|)? *")
_KINDS = {"-->": "", "<-->": " (both ways)", "-.->": " (state, read later)"}
_NAMED = re.compile(r"(\w+)(?:\[\(?(.*?)\)?\])?")


def with_tables_for_diagrams(text: str) -> str:
    """A document in which each flowchart is a table of its arrows."""
    return _DIAGRAM.sub(lambda found: table(("from", "to", "what"), _arrows(found[1])), text)


def _arrows(flowchart: str) -> Iterator[tuple[str, str, str]]:
    """Each line's arrow: where it starts, where it leads, and what goes along it."""
    named = {name: label for name, label in _NAMED.findall(flowchart) if label}
    for line in flowchart.splitlines():
        start, arrow, label, end = _ARROW.split(line.strip(), maxsplit=1)
        yield _all_of(start, named), _all_of(end, named), f"{label or ''}{_KINDS[arrow]}".strip()


def _all_of(nodes: str, named: dict[str, str]) -> str:
    """The names of one end of an arrow, where several are joined by &."""
    ids = (_NAMED.match(node.strip()) for node in nodes.split("&"))
    return ", ".join(named.get(found[1], found[1]) for found in ids if found)
