"""What tutors do on the platform, and what the platform does about them."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment

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
