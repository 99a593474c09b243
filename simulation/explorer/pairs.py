"""Two scenarios in pairs of runs, and what they differ by as pairs come in."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs
from attrs import frozen

from simulation.execution.executors import Failure, OnDone, executor_for
from simulation.explorer import ExplorerError
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest, with_seed
from simulation.studies.comparison import Comparison, without_runs
from simulation.studies.differences import Difference
from simulation.studies.findings import effect_of, findings_of, number
from simulation.studies.key_figures import Figures, KeyFigure, figures_to_show
from simulation.studies.study_directory import RUNS, StudyDirectory, StudyRun, simulate_runs

# Marks of the scale on which changes are drawn, in percent; those beyond the last are drawn at the edge.
MARKS = (0, 1, 10, 100)


@frozen
class PairsOfRuns:
    """Runs of two scenarios, by title, under the same seeds. A folder keeps what single runs came to."""

    scenarios: Mapping[str, Scenario]
    seeds: Sequence[int]
    folder: Path

    def simulate(self, on_pair: Callable[[Comparison], None], on_run: OnDone) -> Comparison:
        """Simulate what the folder lacks; `on_pair` is told what all pairs that are whole by then come to.

        Raises ExplorerError where a run fails.
        """
        (self.folder / RUNS).mkdir(exist_ok=True)
        directory = StudyDirectory(self.folder)
        runs = [self._run(title, seed) for seed in self.seeds for title in self.scenarios]
        kept = {run: directory.read(run.run_id) for run in runs}
        measured = {_task(run): found["figures"] for run, found in kept.items() if found is not None}
        missing = [run for run, found in kept.items() if found is None]

        def keep(run: StudyRun, outcome: Figures | Failure) -> None:
            if isinstance(outcome, Failure):
                raise ExplorerError(f"{run.facts['scenario']}, seed {run.scenario.seed}: {outcome.cause}")
            directory.keep(run, outcome)
            measured[_task(run)] = outcome
            if all((title, run.scenario.seed) in measured for title in self.scenarios):
                on_pair(self._comparison(measured))

        on_pair(self._comparison(measured))
        simulate_runs(missing, executor_for(), keep, lambda done, all_: on_run(len(runs) - all_ + done, len(runs)))
        return self._comparison(measured)

    def _run(self, title: str, seed: int) -> StudyRun:
        scenario = with_seed(self.scenarios[title], seed)
        return StudyRun(scenario_digest(scenario), scenario, {"scenario": title})

    def _comparison(self, measured: Mapping[tuple[str, int], Figures]) -> Comparison:
        """The comparison by the pairs that are whole."""
        seeds = [seed for seed in self.seeds if all((title, seed) in measured for title in self.scenarios)]
        runs = {title: [measured[title, seed] for seed in seeds] for title in self.scenarios}
        return attrs.evolve(without_runs(self.scenarios), seeds=tuple(seeds), runs=runs)


def differences_of(comparison: Comparison) -> dict[str, Any]:
    """What two scenarios differ by: in sentences what is asked, and a row for each figure worth showing.

    `ends` are those of a row's interval with the middle, `marks` those of the scale, both from -1 to 1.
    """
    (other,) = comparison.others
    differences = comparison.differences(other)
    return {
        "pairs": len(comparison.seeds),
        "caution": comparison.caution,
        "sentences": [
            (finding.effect, finding.sentence) for finding in findings_of(comparison)[other, comparison.base]
        ],
        "marks": [sign * place_of(mark) for mark in MARKS for sign in (1, -1)],
        "rows": [
            {
                "group": figure.group,
                "title": figure.title,
                "effect": effect_of(figure, differences[figure.name]),
                "ends": ends_of(differences[figure.name]),
                **_told(figure, differences[figure.name]),
            }
            for figure in figures_to_show(comparison.asked)
        ],
    }


def ends_of(difference: Difference) -> list[float]:
    """Where the ends of an interval are on the scale, with the mean difference between.

    Empty where there is no interval, or nothing that a change would be a percentage of.
    """
    return [] if difference.interval is None else [place_of(percent) for percent in difference.percents or ()]


def place_of(percent: float) -> float:
    """Where a change is on the scale, from -1 to 1: a logarithm, but for the smallest."""
    return math.copysign(math.log1p(min(abs(percent), MARKS[-1])) / math.log1p(MARKS[-1]), percent)


def _told(figure: KeyFigure, difference: Difference) -> dict[str, str]:
    """The numbers of a row, in words."""
    return {
        "unit": figure.shown_unit,
        "base": number(figure, difference.base),
        "other": number(figure, difference.other),
        "difference": number(figure, difference.mean, sign=True),
        "interval": " to ".join(number(figure, end, sign=True) for end in difference.interval or ()),
    }


def _task(run: StudyRun) -> tuple[str, int]:
    return run.facts["scenario"], run.scenario.seed
