"""Single values as plain Python has them, from whatever library they come: a scenario holds no others."""

from collections.abc import Iterable
from datetime import date, datetime, time
from numbers import Integral, Real
from typing import Any

_PLAIN = (bool, int, float, str, date, type(None))


def plain_value(value: Any) -> Any:
    """What NumPy, pandas or a subclass has as a number, a truth value, a text, a moment or a list, in plain Python.

    All else is left as it is, for a check to find.
    """
    if type(value) in _PLAIN:
        return value
    if getattr(getattr(value, "dtype", None), "kind", "") == "M" and getattr(value, "shape", None) == ():
        value = value.astype("datetime64[us]")  # finer ones would become numbers
    if callable(getattr(value, "tolist", None)):
        value = value.tolist()
    if type(value) in _PLAIN:
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Integral):
        return int(value)
    return float(value) if isinstance(value, Real) else value


def plain_values(values: Iterable[Any]) -> list[Any]:
    """Several of them."""
    return [plain_value(value) for value in values]


def plain_date(value: Any) -> date | None:
    """The day that a date, its text, or a midnight without a time zone means; None where it is none of these."""
    value = plain_value(value)
    if isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            return None
    if isinstance(value, datetime):
        whole = value == value and value.time() == time() and value.tzinfo is None  # noqa: PLR0124 -- NaT is unlike itself
        return value.date() if whole else None
    return value if isinstance(value, date) else None
