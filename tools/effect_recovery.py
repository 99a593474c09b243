"""Whether the observable data of a holdout give back what interventions truly change; writes it into docs/labels.md.

    python -m tools.effect_recovery

Half of what is due is withheld, at random. Three answers to one question, the mean change of a tutor's engagement in
the week after an email: the truth, from the same worlds without it; what EconML makes of the holdout; and the
difference between the week before and the week after, which needs no holdout, and errs.
"""

import shlex
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import attrs
import click

from simulation.cli.progress import shown_progress
from simulation.execution.executors import InProcess, OnDone, executor_for
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies.outcomes import DaysOfTutor
from simulation.studies.replays import Branch, Replay, replayed
from simulation.validation.validation import choose_seeds
from tools.effect_estimators import Case, before_and_after, holdout, require_econml, truth
from tools.pages import replace_part

ROOT = Path(__file__).parents[1]
HOLDOUT = ROOT / "scenarios" / "holdout.toml"
PAGE = ROOT / "docs" / "labels.md"

_WEEK = 7


def cases_of(scenario: Scenario, replays: int) -> list[Case]:
    """The interventions due in a run's window, with a week of sessions before and one after that lie in the run.

    So many of those that were sent and read, drawn by chance, have their true effect, from a world without each.
    """
    from simulation.events import InterventionSent, InterventionWithheld
    from simulation.runs.in_memory import simulate

    run = simulate(scenario, state=False)
    opened, closed = run.log.metadata.window
    due = run.log.events(
        InterventionSent, InterventionWithheld, columns=("event_type", "tutor_id", "intervention_id", "timestamp")
    )
    rows = [
        row for row in zip(*(column.to_pylist() for column in due.columns), strict=True)
        if opened <= row[-1] <= closed - timedelta(days=_WEEK)
    ]  # fmt: skip
    weeks = {name: DaysOfTutor(tutor, when, _WEEK) for _, tutor, name, when in rows}
    weeks_before = [attrs.evolve(week, since=week.since - timedelta(days=_WEEK)) for week in weeks.values()]
    engagement = _engagement(scenario, [*weeks_before, *weeks.values()])
    outcomes = run.truth["truth_interventions"].set_index("intervention_id")["outcome"]
    found: dict[str, Case] = {}
    for (kind, tutor, name, _), before, after in zip(rows, engagement, engagement[len(rows) :], strict=False):
        if before is not None and after is not None:
            sent = kind == "intervention_sent"
            ignored = sent and outcomes[name] == "ignored"
            found[name] = Case(f"{scenario.seed}/{tutor}", sent, before, after, ignored)
    asked = drawn(scenario, [name for name, case in found.items() if case.sent and not case.ignored], replays)
    known = _true_effects(scenario, {name: (weeks[name], found[name].after) for name in asked})
    return [attrs.evolve(case, true_effect=known.get(name)) for name, case in found.items()]


def drawn(scenario: Scenario, names: Sequence[str], count: int) -> list[str]:
    """So many of the interventions, by chance; all where there are no more."""
    draws = RandomStreams(scenario.seed).stream("effect recovery: which are asked").uniforms(0, 0, len(names))
    return [name for _, name in sorted(zip(draws, names, strict=True))[:count]]


def _engagement(scenario: Scenario, weeks: Sequence[DaysOfTutor]) -> list[float | None]:
    """Tutors' mean engagement in weeks of a world."""
    worlds = [Replay(scenario, 1, tuple(weeks))] if weeks else []
    return [outcome.engagement for found in replayed(worlds, InProcess()) for outcome in found.observed]


def _true_effects(scenario: Scenario, asked: Mapping[str, tuple[DaysOfTutor, float]]) -> dict[str, float]:
    """A week's engagement less that in the same world without an intervention; nothing if no session is left there."""
    changes = tuple(Branch((week,), muted=frozenset([name])) for name, (week, _) in asked.items())
    (found,) = replayed([Replay(scenario, 1, branches=changes)], InProcess())
    return {
        name: 0.0 if without.engagement is None else after - without.engagement
        for (name, (_, after)), (without,) in zip(asked.items(), found.changed, strict=True)
    }


def simulated(
    scenarios: Sequence[Scenario], replays: int, workers: int | None = None, on_run: OnDone | None = None
) -> list[Case]:
    """The cases of several runs, in their order."""
    found = executor_for(workers).in_order(partial(cases_of, replays=replays), scenarios, on_run)
    return [case for cases in found for case in cases]


# ---------------------------------------------------------------- the command


def as_text(cases: Sequence[Case], runs: int, command: str) -> str:
    """What is found, for readers."""
    sent, withheld = ([case for case in cases if case.sent is kind] for kind in (True, False))
    answers = {
        "the truth: the same worlds without it": truth(cases),
        "sent against withheld, by EconML": holdout(cases),
        "the week after against the week before, sent": before_and_after(sent),
        "the same, withheld: what would have passed anyway": before_and_after(withheld),
    }
    ignored = sum(case.ignored for case in sent)
    asked = sum(case.true_effect is not None for case in sent)
    return "\n".join([
        f"{runs} runs of `scenarios/holdout.toml`: {len(sent)} interventions sent, {len(withheld)} withheld.",
        f"Of those sent, {ignored} were ignored and changed nothing; the truth was asked of {asked} others, by chance.",
        "",
        "| mean change of engagement in the week after | estimate | 95% interval |",
        "| --- | ---: | --- |",
        *(
            f"| {name} | {found.value:+.3f} | {found.interval[0]:+.3f} to {found.interval[1]:+.3f} |"
            for name, found in answers.items()
        ),
        "",
        "Measured by",
        "",
        "```sh",
        command,
        "```",
    ])  # fmt: skip


@click.command()
@click.option("--runs", default=20, show_default=True, help="Runs to learn from.")
@click.option("--replays", default=10, show_default=True, help="True effects to ask for, of interventions of each run.")
@click.option("--seeds-from", default="effects", show_default=True, help="The text that seeds are drawn from.")
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
def main(runs: int, replays: int, seeds_from: str, workers: int | None) -> None:
    """Estimate what interventions change, compare it with the truth, and write it into docs/labels.md."""
    require_econml()
    loaded = load_scenario(HOLDOUT)
    seeds = choose_seeds(loaded, runs, seeds_from)
    with shown_progress("runs") as on_run:
        cases = simulated([attrs.evolve(loaded, seed=seed) for seed in seeds], replays, workers, on_run)
    command = (
        f"python -m tools.effect_recovery --runs {runs} --replays {replays} --seeds-from {shlex.quote(seeds_from)}"
    )
    text = as_text(cases, runs, command)
    replace_part(PAGE, "effects", text)
    click.echo(text)


if __name__ == "__main__":
    main()
