"""What only the simulator knows."""

from typing import Annotated, NamedTuple


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


class InterventionMuted(NamedTuple):
    """An intervention was due and is kept from being sent, to see what the world is like without it."""

    tutor_id: str
    intervention_id: str


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
