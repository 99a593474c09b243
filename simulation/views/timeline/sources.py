"""Where a timeline's entries come from: for each kind of entry a table whose columns are the entry's fields."""

from collections.abc import Callable, Iterator, Mapping
from itertools import starmap
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import define, fields, frozen

from simulation.clock import DAY
from simulation.events import (
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionCutShort,
    InterventionOutcomeDrawn,
    InterventionResponded,
    Login,
    MessageSent,
    PostSessionActivity,
    ProfileUpdated,
    RequestRefused,
    SessionCancelled,
    SessionCompleted,
    SessionRequested,
    SessionRescheduled,
    SessionScheduled,
    StudentChurned,
    StudentJoined,
    StudentLeavingExplained,
    StudentNoShow,
    TutorLeavingExplained,
    TutorLeft,
    TutorNoShow,
    TutorStateRecorded,
    TutorTipped,
    type_name,
)
from simulation.log import Log
from simulation.tables.columns import Window, flags, happened, positions, seconds, take
from simulation.tables.sessions import reduce_sessions
from simulation.views.timeline import entries
from simulation.views.timeline.columns import Rows

# What a tutor does on the platform, and the field that says what.
_ACTIVITIES = {
    SessionScheduled: "activity", PostSessionActivity: "activity", ProfileUpdated: "profile_section",
    MessageSent: "recipient_type",
}  # fmt: skip
_EMAIL_STEPS: dict[type[Any], tuple[str, str | None]] = {
    EmailDelivered: ("delivered", None), EmailFailed: ("failed", "error_message"), EmailOpened: ("opened", None),
    EmailClicked: ("clicked", None), InterventionResponded: ("responded", "response_type"),
}  # fmt: skip
_COACHING: dict[type[Any], str] = {CoachingScheduled: "scheduled", CoachingAttended: "attended"}
_EXPERIMENT_STEPS: dict[type[Any], str] = {
    ExperimentAssigned: "assigned", ExperimentExposed: "exposed", ExperimentConverted: "converted",
}  # fmt: skip


@frozen
class Source:
    """Entries of one kind, by whose they are."""

    rows: Rows
    columns: tuple[str, ...]
    make: Callable[..., entries.Entry]

    def of(self, agent: int) -> Iterator[entries.Entry]:
        """An agent's entries."""
        return starmap(self.make, self.rows.of(agent, self.columns))


@define
class Sources:
    """Collects the sources of tutors' timelines or of students': who they are is in the column `owner`."""

    agents: pa.Array
    owner: str
    span: Window

    def of(
        self, kind: type[entries.Entry], table: pa.Table, given: Mapping[str, Any] | None = None, at: str = "timestamp"
    ) -> Source:
        """The source of a kind of entry: its fields are the table's columns, or `given` alike for all rows."""
        table = table.rename_columns(["at" if name == at else name for name in table.column_names])
        table = table.filter(pa.array(self.span.holds(seconds(table["at"]))))
        given = given or {}
        names = [field.name for field in fields(kind)]
        columns = tuple(name for name in names if name not in given)
        rows = Rows(table.select(list(dict.fromkeys([self.owner, *columns]))), self.agents, self.owner)
        if not given:
            return Source(rows, columns, kind)
        return Source(rows, columns, lambda *values: kind(**dict(zip(columns, values, strict=True)), **given))


def tutor_sources(log: Log, truth: Log | None, tutors: pa.Array, span: Window) -> list[Source]:
    """Where tutors' entries come from, but for scores and interventions."""
    sources = Sources(tutors, "tutor_id", span)
    found = [
        *_sessions(log, sources),
        sources.of(entries.Left, happened(log, TutorLeft), {"session_id": None}),
        sources.of(entries.Login, happened(log, Login)),
        *(_activity(log, event, name, sources) for event, name in _ACTIVITIES.items()),
        *(_email_step(log, event, *step, sources) for event, step in _EMAIL_STEPS.items()),
        *(_coaching(log, event, step, sources) for event, step in _COACHING.items()),
        *(_experiment_step(log, event, step, sources) for event, step in _EXPERIMENT_STEPS.items()),
    ]
    if truth is not None:
        found += [
            sources.of(entries.BurnedOut, happened(truth, TutorTipped)),
            sources.of(entries.HiddenState, happened(truth, TutorStateRecorded)),
            sources.of(entries.OutcomeDrawn, happened(truth, InterventionOutcomeDrawn), {"cut_short": False}),
            sources.of(entries.OutcomeDrawn, happened(truth, InterventionCutShort), {"cut_short": True}),
            sources.of(entries.LeavingExplained, happened(truth, TutorLeavingExplained)),
        ]
    return found


