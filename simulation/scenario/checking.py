"""Whether a scenario is what its declarations allow: each fault in one line that names the way out."""

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, get_args, get_origin
from weakref import WeakValueDictionary

import attrs

from simulation.lib.errors import UserError
from simulation.lib.suggestions import hint, nearest
from simulation.scenario import Scenario
from simulation.scenario.consistency import inconsistencies
from simulation.scenario.fields import Field, kind_of, known_keys
from simulation.scenario.names import ALLOWED_NAMES, LIKE, REPLACE, is_name
from simulation.scenario.plain import is_plain, nested, plain, plain_date, plain_value
from simulation.scenario.renamed import called_now
from simulation.scenario.shown import cut, on_a_line, shown

_TOLERANCE = 1e-9
_SIMILAR = 0.7
# What no file or database can hold as text.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

# Scenarios that were checked, by their identity: one cannot change, so it need not be checked again.
_checked: "WeakValueDictionary[int, Scenario]" = WeakValueDictionary()


class ScenarioError(UserError):
    """A scenario that cannot be used: the message is one line with file, key, what was found, what is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(on_a_line(message))


def check_document(document: Mapping[str, Any], origin: str) -> None:
    """Check what a file or an override states: keys, types, ranges, spans, shares.

    `origin` opens the message of the ScenarioError that is raised for the first fault.
    """
    _refuse(_section_faults(document, Scenario, ""), origin)


def check_consistency(scenario: Scenario, origin: str) -> None:
    """Check what parameters of a scenario, each of which is allowed, mean to each other. Raises ScenarioError."""
    _refuse(inconsistencies(scenario), origin)
    _checked[id(scenario)] = scenario


def check_scenario(scenario: Scenario) -> None:
    """Check a scenario that was made in Python, unless it was checked already. Raises ScenarioError."""
    if _checked.get(id(scenario)) is not scenario:
        origin = f"scenario {scenario.name}".strip()
        check_document(plain(scenario), origin)
        check_consistency(scenario, origin)


def keep_check(before: Scenario, after: Scenario) -> Scenario:
    """A scenario made of another, checked if that was: for changes that are allowed whatever else is stated."""
    if _checked.get(id(before)) is before:
        _checked[id(after)] = after
    return after


def allowed(field: Field) -> str:
    """What a parameter may be, in words."""
    declared = field.metadata
    if "part_of" in declared:
        return "any keys of a scenario" if "dotted" in declared else f"any keys of [{field.name}]"
    if "list_of" in declared:
        return f"a list of {declared['min_items']} to {declared['max_items']} tables"
    choices = ", ".join(f'"{choice}"' for choice in declared["choices"])
    if get_origin(kind_of(field)) is tuple:
        return _allowed_list(field, choices)
    return f"one of {choices}" if choices else _allowed_value(field)


def _allowed_value(field: Field) -> str:
    declared = field.metadata
    text = "text in one line" if "one_line" in declared else "text"
    words = {bool: "true or false", str: text, int: "a whole number ", float: "a number ", date: "a date "}
    first, last = declared.get("or_date", (None, None))
    or_date = "" if first is None else f", or a date from {first} to {last}"
    return words[kind_of(field)] + _within(declared) + or_date


def _allowed_list(field: Field, choices: str) -> str:
    declared = field.metadata
    if "span" in declared:
        return f"two numbers {_within(declared)}, the second not below the first"
    if get_args(kind_of(field))[0] is str:
        least = f"{declared['min_items']} or more " if declared["min_items"] else ""
        return f"a list of {least}{declared['unit'] or choices or 'texts'}"
    together = " that sum to 1" if "sums_to_one" in declared else ""
    return f"{_sizes(field)[0]} numbers {_within(declared)}{together}"


def _within(declared: Mapping[str, Any]) -> str:
    """The bounds of a number or a date, and its unit."""
    between = f"from {declared['low']} to {declared['high']}" if declared["low"] is not None else ""
    return between + (f" ({declared['unit']})" if declared["unit"] else "")


def _refuse(faults: Iterable[str], origin: str) -> None:
    """Raise ScenarioError for the first fault, if there is any."""
    for fault in faults:
        raise ScenarioError(f"{origin}: {fault}")


# ---------------------------------------------------------------- one parameter at a time


def _section_faults(found: Any, kind: type[Any], path: str, *, is_part: bool = False) -> Iterator[str]:
    """What is wrong with a section, or with a part of one, in which no named table begins anew."""
    if not isinstance(found, Mapping):
        yield f"{path} is {shown(found)}; it is a section, with keys of its own"
        return
    fields = attrs.fields_dict(kind)
    for key, value in found.items():
        place, field = _place(path, key), fields.get(key)
        if field is None and is_part and key in (LIKE, REPLACE):
            yield f"{place} may not stand in a part of a scenario; allowed are parameters"
        elif field is None:
            yield f"{place} is not a known key{called_now(place) or _suggestion(key, path, fields)}"
        elif "section_named" in field.metadata:
            yield from _faults_of_named(value, field, place)
        elif field.metadata.keys() & {"section", "part_of"}:
            stated = nested(value) if "dotted" in field.metadata else value
            yield from _section_faults(stated, kind_of(field), place, is_part=is_part or "part_of" in field.metadata)
        elif "entries_of" in field.metadata:
            yield from _faults_of_entries(value, kind_of(field), place, is_part=is_part)
        elif "list_of" in field.metadata:
            yield from _table_faults(value, field, place)
        elif fault := _fault(value, field):
            yield f"{place} {fault}; allowed is {allowed(field)}{_choice_meant(value, field)}"


def _faults_of_entries(found: Any, kind: type[Any], path: str, *, is_part: bool) -> Iterator[str]:
    if not isinstance(found, Mapping):
        yield f"{path} is {shown(found)}; it has named tables, each headed [{path}.NAME]"
        return
    for name, entry in found.items():
        place = _place(path, name)
        if not isinstance(entry, Mapping) and (now := called_now(place)):
            yield f"{place} is not a known key{now}"
        elif name == REPLACE:
            yield from _faults_of_replace(entry, place, is_part=is_part)
        elif not is_name(name):
            yield f"{path} has an entry named {shown(name)}; allowed as a name is {ALLOWED_NAMES}"
        elif isinstance(entry, Mapping) and LIKE in entry and not is_part:
            if not isinstance(entry[LIKE], str):
                yield f"{place}.{LIKE} is {shown(entry[LIKE])}; allowed is the name of another entry, as text"
            yield from _section_faults({key: value for key, value in entry.items() if key != LIKE}, kind, place)
        else:
            yield from _section_faults(entry, kind, place, is_part=is_part)


def _faults_of_replace(value: Any, place: str, *, is_part: bool) -> Iterator[str]:
    if is_part:
        yield f"{place} may not stand in a part of a scenario; allowed are parameters"
    elif not isinstance(value, bool):
        yield f"{place} is {shown(value)}; allowed is true or false"


def _faults_of_named(found: Any, field: Field, path: str) -> Iterator[str]:
    """What is wrong with sections that are there by name; of one that is not known, what no section may be."""
    if not isinstance(found, Mapping):
        yield f"{path} is {shown(found)}; it has a section for each name, as [{path}.NAME]"
        return
    for name, section in found.items():
        place = _place(path, name)
        kind = field.metadata["section_named"](name)
        if kind is not None or not isinstance(section, Mapping):
            yield from _section_faults(section, kind or type(None), place)
        elif not is_plain(section):
            yield f"{place} has what no file can state"


def _table_faults(found: Any, field: Field, path: str) -> Iterator[str]:
    if not isinstance(found, list | tuple) or not all(isinstance(item, Mapping) for item in found):
        yield f"{path} is {shown(found)}; it is a list of tables, each headed [[{path}]]"
        return
    low, high = _sizes(field)
    if not low <= len(found) <= high:
        yield f"{path} has {_items(len(found))}; allowed is a list of {low} to {high}"
    for index, item in enumerate(found):
        yield from _section_faults(item, field.metadata["list_of"], f"{path}.{index}")


def _fault(value: Any, field: Field) -> str | None:
    """What is wrong with a parameter's value; None where nothing is."""
    kind, declared, value = kind_of(field), field.metadata, plain_value(value)
    if get_origin(kind) is not tuple:
        fits = _fits(value, kind, declared) or ("kind" in declared and _fits_besides(value, declared))
        return None if fits else f"is {shown(value)}"
    if not isinstance(value, list | tuple):
        return f"is {shown(value)}"
    least, most = _sizes(field)
    if not least <= len(value) <= most:
        return f"is {shown(value)}, which has {_items(len(value))}"
    for index, item in enumerate(value):
        if not _fits(plain_value(item), get_args(kind)[0], declared):
            return f"has {shown(item)} at index {index}"
    return _fault_together(value, declared)


