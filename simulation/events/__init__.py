"""The vocabulary of the log: each event declared once, with typed, documented fields.

An event is a named tuple; its type in the log is its class name in snake case. The fields in `KEYS`
are columns of every event, all others are payload. Datetimes are simulated seconds until the log
writes them. Payloads hold what happened, never what a reduction of the log can derive.
"""

from typing import Any

from simulation.events.declaring import KEYS, Field, LocalTime, Moment, fields, type_name
from simulation.events.lessons import (
    PairingOnRecord,
    RequestRefused,
    SessionBooked,
    SessionCancelled,
    SessionCompleted,
    SessionRequested,
    SessionRescheduled,
    StudentChurned,
    StudentJoined,
    StudentNoShow,
    TutorLeft,
    TutorNoShow,
    TutorRegistered,
)
from simulation.events.platform import (
    ChurnScored,
    ChurnSignalsChanged,
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
    Login,
    MessageSent,
    PostSessionActivity,
    ProfileUpdated,
    SessionScheduled,
)
from simulation.events.truth import (
    InterventionCutShort,
    InterventionMuted,
    InterventionOutcomeDrawn,
    StudentLeavingExplained,
    StudentTraitsDrawn,
    TutorLeavingExplained,
    TutorStateRecorded,
    TutorTipped,
    TutorTraitsDrawn,
)

OBSERVABLE: tuple[type[Any], ...] = (
    TutorRegistered, TutorLeft, StudentJoined, PairingOnRecord, StudentChurned,
    SessionRequested, RequestRefused, SessionBooked, SessionRescheduled, SessionCancelled,
    SessionCompleted, StudentNoShow, TutorNoShow,
    Login, SessionScheduled, PostSessionActivity, ProfileUpdated, MessageSent,
    ChurnSignalsChanged, ChurnScored,
    InterventionSent, InterventionWithheld, EmailDelivered, EmailFailed, EmailOpened, EmailClicked,
    InterventionResponded, CoachingScheduled, CoachingAttended,
    ExperimentStarted, ExperimentAssigned, ExperimentExposed, ExperimentConverted, ExperimentCompleted,
)  # fmt: skip

TRUTH: tuple[type[Any], ...] = (
    TutorTraitsDrawn, StudentTraitsDrawn, InterventionOutcomeDrawn, InterventionCutShort, InterventionMuted,
    TutorTipped, TutorStateRecorded, TutorLeavingExplained, StudentLeavingExplained,
)  # fmt: skip

__all__ = [
    "KEYS",
    "OBSERVABLE",
    "TRUTH",
    "ChurnScored",
    "ChurnSignalsChanged",
    "CoachingAttended",
    "CoachingScheduled",
    "EmailClicked",
    "EmailDelivered",
    "EmailFailed",
    "EmailOpened",
    "ExperimentAssigned",
    "ExperimentCompleted",
    "ExperimentConverted",
    "ExperimentExposed",
    "ExperimentStarted",
    "Field",
    "InterventionCutShort",
    "InterventionMuted",
    "InterventionOutcomeDrawn",
    "InterventionResponded",
    "InterventionSent",
    "InterventionWithheld",
    "LocalTime",
    "Login",
    "MessageSent",
    "Moment",
    "PairingOnRecord",
    "PostSessionActivity",
    "ProfileUpdated",
    "RequestRefused",
    "SessionBooked",
    "SessionCancelled",
    "SessionCompleted",
    "SessionRequested",
    "SessionRescheduled",
    "SessionScheduled",
    "StudentChurned",
    "StudentJoined",
    "StudentLeavingExplained",
    "StudentNoShow",
    "StudentTraitsDrawn",
    "TutorLeavingExplained",
    "TutorLeft",
    "TutorNoShow",
    "TutorRegistered",
    "TutorStateRecorded",
    "TutorTipped",
    "TutorTraitsDrawn",
    "fields",
    "type_name",
]
