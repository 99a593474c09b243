"""Grades churn scores by who left in the 30 days after the window, and writes what it finds into docs/labels.md.

    python -m tools.churn_labels

Three scores: the documented churn_probability; a model trained on the documented tables of some runs; and the truth's
own probability, were the hazard to stay as it stood. All are graded on the same other runs.
"""

import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import click
import numpy as np
from attrs import frozen

from simulation.api.features import FEATURES
from simulation.cli.progress import shown_progress
from simulation.execution.executors import OnDone, executor_for
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.validation.validation import choose_seeds
from tools.churn_model import Area, ChurnModel, Flags, Floats
from tools.pages import replace_part

if TYPE_CHECKING:
    from simulation.runs.in_memory import Simulation

ROOT = Path(__file__).parents[1]
PRODUCTION = ROOT / "scenarios" / "production.toml"
PAGE = ROOT / "docs" / "labels.md"

FOLLOWED_DAYS = 30


@frozen(eq=False)
class Tutors:
    """Tutors who were there when the window closed, a row each: what was known, what is true, and who left then."""

    figures: Floats
    score: Floats
    truth: Floats
    left: Flags

    @classmethod
    def of(cls, several: "Sequence[Tutors]") -> "Tutors":
        """The tutors of several runs."""
        return cls(*(np.concatenate([getattr(one, part.name) for one in several]) for part in attrs.fields(cls)))


@frozen
class Grades:
    """What came of training on some runs and testing on others."""

    trained_on: int
    tested_on: int
    leavers: int
    areas: dict[str, Area]
    heaviest: list[tuple[str, float]]


def labelled(run: "Simulation") -> Tutors:
    """The tutors of a run that was followed for 30 days, with what the documented tables say of them at its end."""
    import pandas as pd

    from tools.churn_model import features

    closed = datetime.fromisoformat(run.log.metadata.window_end)
    known = features(run.tables["tutor_aggregates"], run.tables["tutor_profiles"])
    outcomes = run.truth["truth_tutor_outcomes"].set_index("tutor_id")
    there = outcomes[~(outcomes["left_at"] < pd.Timestamp(closed))]
    left = (there["left_at"] < pd.Timestamp(closed + timedelta(days=FOLLOWED_DAYS))).rename("left")
    rows = known.join(pd.concat([there["leave_probability_30d"], left], axis=1), how="inner")
    return Tutors(
        rows[list(FEATURES)].to_numpy(float),
        rows["churn_probability"].to_numpy(float),
        rows["leave_probability_30d"].to_numpy(float),
        rows["left"].to_numpy(bool),
    )


def grade(training: Sequence[Tutors], test: Sequence[Tutors]) -> Grades:
    """Train on some runs, and grade all scores on others."""
    seen, unseen = Tutors.of(training), Tutors.of(test)
    model = ChurnModel.trained(seen.figures, seen.left)
    scores = {
        "the documented `churn_probability`": unseen.score,
        "a logistic regression on the documented tables": model.scores(unseen.figures),
        "the truth's `leave_probability_30d`": unseen.truth,
    }
    areas = {name: Area.under(of_all, unseen.left) for name, of_all in scores.items()}
    return Grades(len(seen.left), len(unseen.left), int(unseen.left.sum()), areas, model.heaviest(FEATURES, 5))


def as_text(grades: Grades, runs: int, command: str) -> str:
    """What is found, for readers."""
    lines = [f"| {name} | {area.value:.2f} | {area.standard_error:.2f} |" for name, area in grades.areas.items()]
    weights = ", ".join(f"`{name}` {weight:+.2f}" for name, weight in grades.heaviest)
    return "\n".join([
        f"Trained on {grades.trained_on:,} tutors of {runs} runs, graded on {grades.tested_on:,} of {runs} others,",
        f"of whom {grades.leavers} left within {FOLLOWED_DAYS} days after the window.",
        "",
        "| score | area under the ROC curve | standard error |",
        "| --- | --- | --- |",
        *lines,
        "",
        f"What weighs most in the regression, in log-odds per standard deviation: {weights}.",
        "",
        "Measured by",
        "",
        "```sh",
        command,
        "```",
    ])  # fmt: skip


def followed(scenario: Scenario, seeds: Sequence[int], workers: int | None, on_run: OnDone | None) -> list[Tutors]:
    """Simulate a scenario under seeds, each run followed for 30 days, and label its tutors; in the seeds' order."""
    runs = [attrs.evolve(scenario, seed=seed, follow_up_days=FOLLOWED_DAYS) for seed in seeds]
    return executor_for(workers).in_order(_simulated, runs, on_run)


def _simulated(scenario: Scenario) -> Tutors:
    from simulation.runs.in_memory import simulate

    return labelled(simulate(scenario))


@click.command()
@click.option("--scenario", type=click.Path(path_type=Path), default=PRODUCTION, help="[default: production]")
@click.option("--runs", default=10, show_default=True, help="Runs to train on; as many others to grade on.")
@click.option("--seeds-from", default="churn", show_default=True, help="The text that seeds are drawn from.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
def main(scenario: Path, runs: int, seeds_from: str, workers: int | None) -> None:
    """Grade churn scores by who left, and write what is found into docs/labels.md."""
    loaded = load_scenario(scenario)
    with shown_progress("runs") as on_run:
        tutors = followed(loaded, choose_seeds(loaded, 2 * runs, seeds_from), workers, on_run)
    command = f"python -m tools.churn_labels --runs {runs} --seeds-from {shlex.quote(seeds_from)}"
    text = as_text(grade(tutors[:runs], tutors[runs:]), runs, command)
    replace_part(PAGE, "churn", text)
    click.echo(text)


if __name__ == "__main__":
    main()
