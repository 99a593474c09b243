"""Students who enrol and ask for sessions."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable, truth


@observable(3)
class StudentJoined(NamedTuple):
    """A student enrols, or was enrolled when the log starts."""

    student_id: str
    grade_level: str
    joined_at: Annotated[Moment, "may precede the log"]


@observable(6)
class SessionRequested(NamedTuple):
    """Somebody asks for a session."""

    student_id: str
    session_id: str
    subject: str
    requested_by: Annotated[str, "student, or tutor for an extra session the tutor proposes"]
    requested_start: Moment
    scheduled_duration_min: Annotated[int, "30, 60 or 90"]


@truth(2)
class StudentTraitsDrawn(NamedTuple):
    """A student's persona and latent traits."""

    student_id: str
    persona: str
    leniency: Annotated[float, "added to ratings"]
    attention_offset: Annotated[float, "percentage points"]
    sentiment_offset: float
    show_probability: float
    quitting_factor: Annotated[float, "multiplies the chance to leave after a session"]
    switching_probability: Annotated[float, "chance to try another tutor for the next session"]
    keenness: Annotated[float, "chance to ask for an extra session in a week after one that delighted"]
