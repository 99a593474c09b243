"""Scenarios as plain data, ready for JSON, and back."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any, TypeVar, get_origin

from cattrs import Converter

from simulation.scenario.values import plain_date

Document = dict[str, Any]

Kind = TypeVar("Kind")


def plain(value: Any) -> Document:
    """A scenario, or a section of one, as nested dictionaries and lists."""
    document: Document = _converter().unstructure(value)
    return document


def structured(document: Mapping[str, Any], kind: type[Kind]) -> Kind:
    """The scenario or section in plain data that was checked."""
    return _converter().structure(document, kind)


def merged(base: Document, over: Mapping[str, Any]) -> Document:
    """Plain data with other data over it: tables key by key, all else as a whole."""
    document = dict(base)
    for key, value in over.items():
        known = document.get(key)
        if isinstance(known, dict) and isinstance(value, Mapping):
            document[key] = merged(known, value)
        else:
            document[key] = deepcopy(value)
    return document


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


@cache
def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    # What is no date or list, or has more items than are declared, stays so for a check to find.
    converter.register_unstructure_hook(date, lambda value: value.isoformat() if type(value) is date else value)
    converter.register_unstructure_hook_func(
        _is_tuple,
        lambda value: [converter.unstructure(item) for item in value] if isinstance(value, list | tuple) else value,
    )
    converter.register_structure_hook(date, lambda value, _: plain_date(value))
    return converter
