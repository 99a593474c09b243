"""Who is registered and enrolled when the log starts, and which traits they have."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import observable, truth


@observable(1)
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


@observable(4)
class PairingOnRecord(NamedTuple):
    """A student and a tutor who had completed sessions together before the log starts."""

    tutor_id: str
    student_id: str


@truth(1)
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
