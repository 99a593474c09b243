"""How a scenario declares a parameter: default, unit, allowed range and meaning, all in one place."""

import sys
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, get_args, get_origin

import attrs

from simulation.scenario.values import plain_date, plain_value

Range = tuple[float, float]

# What a parameter, or all of a section, needs to have any effect: keys of parameters each of which is neither false
# nor 0, or "A|B" where one of them suffices. ".key" is one beside it, or within the section. A parameter's own go
# before those of its section.
Needs = tuple[str, ...]


def param(  # noqa: PLR0913 -- what a declaration may state
    default: Any,
    says: str,
    *,
    unit: str = "",
    low: float | date | None = None,
    high: float | date | None = None,
    choices: tuple[str, ...] = (),
    min_items: int = 0,
    max_items: int | None = None,
    needs: Needs = (),
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
        "needs": needs,
    }
    return attrs.field(default=default, converter=_CONVERTER, metadata=metadata)


def probability(default: Any, says: str, *, needs: Needs = ()) -> Any:
    """A share or probability, or a tuple of them."""
    return param(default, says, unit="share", low=0.0, high=1.0, needs=needs)


def span(
    default: Range,
    says: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    needs: Needs = (),
) -> Any:
    """A range from the first figure to the second, which is not the smaller."""
    metadata = {"says": says, "unit": unit, "low": low, "high": high, "choices": (), "span": True, "needs": needs}
    return attrs.field(default=default, converter=_CONVERTER, metadata=metadata)


def shares(default: tuple[float, ...], says: str) -> Any:
    """Shares that sum to 1."""
    metadata = {"says": says, "unit": "share", "low": 0.0, "high": 1.0, "choices": (), "sums_to_one": True}
    return attrs.field(default=default, converter=_CONVERTER, metadata=metadata)


def section(kind: Callable[[], Any], says: str, *, needs: Needs = ()) -> Any:
    """A group of parameters: a class of its own, or what makes one with other defaults."""
    return attrs.field(factory=kind, metadata={"says": says, "section": True, "needs": needs})


def part(kind: type[Any], says: str) -> Any:
    """What differs from a section: a table of any of its keys, with whole numbers for floats as in the section."""
    metadata = {"says": says, "unit": "", "low": None, "high": None, "choices": (), "part_of": kind}
    # no part of the hash, since a dictionary has none: scenarios that are equal have the same hash without it
    return attrs.field(factory=dict, hash=False, converter=lambda stated: _as_stated(stated, kind), metadata=metadata)


def tables(
    kind: type[Any],
    says: str,
    default: Callable[[], Any] = tuple,
    *,
    min_items: int = 0,
    max_items: int,
    needs: Needs = (),
) -> Any:
    """A list of tables, each with the keys of a class."""
    metadata: dict[str, Any] = {"says": says, "unit": "", "low": None, "high": None, "choices": (), "list_of": kind}
    metadata.update(min_items=min_items, max_items=max_items, needs=needs)
    return attrs.field(factory=default, converter=_CONVERTER, metadata=metadata)


def _as_declared(stated: Any, kind: Any) -> Any:
    """A value in the type of its declaration, as far as it fits; the rest stays for the check to find.

    What is for a section becomes a table of plain data.
    """
    if kind is float:
        value = plain_value(stated)
        fits = type(value) in (int, float) and abs(value) <= sys.float_info.max
        return float(value) + 0.0 if fits else value  # without the sign that a zero may have
    if kind is date:
        return plain_date(stated) or stated
    if get_origin(kind) is tuple:
        value, item_kind = plain_value(stated), get_args(kind)[0]
        return tuple(_as_declared(item, item_kind) for item in value) if isinstance(value, list | tuple) else value
    return _as_stated(stated, kind) if attrs.has(kind) else plain_value(stated)


def _as_stated(stated: Any, kind: type[Any]) -> Any:
    """Of a section, a table of what is stated, each in the type of its declaration; lists as plain data has them."""
    if not isinstance(stated, Mapping):
        return stated
    declared = attrs.fields_dict(kind)
    values = {
        key: _as_declared(value, declared[key].type) if key in declared else value for key, value in stated.items()
    }
    return {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}


_CONVERTER: Any = attrs.Converter(lambda value, field: _as_declared(value, field.type), takes_field=True)
