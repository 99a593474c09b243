"""How a scenario declares a parameter: default, unit, allowed range and meaning, all in one place."""

from collections.abc import Callable
from datetime import date
from typing import Any

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
    return attrs.field(default=default, metadata=metadata)


def probability(default: Any, says: str) -> Any:
    """A share or probability, or a tuple of them."""
    return param(default, says, unit="share", low=0.0, high=1.0)


def span(default: Range, says: str, *, unit: str = "", low: float | None = None, high: float | None = None) -> Any:
    """A range from the first figure to the second, which is not the smaller."""
    metadata = {"says": says, "unit": unit, "low": low, "high": high, "choices": (), "span": True}
    return attrs.field(default=default, metadata=metadata)


def shares(default: tuple[float, ...], says: str) -> Any:
    """Shares that sum to 1."""
    metadata = {"says": says, "unit": "share", "low": 0.0, "high": 1.0, "choices": (), "sums_to_one": True}
    return attrs.field(default=default, metadata=metadata)


def section(kind: Callable[[], Any], says: str) -> Any:
    """A group of parameters: a class of its own, or what makes one with other defaults."""
    return attrs.field(factory=kind, metadata={"says": says, "section": True})
