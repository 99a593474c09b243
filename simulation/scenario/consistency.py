"""What parameters of a scenario, each of which is allowed, mean to each other."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from operator import attrgetter
from typing import Any

from simulation.lib.suggestions import hint
from simulation.scenario import Scenario
from simulation.scenario.changes import change_faults, segments
from simulation.scenario.interventions import default_kinds
from simulation.scenario.regions import limit_faults, regional, term_faults
from simulation.scenario.shown import shown

# By so much an offset from UTC may miss a whole minute: 5.8333 hours are meant as 5 hours and 50 minutes.
_LESS_THAN_SECONDS = 0.5
# The most bytes that a file's name may have (255), less what a run's directory adds to it: seed, region, date, and that
# it is being written.
_LONGEST_NAME = 180

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


def inconsistencies(scenario: Scenario) -> Iterator[str]:
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
        yield from (f"changes, from day {segment.day} on: {fault}" for fault in inconsistencies(segment.scenario))


def _repeated_names(key: str, items: Iterable[Any]) -> Iterator[str]:
    counts = Counter(item.name for item in items)
    yield from (
        f"{key}: {n} have the name {shown(name)}; allowed is a name for each" for name, n in counts.items() if n > 1
    )
