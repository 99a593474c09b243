"""What a scenario's changes come to: its parameters from one midnight to the next."""

from collections.abc import Iterator, Mapping
from datetime import date
from operator import attrgetter
from typing import Any

import attrs
from attrs import frozen

from simulation.scenario import SAID_OF_IT, Change, Scenario
from simulation.scenario.extensions import replaced
from simulation.scenario.fields import OPENING, acting, structured
from simulation.scenario.names import tables_of_names
from simulation.scenario.plain import Document, dotted, plain, value_at
from simulation.scenario.regions import with_changes


@frozen
class Segment:
    """Days that are simulated under the same parameters: from the midnight of a day on, until that of the next one.

    Days count from the first window's opening. The scenario has no changes.
    """

    day: int
    scenario: Scenario


def segments(scenario: Scenario) -> tuple[Segment, ...]:
    """A scenario's segments in order: the first from the start of the warm-up, one more for each midnight of a change.

    Changes may overlap: each is made of what those before it in the list left, so later ones win. A change on day 0
    comes second, even where there is no warm-up: agents are drawn before it.
    """
    if not scenario.changes:
        return (Segment(-scenario.warm_up_days, scenario),)
    base = attrs.evolve(scenario, changes=())
    found = [Segment(-scenario.warm_up_days, base)]
    document = plain(base)
    for day in sorted({day for change in scenario.changes for day in _midnights(change, scenario.start_date)}):
        changed = replaced(structured(_document_on(day, document, scenario), Scenario), scenario)
        if changed != found[-1].scenario:
            found.append(Segment(day, changed))
    return tuple(found)


def difference(one: Scenario, other: Scenario) -> Document:
    """The parameters in which two scenarios differ, by dotted keys, with the other's values: what a Change may `set`.

    Lists are values. What is said of a scenario, as its name, and its changes are left out.
    """
    before, after = dotted(plain(one)), dotted(plain(other))
    nothing = dict.fromkeys(before)  # a named table that only one of them has
    return {
        key: value
        for key, value in (nothing | after).items()
        if value != before.get(key) and key not in (*SAID_OF_IT, "changes")
    }


def _midnights(change: Change, start_date: date) -> Iterator[int]:
    """The days at whose midnights a change alters parameters."""
    begins, ends = change.begins(start_date), change.ends(start_date)
    yield from range(begins, begins + change.ramp_days)
    if ends is not None:
        yield ends


def _document_on(day: int, document: Document, scenario: Scenario) -> Document:
    """The parameters on a day in plain data, made of those without any change."""
    for change in scenario.changes:
        if steps := change.steps_taken(day, scenario.start_date):
            document = _between(document, with_changes(document, change.set), steps, change.ramp_days)
    return document


def _between(before: Any, after: Any, steps: int, of: int) -> Any:
    """What lies so many of equal steps from plain data to other data of the same shape; whole numbers stay whole."""
    if steps == of or before == after:
        return after
    if isinstance(after, Mapping):
        return {key: _between(before.get(key), value, steps, of) for key, value in after.items()}
    if isinstance(after, list):
        return [_between(*pair, steps, of) for pair in zip(before, after, strict=True)]
    between = before + (after - before) * steps / of
    return round(between) if isinstance(after, int) else between


# ---------------------------------------------------------------- what is wrong with changes


def change_faults(scenario: Scenario) -> Iterator[str]:
    """What is wrong with each change of a scenario by itself, in words that name the key."""
    for number, change in enumerate(scenario.changes):
        place = f"changes.{number}"
        if (change.day is None) == (change.date is None):
            stated = "neither day nor date" if change.day is None else "both day and date"
            yield f"{place} states {stated}; allowed is one of them"
            continue
        yield from (
            f"{place}.{fault}" for fault in (*_faults_of_time(change, scenario), *_faults_of_set(change, scenario))
        )


def _faults_of_time(change: Change, scenario: Scenario) -> Iterator[str]:
    begins, ends = change.begins(scenario.start_date), change.ends(scenario.start_date)
    if begins < 0:
        yield f"date is {change.date}; allowed is from start_date, {scenario.start_date}"
    if ends is not None and ends <= begins:
        yield f"until is {change.until}; allowed is after {change.day if change.date is None else change.date}"
    elif ends is not None and ends - begins < change.ramp_days:
        yield f"ramp_days is {change.ramp_days}; allowed is up to the {ends - begins} days of the change"


def _faults_of_set(change: Change, scenario: Scenario) -> Iterator[str]:
    if not change.set:
        yield "set is empty; allowed is one parameter or more"
    yield from _new_names(change, scenario)
    for name in change.set.get("extensions", {}):
        if name not in scenario.extensions:
            told = "allowed is one that [extensions] has from the beginning, perhaps with on = false"
            yield f"set.extensions.{name} is named here alone; {told}"
    for key, acts in acting(change.set, Scenario):
        value = value_at(change.set, key.split("."))
        if acts == OPENING:
            yield f"set.{key} is read as the world begins; allowed are parameters that act later, as demand.factor"
        elif change.ramp_days > 1 and not _is_of_numbers(value):
            yield f"ramp_days is {change.ramp_days}; allowed is 1 with set.{key}, which is no number"


def _new_names(change: Change, scenario: Scenario) -> Iterator[str]:
    """The named tables that a change would add: a log has the same names from its beginning to its end."""
    for path in tables_of_names(Scenario):
        there_are = attrgetter(".".join(path))(scenario)
        for name in (one for one in value_at(change.set, path) or {} if one not in there_are):
            yield f"set.{'.'.join(path)}.{name} is not there from the beginning; allowed are entries that are"


def _is_of_numbers(value: Any) -> bool:
    values = value if isinstance(value, list) else [value]
    return all(isinstance(one, int | float) and not isinstance(one, bool) for one in values)