def _fault_together(numbers: Sequence[float], declared: Mapping[str, Any]) -> str | None:
    if "span" in declared and numbers[0] > numbers[1]:
        return f"is {shown(numbers)}, which is reversed"
    if "sums_to_one" in declared and abs(math.fsum(numbers) - 1) > _TOLERANCE:
        return f"is {shown(numbers)}, which sums to {math.fsum(numbers):.10g}"
    return None


def _fits(value: Any, kind: type[Any], declared: Mapping[str, Any]) -> bool:
    """Whether a plain value is of a kind and within its bounds. Not-a-number compares as false with everything."""
    if kind is str:
        if not isinstance(value, str) or ("one_line" in declared and not value.isprintable()):
            return False
        return not _NO_TEXT.search(value) and (not declared["choices"] or value in declared["choices"])
    if kind is bool or isinstance(value, bool):
        return kind is bool and isinstance(value, bool)
    if kind is date:
        value = plain_date(value)
    return isinstance(value, (int, float) if kind is float else kind) and declared["low"] <= value <= declared["high"]


def _fits_besides(value: Any, declared: Mapping[str, Any]) -> bool:
    """Whether it is what else an optional parameter may be: nothing, or a date where one is allowed."""
    low, high = declared.get("or_date", (None, None))
    day = plain_date(value)
    return value is None or (low is not None and day is not None and low <= day <= high)


