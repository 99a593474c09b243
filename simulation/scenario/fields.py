"""How a scenario declares a parameter: default, unit, allowed range and meaning, all in one place."""

from typing import Any

import attrs

Range = tuple[float, float]


def param(
    default: Any,
    says: str,
    *,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """A scalar parameter, or a tuple of scalars that each lie within `low` and `high` (inclusive)."""
    metadata = {"says": says, "unit": unit, "low": low, "high": high, "choices": choices}
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


def section(kind: type[Any], says: str) -> Any:
    """A group of parameters."""
    return attrs.field(factory=kind, metadata={"says": says, "section": True})
