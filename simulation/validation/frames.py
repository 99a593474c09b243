"""Columns of tables and events as NumPy arrays, and what rules do with them over and over."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from string import Formatter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Rows = NDArray[np.int64]

MINUTE = 60
HOUR = 60 * MINUTE
DAY = 24 * HOUR

# How many violations of one rule are worth reading.
SHOWN = 20


@frozen
class Frame:
    """A table whose columns are taken as arrays. Nulls are NaN among numbers and False among flags."""

    table: pa.Table

    def __len__(self) -> int:
        return len(self.table)

    def numbers(self, name: str) -> Floats:
        """A column of numbers or booleans, NaN where it is null."""
        return self.table[name].cast(pa.float64()).to_numpy()  # type: ignore[no-any-return]

    def seconds(self, name: str) -> Floats:
        """A column of datetimes as seconds since 1970, NaN where it is null."""
        return self.table[name].cast(pa.int64()).cast(pa.float64()).to_numpy()  # type: ignore[no-any-return]

    def strings(self, name: str) -> NDArray[Any]:
        """A column of strings as an array of objects."""
        return np.array(self.texts(name), object)

    def flags(self, name: str) -> Flags:
        """A column of booleans, False where it is null."""
        return self.table[name].fill_null(False).to_numpy()  # type: ignore[no-any-return]

    def present(self, name: str) -> Flags:
        """Where a column is not null."""
        return pc.is_valid(self.table[name]).to_numpy()  # type: ignore[no-any-return]

    def texts(self, name: str) -> list[Any]:
        """A column as a list of Python values."""
        return self.table[name].to_pylist()  # type: ignore[no-any-return]

    def equals(self, name: str, value: str) -> Flags:
        """Where a column of strings has a value."""
        return pc.fill_null(pc.equal(self.table[name], value), False).to_numpy()  # type: ignore[no-any-return]

    def one_of(self, name: str, values: Iterable[str]) -> Flags:
        """Where a column of strings has one of some values."""
        return pc.is_in(self.table[name], value_set=pa.array(list(values), pa.string())).to_numpy()  # type: ignore[no-any-return]

    def places(self, name: str, other: "Frame", key: str | None = None) -> Rows:
        """For each row, the first row of another frame that has the same value in `key`; -1 where there is none."""
        found = pc.index_in(self.table[name], value_set=other.table[key or name].combine_chunks(), skip_nulls=True)
        return found.cast(pa.int64()).fill_null(-1).to_numpy()  # type: ignore[no-any-return]

    def agrees(self, name: str, other: "Frame", places: Rows, key: str | None = None) -> Flags:
        """Where a column of strings has the value that `key` of another frame has at these places."""
        values = other.table[key or name].take(pa.array(places, mask=places < 0))
        return pc.fill_null(pc.equal(self.table[name], values), False).to_numpy()  # type: ignore[no-any-return]

    def where(self, rows: Flags) -> "Frame":
        """The rows for which a flag is set."""
        return Frame(self.table.filter(pa.array(rows)))

    def with_texts(self, name: str, values: list[str | None]) -> "Frame":
        """The frame with a further column of strings."""
        return Frame(self.table.append_column(name, pa.array(values, pa.string())))

    def listed(self, broken: Flags, template: str, **further: Sequence[object] | NDArray[Any]) -> list[str]:
        """The rows that break a rule, each told by a template; beyond the first few only their number.

        The template names columns in braces, or the `further` values that come with the rows.
        """
        rows = [int(row) for row in np.flatnonzero(broken)]
        columns = [name for _, name, _, _ in Formatter().parse(template) if name and name not in further]
        told = [
            template.format(
                **{name: _shown(self.table[name][row].as_py()) for name in columns},
                **{name: _shown(values[row]) for name, values in further.items()},
            )
            for row in rows[:SHOWN]
        ]
        return told + [f"and {len(rows) - SHOWN} more"] * (len(rows) > SHOWN)


def _shown(value: Any) -> str:
    """A value as a reader wants it."""
    if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "null"
    if isinstance(value, datetime):
        return value.isoformat()
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def shortened(violations: list[str]) -> list[str]:
    """Violations found one by one, cut to as many as are worth reading."""
    if len(violations) <= SHOWN:
        return violations
    return [*violations[:SHOWN], f"and {len(violations) - SHOWN} more"]


def falls(values: Floats | Rows) -> Flags:
    """Where a value is lower than the one before it."""
    return np.concatenate(([False] * min(len(values), 1), np.diff(values) < 0)).astype(bool)


def taken(values: Floats, places: Rows) -> Floats:
    """Values at places; NaN where the place is -1."""
    if not len(values):
        return np.full(len(places), np.nan)
    return np.where(places >= 0, values[places], np.nan)


def sums(places: Rows, weights: Floats, size: int) -> Floats:
    """Sums of weights by place; places of -1 are left out."""
    known = places >= 0
    return np.bincount(places[known], weights[known], size).astype(float)


def means(places: Rows, values: Floats, decimals: int, size: int) -> Floats:
    """Means of values by place, NaN where there are none.

    They are the doubles nearest to the exact means, since the values are whole numbers of their last
    decimal and so are summed up exactly.
    """
    counts = sums(places, np.ones(len(places)), size)
    with np.errstate(invalid="ignore"):
        return sums(places, np.rint(values * 10**decimals), size) / (counts * 10**decimals)  # type: ignore[no-any-return]


def differs(stored: Floats, exact: Floats, decimals: int = 0) -> Flags:
    """Where stored numbers are not the exact ones to their decimals, or only one of the two is defined."""
    # where the exact number lies halfway, either neighbour may have been stored
    far = np.abs(stored - exact) > 0.5 * 10.0**-decimals * (decimals > 0) + 1e-9
    return np.where(np.isnan(stored) | np.isnan(exact), np.isnan(stored) != np.isnan(exact), far)


def sums_between(places: Rows, low: Floats, high: Floats, others: Rows, moments: Floats, weights: Floats) -> Floats:
    """For each row, the sum of the weights at its place whose moments lie in [low, high).

    Exact for weights that are whole numbers. A place of -1 has none.
    """
    # one sorted axis for all places: each place has a stretch of its own that no span leaves
    stretch = 1e11
    axis = others * stretch + moments
    order = np.argsort(axis, kind="stable")
    running = np.concatenate(([0.0], np.cumsum(weights[order])))
    first = np.searchsorted(axis[order], places * stretch + low, "left")
    end = np.searchsorted(axis[order], places * stretch + high, "left")
    return np.where(places >= 0, running[end] - running[first], 0.0)
