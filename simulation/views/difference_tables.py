"""Differences as tables for the terminal: as many side by side as there is room for, and nothing cut off."""

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from simulation.studies.differences import Difference
from simulation.studies.findings import effect_of, number, percent
from simulation.studies.key_figures import KeyFigure

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

Part = Literal["mean", "difference", "percent", "effect"]
Cell = Mapping[Part, str]
# The beginning of a row: a group, or nothing, and what stands in the first columns.
Row = tuple[str, tuple[str, ...]]
# The columns of what is held against something: a heading, and a difference for each row.
Block = tuple[str, Sequence[Cell]]

# What colours mean; the word stands beside, for who does not see them.
STYLES = {"better": "green", "worse": "red", "unclear": "dim", "same": "dim", "undefined": "dim"}

# What is shown of each difference, the most first.
_PARTS: Sequence[Sequence[Part]] = (
    ("mean", "difference", "percent", "effect"),
    ("difference", "percent", "effect"),
    ("difference", "effect"),
)
_HEADINGS: Cell = {"difference": "difference", "percent": "change", "effect": ""}
_ENDLESS = 10_000
_NAME_WIDTH = 15


def cell_of(figure: KeyFigure, difference: Difference) -> Cell:
    """What is shown of a difference."""
    half_width = "" if difference.half_width is None else f" ± {number(figure, difference.half_width)}"
    same = difference.mean == difference.half_width == 0
    return {
        "mean": number(figure, difference.other),
        "difference": "0" if same else number(figure, difference.mean, sign=True) + half_width,
        # Of a share the percentage would be mistaken for the percentage points that it moved.
        "percent": "" if same or figure.unit == "share" else percent(difference),
        "effect": effect_of(figure, difference),
    }


def print_tables(heads: Sequence[str], rows: Sequence[Row], blocks: Sequence[Block], out: "Console") -> None:
    """Print blocks in as few tables as fit the terminal, with as much of each difference as fits then."""
    from rich.measure import Measurement

    options = out.options.update(max_width=_ENDLESS)
    choices = [(at_once, parts) for at_once in range(len(blocks), 0, -1) for parts in _PARTS]
    for at_once, parts in choices:
        some = [blocks[start : start + at_once] for start in range(0, len(blocks), at_once)]
        tables = [_table(heads, rows, few, parts) for few in some]
        fits = all(Measurement.get(out, options, table).maximum <= out.width for table in tables)
        if fits or (at_once, parts) == choices[-1]:
            out.print(*(part for table in tables for part in (table, "")), sep="\n")
            return


def _table(heads: Sequence[str], rows: Sequence[Row], blocks: Sequence[Block], parts: Sequence[Part]) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    gap = 0 if parts == _PARTS[-1] else 1  # beside the blank that the box has between columns
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap, 0, 0))
    for place, head in enumerate(heads):
        table.add_column(_wrapped(head), justify="right" if place else "left", overflow="fold")
    for heading, _ in blocks:
        for part in parts:
            head = heading if part == parts[0] else _HEADINGS[part]
            table.add_column(_wrapped(head), justify="left" if part == "effect" else "right", overflow="fold")
    for group, of_group in groupby(enumerate(rows), key=lambda numbered: numbered[1][0]):
        if group:
            table.add_row(group, style="bold")
        for place, (_, (label, *others)) in of_group:
            cells = [_shown(cells[place], part, parts) for _, cells in blocks for part in parts]
            table.add_row(Text(f"{'  ' if group else ''}{label}"), *others, *cells)
    return table


def _shown(cell: Cell, part: Part, parts: Sequence[Part]) -> "Text":
    """A part of a difference; what has no more than a mean shows that in the first column that there is."""
    from rich.text import Text

    told = cell.get(part, cell["mean"] if part == parts[0] else "")
    return Text(told, style=STYLES.get(told, "") if part == "effect" else "")


def _wrapped(name: str) -> "Text":
    """A name in lines that are narrow enough for a column, broken at its hyphens rather than cut off."""
    from rich.text import Text

    return Text("\n".join(textwrap.wrap(name, _NAME_WIDTH)))
