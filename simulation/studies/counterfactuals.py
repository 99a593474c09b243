"""What interventions and experiments changed: a run's world compared with the same world without them.

All worlds share their random numbers, so whatever differs follows from the change.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
from attrs import frozen

from simulation.contract import EVERY_RUN
from simulation.events import InterventionSent, TutorRegistered
from simulation.execution.executors import Executor, OnDone, TaskFailed
from simulation.lib.paths import RUN_RECORD
from simulation.lib.staging import RunDirError
from simulation.lib.suggestions import hint
from simulation.log import OBSERVABLE_FILE, Log, LogError, read_log
from simulation.runs import RunSummary, add_tables, read_record, scenario_of
from simulation.runs.tables import read_table_of_run
from simulation.scenario import Scenario
from simulation.scenario.extension_code import require_permission
from simulation.scenario.regions import regional
from simulation.studies.outcomes import DaysOfTutor, Outcome, spans_of
from simulation.studies.replays import Branch, Replay, Replayed, replayed
from simulation.tables.columns import as_table
from simulation.tables.files import TableError

# Over how many days effects are measured: a week, and as long as an intervention's own effect lasts by default.
DAYS = (7, 28)

INTERVENTION_EFFECTS, EXPERIMENT_EFFECTS = "truth_intervention_effects", "truth_experiment_effects"

_MEASURES = ("engagement", "sessions", "rating", "churn_probability")
_PLACES = 3
_SHOWN = 5


@frozen
class Treatment:
    """What one tutor was given: an intervention, or a variant of an experiment."""

    region: int
    tutor_id: str
    since: datetime
    intervention_id: str = ""
    ignored: bool = False
    experiment_id: str = ""
    variant: str = ""
    others: tuple[str, ...] = ()

    @property
    def spans(self) -> tuple[DaysOfTutor, ...]:
        """The days over which its effect is measured."""
        return spans_of(self.tutor_id, self.since, DAYS)

    @property
    def branches(self) -> tuple[Branch, ...]:
        """What is different in each world to compare with; none for a treatment that cannot have changed anything."""
        if self.intervention_id and not self.ignored:
            return (Branch(self.spans, muted=frozenset([self.intervention_id])),)
        return tuple(
            Branch(self.spans, assigned={(self.experiment_id, self.tutor_id): variant}) for variant in self.others
        )


def write_effects(
    directory: str | Path,
    executor: Executor,
    *,
    interventions: Sequence[str] | None = (),
    experiments: Sequence[str] = (),
    force: bool = False,
    on_run: OnDone | None = None,
    extensions: Sequence[str] = (),
) -> RunSummary:
    """Add the effects of interventions (by id; of all, where None) and of experiments to a run's truth tables.

    `executor` simulates a world for each, and `on_run` is told how many of how many are done. Tables that are there
    are replaced only with `force`. `extensions` permit that the code of those that the run names is imported. Raises
    RunDirError or ExtensionError, with one line; the run is then as it was.
    """
    directory = Path(directory)
    record = read_record(directory)
    wanted = [INTERVENTION_EFFECTS] * (interventions is None or bool(interventions))
    wanted += [EXPERIMENT_EFFECTS] * bool(experiments)
    with add_tables(directory, wanted, force=force) as add:
        scenario = scenario_of(directory, record, extensions)
        require_permission(scenario.extensions, str(directory / RUN_RECORD))
        treatments = [*_sent(directory, interventions), *_assigned(directory, experiments)]
        numbers = {one.region for one in treatments}
        alone = "region" in record
        scenarios = {number: _regional(directory, scenario, number, alone=alone) for number in sorted(numbers)}
        compared = compare(directory, scenarios, treatments, executor, on_run)
        for name, rows in zip((INTERVENTION_EFFECTS, EXPERIMENT_EFFECTS), _rows(compared), strict=True):
            if name in wanted:
                add(name, _table(name, rows))
    return add.summary


# What came of a treatment, and of the worlds that it is compared with; an outcome for each of its spans.
Compared = tuple[Treatment, tuple[Outcome, ...], list[tuple[Outcome, ...]]]


def compare(
    directory: Path,
    scenarios: Mapping[int, Scenario],
    treatments: Sequence[Treatment],
    executor: Executor,
    on_run: OnDone | None = None,
) -> list[Compared]:
    """Simulate each region's world as it was, and one world more for each change of each treatment.

    Raises RunDirError where a world fails, or the first ones are not the run's.
    """
    by_region = {number: [one for one in treatments if one.region == number] for number in scenarios}
    replays = [
        Replay(
            scenarios[number], number, tuple(span for one in own for span in one.spans),
            tuple(branch for one in own for branch in one.branches), directory,
        )
        for number, own in by_region.items()
    ]  # fmt: skip
    found = _replayed(directory, replays, executor, on_run)
    outcomes = {number: (iter(one.observed), iter(one.changed)) for number, one in zip(by_region, found, strict=True)}
    return [
        (one, tuple(next(observed) for _ in one.spans), [next(changed) for _ in one.branches])
        for one in treatments
        for observed, changed in (outcomes[one.region],)
    ]


def _replayed(directory: Path, replays: Sequence[Replay], executor: Executor, on_run: OnDone | None) -> list[Replayed]:
    try:
        return replayed(replays, executor, on_run)
    except TaskFailed as failure:
        raise RunDirError(f"{directory}: its world cannot be simulated again: {failure.cause}") from failure


# ---------------------------------------------------------------- what there is to compare


def _regional(directory: Path, scenario: Scenario, number: int, *, alone: bool) -> Scenario:
    """The scenario of a region, which may have been simulated alone, out of several. Raises RunDirError."""
    place, count = 1 if alone else number, len(scenario.regions)
    if place > count:
        has = "1 region" if count == 1 else f"{count} regions"
        raise RunDirError(f"{directory / RUN_RECORD}: its scenario has {has}; the log has one of number {number}")
    return regional(scenario, place)


def _sent(directory: Path, names: Sequence[str] | None) -> list[Treatment]:
    """The interventions of a run's window of these ids, or all. Raises RunDirError for one that is none of them."""
    log = _log(directory)
    ignored = _ignored(directory)
    regions = _regions(log, InterventionSent, "intervention_id")
    sent = [
        Treatment(regions[name], tutor, since, intervention_id=name, ignored=name in ignored)
        for name, tutor, since in _columns(directory, "interventions", "intervention_id", "tutor_id", "sent_at")
    ]
    _check_known("--interventions", names or (), [one.intervention_id for one in sent])
    return [one for one in sent if names is None or one.intervention_id in names]