def student_sources(log: Log, truth: Log | None, students: pa.Array, span: Window) -> list[Source]:
    """Where students' entries come from."""
    sources = Sources(students, "student_id", span)
    requested = happened(log, SessionRequested)
    refused = happened(log, RequestRefused)
    where = positions(refused["session_id"], among=requested["session_id"])
    for name in ("subject", "requested_start"):
        refused = refused.append_column(name, take(requested[name], where))
    found = [
        *_sessions(log, sources),
        sources.of(entries.Joined, happened(log, StudentJoined).select(["student_id", "joined_at"]), at="joined_at"),
        sources.of(entries.Left, happened(log, StudentChurned)),
        sources.of(entries.Refusal, refused),
    ]
    if truth is not None:
        found.append(sources.of(entries.LeavingExplained, happened(truth, StudentLeavingExplained)))
    return found


def _sessions(log: Log, sources: Sources) -> list[Source]:
    return [
        sources.of(entries.Session, _held_or_missed(log, sources.span), at="began_at"),
        sources.of(entries.Reschedule, happened(log, SessionRescheduled)),
        sources.of(entries.Cancellation, happened(log, SessionCancelled)),
    ]


def _held_or_missed(log: Log, span: Window) -> pa.Table:
    """The sessions table, and when each session really began and ended, and what it came to."""
    # One that was to begin the evening before may begin late, after midnight.
    sessions = reduce_sessions(log.with_warm_up() if span.start < Window.of(log).start else log)
    sessions = sessions.filter(pa.array(seconds(sessions["session_datetime"]) >= span.start - DAY))
    sessions = sessions.filter(pa.array(seconds(sessions["session_datetime"]) < span.end))
    held = log.events(SessionCompleted, columns=("session_id", "started_at", "timestamp"))
    missed = log.events(StudentNoShow, TutorNoShow, columns=("session_id", "timestamp"))
    held_at = positions(sessions["session_id"], among=held["session_id"])
    missed_at = positions(sessions["session_id"], among=missed["session_id"])
    student, tutor = flags(sessions["student_showed"]), flags(sessions["tutor_showed"])
    outcomes = np.select(
        [held_at >= 0, ~student & ~tutor, ~student], ["completed", "both_no_show", "student_no_show"], "tutor_no_show"
    )
    began = pc.coalesce(take(held["started_at"], held_at), sessions["session_datetime"])
    ended = pc.coalesce(take(held["timestamp"], held_at), take(missed["timestamp"], missed_at))
    sessions = sessions.rename_columns(
        ["scheduled_start" if name == "session_datetime" else name for name in sessions.column_names]
    )
    for name, values in (
        ("began_at", began),
        ("ended_at", ended),
        ("outcome", pa.array(outcomes.tolist(), pa.string())),
    ):
        sessions = sessions.append_column(name, values)
    return sessions


def _activity(log: Log, event: type[Any], detail: str, sources: Sources) -> Source:
    table = happened(log, event)
    table = table.rename_columns(["detail" if name == detail else name for name in table.column_names])
    given = {"kind": type_name(event)} | ({} if "session_id" in table.column_names else {"session_id": None})
    return sources.of(entries.Activity, table, given)


def _email_step(log: Log, event: type[Any], step: str, detail: str | None, sources: Sources) -> Source:
    table = happened(log, event)
    table = table.rename_columns(["detail" if name == detail else name for name in table.column_names])
    return sources.of(entries.EmailStep, table, {"step": step} | ({} if detail else {"detail": None}))


def _coaching(log: Log, event: type[Any], step: str, sources: Sources) -> Source:
    table = happened(log, event)
    given = {"step": step} | ({} if "coaching_at" in table.column_names else {"coaching_at": None})
    return sources.of(entries.Coaching, table, given)


def _experiment_step(log: Log, event: type[Any], step: str, sources: Sources) -> Source:
    started = happened(log, ExperimentStarted)
    table = happened(log, event)
    names = take(started["name"], positions(table["experiment_id"], among=started["experiment_id"]))
    table = table.append_column("name", names)
    table = table.rename_columns(["value" if name == "conversion_value" else name for name in table.column_names])
    return sources.of(
        entries.ExperimentStep, table, {"step": step} | ({} if "value" in table.column_names else {"value": None})
    )
