"""Scenarios compared with a base: mean differences with intervals, over runs that share their random numbers.

Replication i of every scenario has the same seed. Random numbers belong to whoever decides, so what the scenarios have
in common goes the same way in all of them, and differences are far less noisy than the figures themselves. In a
directory, each run is kept as soon as it is over, and not simulated again; what failed is.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path

import attrs
from attrs import field, frozen

from simulation import __version__
from simulation.execution.executors import Executor, Failure, InProcess, OnDone
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest, with_seed
from simulation.scenario.plain import plain_values
from simulation.scenario.showing import Extent
from simulation.scenario.without_effect import without_effect
from simulation.studies import StudyError
from simulation.studies.differences import Difference, paired_difference, require_scipy
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED, Figures, figure_named
from simulation.studies.study_directory import StudyDirectory, StudyRun, opened, simulate_runs

KIND = "comparison"
REPLICATIONS = 10
AT_MOST = 100
_DIGITS = 16

# The scenario and the seed of a run.
_Task = tuple[str, int]


@frozen
class Goal:
    """How narrow the interval of a key figure should be, in every comparison; and after how many pairs to give up."""

    figure: str
    half_width: float = field(converter=float)
    at_most: int = field(default=AT_MOST, converter=int)


@frozen
class FailedRun:
    """A run of which there are no key figures: its scenario, its seed, and one line of why."""

    scenario: str
    seed: int
    cause: str
    error: Exception = field(eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.scenario}, seed {self.seed}: the run failed: {self.cause}"


@frozen
class Comparison:
    """Scenarios, and how they differ from the first. `runs` has each scenario's key figures by replication.

    `worlds` has the extent of each, in the same order. `warnings` name parameters that can have no effect. `seeds` are
    those under which no run failed: where one did, the others have nothing to be paired with. `asked` names the key
    figures that the scenarios ask about, and `questions` has what they ask in words, by their names.
    """

    seeds: tuple[int, ...]
    runs: Mapping[str, Sequence[Figures]] = field(hash=False)
    goal: Goal | None = None
    failed: tuple[FailedRun, ...] = ()
    worlds: tuple[Extent, ...] = ()
    warnings: tuple[str, ...] = ()
    asked: tuple[str, ...] = USUALLY_ASKED
    questions: Mapping[str, str] = field(factory=dict, hash=False)

    @property
    def base(self) -> str:
        """The scenario that the others are compared with."""
        return next(iter(self.runs))

    @property
    def others(self) -> tuple[str, ...]:
        """The scenarios that are compared with it."""
        return tuple(self.runs)[1:]

    @property
    def with_base(self) -> tuple[tuple[str, str], ...]:
        """Each scenario that is compared, with the base."""
        return tuple((other, self.base) for other in self.others)

    @property
    def pairings(self) -> tuple[tuple[str, str], ...]:
        """Each scenario but the base, with every one before it that it is compared with."""
        names = tuple(self.runs)
        return tuple((other, against) for place, other in enumerate(names) for against in names[:place])

    def differences(self, other: str, against: str | None = None) -> dict[str, Difference]:
        """What a scenario differs by from another, the base unless named, by key figure."""
        return {figure.name: self.difference(figure.name, other, against) for figure in KEY_FIGURES}

    def difference(self, figure: str, other: str, against: str | None = None) -> Difference:
        """The same, of one key figure."""
        return paired_difference(self.values(figure, against or self.base), self.values(figure, other))

    def values(self, figure: str, scenario: str) -> list[float | None]:
        """What a key figure comes to in each run of a scenario, None where it is not defined."""
        return [run[figure] for run in self.runs[scenario]]

    @property
    def caution(self) -> str | None:
        """What to heed where the worlds are not of one size and length: which key figures grow with either."""
        if len(set(self.worlds)) < 2:
            return None
        worlds = ", ".join(f"{name} has {world}" for name, world in zip(self.runs, self.worlds, strict=True))
        alike = ", ".join(figure.name for figure in KEY_FIGURES if not figure.is_total)
        return f"the worlds differ in size or length: {worlds}; compare {alike} alone, all other figures are totals"

    @property
    def dropped(self) -> tuple[int, ...]:
        """The seeds under which a run failed."""
        return tuple(dict.fromkeys(run.seed for run in self.failed))

    @property
    def tried(self) -> int:
        """Under how many seeds the scenarios were simulated."""
        return len(self.seeds) + len(self.dropped)

    @property
    def is_reached(self) -> bool:
        """Whether the goal is reached; without one there is nothing to reach."""
        return self.goal is None or self._widest(self.goal) <= self.goal.half_width

    @property
    def further_pairs(self) -> int:
        """How many pairs to simulate next: as many as the goal needs if differences go on varying as they did so far.

        At least one, and at most as many as there are: a first guess from few pairs is not trusted far. Dropped pairs
        count towards the number after which to give up.
        """
        if self.goal is None or self.is_reached:
            return 0
        known = len(self.seeds)
        needed = math.ceil(min(known * (self._widest(self.goal) / self.goal.half_width) ** 2, 2 * known))
        return min(max(needed, known + 1), self.goal.at_most - len(self.dropped)) - known

    def _widest(self, goal: Goal) -> float:
        widths = [self.difference(goal.figure, other).half_width for other in self.others]
        return max(math.inf if width is None else width for width in widths)


def compare(
    scenarios: Sequence[Scenario],
    seeds_of: Callable[[int], Sequence[int]],
    replications: int = REPLICATIONS,
    *,
    goal: Goal | None = None,
    out: Path | None = None,
    executor: Executor | None = None,
    on_run: OnDone | None = None,
) -> Comparison:
    """Simulate scenarios under the same seeds, and compare them with the first of them.

    `seeds_of` gives so many seeds, more of them beginning with fewer. With a goal, pairs are added until it is reached
    or given up. `on_run` is told how many runs of how many are over. A run that fails is kept with its error, and its
    seed is dropped from all scenarios. What the directory `out` has of the runs is not simulated again, and what it
    lacks is kept there. Raises StudyError where every seed is dropped, or SciPy is not installed; and for a directory
    that holds anything else what `opened` does.
    """
    require_scipy()
    named = named_scenarios(scenarios)
    described = {"version": __version__, "scenarios": {name: _digest(scenario) for name, scenario in named.items()}}
    with nullcontext() if out is None else opened(out, KIND, described) as directory:
        comparison = attrs.evolve(without_runs(named), goal=goal, warnings=warnings_of(scenarios))
        further = replications
        while further:
            seeds = plain_values(seeds_of(comparison.tried + further))
            comparison = _extended(comparison, named, seeds, directory, executor or InProcess(), on_run)
            if not comparison.seeds:
                raise StudyError(f"no pair of runs is left; {comparison.failed[0]}") from comparison.failed[0].error
            further = comparison.further_pairs
    return comparison


def without_runs(named: Mapping[str, Scenario]) -> Comparison:
    """The comparison of scenarios by their names, of which no pair was simulated yet."""
    return Comparison(
        (), dict.fromkeys(named, ()),
        worlds=tuple(map(Extent.of, named.values())), asked=asked_of(list(named.values())),
        questions={name: scenario.question for name, scenario in named.items() if scenario.question},
    )  # fmt: skip


def asked_of(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """The key figures that scenarios ask about; those that are usually asked about where none does."""
    asked = {name for scenario in scenarios for name in scenario.figures} or USUALLY_ASKED
    return tuple(figure.name for figure in KEY_FIGURES if figure.name in asked)


def warnings_of(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """What can have no effect in each of scenarios that are to be compared, and which are the same as the first."""
    named = named_scenarios(scenarios)
    base, *others = named
    same = [
        f"{other} and {base} are the same scenario, so they cannot differ"
        for other in others
        if _digest(named[other]) == _digest(named[base])
    ]
    return (*(f"{name}: {told}" for name, one in named.items() for told in without_effect(one)), *same)


def _digest(scenario: Scenario) -> str:
    """The digest of a scenario without its seed, which is the same for all that are compared."""
    return scenario_digest(attrs.evolve(scenario, seed=0))


def check_goal(goal: Goal, replications: int) -> None:
    """Raise StudyError where a goal is for no key figure, or cannot be approached."""
    figure_named(goal.figure, "--until-halfwidth: ")
    if not goal.half_width > 0 or not math.isfinite(goal.half_width):
        raise StudyError(f"--until-halfwidth: {goal.figure} is {goal.half_width:g}; allowed is a number above 0")
    if goal.at_most < replications:
        raise StudyError(f"--at-most: is {goal.at_most}; allowed is from --replications, {replications}")


def _extended(
    comparison: Comparison,
    named: Mapping[str, Scenario],
    seeds: Sequence[int],
    directory: StudyDirectory | None,
    executor: Executor,
    on_run: OnDone | None,
) -> Comparison:
    """A comparison with runs under those seeds added under which it has none yet."""
    runs = {
        (name, seed): StudyRun(f"{_digest(scenario)[:_DIGITS]}-{seed}", with_seed(scenario, seed), {"scenario": name})
        for seed in seeds[comparison.tried :]
        for name, scenario in named.items()
    }
    kept = {} if directory is None else {task: directory.read(run.run_id) for task, run in runs.items()}
    outcomes: dict[_Task, Figures | Failure] = {
        task: result["figures"] for task, result in kept.items() if result is not None and result["error"] is None
    }
    missing = [run for task, run in runs.items() if task not in outcomes]
    total = len(seeds) * len(named)

    def keep(run: StudyRun, outcome: Figures | Failure) -> None:
        outcomes[run.facts["scenario"], run.scenario.seed] = outcome
        if directory is not None:
            directory.keep(run, outcome)

    def tell(done: int, of_missing: int) -> None:
        if on_run is not None:
            on_run(total - of_missing + done, total)

    simulate_runs(missing, executor, keep, tell)
    return _with_outcomes(comparison, {task: outcomes[task] for task in runs})


def _with_outcomes(comparison: Comparison, outcomes: Mapping[_Task, Figures | Failure]) -> Comparison:
    """A comparison with what came of further runs, by scenario and seed: whole pairs, and runs that failed."""
    failed = [
        FailedRun(name, seed, outcome.cause, outcome.error)
        for (name, seed), outcome in outcomes.items()
        if isinstance(outcome, Failure)
    ]
    incomplete = {run.seed for run in failed}
    whole = {
        task: outcome
        for task, outcome in outcomes.items()
        if not isinstance(outcome, Failure) and task[1] not in incomplete
    }
    return attrs.evolve(
        comparison,
        seeds=(*comparison.seeds, *dict.fromkeys(seed for _, seed in whole)),
        runs={
            name: (*known, *(figures for (own, _), figures in whole.items() if own == name))
            for name, known in comparison.runs.items()
        },
        failed=(*comparison.failed, *failed),
    )


def named_scenarios(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Scenarios by name; those that share one are numbered."""
    named: dict[str, Scenario] = {}
    for scenario in scenarios:
        name, number = scenario.name, 1
        while name in named:
            number += 1
            name = f"{scenario.name} ({number})"
        named[name] = scenario
    return named
