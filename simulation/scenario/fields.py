"""How a scenario declares a parameter: default, unit, allowed range and meaning, all in one place."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, get_args, get_origin

import attrs

Range = tuple[float, float]


def param(
    default: Any,
    says: str,
    *,
    unit: str = "",
    low: float | date | None = None,
    high: float | date | None = None,
    choices: tuple[str, ...] = (),
    min_items: int = 0,
    max_items: int | None = None,
) -> Any:
    """A scalar parameter, or a tuple of scalars that each lie within `low` and `high` (inclusive)."""
    metadata = {
        "says": says,
        "unit": unit,
        "low": low,
        "high": high,
        "choices": choices,
        "min_items": min_items,
        "max_items": max_items,
    }
    return attrs.field(default=default, converter=_as_tuple, metadata=metadata)


def probability(default: Any, says: str) -> Any:
    """A share or probability, or a tuple of them."""
    return param(default, says, unit="share", low=0.0, high=1.0)


def span(default: Range, says: str, *, unit: str = "", low: float | None = None, high: float | None = None) -> Any:
    """A range from the first figure to the second, which is not the smaller."""
    metadata = {"says": says, "unit": unit, "low": low, "high": high, "choices": (), "span": True}
    return attrs.field(default=default, converter=_as_tuple, metadata=metadata)


def shares(default: tuple[float, ...], says: str) -> Any:
    """Shares that sum to 1."""
    metadata = {"says": says, "unit": "share", "low": 0.0, "high": 1.0, "choices": (), "sums_to_one": True}
    return attrs.field(default=default, converter=_as_tuple, metadata=metadata)


def section(kind: Callable[[], Any], says: str) -> Any:
    """A group of parameters: a class of its own, or what makes one with other defaults."""
    return attrs.field(factory=kind, metadata={"says": says, "section": True})


def part(kind: type[Any], says: str) -> Any:
    """What differs from a section: a table of any of its keys, with whole numbers for floats as in the section."""
    metadata = {"says": says, "unit": "", "low": None, "high": None, "choices": (), "part_of": kind}
    # no part of the hash, since a dictionary has none: scenarios that are equal have the same hash without it
    return attrs.field(factory=dict, hash=False, converter=lambda stated: _as_declared(stated, kind), metadata=metadata)


def tables(
    kind: type[Any], says: str, default: Callable[[], Any] = tuple, *, min_items: int = 0, max_items: int
) -> Any:
    """A list of tables, each with the keys of a class."""
    metadata = {"says": says, "unit": "", "low": None, "high": None, "choices": (), "list_of": kind}
    sizes = {"min_items": min_items, "max_items": max_items}
    return attrs.field(factory=default, converter=_as_tuple, metadata={**metadata, **sizes})


def _as_tuple(stated: Any) -> Any:
    """A list as the tuple as which it is declared, so that a scenario stays as it is. All else is left alone."""
    return tuple(stated) if isinstance(stated, list) else stated


def _as_declared(stated: Any, kind: Any) -> Any:
    """Plain data in the types of a declaration, as far as it fits; the rest stays for the check to find."""
    if attrs.has(kind) and isinstance(stated, Mapping):
        declared = attrs.fields_dict(kind)
        return {
            key: _as_declared(value, declared[key].type) if key in declared else value for key, value in stated.items()
        }
    if get_origin(kind) is tuple and isinstance(stated, list | tuple):
        return [_as_declared(item, get_args(kind)[0]) for item in stated]
    return float(stated) if kind is float and type(stated) is int else stated
