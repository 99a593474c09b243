"""Whether a scenario is what its declarations allow: each fault in one line that names the way out."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Any, get_args, get_origin
from weakref import WeakValueDictionary

import attrs

from simulation.lib.errors import UserError
from simulation.lib.suggestions import hint, nearest
from simulation.scenario import Scenario
from simulation.scenario.changes import change_faults, segments
from simulation.scenario.fields import Field, kind_of, known_keys
from simulation.scenario.interventions import default_kinds
from simulation.scenario.names import ALLOWED_NAMES, LIKE, REPLACE, is_name
from simulation.scenario.plain import is_plain, nested, plain, plain_date, plain_value
from simulation.scenario.regions import limit_faults, regional, term_faults
from simulation.scenario.renamed import called_now

_TOLERANCE = 1e-9
# By so much an offset from UTC may miss a whole minute: 5.8333 hours are meant as 5 hours and 50 minutes.
_LESS_THAN_SECONDS = 0.5
_SHOWN = 60
_LONGEST_INT = 10**_SHOWN
_SIMILAR = 0.7
# The most bytes that a file's name may have (255), less what a run's directory adds to it: seed, region, date, and that
# it is being written.
_LONGEST_NAME = 180
# What no file or database can hold as text.
_NO_TEXT = re.compile("[\0\ud800-\udfff]")

# Parameters that are at most another.
_AT_MOST = (
    ("sessions.trends.low_reliability", "sessions.trends.high_reliability"),
    ("churn.medium_risk", "churn.high_risk"),
)
# Named tables of which at least one has this weight.
_WEIGHTS = (
    ("subjects", "share"), ("population.personas", "share"), ("students.personas", "share"),
    ("students.grade_levels", "share"), ("sessions.connection.qualities", "peak"),
    ("sessions.connection.qualities", "weekend"), ("sessions.connection.qualities", "normal"),
)  # fmt: skip

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
    _refuse(_inconsistencies(scenario), origin)
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


def shown(value: Any) -> str:
    """A value as it would stand in a scenario file, cut where it is long."""
    match value:
        case Mapping():
            text = "a table"
        case bool():
            text = str(value).lower()
        case list() | tuple():
            text = f"[{', '.join(map(shown, value))}]"
        case str():
            text = '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
        case int() if abs(value) > _LONGEST_INT:
            text = hex(value)  # Python writes no numbers of thousands of digits
        case _:
            text = str(value)
    return _cut(text)


def on_a_line(text: str) -> str:
    """A text with whatever would break its line, or cannot be printed, as Python writes it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


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
    return f"{path}.{_cut(key)}" if path else _cut(key)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


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


# ---------------------------------------------------------------- parameters with each other


def _inconsistencies(scenario: Scenario) -> Iterator[str]:
    """What is wrong with a scenario as a whole. Its name is part of the names of its runs' directories."""
    name, size = scenario.name, len(scenario.name.encode())
    if not name.isprintable() or any(sign in name for sign in "/\\"):
        yield f"name is {shown(name)}; allowed is text in one line without / and \\"
    elif size > _LONGEST_NAME:
        yield f"name is {shown(name)}, which has {size} bytes; allowed are up to {_LONGEST_NAME}"
    yield from _regional_faults(scenario)
    yield from _region_faults(scenario)
    yield from _kind_faults(scenario)
    yield from _experiment_faults(scenario)
    if scenario.ledger and scenario.earlier_days:
        yield f"earlier_days is {scenario.earlier_days}; allowed is 0 with a ledger, which judges a first window"
    if scenario.changes:
        yield from _faults_of_changes(scenario)


