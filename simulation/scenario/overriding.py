"""Changes to what a scenario file states: the values of `--set`."""

import tomllib
from collections.abc import Sequence
from typing import Any, get_args

from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError, check_document
from simulation.scenario.fields import declared_at, kind_of
from simulation.scenario.names import LIKE, REPLACE, UnknownEntryError, tables_of_names, with_names
from simulation.scenario.plain import Document, merged
from simulation.scenario.regions import REGIONAL_SECTIONS, change_regions, with_changes

EXTENDS = "extends"
OVERRIDE = "--set"


def in_order(overrides: Sequence[str]) -> list[str]:
    """Overrides in the order in which they are applied: first those that say what named tables begin with."""
    first = (REPLACE, LIKE)
    ends = [str(override).partition("=")[0].strip().rpartition(".")[2] for override in overrides]
    ranked = sorted(enumerate(ends), key=lambda one: first.index(one[1]) if one[1] in first else len(first))
    return [overrides[place] for place, _ in ranked]


def apply_override(document: Document, override: str) -> str:
    """Change a full document in place by KEY.PATH=VALUE; the first part of its key.

    Raises ScenarioError, also where there is no such item. What is unknown, of the wrong type or out of range is there
    for the check to find.
    """
    key, equals, text = (part.strip() for part in str(override).partition("="))
    path = key.split(".")
    if not equals or not all(path):
        raise ScenarioError(f"{OVERRIDE}: {override!r} is no override; allowed is KEY=VALUE, as in days=14")
    if key == EXTENDS:
        raise ScenarioError(f"{OVERRIDE}: {key} is for files only; load {text} in place of the scenario")
    *parents, last = path
    place: Any = document
    for depth, part in enumerate(parents):
        if isinstance(place, list):
            place = place[_index(place, part, parents[:depth])]
        elif isinstance(place, dict):
            place = place.setdefault(part, {})  # what is not known is created, for the check to find
    if not isinstance(place, dict | list):
        raise ScenarioError(f"{OVERRIDE}: {key} is not a known key: {'.'.join(parents)} is a single value")
    value = value_of(text, bare=_is_text(path))
    if last in (REPLACE, LIKE) and tuple(parents[: -1 if last == LIKE else None]) in tables_of_names(Scenario):
        _begin_with(document, parents, {last: value})
        return path[0]
    _put(place, last, value, parents)
    if path[0] in REGIONAL_SECTIONS:
        change_regions(document["regions"], path, value)
    return path[0]


def value_of(text: str, *, bare: bool = False) -> Any:
    """A value as TOML has it; as it stands where it is meant as text, or is no TOML (for the check to find)."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text
    if list(document) != ["value"] or (bare and not isinstance(document["value"], str)):
        return text
    return document["value"]


def _begin_with(document: Document, path: Sequence[str], stated: Document) -> None:
    """Let named tables of a full document start afresh, or one of them begin as another one does."""
    for part in reversed(path):
        stated = {part: stated}
    check_document(stated, OVERRIDE)
    try:
        document.update(with_changes(*with_names(document, stated, Scenario)))
    except UnknownEntryError as fault:
        raise ScenarioError(f"{OVERRIDE}: {fault}") from None


def _is_text(path: Sequence[str]) -> bool:
    """Whether what stands at a path is declared as text; an item of a list is what the list has."""
    if path[-1] == LIKE:
        return True
    try:
        kind = kind_of(declared_at(".".join(path), Scenario))
    except KeyError:
        return False
    return kind is str or (path[-1].isdigit() and get_args(kind)[:1] == (str,))


def _put(place: Any, last: str, value: Any, before: Sequence[str]) -> None:
    """Change what stands in a table or a list: tables key by key, everything else as a whole."""
    if isinstance(place, list):
        place[_index(place, last, before)] = value
    else:
        place.update(merged(place, {last: value}))


def _index(items: list[Any], part: str, before: Sequence[str]) -> int:
    if part.isascii() and part.isdigit() and int(part) < len(items):
        return int(part)
    path = ".".join(before)
    known = f"0 to {len(items) - 1}" if items else "none, it is empty"
    raise ScenarioError(f"{OVERRIDE}: {path}.{part} does not exist; allowed as index of {path} is {known}")