def _sizes(field: Field) -> tuple[int, float]:
    """The fewest and most items of a list."""
    options, declared = get_args(kind_of(field)), field.metadata
    if options[-1] is not ...:
        return len(options), len(options)
    return declared["min_items"], declared["max_items"]


def _place(path: str, key: str) -> str:
    return f"{path}.{cut(key)}" if path else cut(key)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _suggestion(key: str, path: str, declared: Mapping[str, Any]) -> str:
    """The nearest known key, first among the section's own, then among all."""
    if near := nearest(key, declared, alike=_SIMILAR):
        return f" (did you mean {_place(path, near)}?)"
    anywhere = {known.rpartition(".")[2]: known for known, _ in reversed(list(known_keys(Scenario)))}
    if near := nearest(key, anywhere, alike=_SIMILAR):
        return f" (did you mean {anywhere[near]}?)"
    return f" (known are {', '.join(declared)})" if len(declared) <= 12 else ""


def _choice_meant(value: Any, field: Field) -> str:
    """The nearest choice for the first text that is none, where a parameter has choices; all where none is near.

    Choices without a unit, which says in a word what they are, are listed already.
    """
    choices, unit = field.metadata["choices"], field.metadata["unit"]
    texts = [text for text in (value if isinstance(value, list | tuple) else [value]) if isinstance(text, str)]
    unknown = next((text for text in texts if choices and text not in choices), None)
    if unknown is None:
        return ""
    return hint(unknown, filter(None, choices)) or (f"; known are {', '.join(choices)}" if unit else "")
