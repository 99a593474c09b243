"""Sessions asked for, booked and cancelled."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable


@observable(6)
class SessionRequested(NamedTuple):
    """Somebody asks for a session."""

    student_id: str
    session_id: str
    subject: str
    requested_by: Annotated[str, "student, or tutor for an extra session the tutor proposes"]
    requested_start: Moment
    scheduled_duration_min: Annotated[int, "30, 60 or 90"]


@observable(7)
class RequestRefused(NamedTuple):
    """No tutor could take a requested session."""

    student_id: str
    session_id: str
    reason: str


@observable(8)
class SessionBooked(NamedTuple):
    """A session is agreed on and stands in both calendars."""

    tutor_id: str
    student_id: str
    session_id: str
    subject: str
    grade_level: str
    scheduled_start: Moment
    scheduled_duration_min: Annotated[int, "30, 60 or 90"]


@observable(10)
class SessionCancelled(NamedTuple):
    """A booked session will not be held."""

    tutor_id: str
    student_id: str
    session_id: str
    reason: Annotated[str, "student_left or tutor_left"]
