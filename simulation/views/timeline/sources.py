"""Where a timeline's entries come from: for each kind a table, whose columns are the fields of its entries."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from attrs import field, fields, frozen

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
from simulation.tables.columns import Window, flags, happened, seconds
from simulation.tables.sessions import reduce_sessions
from simulation.views.timeline import entries
from simulation.views.timeline.rows import OwnedRows, entry_of, joined, renamed


@frozen
class Origin:
    """What entries of a kind are made from. A field without a column that is not given is None."""

    kind: type[entries.TimelineEntry]
    rows: type[Any] | Callable[[Log, Window], pa.Table]
    """an event, or what makes a table"""
    given: Mapping[str, Any] = field(factory=dict)
    """fields that are alike in all entries"""
    named: Mapping[str, str] = field(factory=dict)
    """fields by the columns that have them, where they go by other names"""
    at: str = "timestamp"
    """the column that has the moment"""


class Source:
    """Entries of one kind that lie in a span, by owner, whose id is in the column `owner`."""

    def __init__(self, origin: Origin, log: Log, agents: pa.Array, owner: str, span: Window) -> None:
        self._origin = origin
        table = happened(log, origin.rows) if isinstance(origin.rows, type) else origin.rows(log, span)
        table = table.filter(pa.array(span.holds(seconds(table[origin.at]))))
        table = renamed(table, {origin.at: "at", **origin.named})
        wanted = dict.fromkeys([owner, *(one.name for one in fields(origin.kind) if one.name in table.column_names)])
        self._rows = OwnedRows(table.select(list(wanted)), owner, agents)

    def of(self, agent: int) -> list[entries.TimelineEntry]:
        """An agent's entries."""
        origin = self._origin
        return [entry_of(origin.kind, {**row, **origin.given}) for row in self._rows.of(agent)]


# ---------------------------------------------------------------- tables that take more than one event


def _sessions(log: Log, span: Window) -> pa.Table:
    """The sessions table, and when each session really began and ended, and what it came to."""
    # One that was to begin the evening before may begin late, after midnight.
    sessions = reduce_sessions(log.with_warm_up() if span.start < Window.of(log).start else log)
    begins = Window(span.start - DAY, span.end)
    sessions = sessions.filter(pa.array(begins.holds(seconds(sessions["session_datetime"]))))
    held = log.events(SessionCompleted, columns=("session_id", "started_at", "timestamp"))
    missed = log.events(StudentNoShow, TutorNoShow, columns=("session_id", "timestamp"))
    sessions = joined(sessions, "session_id", held, {"started_at": "started_at", "timestamp": "held_until"})
    sessions = joined(sessions, "session_id", missed, {"timestamp": "missed_at"})
    student, tutor = flags(sessions["student_showed"]), flags(sessions["tutor_showed"])
    outcomes = np.select(
        [flags(sessions["held_until"].is_valid()), ~student & ~tutor, ~student],
        ["completed", "both_no_show", "student_no_show"],
        "tutor_no_show",
    )
    columns = {
        "began_at": pc.coalesce(sessions["started_at"], sessions["session_datetime"]),
        "ended_at": pc.coalesce(sessions["held_until"], sessions["missed_at"]),
        "outcome": pa.array(outcomes.tolist(), pa.string()),
    }
    for name, values in columns.items():
        sessions = sessions.append_column(name, values)
    return sessions


def _refusals(log: Log, _: Window) -> pa.Table:
    """Refused requests, with what was asked for."""
    asked = {name: name for name in ("subject", "requested_start")}
    return joined(happened(log, RequestRefused), "session_id", happened(log, SessionRequested), asked)


def _of_experiments(event: type[Any]) -> Callable[[Log, Window], pa.Table]:
    """Events of experiments, with the experiments' names."""
    return lambda log, _: joined(
        happened(log, event), "experiment_id", happened(log, ExperimentStarted), {"name": "name"}
    )


# ---------------------------------------------------------------- what timelines are made of

_OF_BOTH = (
    Origin(entries.SessionEntry, _sessions, named={"session_datetime": "scheduled_start"}, at="began_at"),
    Origin(entries.RescheduleEntry, SessionRescheduled),
    Origin(entries.CancellationEntry, SessionCancelled),
)
_OF_TUTORS = (
    *_OF_BOTH,
    Origin(entries.LeftEntry, TutorLeft),
    Origin(entries.LoginEntry, Login),
    *(
        Origin(entries.ActivityEntry, event, {"kind": type_name(event)}, {column: "detail"})
        for event, column in (
            (SessionScheduled, "activity"), (PostSessionActivity, "activity"), (ProfileUpdated, "profile_section"),
            (MessageSent, "recipient_type"),
        )
    ),
    Origin(entries.EmailStepEntry, EmailDelivered, {"step": "delivered"}),
    Origin(entries.EmailStepEntry, EmailFailed, {"step": "failed"}, {"error_message": "detail"}),
    Origin(entries.EmailStepEntry, EmailOpened, {"step": "opened"}),
    Origin(entries.EmailStepEntry, EmailClicked, {"step": "clicked"}),
    Origin(entries.EmailStepEntry, InterventionResponded, {"step": "responded"}, {"response_type": "detail"}),
    Origin(entries.CoachingEntry, CoachingScheduled, {"step": "scheduled"}),
    Origin(entries.CoachingEntry, CoachingAttended, {"step": "attended"}),
    Origin(entries.ExperimentStepEntry, _of_experiments(ExperimentAssigned), {"step": "assigned"}),
    Origin(entries.ExperimentStepEntry, _of_experiments(ExperimentExposed), {"step": "exposed"}),
    Origin(
        entries.ExperimentStepEntry, _of_experiments(ExperimentConverted), {"step": "converted"},
        {"conversion_value": "value"},
    ),
)  # fmt: skip
_OF_STUDENTS = (
    *_OF_BOTH,
    Origin(entries.JoinedEntry, StudentJoined, at="joined_at"),
    Origin(entries.LeftEntry, StudentChurned),
    Origin(entries.RefusalEntry, _refusals),
)
_TRUTH_OF_TUTORS = (
    Origin(entries.BurnedOutEntry, TutorTipped),
    Origin(entries.HiddenStateEntry, TutorStateRecorded),
    Origin(entries.OutcomeDrawnEntry, InterventionOutcomeDrawn, {"cut_short": False}),
    Origin(entries.OutcomeDrawnEntry, InterventionCutShort, {"cut_short": True}),
    Origin(entries.LeavingExplainedEntry, TutorLeavingExplained),
)
_TRUTH_OF_STUDENTS = (Origin(entries.LeavingExplainedEntry, StudentLeavingExplained),)
ORIGINS = {"tutor": (_OF_TUTORS, _TRUTH_OF_TUTORS), "student": (_OF_STUDENTS, _TRUTH_OF_STUDENTS)}
"""What the entries of each role come from, in the log and in its truth; but for scores and interventions."""


def sources_of(role: str, log: Log, truth: Log | None, agents: pa.Array, span: Window) -> list[Source]:
    """Where the entries of a role's agents come from."""
    parts = zip(ORIGINS[role], (log, truth), strict=True)
    return [
        Source(origin, part, agents, f"{role}_id", span)
        for origins, part in parts
        if part is not None
        for origin in origins
    ]
