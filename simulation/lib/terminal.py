"""What results are printed with for people. Rich is imported only where something is printed."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_WIDTH_OF_FILES = 160


def standard_output() -> "Console":
    """Where results are printed: as wide as the terminal, or wide enough for files."""
    from rich.console import Console

    # Rich heeds the encoding of a stream that it is given: not every one has lines for its boxes.
    console = Console(file=sys.stdout, highlight=False)
    return console if console.is_terminal else Console(file=sys.stdout, highlight=False, width=_WIDTH_OF_FILES)


def table_of(*columns: str) -> "Table":
    """A table in whose columns no text is cut, however narrow the terminal is."""
    from rich.table import Column, Table

    return Table(*(Column(name, overflow="fold") for name in columns))
