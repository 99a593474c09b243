"""Scenarios as plain data, ready for JSON, and back."""

from collections.abc import Mapping
from copy import deepcopy
from datetime import date
from functools import cache
from typing import Any, TypeVar

from cattrs import Converter

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


@cache
def _converter() -> Converter:
    converter = Converter(unstruct_collection_overrides={tuple: list}, detailed_validation=False)
    converter.register_unstructure_hook(float, float)  # a whole number may stand where a float is declared
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_structure_hook(date, lambda value, _: date.fromisoformat(str(value)))
    return converter
