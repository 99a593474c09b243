"""What becomes of a request for a session."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable


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
