"""What becomes of a booked session."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable


@observable(10)
class SessionCancelled(NamedTuple):
    """A booked session will not be held."""

    tutor_id: str
    student_id: str
    session_id: str
    reason: Annotated[str, "student_left or tutor_left"]


@observable(11)
class SessionCompleted(NamedTuple):
    """A session was held; dated at its real end."""

    tutor_id: str
    student_id: str
    session_id: str
    started_at: Annotated[Moment, "the real start: late where the session before ran over"]
    actual_duration_min: int
    connection_quality: Annotated[str, "a name of the scenario"]
    had_technical_issues: bool
    student_attention_pct: float
    tutor_camera_on_pct: float
    tutor_speak_ratio: float
    screen_share_pct: float
    overall_sentiment: float
    student_sentiment: float
    tutor_sentiment: float
    empathy_score: float
    clarity_score: float
    engagement_score: float
    student_rating: float
    student_satisfaction: float


@observable(12)
class StudentNoShow(NamedTuple):
    """The student did not come to a session."""

    tutor_id: str
    student_id: str
    session_id: str
    connection_quality: Annotated[str, "of the line that was opened"]


@observable(13)
class TutorNoShow(NamedTuple):
    """The tutor did not come to a session."""

    tutor_id: str
    student_id: str
    session_id: str
    connection_quality: Annotated[str, "of the line that was opened"]
