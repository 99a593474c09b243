"""What a scenario states and what can have no effect in it: each in one line that names the key.

What a parameter needs stands with its declaration. Only what differs from its default is told of.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

import attrs

from simulation.scenario import Region, Scenario, Term
from simulation.scenario.checking import kind_of, known_keys, shown
from simulation.scenario.description import describe
from simulation.scenario.fields import Needs
from simulation.scenario.loading import resolved
from simulation.scenario.plain import Document, merged
from simulation.scenario.platform import DEFAULT_EXPERIMENTS

# A student asks for the sessions of a week at once, and may come on a later day of it.
_ASKED_AHEAD = timedelta(days=10)
_ITEM = re.compile(r"(\w+)\.(\d+)\.(.+)")
_OWN = re.compile(r"regions\.(\d+)\.(population|demand)\.(.+)")


def without_effect(scenario: Scenario) -> tuple[str, ...]:
    """What can have no effect in a scenario that was checked, each in a line; empty where all may have one."""
    return (*_without_needs(scenario), *_overshadowed(scenario), *_outside(scenario))


# ---------------------------------------------------------------- what others switch off


def needs_of(key: str) -> Needs:
    """The keys of what a parameter needs to have any effect; of several of which one suffices, as "A|B"."""
    declared = _declared()
    if key not in declared:
        item = _ITEM.fullmatch(key)
        if item is None:
            return declared.get(key.rpartition(".")[0], ())  # one end of a span
        name, index, field = item.groups()
        return tuple(need.replace(f"{name}.*", f"{name}.{index}") for need in declared.get(f"{name}.*.{field}", ()))
    return declared[key]


@cache
def _declared() -> Mapping[str, Needs]:
    """What is declared of each parameter, those of items of lists as "experiments.*.days"."""
    found = dict(_needs_within(Scenario, "", ()))
    for key, field in known_keys():
        if "list_of" in field.metadata:
            found |= _needs_within(field.metadata["list_of"], f"{key}.*.", ())
    return found


def _needs_within(kind: type[Any], prefix: str, inherited: Needs) -> Iterator[tuple[str, Needs]]:
    """Each parameter of a class with its own needs, or those of the innermost section that has any."""
    for field in attrs.fields(kind):
        key, needs = prefix + field.name, field.metadata.get("needs", ())
        if field.metadata.get("section"):
            yield from _needs_within(kind_of(field), f"{key}.", _absolute(needs, f"{key}.") or inherited)
        else:
            yield key, _absolute(needs, prefix) or inherited


def _absolute(needs: Needs, section: str) -> Needs:
    return tuple(
        "|".join(section + one[1:] if one.startswith(".") else one for one in need.split("|")) for need in needs
    )


def _without_needs(scenario: Scenario) -> Iterator[str]:
    """The parameters that need what is false or 0, in all regions that they are for."""
    documents = _of_regions(scenario)
    for parameter in describe(scenario):
        if parameter.is_default or _is_default_experiment(scenario, parameter.key):
            continue
        where, key = documents, parameter.key
        if own := _OWN.fullmatch(key):
            where, key = [documents[int(own[1])]], f"{own[2]}.{own[3]}"
        if needs := needs_of(key):
            missing = {_missing(needs, key, document) for document in where}
            if None not in missing:
                yield f"{parameter.key} has no effect: {missing.pop()}"
    if not scenario.mechanisms.experiments and scenario.experiments not in ((), DEFAULT_EXPERIMENTS):
        yield "experiments has no effect: mechanisms.experiments is false"


def _missing(needs: Needs, key: str, document: Document) -> str | None:
    """Which of the needs of a parameter is not met, and what stands there; None where all are."""
    for need in needs:
        values = {one: _at(document, one) for one in need.split("|") if one != key}
        if values and not any(map(_counts, values.values())):
            return ", ".join(f"{one} is {shown(value)}" for one, value in values.items())
    return None


def _counts(value: Any) -> bool:
    """Whether a need is met by a value. Not every kind of tutors has a share."""
    return value is None or bool(value)


def _at(document: Any, key: str) -> Any:
    """What stands at a key of plain data; None where nothing does."""
    for part in key.split("."):
        if document is None:
            break
        document = document[int(part)] if isinstance(document, list) else document.get(part)
    return document


def _is_default_experiment(scenario: Scenario, key: str) -> bool:
    item = _ITEM.fullmatch(key)
    return item is not None and item[1] == "experiments" and scenario.experiments[int(item[2])] in DEFAULT_EXPERIMENTS


# ---------------------------------------------------------------- what regions have of their own


def _of_regions(scenario: Scenario) -> list[Document]:
    """The scenario as each region has it, in plain data."""
    document = resolved(scenario)
    own = ({name: getattr(region, name) for name in _parts()} for region in scenario.regions)
    return [
        {**document, **{name: merged(document[name], part) for name, part in parts.items() if part}} for parts in own
    ]


def _parts() -> Sequence[str]:
    return [field.name for field in attrs.fields(Region) if "part_of" in field.metadata]


def _overshadowed(scenario: Scenario) -> Iterator[str]:
    """The parameters that every region states for itself, and otherwise."""
    for parameter in describe(scenario):
        name, _, rest = parameter.key.partition(".")
        if not parameter.is_default and rest and name in _parts():
            own = [_at(getattr(region, name), rest) for region in scenario.regions]
            if None not in own and parameter.value not in own:
                yield f"{parameter.key} has no effect: every region states its own"


# ---------------------------------------------------------------- what lies outside the simulated days


def _outside(scenario: Scenario) -> Iterator[str]:
    """Terms and experiments that the simulated days do not reach, and burnout that would come after them."""
    first = scenario.start_date - timedelta(days=scenario.warm_up_days)
    after = scenario.earlier_days + scenario.days + scenario.follow_up_days
    end = scenario.start_date + timedelta(days=after)
    for number, region in enumerate(scenario.regions):
        for place, term in enumerate(region.terms):
            if fault := _fault_of_term(term, first, end):
                yield f"regions.{number}.terms.{place} has no effect: {fault}"
    if not scenario.mechanisms.experiments:
        return
    for number, experiment in enumerate(scenario.experiments):
        if experiment.start_day >= after and experiment not in DEFAULT_EXPERIMENTS:
            starts = f"start_day is {experiment.start_day:g}"
            yield f"experiments.{number} has no effect: its {starts}, and the last simulated day is {after - 1}"
    tipping = scenario.sessions.burnout.tipping_days
    if scenario.mechanisms.burnout and tipping[0] >= after and tipping != Scenario().sessions.burnout.tipping_days:
        yield (
            f"sessions.burnout.tipping_days has no effect: it begins with {tipping[0]:g}, "
            f"and the last simulated day is {after - 1}"
        )


def _fault_of_term(term: Term, first: date, end: date) -> str | None:
    if term.demand == 1:
        return "its demand is 1, as on other days"
    if term.last < first or term.first >= end + _ASKED_AHEAD:
        days = f"{first} to {end - timedelta(days=1)}"
        return f"it lasts from {term.first} to {term.last}, and simulated is {days}"
    return None
