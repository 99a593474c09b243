"""The rolling churn signals: pure functions of a tutor's figures.

Used by the monitor in the world, by the reduction that makes `tutor_aggregates`, and by whoever
follows an event stream. Source: methodology, "Churn Signals" and "Churn Probability".
"""

from typing import Any, NamedTuple, Self

from attrs import asdict, fields_dict, frozen

RECENT_DAYS = 7
LONG_DAYS = 30


@frozen
class ChurnRules:
    """Thresholds and weights by which figures become signals, and signals a probability."""

    rating_drop: float
    low_engagement: float
    high_reschedule_rate: float
    poor_first_session_rating: float
    no_show_limit: int
    activity_divisor: float
    min_recent_sessions: int
    poor_first_sessions_weight: int
    probability_per_signal: float
    probability_cap: float
    medium_risk: float
    high_risk: float

    @classmethod
    def of(cls, source: Any) -> Self:
        """The rules out of any object that has attributes of these names."""
        return cls(**{name: getattr(source, name) for name in fields_dict(cls)})

    def as_dict(self) -> dict[str, float]:
        """The rules by name, fit for JSON."""
        return asdict(self)


class TutorFigures(NamedTuple):
    """A tutor's rolling figures, unrounded: the last 7 and 30 days up to now; None over nothing."""

    avg_rating_7d: float | None
    avg_rating_30d: float | None
    avg_engagement_score: float | None
    first_session_avg_rating: float | None
    technical_issue_rate: float | None
    reschedule_rate_30d: float
    no_show_count_30d: int
    total_sessions_7d: int
    total_sessions_30d: int


class Signals(NamedTuple):
    """The six churn signals."""

    declining_ratings: bool
    low_engagement: bool
    high_reschedule: bool
    poor_first_sessions: bool
    no_shows: bool
    declining_activity: bool


class Reading(NamedTuple):
    """A signal as read off a tutor's figures: it shows where the value lies beyond the threshold.

    Over no sessions, or too few, there is no value. `beyond` is "above" or "below".
    """

    signal: str
    value: float | None
    beyond: str
    threshold: float | None
    weight: int

    @property
    def shows(self) -> bool:
        """Whether the signal is there."""
        if self.value is None or self.threshold is None:
            return False
        return self.value > self.threshold if self.beyond == "above" else self.value < self.threshold


def read_off(figures: TutorFigures, rules: ChurnRules) -> tuple[Reading, ...]:
    """What `detect` compares, for each signal, and what the signal counts for: the account of a score."""
    month = figures.avg_rating_30d
    return (
        Reading(
            "declining_ratings", figures.avg_rating_7d, "below", None if month is None else month - rules.rating_drop, 1
        ),
        Reading("low_engagement", figures.avg_engagement_score, "below", rules.low_engagement, 1),
        Reading("high_reschedule", figures.reschedule_rate_30d, "above", rules.high_reschedule_rate, 1),
        Reading(
            "poor_first_sessions", figures.first_session_avg_rating, "below", rules.poor_first_session_rating,
            rules.poor_first_sessions_weight,
        ),
        Reading("no_shows", figures.no_show_count_30d, "above", rules.no_show_limit, 1),
        Reading(
            "declining_activity", figures.total_sessions_7d, "below",
            figures.total_sessions_30d / rules.activity_divisor, 1,
        ),
    )  # fmt: skip


def detect(figures: TutorFigures, rules: ChurnRules) -> Signals:
    """Which signals a tutor's figures show.

    `avg_rating_7d` is expected to be None below `rules.min_recent_sessions` sessions in 7 days.
    """
    recent, month = figures.avg_rating_7d, figures.avg_rating_30d
    engagement, first = figures.avg_engagement_score, figures.first_session_avg_rating
    return Signals(
        recent is not None and month is not None and recent < month - rules.rating_drop,
        engagement is not None and engagement < rules.low_engagement,
        figures.reschedule_rate_30d > rules.high_reschedule_rate,
        first is not None and first < rules.poor_first_session_rating,
        figures.no_show_count_30d > rules.no_show_limit,
        figures.total_sessions_7d < figures.total_sessions_30d / rules.activity_divisor,
    )


def weigh(signals: Signals, rules: ChurnRules) -> int:
    """How many signals were detected, poor first sessions counted by their weight."""
    return sum(signals) + signals.poor_first_sessions * (rules.poor_first_sessions_weight - 1)


def churn_probability(detected: int, score_offset: float, rules: ChurnRules) -> float:
    """The documented churn probability, to three decimals; `score_offset` is the tutor's own 0 to 0.1."""
    cap = rules.probability_cap
    return round(min(min(detected * rules.probability_per_signal, cap) + score_offset, cap), 3)


def risk_level(probability: float, rules: ChurnRules) -> str:
    """Low, Medium or High, from the probability as stored."""
    if probability >= rules.high_risk:
        return "High"
    return "Medium" if probability >= rules.medium_risk else "Low"
