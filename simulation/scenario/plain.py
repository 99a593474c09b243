"""Plain data, ready for JSON: values of whatever library as Python's own, and scenarios as dictionaries and lists."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date, datetime, time
from math import isfinite
from numbers import Integral, Real
from typing import Any

import attrs

Document = dict[str, Any]

_JSON = (bool, int, float, str, type(None))
_PLAIN = (*_JSON, date)


def plain_value(value: Any) -> Any:
    """The number, truth value, text, moment or list of NumPy, pandas or a subclass, as Python has it.

    Everything else stays as it is, for a check to find.
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
    """The day that a date, its text, or a midnight without a time zone means; None for anything else."""
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


def plain(value: Any) -> Any:
    """A scenario, or anything in one, as nested dictionaries and lists; what has no place there stays as it is."""
    if type(value) in _JSON:
        return value
    if isinstance(value, Mapping):
        return {key: plain(inner) for key, inner in value.items()}
    if attrs.has(type(value)):
        return {field.name: plain(getattr(value, field.name)) for field in attrs.fields(type(value))}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if type(value) is date else value


def is_plain(value: Any) -> bool:
    """Whether it is what JSON can have: nested tables with text as keys, lists, and single values."""
    if isinstance(value, Mapping):
        return all(isinstance(key, str) and is_plain(inner) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return all(map(is_plain, value))
    return type(value) in _JSON and (type(value) is not float or isfinite(value))


def merged(base: Document, over: Mapping[str, Any]) -> Document:
    """Plain data with other data over it: tables key by key, everything else as a whole."""
    document = dict(base)
    for key, value in over.items():
        known = document.get(key)
        tables = isinstance(known, dict) and isinstance(value, Mapping)
        document[key] = merged(document[key], value) if tables else deepcopy(value)
    return document


def nested(stated: Any) -> Any:
    """Plain data whose tables have no dotted keys: `{"a.b": 1}` is `{"a": {"b": 1}}`; anything else as it is."""
    if not isinstance(stated, Mapping):
        return stated
    document: Document = {}
    for key, value in stated.items():
        inner = nested(value)
        for part in reversed(str(key).split(".")[1:]):
            inner = {part: inner}
        document = merged(document, {str(key).split(".")[0]: inner})
    return document


def dotted(document: Mapping[str, Any], prefix: str = "") -> Document:
    """Nested tables as one, by dotted keys; lists are values, and so are empty tables."""
    found: Document = {}
    for key, value in document.items():
        found |= dotted(value, f"{prefix}{key}.") if isinstance(value, Mapping) and value else {prefix + key: value}
    return found


def value_at(place: Any, path: Sequence[str]) -> Any:
    """What stands at a path in plain data; None where nothing does."""
    for part in path:
        if isinstance(place, list):
            place = place[int(part)] if part.isascii() and part.isdigit() and int(part) < len(place) else None
        else:
            place = place.get(part) if isinstance(place, Mapping) else None
    return place
