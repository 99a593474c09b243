"""The vocabulary of the log: each event declared once, with typed, documented fields.

An event is a named tuple; its type in the log is its class name in snake case. The fields in `KEYS`
are columns of every event, all others are payload. Datetimes are simulated seconds until the log
writes them. Payloads hold what happened, never what a reduction of the log can derive.
"""

import re
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

KEYS = ("tutor_id", "student_id", "session_id", "intervention_id", "experiment_id")


class LocalTime:
    """Marks a field that is a simulated second here, and written as the region's local time."""


Moment = Annotated[int, LocalTime]


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


# ---------------------------------------------------------------- what tutors do on the platform


class Login(NamedTuple):
    """A tutor logs in."""

    tutor_id: str
    device: str
    ip_address: Annotated[str, "from a range reserved for documentation"]


class SessionScheduled(NamedTuple):
    """A tutor, logged in, prepares an upcoming session."""

    tutor_id: str
    session_id: str
    activity: Annotated[str, "what the tutor did"]


class PostSessionActivity(NamedTuple):
    """A tutor follows up on a completed session."""

    tutor_id: str
    session_id: str
    activity: Annotated[str, "what the tutor did"]


class ProfileUpdated(NamedTuple):
    """A tutor changes the public profile."""

    tutor_id: str
    profile_section: str


class MessageSent(NamedTuple):
    """A tutor writes a message."""

    tutor_id: str
    recipient_type: Annotated[str, "student, parent or support"]


# ---------------------------------------------------------------- churn signals


class ChurnSignalsChanged(NamedTuple):
    """An event changed a tutor's signals or risk level; figures as they stand then."""

    tutor_id: str
    churn_probability: float
    churn_risk_level: Annotated[str, "Low, Medium or High"]
    churn_signals_detected: Annotated[int, "weighted sum of the six"]
    signal_declining_ratings: bool
    signal_low_engagement: bool
    signal_high_reschedule: bool
    signal_poor_first_sessions: bool
    signal_no_shows: bool
    signal_declining_activity: bool
    avg_rating_7d: Annotated[float | None, "unrounded, as all averages and rates here"]
    avg_rating_30d: float | None
    avg_engagement_score: float | None
    first_session_avg_rating: float | None
    technical_issue_rate: float | None
    reschedule_rate_30d: float
    no_show_count_30d: int
    total_sessions_7d: int
    total_sessions_30d: int


class ChurnScored(ChurnSignalsChanged):
    """The same figures, taken every midnight for each active tutor."""

    __slots__ = ()


# ---------------------------------------------------------------- interventions


class InterventionSent(NamedTuple):
    """An email goes out to a tutor at risk."""

    tutor_id: str
    intervention_id: str
    experiment_id: str | None
    experiment_variant: str | None
    intervention_type: Annotated[str, "first_session, churn, quality, technical or engagement"]
    channel: str
    subject: Annotated[str, "of the email"]
    content: str
    template_id: str
    created_at: Moment
    risk_level_at_trigger: str
    churn_probability_at_trigger: float
    triggered_by_event_id: str


class InterventionWithheld(NamedTuple):
    """An intervention was due and held back at random, so that effects can be estimated."""

    tutor_id: str
    intervention_id: str
    intervention_type: str
    risk_level_at_trigger: str
    churn_probability_at_trigger: float
    triggered_by_event_id: str


class EmailDelivered(NamedTuple):
    """An intervention's email arrived."""

    tutor_id: str
    intervention_id: str


class EmailFailed(NamedTuple):
    """An intervention's email bounced."""

    tutor_id: str
    intervention_id: str
    error_message: str


class EmailOpened(NamedTuple):
    """The tutor opened the email."""

    tutor_id: str
    intervention_id: str


class EmailClicked(NamedTuple):
    """The tutor followed the email's link."""

    tutor_id: str
    intervention_id: str


class InterventionResponded(NamedTuple):
    """The tutor answered the email."""

    tutor_id: str
    intervention_id: str
    response_type: Annotated[str, "positive, neutral or negative"]
    response_notes: str | None


class CoachingScheduled(NamedTuple):
    """A tutor books a coaching session after an intervention."""

    tutor_id: str
    intervention_id: str
    coaching_at: Moment


class CoachingAttended(NamedTuple):
    """A tutor came to the coaching session."""

    tutor_id: str
    intervention_id: str


# ---------------------------------------------------------------- experiments


