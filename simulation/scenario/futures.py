"""The same past, another future: what is to be different from a day on, as a change of a scenario."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from simulation.scenario import Change, Scenario
from simulation.scenario.changes import change_faults, difference, segments
from simulation.scenario.checking import ScenarioError, check_document
from simulation.scenario.overriding import OVERRIDE, apply_override
from simulation.scenario.plain import plain, value_at

_LIKE = "--scenario"
# When a world is simulated, and under which seed: of another scenario these do not count.
_NOT_OF_THE_FUTURE = frozenset({"seed", "start_date", "days", "earlier_days", "warm_up_days", "follow_up_days"})


def future_changes(
    scenario: Scenario, day: int, overrides: Sequence[str] = (), like: Scenario | None = None
) -> tuple[Change, ...]:
    """The change that gives a scenario other parameters from a day on, counted from the first opening, if any differ.

    They are those of a scenario that it shall be `like`, and after these the `overrides`, as of `--set`. Raises
    ScenarioError for what is not known or not allowed, and for what cannot change in a world that has begun.
    """
    now = segments(scenario)[-1].scenario
    wanted: dict[str, Any] = {}
    if like is not None:
        if like.changes:
            raise ScenarioError(f"{_LIKE}: {like.name} changes in mid-month; allowed is a scenario without changes")
        found = difference(now, like)
        wanted |= {key: value for key, value in found.items() if key not in _NOT_OF_THE_FUTURE}
        _check(scenario, day, wanted, _LIKE)
    document = plain(now)
    for override in overrides:
        key = override.partition("=")[0].strip()
        section = apply_override(document, override)
        check_document({section: document[section]}, OVERRIDE)
        stated = {key: value_at(document, key.split("."))}
        _check(scenario, day, stated, OVERRIDE)
        wanted |= stated
    return (Change(day=day, set=wanted),) if wanted else ()


def _check(scenario: Scenario, day: int, wanted: Mapping[str, Any], option: str) -> None:
    """Raise ScenarioError for the first parameter that cannot change on that day."""
    if wanted:
        for fault in change_faults(attrs.evolve(scenario, changes=(Change(day=day, set=wanted),))):
            raise ScenarioError(f"{option}: {fault.removeprefix('changes.0.').removeprefix('set.')}")
