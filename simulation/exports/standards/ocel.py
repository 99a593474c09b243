"""The log as an object-centric event log (OCEL 2.0): its objects, their attributes, and their roles in events.

Events and fields are the declared ones; objects are what the log's key columns name.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from attrs import field, frozen

from simulation.contract.vocabulary import Vocabulary
from simulation.events import (
    KEYS,
    OBSERVABLE,
    ChurnScored,
    ChurnSignalsChanged,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentStarted,
    Field,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
    LocalTime,
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
    fields,
    type_name,
)  # fmt: skip

STATUS = "status"
REGION = Field("region", int, False, "")


@frozen
class ObjectType:
    """A type of object: the column that names it, the events that describe it, and the status they give it.

    Each description maps attributes to the event's fields.
    """

    key: str
    described_by: dict[type[Any], dict[str, str]]
    status: dict[type[Any], str] = field(factory=dict)

    @property
    def name(self) -> str:
        """The type's name: `tutor` where the log has `tutor_id`."""
        return self.key.removesuffix("_id")

    @property
    def attributes(self) -> dict[str, type]:
        """The attributes and their types."""
        types: dict[str, type] = {STATUS: str}
        for event, description in self.described_by.items():
            declared = {one.name: one.type for one in (*fields(event), REGION)}
            types |= {attribute: declared[source] for attribute, source in description.items()}
        return types

    def told_by(self, event: type[Any]) -> dict[str, str]:
        """What an event tells of an object: attributes, and where the event has their values, as a term in SQL."""
        status = {STATUS: f"'{self.status[event]}'"} if event in self.status else {}
        return status | self.described_by.get(event, {})


def payload(declared: Iterable[Field]) -> list[Field]:
    """The attributes of an event with these fields: its region, and the fields except those that name objects."""
    return [REGION, *(one for one in declared if one.name not in KEYS)]


def _all_of(event: type[Any], *but: str) -> dict[str, str]:
    return {one.name: one.name for one in payload(fields(event)) if one.name not in but}


# Averages and rates are attributes of events only; a tutor is described by the verdict.
_SCORED = {one.name: one.name for one in fields(ChurnScored) if one.name.startswith(("churn_", "signal_"))}

OBJECT_TYPES = (
    ObjectType(
        "tutor_id",
        {TutorRegistered: _all_of(TutorRegistered), ChurnSignalsChanged: _SCORED, ChurnScored: _SCORED, TutorLeft: {}},
        {TutorRegistered: "registered", TutorLeft: "left"},
    ),
    ObjectType(
        "student_id",
        {StudentJoined: _all_of(StudentJoined), StudentChurned: {}},
        {StudentJoined: "enrolled", StudentChurned: "left"},
    ),
    ObjectType(
        "session_id",
        {
            SessionRequested: _all_of(SessionRequested),
            SessionBooked: _all_of(SessionBooked),
            SessionRescheduled: {"scheduled_start": "new_time"},
        },
        {
            SessionRequested: "requested",
            RequestRefused: "refused",
            SessionBooked: "booked",
            SessionCancelled: "cancelled",
            SessionCompleted: "completed",
            StudentNoShow: "missed",
            TutorNoShow: "missed",
        },
    ),
    ObjectType(
        "intervention_id",
        {
            InterventionSent: _all_of(InterventionSent, "triggered_by_event_id"),
            InterventionWithheld: _all_of(InterventionWithheld, "triggered_by_event_id"),
        },
        {
            InterventionSent: "sent",
            InterventionWithheld: "withheld",
            EmailDelivered: "delivered",
            EmailFailed: "failed",
            EmailOpened: "opened",
            EmailClicked: "clicked",
            InterventionResponded: "responded",
        },
    ),
    # An experiment runs in all regions: what differs between them belongs to its events only.
    ObjectType(
        "experiment_id",
        {ExperimentStarted: _all_of(ExperimentStarted, "region", "planned_end", "eligible_count")},
        {ExperimentStarted: "active", ExperimentCompleted: "completed"},
    ),
)

# The role of an object in an event, where it is not simply its type.
_ROLES = {
    (SessionRequested, "student_id"): "asks",
    (StudentNoShow, "student_id"): "absent",
    (TutorNoShow, "tutor_id"): "absent",
    (InterventionSent, "tutor_id"): "recipient",
    (InterventionWithheld, "tutor_id"): "would-be recipient",
    (EmailDelivered, "tutor_id"): "recipient",
    (EmailFailed, "tutor_id"): "recipient",
    (InterventionSent, "experiment_id"): "setting",
    (StudentChurned, "session_id"): "reason",
}

# Relations between objects: an event, the columns of the two objects, and what the first is to the second.
RELATIONS = (
    (PairingOnRecord, "student_id", "tutor_id", "learned with before"),
    (SessionRequested, "session_id", "student_id", "asked for"),
    (SessionBooked, "session_id", "student_id", "held for"),
    (SessionBooked, "session_id", "tutor_id", "taught by"),
    (InterventionSent, "intervention_id", "tutor_id", "addressed to"),
    (InterventionSent, "intervention_id", "experiment_id", "sent within"),
    (InterventionWithheld, "intervention_id", "tutor_id", "withheld from"),
    (ExperimentAssigned, "tutor_id", "experiment_id", "takes part in"),
)


_ROLES_BY_NAME = {(type_name(event), key): told for (event, key), told in _ROLES.items()}


def role(event: str, key: str) -> str:
    """The role of a column's object in an event, by the name of its type: by default the object's type."""
    return _ROLES_BY_NAME.get((event, key), key.removesuffix("_id"))


EventTypes = Mapping[str, tuple[Field, ...]]

_KINDS = {"string": str, "integer": int, "float": float, "boolean": bool, "datetime": LocalTime}


def event_types(vocabulary: Vocabulary) -> EventTypes:
    """The fields of all types of observable events, by the types' names: those of extensions come last."""
    extra = {
        event.name: tuple(Field(one.name, _KINDS[one.type], one.nullable, one.description) for one in event.fields)
        for event in vocabulary.events
        if not event.of_truth
    }
    return {type_name(event): fields(event) for event in OBSERVABLE} | extra