class ExperimentStarted(NamedTuple):
    """An experiment opens; the segment's tutors are counted."""

    experiment_id: str
    name: str
    hypothesis: str
    description: str | None
    variants: Annotated[str, "JSON array of names, the control first"]
    target_segment: Annotated[str, "JSON object: column to value, list of values, or {min, max}"]
    primary_metric: str
    secondary_metrics: Annotated[str | None, "JSON array"]
    planned_end: Moment
    eligible_count: int
    notes: str | None


class ExperimentAssigned(NamedTuple):
    """A tutor is put into a variant."""

    tutor_id: str
    experiment_id: str
    variant: str


class ExperimentExposed(NamedTuple):
    """A tutor first meets the variant."""

    tutor_id: str
    experiment_id: str
    variant: str


class ExperimentConverted(NamedTuple):
    """A tutor does what the experiment hopes for."""

    tutor_id: str
    experiment_id: str
    variant: str
    conversion_value: Annotated[float, "relative improvement of the primary metric"]


class ExperimentCompleted(NamedTuple):
    """An experiment ends."""

    experiment_id: str


# ---------------------------------------------------------------- truth: what only the simulator knows


class TutorTraitsDrawn(NamedTuple):
    """A tutor's persona and latent traits."""

    tutor_id: str
    persona: str
    edge_cases: Annotated[str | None, "comma-separated"]
    empathy_offset: Annotated[float, "points on the 1 to 10 scale"]
    clarity_offset: Annotated[float, "points on the 1 to 10 scale"]
    engagement_offset: Annotated[float, "points on the 1 to 10 scale"]
    trend_empathy: Annotated[float, "relative change over the trend's span"]
    trend_clarity: float
    trend_engagement: float
    trend_satisfaction: float
    technical_issue_probability: float
    logins_per_week: float
    tipping_day: Annotated[float | None, "days after the window opens at which burnout may tip"]


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


class InterventionOutcomeDrawn(NamedTuple):
    """What an intervention will come to, and its effect."""

    tutor_id: str
    intervention_id: str
    outcome: Annotated[str, "success, partial or ignored"]
    engagement_effect: Annotated[float, "initial relative change of engagement"]
    sessions_effect: Annotated[int, "initial change in sessions per week"]


class InterventionCutShort(NamedTuple):
    """The tutor left before an intervention took its course: what it came to after all."""

    tutor_id: str
    intervention_id: str
    outcome: Annotated[str, "partial or ignored"]
    engagement_effect: float
    sessions_effect: int


class TutorTipped(NamedTuple):
    """A veteran burns out."""

    tutor_id: str


class TutorStateRecorded(NamedTuple):
    """An active tutor's hidden state, every midnight."""

    tutor_id: str
    morale: Annotated[float, "0 to 1"]
    burnout: Annotated[float, "0 to 1"]
    engagement_lift: Annotated[float, "relative, what interventions and experiments add up to now"]
    extra_sessions_per_week: float
    leave_probability_30d: Annotated[float, "from the hazard as it stands"]


class TutorLeavingExplained(NamedTuple):
    """Why a tutor left."""

    tutor_id: str
    reason: str


class StudentLeavingExplained(NamedTuple):
    """Why a student left."""

    student_id: str
    reason: str


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
    TutorTraitsDrawn, StudentTraitsDrawn, InterventionOutcomeDrawn, InterventionCutShort, TutorTipped,
    TutorStateRecorded, TutorLeavingExplained, StudentLeavingExplained,
)  # fmt: skip


def type_name(event: type[Any]) -> str:
    """The event's type as the log has it, e.g. `session_completed`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", event.__name__).lower()


class Field(NamedTuple):
    """A declared field: its name, Python type, whether it may be null, and what it means."""

    name: str
    type: type
    nullable: bool
    says: str


def fields(event: type[Any]) -> tuple[Field, ...]:
    """The declared fields of an event, in order."""
    return tuple(_field(name, hint) for name, hint in get_type_hints(event, include_extras=True).items())


def _field(name: str, hint: Any) -> Field:
    notes: list[Any] = []
    if get_origin(hint) is Annotated:
        hint, *notes = get_args(hint)
    options = get_args(hint)
    nullable = type(None) in options
    kind = next(option for option in options if option is not type(None)) if nullable else hint
    if LocalTime in notes:
        kind = LocalTime
    says = next((note for note in notes if isinstance(note, str)), "")
    return Field(name, kind, nullable, says)
