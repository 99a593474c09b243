"""Both parts of the log -> the truth tables: what only the simulator knows."""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import EVERY_RUN
from simulation.events import (
    InterventionCutShort,
    InterventionOutcomeDrawn,
    StudentTraitsDrawn,
    TutorLeavingExplained,
    TutorLeft,
    TutorRegistered,
    TutorStateRecorded,
    TutorTraitsDrawn,
)
from simulation.log import Log
from simulation.tables.columns import Column, Window, as_table, happened, ordered, positions, seconds, stored, take
from simulation.tables.tutor_profiles import left_early


def reduce_truth_tutors(truth: Log, tutor_profiles: pa.Table) -> pa.Table:
    """Persona and latent traits of every tutor, by id."""
    return _explained("truth_tutors", happened(truth, TutorTraitsDrawn), tutor_profiles)


def reduce_truth_students(truth: Log, students: pa.Table) -> pa.Table:
    """Persona and latent traits of every student in `students`, by id."""
    return _explained("truth_students", happened(truth, StudentTraitsDrawn), students)


def reduce_truth_interventions(truth: Log, interventions: pa.Table) -> pa.Table:
    """What each row of `interventions` came to, in its order: as drawn, unless it was cut short."""
    drawn = happened(truth, InterventionOutcomeDrawn)
    cut_short = happened(truth, InterventionCutShort)
    # Where a key is there twice, the first is found.
    return _explained("truth_interventions", pa.concat_tables([cut_short, drawn]), interventions)


def reduce_truth_tutor_outcomes(observable: Log, truth: Log) -> pa.Table:
    """Whether, when and why each tutor active at the window's opening left, by id, as far as they were followed."""
    window = Window.of(observable)
    registered = observable.events(TutorRegistered, columns=("tutor_id", "active_status"))
    gone = pc.is_in(registered["tutor_id"], value_set=left_early(observable))
    tutor_ids = ordered(registered.filter(pc.and_not(registered["active_status"], gone)), "tutor_id")["tutor_id"]
    departures = pa.concat_tables(
        [log.events(TutorLeft, columns=("tutor_id", "timestamp")) for log in (observable, truth)]
    )
    left_at = take(departures["timestamp"], positions(tutor_ids, among=departures["tutor_id"]))
    explained = happened(truth, TutorLeavingExplained)
    states = truth.events(TutorStateRecorded, columns=("tutor_id", "timestamp", "leave_probability_30d"))
    followed_until = pa.scalar(int(seconds(states["timestamp"]).max(initial=window.end)), pa.timestamp("s"))
    return as_table(
        "truth_tutor_outcomes",
        {
            "tutor_id": tutor_ids,
            "left_at": left_at,
            "reason": take(explained["reason"], positions(tutor_ids, among=explained["tutor_id"])),
            "censored_at": pc.fill_null(left_at, followed_until),
            "leave_probability_30d": _leave_probabilities(window, tutor_ids, left_at, states),
        },
    )


def _leave_probabilities(
    window: Window, tutor_ids: pa.ChunkedArray, left_at: Column, states: pa.Table
) -> list[float | None]:
    """The tutors' probability to leave as it stood when the window ended; 1 for those who had left by then."""
    at_end = states.filter(pa.array(seconds(states["timestamp"]) == window.end))
    stood = take(at_end["leave_probability_30d"], positions(tutor_ids, among=at_end["tutor_id"]))
    gone = pc.less(left_at.cast(pa.int64()), window.end)
    probabilities = pc.if_else(pc.fill_null(gone, False), 1.0, stood).to_pylist()
    return [stored(value, "truth_tutor_outcomes", "leave_probability_30d") for value in probabilities]


def _explained(name: str, events: pa.Table, rows: pa.Table) -> pa.Table:
    """A truth table with a row per row of a documented table, each from the first event with its key."""
    key = EVERY_RUN.tables[name].key[0]
    where = positions(rows[key], among=events[key])
    columns: dict[str, Any] = {column: take(events[column], where) for column in EVERY_RUN.tables[name].column_names}
    return as_table(name, columns | {key: rows[key]})