def _ignored(directory: Path) -> set[str]:
    """The interventions that were never opened, and so changed nothing."""
    outcomes = _columns(directory, "truth_interventions", "intervention_id", "outcome")
    return {name for name, outcome in outcomes if outcome == "ignored"}


def _assigned(directory: Path, names: Sequence[str]) -> list[Treatment]:
    """The tutors in a run's experiments of these ids. Raises RunDirError for one that is none of them."""
    import json

    regions = _regions(_log(directory), TutorRegistered, "tutor_id") if names else {}
    variants = {
        name: json.loads(text) for name, text in _columns(directory, "experiments", "experiment_id", "variants")
    }
    _check_known("--experiments", names, list(variants))
    columns = ("experiment_id", "tutor_id", "variant", "assigned_at")
    return [
        Treatment(
            regions[tutor], tutor, since, experiment_id=name, variant=variant,
            others=tuple(other for other in variants[name] if other != variant),
        )
        for name, tutor, variant, since in _columns(directory, "experiment_assignments", *columns)
        if name in names
    ]  # fmt: skip


def _check_known(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    if unknown := [name for name in names if name not in known]:
        more = f" and {len(known) - _SHOWN} more" if len(known) > _SHOWN else ""
        allowed = f"allowed are {', '.join(sorted(known)[:_SHOWN])}{more}" if known else "it has none"
        raise RunDirError(f"{option}: {unknown[0]} is none of the run's; {allowed}{hint(unknown[0], known)}")


def _log(directory: Path) -> Log:
    try:
        return read_log(directory / OBSERVABLE_FILE)
    except LogError as error:
        raise RunDirError(str(error)) from None


def _regions(log: Log, event: type[Any], key: str) -> dict[str, int]:
    """The region of each key that events of a type name."""
    events = log.events(event, columns=(key, "region"))
    return dict(zip(events[key].to_pylist(), events["region"].to_pylist(), strict=True))


def _columns(directory: Path, name: str, *columns: str) -> list[tuple[Any, ...]]:
    """Some columns of a run's table, row by row. Raises RunDirError."""
    try:
        table = read_table_of_run(directory, read_record(directory), name)
    except TableError as error:
        raise RunDirError(str(error)) from None
    return list(zip(*(table[column].to_pylist() for column in columns), strict=True))


# ---------------------------------------------------------------- tables


def _rows(compared: Sequence[Compared]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The rows of both tables."""
    effects, fates = [], []
    for one, observed, others in compared:
        if one.intervention_id:
            (changed,) = others or [observed]
            effects += [_effect(one, *three) for three in zip(DAYS, observed, changed, strict=True)]
        else:
            for variant, outcomes in ((one.variant, observed), *zip(one.others, others, strict=True)):
                fates += [_fate(one, variant, *two) for two in zip(DAYS, outcomes, strict=True)]
    return effects, fates


def _effect(one: Treatment, days: int, observed: Outcome, changed: Outcome) -> dict[str, Any]:
    row: dict[str, Any] = {"intervention_id": one.intervention_id, "tutor_id": one.tutor_id, "days": days}
    for name in _MEASURES:
        here, there = getattr(observed, name), getattr(changed, name)
        row |= {f"observed_{name}": here, f"counterfactual_{name}": there, f"effect_{name}": _difference(here, there)}
    return {**row, "spillover_sessions": observed.others_sessions - changed.others_sessions}


def _difference(here: float | None, there: float | None) -> float | None:
    """One figure less another, as stored; zero has no sign."""
    if here is None or there is None:
        return None
    return round(here - there, _PLACES) or type(here)(0)


def _fate(one: Treatment, variant: str, days: int, outcome: Outcome) -> dict[str, Any]:
    return {
        "experiment_id": one.experiment_id,
        "tutor_id": one.tutor_id,
        "variant": variant,
        "days": days,
        "assigned": variant == one.variant,
        **{name: getattr(outcome, name) for name in (*_MEASURES, "others_sessions")},
    }


def _table(name: str, rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    return as_table(name, {column: [row[column] for row in rows] for column in EVERY_RUN.requested[name].column_names})
