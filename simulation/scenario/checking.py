"""Whether a scenario is what its declarations allow: each fault in one line that names the way out."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, TypeAlias, get_args, get_origin

import attrs

from simulation.lib.errors import UserError
from simulation.lib.suggestions import hint, nearest
from simulation.scenario import Scenario
from simulation.scenario.limits import limit_faults, term_faults
from simulation.scenario.regional import regional
from simulation.scenario.students import StudentPersonas
from simulation.scenario.tutors import TutorPersonas
from simulation.scenario.values import plain_date, plain_value

Field: TypeAlias = "attrs.Attribute[Any]"

_TOLERANCE = 1e-9
# By so much an offset from UTC may miss a whole minute: 5.8333 hours are meant as 5 hours and 50 minutes.
_LESS_THAN_SECONDS = 0.5
_SHOWN = 60
_LONGEST_INT = 10**_SHOWN
_SIMILAR = 0.7
# What a file's name may be (255 bytes), less what a run's directory adds: seed, region, date, and that it is under way.
_LONGEST_NAME = 180


class ScenarioError(UserError):
    """A scenario that cannot be used: the message is one line with file, key, what was found, what is allowed."""

    def __init__(self, message: str) -> None:
        super().__init__(on_a_line(message))


def check_document(document: Mapping[str, Any], origin: str) -> None:
    """Check what a file (or an override) states: keys, types, ranges, spans, shares.

    `origin` opens the message of the ScenarioError that is raised for the first fault.
    """
    _check_section(document, Scenario, "", origin)


def check_consistency(scenario: Scenario, origin: str) -> None:
    """Check what parameters of a scenario mean to each other. Raises ScenarioError."""
    for fault in _inconsistencies(scenario):
        raise ScenarioError(f"{origin}: {fault}")


def known_keys(kind: type[Any] = Scenario, prefix: str = "") -> Iterator[tuple[str, Field]]:
    """All parameters by their dotted keys, in order; a list of tables counts as one."""
    for field in attrs.fields(kind):
        if field.metadata.get("section"):
            yield from known_keys(kind_of(field), f"{prefix}{field.name}.")
        else:
            yield prefix + field.name, field


def kind_of(field: Field) -> type[Any]:
    """The declared type of a parameter."""
    return field.type  # type: ignore[return-value]


def allowed(field: Field) -> str:
    """What a parameter may be, in words."""
    kind, declared = kind_of(field), field.metadata
    if "part_of" in declared:
        return f"any keys of [{field.name}]"
    if "list_of" in declared:
        return f"a list of {declared['min_items']} to {declared['max_items']} tables"
    between = f"from {_bound(declared['low'])} to {_bound(declared['high'])}" if declared["low"] is not None else ""
    within = between + (f" ({declared['unit']})" if declared["unit"] else "")
    if get_origin(kind) is tuple:
        return _allowed_items(field, within)
    if declared["choices"]:
        return f"one of {_listed(declared['choices'])}"
    words = {bool: "true or false", str: "text", int: "a whole number ", float: "a number ", date: "a date "}
    return words[kind] + within


def _allowed_items(field: Field, within: str) -> str:
    declared = field.metadata
    if declared.get("span"):
        return f"two numbers {within}, the second not below the first"
    if declared.get("sums_to_one"):
        return f"{_fixed_size(field)} numbers {within} that sum to 1"
    if get_args(kind_of(field))[0] is str:
        least = f"{declared['min_items']} or more " if declared["min_items"] else ""
        return f"a list of {least}" + (_listed(declared["choices"]) if declared["choices"] else "texts")
    return f"{_fixed_size(field)} numbers {within}"


def shown(value: Any) -> str:
    """A value as it would stand in a scenario file, cut where it is long."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        text = f"[{', '.join(shown(item) for item in value)}]"
    elif isinstance(value, str):
        text = '"' + value.encode("unicode_escape").decode().replace('"', '\\"') + '"'
    elif isinstance(value, int) and abs(value) > _LONGEST_INT:
        text = hex(value)  # Python writes no numbers of thousands of digits
    else:
        text = str(value)
    return _cut(text)


