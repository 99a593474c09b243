"""Sweeps: a scenario with parameters varied, every point under the same seeds, each run kept as soon as it is over.

Beside its runs, a sweep's directory has sweep.csv and .parquet: all of them, a row per run, written when the last is
over. A run's id is made of its scenario's digest and its replication.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from attrs import field, frozen

from simulation import __version__
from simulation.execution.executors import Executor, InProcess, OnDone
from simulation.scenario import Scenario
from simulation.scenario.loading import ScenarioError, load_scenario, scenario_digest, with_seed
from simulation.scenario.plain import plain_value, plain_values
from simulation.scenario.without_effect import without_effect
from simulation.studies import StudyError
from simulation.studies.comparison import Comparison, asked_of
from simulation.studies.designs import Point, overrides_of
from simulation.studies.key_figures import KEY_FIGURES, USUALLY_ASKED, Figures
from simulation.studies.study_directory import StudyRun, opened, simulate_runs

KIND = "sweep"
_DIGITS = 16


@frozen
class Sweep:
    """A scenario, the points at which it is simulated, and the seeds of the replications at each."""

    scenario: Scenario
    points: tuple[Point, ...] = field(hash=False)
    at_points: tuple[Scenario, ...]
    seeds: tuple[int, ...]

    @property
    def warnings(self) -> tuple[str, ...]:
        """What can have no effect at some of the points."""
        return tuple(dict.fromkeys(told for scenario in self.at_points for told in without_effect(scenario)))

    def runs(self) -> Iterator[StudyRun]:
        """All runs: point after point, and the replications of each."""
        for point, scenario in zip(self.points, self.at_points, strict=True):
            digest = scenario_digest(scenario)[:_DIGITS]
            for number, seed in enumerate(self.seeds, 1):
                facts = {"point": point, "replication": number}
                yield StudyRun(f"{digest}-{number:04d}", with_seed(scenario, seed), facts)

    def description(self) -> dict[str, Any]:
        """What makes it this sweep and no other."""
        return {
            "version": __version__,
            "scenario": self.scenario.name,
            "scenario_digest": scenario_digest(self.scenario),
            "points": list(self.points),
            "seeds": list(self.seeds),
            **({"warnings": list(self.warnings)} if self.warnings else {}),
        }


@frozen
class SweepSummary:
    """A sweep that was gone through: how many runs it has, were there before, and failed.

    `comparison` holds its points against the first, by the names of `names_of`; runs that failed have no figures in it.
    """

    directory: Path
    runs: int
    known: int
    failed: int
    comparison: Comparison


def sweep_of(
    path: Path,
    points: Sequence[Point],
    seeds_of: Callable[[Scenario], Sequence[int]],
    overrides: Sequence[str] = (),
    extensions: Sequence[str] = (),
) -> Sweep:
    """The sweep of a scenario file over points; `seeds_of` chooses the seeds.

    Raises ScenarioError for the scenario, and StudyError where a point is no scenario, or the same as another.
    """
    base = load_scenario(path, overrides, extensions=extensions)
    points = [{key: plain_value(value) for key, value in point.items()} for point in points]
    at_points = different(((point, _at(path, overrides, point, extensions)) for point in points), "--vary")
    return Sweep(base, tuple(points), at_points, tuple(plain_values(seeds_of(base))))


def different(at_points: Iterable[tuple[Point, Scenario]], option: str) -> tuple[Scenario, ...]:
    """The scenarios at points. Raises StudyError, which names the option, where one is the same as another."""
    known: dict[str, Point] = {}
    scenarios = []
    for point, scenario in at_points:
        same = known.setdefault(scenario_digest(scenario), point)
        if same is not point:
            told = f"{_shown(same)} and {_shown(point)} are one scenario; allowed are different ones"
            raise StudyError(f"{option}: {told}")
        scenarios.append(scenario)
    return tuple(scenarios)


def carry_out(
    sweep: Sweep,
    out: Path,
    *,
    executor: Executor | None = None,
    retry_failed: bool = False,
    on_run: OnDone | None = None,
) -> SweepSummary:
    """Simulate what a directory does not have yet of a sweep, and make the table of all.

    A run that fails is kept with its error, and the others go on; with `retry_failed` it is simulated again. `on_run`
    is told how many runs of those that were missing are over. Raises ExistsError where the directory holds anything
    else, and RunDirError where it cannot be written or another process writes it.
    """
    from simulation.studies.sweep_table import write_sweep_table

    runs = list(sweep.runs())
    with opened(out, KIND, sweep.description()) as directory:
        missing = [run for run in runs if _is_missing(directory.read(run.run_id), retry_failed=retry_failed)]
        simulate_runs(missing, executor or InProcess(), directory.keep, on_run)
        results = [result for run in runs if (result := directory.read(run.run_id)) is not None]
        write_sweep_table(results, out)
    failed = sum(result["error"] is not None for result in results)
    compared = comparison_of(sweep.points, sweep.seeds, results, asked_of([sweep.scenario]))
    return SweepSummary(out, len(runs), len(runs) - len(missing), failed, compared)


def comparison_of(
    points: Sequence[Point],
    seeds: Sequence[int],
    results: Sequence[Mapping[str, Any]],
    asked: Sequence[str] = USUALLY_ASKED,
) -> Comparison:
    """The points of a sweep held against its first, from what is kept of its runs, in their order."""
    nothing: Figures = dict.fromkeys((figure.name for figure in KEY_FIGURES), None)
    figures = [result["figures"] or nothing for result in results]
    runs = {name: figures[place * len(seeds) : (place + 1) * len(seeds)] for place, name in enumerate(names_of(points))}
    return Comparison(tuple(seeds), runs, asked=tuple(asked))


def names_of(points: Sequence[Point]) -> list[str]:
    """Points in words, by the last parts of the keys that are varied; by the whole keys, where that is ambiguous."""
    short = [", ".join(f"{key.rpartition('.')[2]} {value}" for key, value in point.items()) for point in points]
    if len(set(short)) == len(points):
        return short
    return [", ".join(f"{key} {value}" for key, value in point.items()) for point in points]


def _is_missing(result: Mapping[str, Any] | None, *, retry_failed: bool) -> bool:
    return result is None or (retry_failed and result["error"] is not None)


def _at(path: Path, overrides: Sequence[str], point: Point, extensions: Sequence[str]) -> Scenario:
    try:
        return load_scenario(path, (*overrides, *overrides_of(point)), extensions=extensions)
    except ScenarioError as error:
        raise StudyError(f"--vary: {str(error).removeprefix('--set: ')}") from None


def _shown(point: Point) -> str:
    return json.dumps(point, ensure_ascii=False, default=str)
