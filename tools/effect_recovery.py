"""Whether the observable data of a holdout give back what interventions truly change; writes it into docs/labels.md.

    python -m tools.effect_recovery

Half of what is due is withheld, at random. Three answers to one question, the mean change of a tutor's engagement in
the week after an email: the truth, from the same worlds without it; the difference that a holdout shows; and the
difference between the week before and the week after, which needs no holdout, and errs.
"""

import math
import shlex
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import attrs
import click
import numpy as np
import numpy.typing as npt
from attrs import frozen

from simulation.claims.validation import choose_seeds
from simulation.executors import executor_for
from simulation.logs import configure_logging
from simulation.progress import OnRun, shown_runs
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies.replays import Lived, Replay, Span, replay
from tools.pages import replace_part

ROOT = Path(__file__).parents[1]
DEV = ROOT / "scenarios" / "dev.toml"
PAGE = ROOT / "docs" / "labels.md"

# A month, for weeks before and after; no experiments, which change engagement too.
HOLDOUT = ("interventions.withheld=0.5", "days=30", "experiments=[]")

_WEEK = 7
_95_PERCENT = 1.96

Floats = npt.NDArray[np.float64]


@frozen
class Case:
    """An intervention that was due, with what a platform sees of it, and what it truly changed if it was sent."""

    tutor: str
    sent: bool
    before: float
    after: float
    true_effect: float


@frozen
class Estimate:
    """A mean with its standard error."""

    value: float
    standard_error: float

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true mean lies, in 95 of 100 such studies, if the estimator is right."""
        reach = _95_PERCENT * self.standard_error
        return self.value - reach, self.value + reach

    def holds(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        low, high = self.interval
        return low <= value <= high


def cases_of(scenario: Scenario) -> list[Case]:
    """The interventions due in a run's window, with a week of sessions before and one after that lie in the run."""
    from simulation.events import InterventionSent, InterventionWithheld
    from simulation.run import simulate

    run = simulate(scenario)
    closed = datetime.fromisoformat(run.log.metadata.window_end)
    opened = datetime.fromisoformat(run.log.metadata.window_start)
    lived = Lived(run.log)
    outcomes = run.truth["truth_interventions"].set_index("intervention_id")["outcome"]
    due = run.log.events(
        InterventionSent, InterventionWithheld, columns=("event_type", "tutor_id", "intervention_id", "timestamp")
    )
    found = []
    for kind, tutor, name, when in zip(*(column.to_pylist() for column in due.columns), strict=True):
        if not opened <= when <= closed - timedelta(days=_WEEK):
            continue
        week = Span(tutor, when, _WEEK)
        before, after = (lived.outcome(span).engagement for span in (Span(tutor, when - week.length, _WEEK), week))
        if before is None or after is None:
            continue
        effect = 0.0
        if kind == "intervention_sent" and outcomes[name] != "ignored":
            (without,) = replay(Replay(scenario, 1, (week,), muted=frozenset([name])))
            effect = after - (after if without.engagement is None else without.engagement)
        found.append(Case(f"{scenario.seed}/{tutor}", kind == "intervention_sent", before, after, effect))
    return found


# ---------------------------------------------------------------- three answers


def truth(cases: Sequence[Case]) -> float:
    """The mean true effect of those that were sent."""
    return float(np.mean([case.true_effect for case in cases if case.sent]))


def before_and_after(cases: Sequence[Case]) -> Estimate:
    """The mean difference between the weeks around those that were sent."""
    sent = [case for case in cases if case.sent]
    design = np.ones((len(sent), 1))
    return _coefficient(design, np.array([case.after - case.before for case in sent]), [case.tutor for case in sent], 0)


def holdout(cases: Sequence[Case]) -> Estimate:
    """What was sent against what was withheld, given the week before."""
    design = np.array([[1.0, float(case.sent), case.before] for case in cases])
    return _coefficient(design, np.array([case.after for case in cases]), [case.tutor for case in cases], 1)


def _coefficient(design: Floats, values: Floats, owners: Sequence[str], place: int) -> Estimate:
    """A coefficient by least squares, with a standard error that allows for several cases of one owner."""
    inverse = np.linalg.inv(design.T @ design)
    coefficients = inverse @ design.T @ values
    scores = design * (values - design @ coefficients)[:, None]
    of_owners = {owner: np.zeros(design.shape[1]) for owner in owners}
    for owner, score in zip(owners, scores, strict=True):
        of_owners[owner] = of_owners[owner] + score
    sums = np.array(list(of_owners.values()))
    spread = inverse @ (sums.T @ sums) @ inverse * len(sums) / (len(sums) - 1)
    return Estimate(float(coefficients[place]), math.sqrt(spread[place, place]))


# ---------------------------------------------------------------- the command


def as_text(cases: Sequence[Case], runs: int, command: str) -> str:
    """What is found, for readers."""
    true = truth(cases)
    lines = [f"| the truth: the same worlds without it | {true:.3f} | |"]
    for name, found in (
        ("sent against withheld, given the week before", holdout(cases)),
        ("the week after against the week before", before_and_after(cases)),
    ):
        low, high = found.interval
        lines.append(f"| {name} | {found.value:.3f} | {low:.3f} to {high:.3f} |")
    sent = sum(case.sent for case in cases)
    return "\n".join([
        f"{runs} runs of `scenarios/dev.toml` with {', '.join(f'`{change}`' for change in HOLDOUT)}:",
        f"{sent} interventions sent, {len(cases) - sent} withheld.",
        "",
        "| mean change of engagement in the week after | estimate | 95% interval |",
        "| --- | --- | --- |",
        *lines,
        "",
        "Measured by",
        "",
        "```sh",
        command,
        "```",
    ])  # fmt: skip


def simulated(scenarios: Sequence[Scenario], workers: int | None, on_run: OnRun | None) -> list[Case]:
    """The cases of several runs, in their order."""
    found: dict[int, list[Case]] = {}
    for place, cases in executor_for(workers).map(cases_of, scenarios):
        found[place] = cases
        if on_run is not None:
            on_run(len(found), len(scenarios))
    return [case for place in range(len(scenarios)) for case in found[place]]


@click.command()
@click.option("--runs", default=30, show_default=True, help="Runs to learn from.")
@click.option("--seeds-from", default="effects", show_default=True, help="The text that seeds are drawn from.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
def main(runs: int, seeds_from: str, workers: int | None) -> None:
    """Estimate what interventions change, compare it with the truth, and write it into docs/labels.md."""
    configure_logging("info", as_json=False)
    loaded = load_scenario(DEV, HOLDOUT)
    seeds = choose_seeds(loaded, runs, seeds_from)
    with shown_runs() as on_run:
        cases = simulated([attrs.evolve(loaded, seed=seed) for seed in seeds], workers, on_run)
    command = f"python -m tools.effect_recovery --runs {runs} --seeds-from {shlex.quote(seeds_from)}"
    text = as_text(cases, runs, command)
    replace_part(PAGE, "effects", text)
    click.echo(text)


if __name__ == "__main__":
    main()