def on_a_line(text: str) -> str:
    """A text with what would break its line, or cannot be printed, as Python writes it."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 3] + "..."


# ---------------------------------------------------------------- one parameter at a time


def _check_section(found: Any, kind: type[Any], path: str, origin: str) -> None:
    if not isinstance(found, Mapping):
        raise ScenarioError(f"{origin}: {path} is {shown(found)}; it is a section, with keys of its own")
    declared = attrs.fields_dict(kind)
    for key, value in found.items():
        if key not in declared:
            raise ScenarioError(f"{origin}: {_place(path, key)} is not a known key{_suggestion(key, path, declared)}")
        place = _place(path, key)
        field = declared[key]
        if field.metadata.get("section"):
            _check_section(value, kind_of(field), place, origin)
        elif "part_of" in field.metadata:
            _check_section(value, field.metadata["part_of"], place, origin)
        elif "list_of" in field.metadata:
            _check_tables(value, field, place, origin)
        elif fault := _fault(value, field):
            raise ScenarioError(f"{origin}: {place} {fault}; allowed is {allowed(field)}{_choice_meant(value, field)}")


def _place(path: str, key: str) -> str:
    return f"{path}.{_cut(key)}" if path else _cut(key)


def _check_tables(found: Any, field: Field, path: str, origin: str) -> None:
    if not isinstance(found, list | tuple) or not all(isinstance(item, Mapping) for item in found):
        raise ScenarioError(f"{origin}: {path} is {shown(found)}; it is a list of tables, each headed [[{path}]]")
    low, high = field.metadata["min_items"], field.metadata["max_items"]
    if not low <= len(found) <= high:
        raise ScenarioError(f"{origin}: {path} has {_items(len(found))}; allowed is a list of {low} to {high}")
    for index, item in enumerate(found):
        _check_section(item, field.metadata["list_of"], f"{path}.{index}", origin)


def _fault(value: Any, field: Field) -> str | None:
    """What is wrong with a parameter's value; None where nothing is."""
    kind, declared = kind_of(field), field.metadata
    if get_origin(kind) is not tuple:
        return None if _fits(value, kind, declared) else f"is {shown(value)}"
    value = plain_value(value)
    if not isinstance(value, list | tuple):
        return f"is {shown(value)}"
    sizes = (declared["min_items"], declared["max_items"]) if get_args(kind)[-1] is ... else (_fixed_size(field),) * 2
    if len(value) < sizes[0] or (sizes[1] is not None and len(value) > sizes[1]):
        return f"is {shown(value)}, which has {_items(len(value))}"
    for index, item in enumerate(value):
        if not _fits(item, get_args(kind)[0], declared):
            return f"has {shown(item)} at index {index}"
    return _fault_together(value, declared)


def _fault_together(numbers: Sequence[float], declared: Mapping[str, Any]) -> str | None:
    if declared.get("span") and numbers[0] > numbers[1]:
        return f"is {shown(numbers)}, which is reversed"
    if declared.get("sums_to_one") and abs(math.fsum(numbers) - 1) > _TOLERANCE:
        return f"is {shown(numbers)}, which sums to {math.fsum(numbers):.10g}"
    return None


def _fits(value: Any, kind: type[Any], declared: Mapping[str, Any]) -> bool:
    value = plain_value(value)
    if kind is bool:
        return isinstance(value, bool)
    if kind is str:
        chosen = not declared["choices"] or value in declared["choices"]
        return isinstance(value, str) and _is_text(value) and chosen
    if kind is date:
        value = plain_date(value)
        return value is not None and declared["low"] <= value <= declared["high"]
    numbers = int if kind is int else (int, float)
    # Not-a-number compares as false with everything.
    return isinstance(value, numbers) and not isinstance(value, bool) and declared["low"] <= value <= declared["high"]


def _is_text(text: str) -> bool:
    """Whether it is Unicode that every file and database can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def _fixed_size(field: Field) -> int:
    options = get_args(kind_of(field))
    return int(field.metadata["min_items"]) if options[-1] is ... else len(options)


def _bound(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"


def _listed(choices: tuple[str, ...]) -> str:
    return ", ".join(f'"{choice}"' for choice in choices)


def _suggestion(key: str, path: str, declared: Mapping[str, Any]) -> str:
    """The nearest known key, first among the section's own, then among all."""
    if near := nearest(key, declared, alike=_SIMILAR):
        return f" (did you mean {_place(path, near)}?)"
    anywhere = {known.rpartition(".")[2]: known for known, _ in reversed(list(known_keys()))}
    if near := nearest(key, anywhere, alike=_SIMILAR):
        return f" (did you mean {anywhere[near]}?)"
    return f" (known are {', '.join(declared)})" if len(declared) <= 12 else ""


def _choice_meant(value: Any, field: Field) -> str:
    """The nearest choice for the first text that is none, where a parameter has choices."""
    choices = field.metadata.get("choices") or ()
    texts = [text for text in (value if isinstance(value, list | tuple) else [value]) if isinstance(text, str)]
    return next((hint(text, filter(None, choices)) for text in texts if choices and text not in choices), "")


# ---------------------------------------------------------------- parameters with each other