def _regional_faults(scenario: Scenario) -> Iterator[str]:
    """What is wrong with parameters of which a region may have its own, or with what depends on them."""
    for path, key in _WEIGHTS:
        if not any(getattr(entry, key) for entry in attrgetter(path)(scenario).values()):
            yield f"{path} has no {key} above 0; allowed is at least one"
    for key, other in _AT_MOST:
        value, most = attrgetter(key)(scenario), attrgetter(other)(scenario)
        if value > most:
            yield f"{key} is {value:.10g}; allowed is up to that of {other.rpartition('.')[2]}, {most:.10g}"
    for name, case in scenario.population.edge_cases.items():
        yield from _unknown_names(f"population.edge_cases.{name}.among", case.among, scenario.population.personas)
    for key in ("school_weekday", "grown_up_weekday", "weekend"):
        if not any(getattr(scenario.demand.hours, key)):
            yield f"demand.hours.{key} has no weight above 0; allowed is at least one"
    for key in ("morning_hours", "evening_hours"):
        first, last = getattr(scenario.population.traits, key)
        if int(first) == int(last):
            yield f"population.traits.{key} is [{first:g}, {last:g}], which is no whole hour; allowed is one or more"
    yield from limit_faults(scenario)


def _unknown_names(key: str, names: Iterable[str], known: Mapping[str, Any]) -> Iterator[str]:
    """Names that are none of those known."""
    for name in names:
        if name not in known:
            meant = hint(name, known, quoted=True) or f"; there are {', '.join(known)}"
            yield f'{key} has "{name}", which there is not{meant}'


def _kind_faults(scenario: Scenario) -> Iterator[str]:
    """What is wrong with kinds of intervention: texts that are missing, conditions on what there is not."""
    usual = default_kinds()
    for name, kind in scenario.interventions.kinds.items():
        place = f"interventions.kinds.{name}"
        for key in ("subject", "content"):
            if not getattr(kind, key):
                yield f"{place}.{key} is empty; allowed is any other text"
        if kind.condition and (name not in usual or kind.condition != usual[name].condition):
            from simulation.churn.conditions import condition_fault

            if fault := condition_fault(kind.condition):
                yield f"{place}.condition: {fault}"


def _region_faults(scenario: Scenario) -> Iterator[str]:
    for index, region in enumerate(scenario.regions):
        place = f"regions.{index}"
        if not region.name:
            yield f"{place}.name is empty; allowed is any other text"
        hours, minutes = region.utc_offset_hours, region.utc_offset / timedelta(minutes=1)
        if abs(hours * 60 - minutes) * 60 >= _LESS_THAN_SECONDS:
            allowed_hours = f"allowed are whole minutes, the nearest of which is {minutes / 60:.6g}"
            yield f"{place}.utc_offset_hours is {hours}; {allowed_hours}"
        for number, term in enumerate(region.terms):
            if term.last < term.first:
                yield f"{place}.terms.{number}.last is {term.last}; allowed is from its first day, {term.first}"
        own = _regional_faults(regional(scenario, index + 1)) if region.population or region.demand else ()
        factor = region.demand.get("factor", scenario.demand.factor)
        yield from (f"{place}.{fault}" for fault in (*term_faults(region, factor), *own))
    yield from _repeated_names("regions", scenario.regions)


def _experiment_faults(scenario: Scenario) -> Iterator[str]:
    for index, experiment in enumerate(scenario.experiments):
        if not experiment.name:
            yield f"experiments.{index}.name is missing; allowed is a name that no other experiment has"
        if not experiment.hypothesis:
            yield f"experiments.{index}.hypothesis is empty; allowed is any other text"
        kinds = scenario.interventions.kinds
        yield from _unknown_names(f"experiments.{index}.intervention_types", experiment.intervention_types, kinds)
        if "" in experiment.variants or len(set(experiment.variants)) < len(experiment.variants):
            yield f"experiments.{index}.variants is {shown(experiment.variants)}; allowed are names that differ"
    yield from _repeated_names("experiments", scenario.experiments)


def _faults_of_changes(scenario: Scenario) -> Iterator[str]:
    """What is wrong with changes by themselves, and then with the scenario that each midnight brings."""
    if scenario.ledger:
        judging = f"a ledger, {scenario.ledger}, which judges a month without any"
        yield f'changes are stated; allowed are none with {judging}: state ledger = ""'
    yield from change_faults(scenario)
    for segment in segments(scenario)[1:]:
        yield from (f"changes, from day {segment.day} on: {fault}" for fault in _inconsistencies(segment.scenario))


def _repeated_names(key: str, items: Iterable[Any]) -> Iterator[str]:
    counts = Counter(item.name for item in items)
    yield from (
        f"{key}: {n} have the name {shown(name)}; allowed is a name for each" for name, n in counts.items() if n > 1
    )
