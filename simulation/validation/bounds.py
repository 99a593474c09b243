"""What a run's own scenario allows: where it states a range, rules hold the run to that one."""

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from attrs import frozen

from simulation.agents.identity import experiment_id
from simulation.scenario.plain import merged
from simulation.validation.frames import DAY, HOUR, MINUTE, Flags, Floats, Frame, Rows, taken
from simulation.validation.run import Run

_SECONDS = {"minutes": MINUTE, "hours": HOUR, "days": DAY}


@frozen
class Delay:
    """How much time may pass: from `low` to `high` of a unit that is minutes, hours or days."""

    low: float
    high: float
    unit: str

    @classmethod
    def stated(cls, run: Run, key: str) -> Self:
        """The delay that a parameter states, whose name ends with its unit: `interventions.open_hours`."""
        low, high = run.stated(key)
        return cls(low, high, key.rpartition("_")[2])

    @property
    def shortest(self) -> int:
        """The least of it in whole seconds, as delays are rounded in the world."""
        return round(self.low * _SECONDS[self.unit])

    @property
    def longest(self) -> int:
        """The most of it, likewise."""
        return round(self.high * _SECONDS[self.unit])

    def allows(self, seconds: Floats) -> Flags:
        """Which of some times lie within it; none that is not known."""
        return (seconds >= self.shortest) & (seconds <= self.longest)

    def __str__(self) -> str:
        return f"{self.low:g} to {self.high:g} {self.unit}"


def outcome_effects(run: Run) -> dict[str, tuple[Sequence[float], Sequence[float]]]:
    """By outcome, from where to where an intervention's effects on engagement and on sessions a week may lie."""
    rules = run.stated("interventions")
    drawn = {
        outcome: (
            [round(end, 4) for end in rules["engagement_effect"][outcome]],
            [int(end) for end in rules["sessions_effect"][outcome]],
        )
        for outcome in ("success", "partial")
    }
    return {**drawn, "ignored": ((0, 0), (0, 0))}


def of_experiments(run: Run, rows: Frame) -> "ExperimentBounds":
    """What the experiments that rows name by `experiment_id` allow."""
    plans = {experiment_id(number): plan for number, plan in enumerate(run.stated("experiments"), 1)}
    places = {name: place for place, name in enumerate(plans)}
    return ExperimentBounds(
        list(plans.values()), np.array([places.get(name, -1) for name in rows.texts("experiment_id")], int)
    )


@frozen(eq=False)
class ExperimentBounds:
    """Experiments as the scenario states them, and which of them each row belongs to; -1 for none."""

    _plans: Sequence[Mapping[str, Any]]
    _places: Rows

    def delay_allows(self, key: str, seconds: Floats) -> Flags:
        """Which of some times, by row, lie within the delay that the row's experiment states."""
        return self._within(key, _SECONDS[key.rpartition("_")[2]], 0, seconds)

    def span_allows(self, key: str, values: Floats, decimals: int) -> Flags:
        """Which values, by row, rounded to so many decimals, lie within the range that its experiment states."""
        return self._within(key, 1, decimals, values)

    def _within(self, key: str, unit: int, decimals: int, values: Floats) -> Flags:
        low, high = (
            taken(np.array([round(plan[key][end] * unit, decimals) for plan in self._plans], float), self._places)
            for end in (0, 1)
        )
        return (low <= values) & (values <= high)


def preferred_hours(run: Run, chronotype: str, regions: Floats) -> tuple[Floats, Floats]:
    """From where to where, by tutors' regions, the hours of tutors of a chronotype may lie."""
    ends = {number: _hours_in(run, chronotype, int(number)) for number in np.unique(regions)}
    low, high = (np.array([ends[number][end] for number in regions], float) for end in (0, 1))
    return low, high


def _hours_in(run: Run, chronotype: str, number: int) -> tuple[int, int]:
    """The hours of a region: its own, where the scenario has several and states them for it."""
    regions = run.stated("regions")
    own = regions[number - 1 if len(regions) > 1 else 0]["population"]
    first, last = merged(run.stated("population"), own)["traits"][f"{chronotype}_hours"]
    return int(first), int(last)
