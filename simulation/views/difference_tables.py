"""Differences as tables for the terminal: as many side by side as there is room for, and nothing cut off."""

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from simulation.studies.differences import Difference
from simulation.studies.findings import effect_of, number, percent
from simulation.studies.key_figures import KeyFigure

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Part = Literal["mean", "difference", "percent", "effect"]

# What colours mean; the word stands beside, for who does not see them.
STYLES = {"better": "green", "worse": "red", "unclear": "dim", "same": "dim", "undefined": "dim"}

# What is shown of each difference, the most first.
_PARTS: Sequence[Sequence[Part]] = (
    ("mean", "difference", "percent", "effect"),
    ("difference", "percent", "effect"),
    ("difference", "effect"),
)
_ENDLESS = 10_000
_NAME_WIDTH = 15


@frozen
class Row:
    """The beginning of a row: which group it belongs to, if any, its label, and what else stands before the blocks."""

    group: str
    label: str
    others: tuple[str, ...] = ()


@frozen
class Block:
    """The columns of what is held against something: a heading, and a difference for each row."""

    heading: str
    cells: Sequence[Mapping[Part, str]]


def cell_of(figure: KeyFigure, difference: Difference) -> dict[Part, str]:
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
    for table in _fitting(heads, rows, blocks, out):
        out.print(table)
        out.print()


def _fitting(heads: Sequence[str], rows: Sequence[Row], blocks: Sequence[Block], out: "Console") -> "list[Table]":
    from rich.measure import Measurement

    options = out.options.update(max_width=_ENDLESS)
    tables: list[Table] = []
    for at_once in range(len(blocks), 0, -1):
        chosen = [blocks[start : start + at_once] for start in range(0, len(blocks), at_once)]
        for parts in _PARTS:
            tables = [_table(heads, rows, some, parts) for some in chosen]
            if all(Measurement.get(out, options, table).maximum <= out.width for table in tables):
                return tables
    return tables


def _table(heads: Sequence[str], rows: Sequence[Row], blocks: Sequence[Block], parts: Sequence[Part]) -> "Table":
    from rich import box
    from rich.table import Table

    gap = 0 if parts == _PARTS[-1] else 1  # beside the blank that the box has between columns
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, gap, 0, 0))
    table.add_column(heads[0], overflow="fold")
    for head in heads[1:]:
        table.add_column(_wrapped(head), justify="right", overflow="fold")
    for block in blocks:
        for part, heading in _headings(block, parts):
            table.add_column(_wrapped(heading), justify="left" if part == "effect" else "right", overflow="fold")
    for group, of_group in groupby(enumerate(rows), key=lambda numbered: numbered[1].group):
        if group:
            table.add_row(group, style="bold")
        for place, row in of_group:
            cells = [_styled(part, _told(block.cells[place], part, parts)) for block in blocks for part in parts]
            table.add_row(_escaped(f"{'  ' if group else ''}{row.label}"), *row.others, *cells)
    return table


def _headings(block: Block, parts: Sequence[Part]) -> Iterator[tuple[Part, str]]:
    """What stands above each column of a block: its name first, and a word where that says more."""
    words = {"difference": "difference", "percent": "change", "effect": ""}
    yield parts[0], block.heading
    yield from ((part, words[part]) for part in parts[1:])


def _told(cell: Mapping[Part, str], part: Part, parts: Sequence[Part]) -> str:
    """A part of a difference; what has no more than a mean shows that in the first column that there is."""
    return cell.get(part, cell["mean"] if part == parts[0] else "")


def _wrapped(name: str) -> str:
    """A name in lines that are narrow enough for a column, broken at its hyphens rather than cut off."""
    return _escaped("\n".join(textwrap.wrap(name, _NAME_WIDTH)))


def _styled(part: Part, told: str) -> str:
    style = STYLES.get(told) if part == "effect" else None
    return f"[{style}]{told}[/]" if style else told


def _escaped(text: str) -> str:
    from rich.markup import escape

    return escape(text)
