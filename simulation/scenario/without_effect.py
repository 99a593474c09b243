"""What a scenario states and what can have no effect in it: each in one line that names the key.

What a parameter needs stands with its declaration, and when a change of it acts. Only what differs from its default is
reported.
"""

import math
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain
from typing import Any

from simulation.scenario import Scenario, Term
from simulation.scenario.changes import segments
from simulation.scenario.description import Parameter, describe
from simulation.scenario.experiments import DEFAULT_EXPERIMENTS
from simulation.scenario.fields import JOINERS, Needs
from simulation.scenario.plain import Document, merged, plain, value_at
from simulation.scenario.regions import REGIONAL_SECTIONS, regional
from simulation.scenario.shown import shown

# A student asks for the sessions of a week at once, and may come on a later day of it.
_ASKED_AHEAD = timedelta(days=10)


def without_effect(scenario: Scenario) -> tuple[str, ...]:
    """What can have no effect in a scenario that was checked, each in a line; empty where all may have one."""
    stated = [parameter for parameter in describe(scenario) if not parameter.is_default]
    return (
        *_without_needs(scenario, stated),
        *_overshadowed(scenario, stated),
        *_too_few(scenario),
        *_outside(scenario),
        *_too_late(stated),
    )


def _without_needs(scenario: Scenario, stated: list[Parameter]) -> Iterator[str]:
    """The parameters that need what is false or 0, in all regions that they are for, on all days."""
    regions: dict[str, list[Document]] = {}
    for segment in segments(scenario):
        document = plain(segment.scenario)
        for index, own in enumerate(document["regions"]):
            regions.setdefault(f"regions.{index}.", []).append(_of_region(document, own))
    defaults = {f"experiments.{index}." for index, one in enumerate(scenario.experiments) if one in DEFAULT_EXPERIMENTS}
    for parameter in stated:
        key, needs = parameter.key.removeprefix(parameter.part), parameter.needs
        if not needs or key.startswith(tuple(defaults)):
            continue
        where = regions.get(parameter.part) or chain.from_iterable(regions.values())
        missing = {_missing(needs, key, document) for document in where}
        if None not in missing:
            yield f"{parameter.key} has no effect: {missing.pop()}"
    if not scenario.mechanisms.experiments and scenario.experiments not in ((), DEFAULT_EXPERIMENTS):
        yield "experiments has no effect: mechanisms.experiments is false"


def _of_region(document: Document, region: Mapping[str, Any]) -> Document:
    """The scenario in plain data as one of its regions has it."""
    return {**document, **{name: merged(document[name], region[name]) for name in REGIONAL_SECTIONS if region[name]}}


def _missing(needs: Needs, key: str, document: Document) -> str | None:
    """Which of the needs of a parameter is not met, and what stands there; None where all are met."""
    for need in needs:
        values = {one: value_at(document, one.split(".")) for one in need.split("|") if one != key}
        # Not every kind of tutors has a share: what is not there is no need.
        if values and not any(value is None or value for value in values.values()):
            return ", ".join(f"{one} is {shown(value)}" for one, value in values.items())
    return None


def _overshadowed(scenario: Scenario, stated: list[Parameter]) -> Iterator[str]:
    """The parameters that every region states for itself, and otherwise."""
    for parameter in stated:
        section, *path = parameter.key.split(".")
        if path and section in REGIONAL_SECTIONS:
            own = [value_at(getattr(region, section), path) for region in scenario.regions]
            if None not in own and parameter.value not in own:
                yield f"{parameter.key} has no effect: every region states its own"


def _too_few(scenario: Scenario) -> Iterator[str]:
    """Edge cases that more tutors should have than there are of whom they may befall."""
    for number in range(1, len(scenario.regions) + 1):
        own = regional(scenario, number).population
        total = math.fsum(persona.share for persona in own.personas.values())
        for name, case in own.edge_cases.items():
            there_are = math.fsum(own.personas[one].share for one in case.among or own.personas) / total
            if case.share > there_are + 1e-9:
                place = f"regions.{number - 1}." if scenario.regions[number - 1].population else ""
                key = f"{place}population.edge_cases.{name}.share"
                whom = " and ".join(case.among)
                yield f"{key} is {case.share:.10g}, and {whom} are {there_are:.4g} of all: each is one"


def _too_late(stated: list[Parameter]) -> Iterator[str]:
    """What changes set that acts on those alone who join later."""
    for parameter in stated:
        if parameter.part.startswith("changes.") and parameter.acts == JOINERS:
            yield f"{parameter.key} has no effect on students who are there already: it acts on those who join later"


def _outside(scenario: Scenario) -> Iterator[str]:
    """Terms, experiments and changes that the simulated days do not reach, and burnout that would come after them."""
    first = scenario.start_date - timedelta(days=scenario.warm_up_days)
    after = scenario.earlier_days + scenario.days + scenario.follow_up_days
    last = scenario.start_date + timedelta(days=after - 1)
    for number, region in enumerate(scenario.regions):
        for place, term in enumerate(region.terms):
            told = f"regions.{number}.terms.{place} has no effect:"
            if term.demand == Term().demand:
                yield f"{told} its demand is 1, as on other days"
            elif term.last < first or term.first > last + _ASKED_AHEAD:
                yield f"{told} it lasts from {term.first} to {term.last}, and simulated is {first} to {last}"
    for number, experiment in enumerate(scenario.experiments if scenario.mechanisms.experiments else ()):
        if experiment.start_day >= after and experiment not in DEFAULT_EXPERIMENTS:
            starts = f"start_day is {experiment.start_day:g}"
            yield f"experiments.{number} has no effect: its {starts}, and the last simulated day is {after - 1}"
    for number, change in enumerate(scenario.changes):
        if (begins := change.begins(scenario.start_date)) >= after:
            told = f"it begins on day {begins}, and the last simulated day is {after - 1}"
            yield f"changes.{number} has no effect: {told}"
    tipping = scenario.sessions.burnout.tipping_days
    if scenario.mechanisms.burnout and tipping[0] >= after and tipping != Scenario().sessions.burnout.tipping_days:
        yield (
            f"sessions.burnout.tipping_days has no effect: it begins with {tipping[0]:g}, "
            f"and the last simulated day is {after - 1}"
        )