def _inconsistencies(scenario: Scenario) -> Iterator[str]:
    yield from _name_faults(scenario)
    yield from _share_faults(scenario)
    yield from _hour_faults(scenario)
    yield from _region_faults(scenario)
    yield from _experiment_faults(scenario)
    yield from limit_faults(scenario)
    if scenario.ledger and scenario.earlier_days:
        yield f"earlier_days is {scenario.earlier_days}; allowed is 0 with a ledger, which judges a first window"
    trends, churn = scenario.sessions.trends, scenario.churn
    if trends.low_reliability > trends.high_reliability:
        low, high = trends.low_reliability, trends.high_reliability
        yield _above("sessions.trends.low_reliability", low, "high_reliability", high)
    if churn.medium_risk > churn.high_risk:
        yield _above("churn.medium_risk", churn.medium_risk, "high_risk", churn.high_risk)


def _name_faults(scenario: Scenario) -> Iterator[str]:
    """A scenario's name is part of those of its runs' directories."""
    name = scenario.name
    if not name.isprintable() or any(sign in name for sign in "/\\"):
        yield f"name is {shown(name)}; allowed is text in one line without / and \\"
    elif (size := len(name.encode())) > _LONGEST_NAME:
        yield f"name is {shown(name)}, which has {size} bytes; allowed are up to {_LONGEST_NAME}"


def _region_faults(scenario: Scenario) -> Iterator[str]:
    for index, region in enumerate(scenario.regions):
        if not region.name:
            yield f"regions.{index}.name is empty; allowed is any other text"
        hours, minutes = region.utc_offset_hours, region.utc_offset / timedelta(minutes=1)
        if abs(hours * 60 - minutes) * 60 >= _LESS_THAN_SECONDS:
            key = f"regions.{index}.utc_offset_hours"
            yield f"{key} is {hours}; allowed are whole minutes, the nearest of which is {minutes / 60:.6g}"
        for place, term in enumerate(region.terms):
            if term.last < term.first:
                yield f"regions.{index}.terms.{place}.last is {term.last}; allowed is from its first day, {term.first}"
        yield from (f"regions.{index}.{fault}" for fault in term_faults(region))
        if region.population or region.demand:
            own = regional(scenario, index + 1)
            yield from (
                f"regions.{index}.{fault}" for fault in (*_share_faults(own), *_hour_faults(own), *limit_faults(own))
            )
    for name, count in Counter(region.name for region in scenario.regions).items():
        if count > 1:
            yield f"regions: {count} have the name {shown(name)}; allowed is a name for each"


def _hour_faults(scenario: Scenario) -> Iterator[str]:
    for name in ("school_weekday", "grown_up_weekday", "weekend"):
        if not any(getattr(scenario.demand.hours, name)):
            yield f"demand.hours.{name} has no weight above 0; allowed is at least one"
    for name in ("morning_hours", "evening_hours"):
        first, last = getattr(scenario.population.traits, name)
        if int(first) == int(last):
            yield f"population.traits.{name} is [{first:g}, {last:g}], which is no whole hour; allowed is one or more"


def _share_faults(scenario: Scenario) -> Iterator[str]:
    population, students = scenario.population, scenario.students
    kinds: tuple[tuple[str, type[Any], Any], ...] = (
        ("population.personas", TutorPersonas, population.personas),
        ("students.personas", StudentPersonas, students.personas),
    )
    for path, kind, personas in kinds:
        total = math.fsum(getattr(personas, field.name).share for field in attrs.fields(kind))
        if abs(total - 1) > _TOLERANCE:
            yield f"{path}: the shares sum to {total:.10g}; allowed is 1"
    unclassified = population.personas.unclassified.share
    for name in ("new_high_performers", "chronic_reschedulers", "weekend_warriors"):
        share = getattr(population.edge_cases, name)
        if share > unclassified:
            yield _above(f"population.edge_cases.{name}", share, "population.personas.unclassified.share", unclassified)
    good = math.fsum((population.personas.solid_performer.share, population.personas.rock_star.share))
    victims = population.edge_cases.technical_issue_victims
    if victims > good:
        yield _above("population.edge_cases.technical_issue_victims", victims, "solid_performer and rock_star", good)


def _experiment_faults(scenario: Scenario) -> Iterator[str]:
    for index, experiment in enumerate(scenario.experiments):
        if not experiment.name:
            yield f"experiments.{index}.name is missing; allowed is a name that no other experiment has"
        if not experiment.hypothesis:
            yield f"experiments.{index}.hypothesis is empty; allowed is any other text"
        if "" in experiment.variants or len(set(experiment.variants)) < len(experiment.variants):
            yield f"experiments.{index}.variants is {shown(experiment.variants)}; allowed are names that differ"
    for name, count in Counter(experiment.name for experiment in scenario.experiments).items():
        if count > 1:
            yield f"experiments: {count} have the name {shown(name)}; allowed is a name for each"


def _above(key: str, value: float, bound: str, limit: float) -> str:
    return f"{key} is {value:.10g}; allowed is up to that of {bound}, {limit:.10g}"
