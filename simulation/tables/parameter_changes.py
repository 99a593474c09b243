"""The platform's rules at each moment of a log: those that it begins with, and what `parameters_changed` says."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs
from attrs import field, frozen

from simulation.churn.signals import ChurnRules
from simulation.events import ParametersChanged
from simulation.log import EVENTS_PER_REGION, Log

_CHURN = "churn."


@frozen
class RecordedChange:
    """A `parameters_changed` of a log: its event's number, its local midnight, and the new values by dotted keys."""

    number: int
    at: datetime
    values: Mapping[str, Any] = field(hash=False)

    @property
    def region(self) -> int:
        """The region whose event it is."""
        return region_of(self.number)


def recorded_changes(log: Log) -> tuple[RecordedChange, ...]:
    """The changes of a log, in its order; each region records its own."""
    rows = log.events(ParametersChanged).to_pylist()
    return tuple(
        RecordedChange(number_of(row["event_id"]), row["timestamp"], json.loads(row["content"])) for row in rows
    )


def values_by(changes: Iterable[RecordedChange], event_id: str) -> dict[str, Any]:
    """What had changed by the time an event was recorded, with the latest values, in the event's region."""
    number = number_of(event_id)
    return together(one for one in changes if one.number < number and one.region == region_of(number))


def rules_at(log: Log, moment: datetime) -> ChurnRules:
    """The churn rules at a moment of local time, before what changes at that very moment."""
    return changed_rules(first_rules(log), together(one for one in recorded_changes(log) if one.at < moment))


def first_rules(log: Log) -> ChurnRules:
    """The churn rules that a log begins with."""
    stated: dict[str, Any] = dict(log.metadata.churn_rules)
    return ChurnRules(**stated)


def changed_rules(rules: ChurnRules, values: Mapping[str, Any]) -> ChurnRules:
    """Churn rules with new values, by dotted keys of the scenario; those of other sections are left out."""
    own = {key.removeprefix(_CHURN): value for key, value in values.items() if key.startswith(_CHURN)}
    return attrs.evolve(rules, **own) if own else rules


def number_of(event_id: str) -> int:
    """The number of an observable event."""
    return int(event_id.removeprefix("EV"))


def region_of(number: int) -> int:
    """The region of the observable event with a number."""
    return (number - 1) // EVENTS_PER_REGION + 1


def together(changes: Iterable[RecordedChange]) -> dict[str, Any]:
    """The latest values of all that changes, by dotted keys."""
    values: dict[str, Any] = {}
    for change in changes:
        values |= change.values
    return values
