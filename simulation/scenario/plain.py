"""Plain data, ready for JSON: values of whatever library as Python's own, and scenarios as dictionaries and lists."""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import date, datetime, time
from functools import cache
from numbers import Integral, Real
from typing import Any, TypeVar, get_origin

from cattrs import Converter

Document = dict[str, Any]
Kind = TypeVar("Kind")

_PLAIN = (bool, int, float, str, date, type(None))


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


def plain(value: Any) -> Document:
    """A scenario, or a section of one, as nested dictionaries and lists."""
    document: Document = _converter().unstructure(value)
    return document


def structured(document: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """The scenario or section in plain data that was checked."""
    return _converter().structure(document, kind)


def merged(base: Document, over: Mapping[str, Any]) -> Document:
    """Plain data with other data over it: tables key by key, everything else as a whole."""
    document = dict(base)
    for key, value in over.items():
        known = document.get(key)
        tables = isinstance(known, dict) and isinstance(value, Mapping)
        document[key] = merged(document[key], value) if tables else deepcopy(value)
    return document


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    # What is no date or list, or has more items than are declared, stays as it is for a check to find.
    converter.register_unstructure_hook(date, lambda value: value.isoformat() if type(value) is date else value)
    converter.register_unstructure_hook_func(
        _is_tuple,
        lambda value: [converter.unstructure(item) for item in value] if isinstance(value, list | tuple) else value,
    )
    converter.register_structure_hook(date, lambda value, _: plain_date(value))
    return converter
