"""Who is there, and what happens to sessions."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment

# ---------------------------------------------------------------- who is there


class TutorRegistered(NamedTuple):
    """A tutor as registered on the platform; written when the log starts."""

    tutor_id: str
    months_experience: Annotated[int, "months of teaching"]
    total_sessions_completed: Annotated[int, "career total at registration"]
    avg_historical_rating: Annotated[float, "1 to 5"]
    subjects_taught: Annotated[str, "comma-separated"]
    primary_subject: str
    reschedule_rate: Annotated[float, "long-run reschedules per session"]
    no_show_count: Annotated[int, "no-shows on record"]
    reliability_score: Annotated[float, "0 to 1"]
    certification_level: str
    active_status: bool
    chronotype: Annotated[str, "morning or evening"]
    preferred_start_hour: int
    preferred_end_hour: Annotated[int, "exclusive"]
    weekend_only: bool
    score_offset: Annotated[float, "the tutor's fixed part of the churn score, 0 to 0.1"]


class TutorLeft(NamedTuple):
    """A tutor leaves the platform for good."""

    tutor_id: str


class StudentJoined(NamedTuple):
    """A student enrols, or was enrolled when the log starts."""

    student_id: str
    grade_level: str
    joined_at: Annotated[Moment, "may precede the log"]


class PairingOnRecord(NamedTuple):
    """A student and a tutor who had completed sessions together before the log starts."""

    tutor_id: str
    student_id: str


class StudentChurned(NamedTuple):
    """A student leaves; `session_id` is the session whose outcome made them, if one did."""

    student_id: str
    session_id: str | None


# ---------------------------------------------------------------- sessions


class SessionRequested(NamedTuple):
    """Somebody asks for a session."""

    student_id: str
    session_id: str
    subject: str
    requested_by: Annotated[str, "student, or tutor for an extra session the tutor proposes"]
    requested_start: Moment
    scheduled_duration_min: Annotated[int, "30, 60 or 90"]


class RequestRefused(NamedTuple):
    """No tutor could take a requested session."""

    student_id: str
    session_id: str
    reason: str


class SessionBooked(NamedTuple):
    """A session is agreed on and stands in both calendars."""

    tutor_id: str
    student_id: str
    session_id: str
    subject: str
    grade_level: str
    scheduled_start: Moment
    scheduled_duration_min: Annotated[int, "30, 60 or 90"]


class SessionRescheduled(NamedTuple):
    """A booked session moves to another time."""

    tutor_id: str
    student_id: str
    session_id: str
    initiated_by: Annotated[str, "tutor or student"]
    old_time: Moment
    new_time: Moment


class SessionCancelled(NamedTuple):
    """A booked session will not be held."""

    tutor_id: str
    student_id: str
    session_id: str
    reason: Annotated[str, "student_left or tutor_left"]


class SessionCompleted(NamedTuple):
    """A session was held; dated at its real end."""

    tutor_id: str
    student_id: str
    session_id: str
    started_at: Annotated[Moment, "the real start: late where the session before ran over"]
    actual_duration_min: int
    connection_quality: Annotated[str, "Excellent, Good, Fair or Poor"]
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


class StudentNoShow(NamedTuple):
    """The student did not come to a session."""

    tutor_id: str
    student_id: str
    session_id: str
    connection_quality: Annotated[str, "of the line that was opened"]


class TutorNoShow(NamedTuple):
    """The tutor did not come to a session."""

    tutor_id: str
    student_id: str
    session_id: str
    connection_quality: Annotated[str, "of the line that was opened"]
