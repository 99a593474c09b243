"""[churn]: the churn signals, the churn probability and risk levels."""

from attrs import frozen

from simulation.scenario.fields import OPENING, Range, param, probability, span


@frozen
class ChurnParameters:
    """Thresholds and weights of signals, and risk levels (methodology, "Churn Signals", "Churn Probability")."""

    rating_drop: float = param(
        0.3, "declining ratings: 7 days below 30 days by more than this", unit="stars", low=0, high=4
    )
    low_engagement: float = param(5.5, "low engagement: average below", unit="points of 10", low=1, high=10)
    high_reschedule_rate: float = param(0.15, "high reschedule rate: above", unit="per session", low=0, high=1)
    poor_first_session_rating: float = param(3.5, "poor first sessions: average below", unit="stars", low=1, high=5)
    no_show_limit: int = param(2, "no-shows: more than", unit="no-shows", low=0, high=100)
    activity_divisor: float = param(4.0, "declining activity: 7 days below 30 days over this", low=1, high=30)
    min_recent_sessions: int = param(3, "sessions that a 7-day rating needs", unit="sessions", low=1, high=100)
    poor_first_sessions_weight: int = param(2, "weight of poor first sessions", low=1, high=2)
    probability_per_signal: float = probability(0.12, "churn probability per signal")
    probability_cap: float = param(0.85, "never certain", unit="share", low=0, high=0.85)
    score_offset: Range = span(
        (0.0, 0.1), "noise of the probability, once per tutor", unit="share", low=0, high=0.1, acts=OPENING
    )
    medium_risk: float = probability(0.3, "Medium risk from")
    high_risk: float = probability(0.5, "High risk from")
