"""What is measured in a session: the methodology's formulas, as pure functions of numbers or arrays.

Figures are rounded to their stored precision where they are computed, so that differences in a processor's last bit
do not spread. `rules` are the scenario's [sessions.measures], [sessions.scores] or [sessions.attendance]. Source:
methodology, "Video Engagement Metrics" to "Student Satisfaction".
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = "float | NDArray[np.float64]"


def clip(value: float, low: float, high: float) -> float:
    """The value, limited to the bounds."""
    return low if value < low else high if value > high else value


def stored(values: Numbers, low: float, high: float, steps: float) -> Any:
    """The values limited to their bounds, and rounded to `steps` per unit."""
    return np.floor(np.minimum(np.maximum(values, low), high) * steps + 0.5) / steps


def attention_pct(share: Numbers, reliability: Numbers, student_offset: Numbers, rules: Any) -> Any:
    """A student's attention in percent, 10 to 100; `share` is drawn from a Beta distribution."""
    pull = 1.0 - rules.attention_reliability + rules.attention_reliability * reliability
    return stored(share * 100.0 * pull + student_offset, 10.0, 100.0, 10.0)


def sentiment(reliability: Numbers, offset: Numbers, noise: Numbers, rules: Any) -> Any:
    """Overall sentiment of a session, -0.5 to 0.95."""
    mood = rules.sentiment_base + rules.sentiment_per_reliability * reliability + offset + noise
    return stored(mood, -0.5, 0.95, 1000.0)


def balance(speak_ratio: Numbers) -> Any:
    """How evenly tutor and student speak: 1 if both speak half of the time."""
    return 1.0 - 2.0 * np.abs(speak_ratio - 0.5)


def empathy(reliability: Numbers, months_experience: Numbers, offset: Numbers, factor: Numbers, rules: Any) -> Any:
    """Empathy score, 1 to 10; `offset` sums up persona, rapport and noise, `factor` multiplies trend and day."""
    experience = months_experience / rules.empathy_experience_months * rules.empathy_experience
    return _score((rules.base + rules.per_reliability * reliability + experience + offset) * factor)


def clarity(reliability: Numbers, offset: Numbers, factor: Numbers, rules: Any) -> Any:
    """Clarity score, 1 to 10."""
    return _score((rules.base + rules.per_reliability * reliability + offset) * factor)


def engagement(
    attention: Numbers, speak_ratio: Numbers, mood: Numbers, offset: Numbers, factor: Numbers, rules: Any
) -> Any:
    """Engagement score, 1 to 10: attention, balance of speaking and sentiment."""
    base = (
        rules.engagement_attention * attention
        + rules.engagement_balance * balance(speak_ratio)
        + rules.engagement_sentiment * (mood + 1.0)
    )
    return _score((base + offset) * factor)


def rating(scores: Numbers, adjustment: Numbers, rules: Any) -> Any:
    """A student's rating, 1 to 5; `scores` are empathy, clarity and engagement added up.

    `adjustment` sums up the penalties of first sessions and bad connections, leniency and noise.
    """
    return stored(rules.rating_base + rules.rating_per_quality * (scores / 30.0) + adjustment, 1.0, 5.0, 10.0)


def satisfaction(stars: Numbers, noise: Numbers, factor: Numbers, rules: Any) -> Any:
    """A student's satisfaction, 1 to 10."""
    return stored((rules.satisfaction_per_star * stars + noise) * factor, 1.0, 10.0, 10.0)


def no_show_probability(no_show_count: int, change: float, rules: Any) -> float:
    """A tutor's probability to miss a session, from the no-shows on record and a relative `change` by experiments.

    The cap of no-shows limits both the probability before the change and the one after it.
    """
    cap = rules.no_show_probability_cap
    usual = min(no_show_count * rules.no_show_probability_per_count, cap)
    return clip(usual * (1.0 + change), 0.0, cap)


def _score(values: Numbers) -> Any:
    return stored(values, 1.0, 10.0, 100.0)
