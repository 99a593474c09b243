"""What the platform knows of a tutor's risk to leave."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import observable


@observable(19)
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


@observable(20)
class ChurnScored(ChurnSignalsChanged):
    """The same figures, taken every midnight for each active tutor."""

    __slots__ = ()
