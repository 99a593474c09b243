"""The churn signals: one table, and the functions made from it.

Detection, weights, explanations, columns and titles all follow from `SIGNALS`. Another signal takes a row there, its
figure if that is new, and its column in the event `ChurnSignalsChanged` and in the contract of `tutor_aggregates`.

Used by the monitor in the world, by the reduction that makes `tutor_aggregates`, and by whoever follows an event
stream. Source: methodology, "Churn Signals" and "Churn Probability".
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple, Self, TypeAlias

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
    """A tutor's rolling figures, unrounded: the last 7 and 30 days up to now; None over nothing.

    `avg_rating_7d` is None below `min_recent_sessions` sessions in 7 days, too.
    """

    avg_rating_7d: float | None
    avg_rating_30d: float | None
    avg_engagement_score: float | None
    first_session_avg_rating: float | None
    technical_issue_rate: float | None
    reschedule_rate_30d: float
    no_show_count_30d: int
    total_sessions_7d: int
    total_sessions_30d: int


@frozen
class Signal:
    """A churn signal: it shows where a tutor's figure is beyond a threshold."""

    name: str
    title: str
    figure: str
    """the field of TutorFigures that is compared; without a value the signal does not show"""
    beyond: str
    """the side of the threshold on which the signal shows: above or below"""
    threshold: str
    """a formula of parameters, the fields of ChurnRules, and of other figures"""
    description: str
    """the comparison in words, with parameters in braces"""
    weight: str | None = None
    """the parameter that has how many it counts for; without one it counts once"""

    @property
    def column(self) -> str:
        """Its column in events and in `tutor_aggregates`."""
        return f"signal_{self.name}"

    def weight_under(self, rules: ChurnRules) -> int:
        """How many signals it counts for."""
        return getattr(rules, self.weight) if self.weight else 1


SIGNALS = (
    Signal(
        "declining_ratings", "Declining ratings", "avg_rating_7d", "below", "avg_rating_30d - rating_drop",
        "Average rating of 7 days, below that of 30 days less {rating_drop:g}",
    ),
    Signal(
        "low_engagement", "Low engagement", "avg_engagement_score", "below", "low_engagement",
        "Average engagement of 30 days, below {low_engagement:g}",
    ),
    Signal(
        "high_reschedule", "High reschedule rate", "reschedule_rate_30d", "above", "high_reschedule_rate",
        "Moves by the tutor in 30 days over the sessions of these days, above {high_reschedule_rate:g}",
    ),
    Signal(
        "poor_first_sessions", "Poor first sessions", "first_session_avg_rating", "below", "poor_first_session_rating",
        "Average rating of first sessions in 30 days, below {poor_first_session_rating:g}; "
        "counts {poor_first_sessions_weight}",
        weight="poor_first_sessions_weight",
    ),
    Signal(
        "no_shows", "No-shows", "no_show_count_30d", "above", "no_show_limit",
        "Sessions of 30 days that the tutor missed, above {no_show_limit:g}",
    ),
    Signal(
        "declining_activity", "Declining activity", "total_sessions_7d", "below",
        "total_sessions_30d / activity_divisor",
        "Completed sessions of 7 days, below those of 30 days divided by {activity_divisor:g}",
    ),
)  # fmt: skip

Shown: TypeAlias = tuple[bool, ...]
"""Which signals show, in the order of SIGNALS."""

SIGNAL_COLUMNS = tuple(signal.column for signal in SIGNALS)
SCORE_COLUMNS = ("churn_probability", "churn_risk_level", "churn_signals_detected", *SIGNAL_COLUMNS)


# ---------------------------------------------------------------- the table as functions


def _function(formulas: list[str]) -> Callable[[TutorFigures, ChurnRules], tuple[Any, ...]]:
    """Compile formulas, once, into a function that returns all their values: it runs after every session."""
    owners = dict.fromkeys(TutorFigures._fields, "figures.") | dict.fromkeys(fields_dict(ChurnRules), "rules.")
    body = re.sub(r"\w+", lambda word: owners.get(word[0], "") + word[0], ", ".join(formulas))
    function: Callable[[TutorFigures, ChurnRules], tuple[Any, ...]] = eval(f"lambda figures, rules: ({body},)")  # noqa: S307 -- formulas of SIGNALS
    return function


def _known(signal: Signal, *others: str) -> str:
    """The formula for whether the figures of a threshold, and others, have values."""
    read = [*others, *(name for name in re.findall(r"\w+", signal.threshold) if name in TutorFigures._fields)]
    return " and ".join(f"{name} is not None" for name in read) or "True"


_SIGNS = {"above": ">", "below": "<"}

detect: Callable[[TutorFigures, ChurnRules], Shown] = _function([
    f"{_known(signal, signal.figure)} and {signal.figure} {_SIGNS[signal.beyond]} {signal.threshold}"
    for signal in SIGNALS
])  # fmt: skip
"""Which signals a tutor's figures show."""

_thresholds = _function([f"{signal.threshold} if {_known(signal)} else None" for signal in SIGNALS])


class Reading(NamedTuple):
    """A signal with a tutor's value: it shows where the value lies beyond the threshold.

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
    """What `detect` compares for each signal, and the signal's weight: the account of a score."""
    return tuple(
        Reading(signal.name, getattr(figures, signal.figure), signal.beyond, threshold, signal.weight_under(rules))
        for signal, threshold in zip(SIGNALS, _thresholds(figures, rules), strict=True)
    )


def score(shown: Shown, score_offset: float, rules: ChurnRules) -> tuple[Any, ...]:
    """What signals come to, in the order of SCORE_COLUMNS; `score_offset` is the tutor's own 0 to 0.1."""
    detected = weigh(shown, rules)
    probability = churn_probability(detected, score_offset, rules)
    return probability, risk_level(probability, rules), detected, *shown


def weigh(shown: Shown, rules: ChurnRules) -> int:
    """How many signals show, each counted by its weight."""
    return sum(signal.weight_under(rules) for signal, shows in zip(SIGNALS, shown, strict=True) if shows)


def churn_probability(detected: int, score_offset: float, rules: ChurnRules) -> float:
    """The documented churn probability, to three decimals; `score_offset` is the tutor's own 0 to 0.1."""
    cap = rules.probability_cap
    return round(min(min(detected * rules.probability_per_signal, cap) + score_offset, cap), 3)


def risk_level(probability: float, rules: ChurnRules) -> str:
    """Low, Medium or High, from the probability as stored."""
    if probability >= rules.high_risk:
        return "High"
    return "Medium" if probability >= rules.medium_risk else "Low"
