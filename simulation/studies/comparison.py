"""Scenarios compared with a base: the same luck for all of them in each replication, differences with intervals.

Replication i of every scenario has the same seed. As luck belongs to who decides, what they have in common goes the
same way in all of them, and differences are far less noisy than the figures themselves (common random numbers).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
from attrs import frozen

from simulation.executors import Executor, InProcess, TaskFailed
from simulation.studies import StudyError
from simulation.studies.differences import Difference, paired_difference, require_scipy
from simulation.studies.key_figures import KEY_FIGURES, Figures, measure_scenario

if TYPE_CHECKING:
    from simulation.scenario import Scenario

OnRun = Callable[[int, int], None]

REPLICATIONS = 10
AT_MOST = 100


@frozen
class Goal:
    """How narrow the interval of a key figure should be, in every comparison; and after how many pairs to give up."""

    figure: str
    half_width: float
    at_most: int = AT_MOST


@frozen
class Comparison:
    """Scenarios and what they differ by from the first. `runs` has each scenario's key figures by replication."""

    seeds: tuple[int, ...]
    runs: Mapping[str, Sequence[Figures]]
    goal: Goal | None = None

    @property
    def base(self) -> str:
        """The scenario that the others are compared with."""
        return next(iter(self.runs))

    @property
    def others(self) -> tuple[str, ...]:
        """The scenarios that are compared with it."""
        return tuple(self.runs)[1:]

    def differences(self, other: str) -> dict[str, Difference]:
        """What a scenario differs by from the base, by key figure."""
        return {figure.name: self._difference(other, figure.name) for figure in KEY_FIGURES}

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached; without one there is nothing to reach."""
        return self.goal is None or self._widest(self.goal) <= self.goal.half_width

    @property
    def further_pairs(self) -> int:
        """How many pairs to simulate next: as many as the goal needs if luck stays as varied as it was so far.

        At least one, and no more at once than there are, so that a first guess from few pairs is not trusted far.
        """
        if self.goal is None or self.is_reached:
            return 0
        known = len(self.seeds)
        needed = math.ceil(min(known * (self._widest(self.goal) / self.goal.half_width) ** 2, 2 * known))
        return min(max(needed, known + 1), self.goal.at_most) - known

    def _widest(self, goal: Goal) -> float:
        widths = [self._difference(other, goal.figure).half_width for other in self.others]
        return max(math.inf if width is None else width for width in widths)

    def _difference(self, other: str, figure: str) -> Difference:
        base, others = ([run[figure] for run in self.runs[name]] for name in (self.base, other))
        return paired_difference(base, others)


def compare(
    scenarios: "Sequence[Scenario]",
    seeds_of: Callable[[int], Sequence[int]],
    replications: int = REPLICATIONS,
    *,
    goal: Goal | None = None,
    executor: Executor | None = None,
    on_run: OnRun | None = None,
) -> Comparison:
    """Simulate scenarios under the same seeds, and compare them with the first of them.

    `seeds_of` gives so many seeds, more of them beginning with fewer. With a goal, pairs are added until it is reached
    or given up. `on_run` is told how many runs of how many are over. Raises StudyError where a run fails, or SciPy is
    not installed.
    """
    require_scipy()
    executor = executor or InProcess()
    named = _named(scenarios)
    comparison = Comparison((), dict.fromkeys(named, ()), goal)
    further = replications
    while further:
        seeds = tuple(seeds_of(len(comparison.seeds) + further))
        comparison = _extended(comparison, named, seeds, executor, on_run)
        further = comparison.further_pairs
    return comparison


def check_goal(goal: Goal, replications: int) -> None:
    """Raise StudyError where a goal is for no key figure, or cannot be approached."""
    known = [figure.name for figure in KEY_FIGURES]
    if goal.figure not in known:
        raise StudyError(f"--until-halfwidth: {goal.figure} is no key figure; allowed are {', '.join(known)}")
    if not goal.half_width > 0 or not math.isfinite(goal.half_width):
        raise StudyError(f"--until-halfwidth: {goal.figure} is {goal.half_width:g}; allowed is a number above 0")
    if goal.at_most < replications:
        raise StudyError(f"--at-most: is {goal.at_most}; allowed is from --replications, {replications}")


def _extended(
    comparison: Comparison,
    named: "Mapping[str, Scenario]",
    seeds: tuple[int, ...],
    executor: Executor,
    on_run: OnRun | None,
) -> Comparison:
    """A comparison with runs under those seeds added that it does not have yet."""
    known = len(comparison.seeds)
    tasks = [(name, seed) for seed in seeds[known:] for name in named]
    runs = [attrs.evolve(named[name], seed=seed) for name, seed in tasks]

    def on_done(done: int, _: int) -> None:
        if on_run is not None:
            on_run(known * len(named) + done, len(seeds) * len(named))

    try:
        results = executor.in_order(measure_scenario, runs, on_done)
    except TaskFailed as failure:
        name, seed = tasks[failure.place]
        raise StudyError(f"{name}, seed {seed}: the run failed: {failure.cause}") from failure.__cause__
    added: dict[str, list[Figures]] = {name: [] for name in named}
    for (name, _), figures in zip(tasks, results, strict=True):
        added[name].append(figures)
    return attrs.evolve(
        comparison, seeds=seeds, runs={name: (*comparison.runs[name], *added[name]) for name in named}
    )  # fmt: skip


def _named(scenarios: "Sequence[Scenario]") -> "dict[str, Scenario]":
    """Scenarios by name; those that share one are numbered."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        name, number = scenario.name, 1
        while name in named:
            number += 1
            name = f"{scenario.name} ({number})"
        named[name] = scenario
    return named
