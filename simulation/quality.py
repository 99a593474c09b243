"""What is measured in a session: the methodology's formulas, as pure functions.

Figures are rounded to their stored precision where they are made, so that a processor's last bit
does not travel. `rules` are the scenario's `sessions.measures` or `sessions.scores`, or anything with
the same attributes. Source: methodology, "Video Engagement Metrics" to "Student Satisfaction".
"""

from math import floor
from typing import Any


def clip(value: float, low: float, high: float) -> float:
    """The value, or the bound that it exceeds."""
    return low if value < low else high if value > high else value


def stored(value: float, low: float, high: float, steps: float) -> float:
    """The value within its bounds, rounded to one of `steps` a unit. A third of the time that `round` takes."""
    if value <= low:
        return low
    if value >= high:
        return high
    return floor(value * steps + 0.5) / steps


def attention_pct(share: float, reliability: float, student_offset: float, rules: Any) -> float:
    """A student's attention in percent; `share` is the Beta draw."""
    pull = 1.0 - rules.attention_reliability + rules.attention_reliability * reliability
    return stored(share * 100.0 * pull + student_offset, 10.0, 100.0, 10.0)


def sentiment(reliability: float, offset: float, noise: float, rules: Any) -> float:
    """Overall sentiment of a session."""
    mood = rules.sentiment_base + rules.sentiment_per_reliability * reliability + offset + noise
    return stored(mood, -0.5, 0.95, 1000.0)


def balance(speak_ratio: float) -> float:
    """How evenly tutor and student speak: 1 at half and half."""
    return 1.0 - 2.0 * abs(speak_ratio - 0.5)


def empathy(reliability: float, months_experience: int, offset: float, factor: float, rules: Any) -> float:
    """Empathy score, 1 to 10; `offset` gathers persona, rapport and noise, `factor` trend and day."""
    experience = months_experience / rules.empathy_experience_months * rules.empathy_experience
    return _score((rules.base + rules.per_reliability * reliability + experience + offset) * factor)


def clarity(reliability: float, offset: float, factor: float, rules: Any) -> float:
    """Clarity score, 1 to 10."""
    return _score((rules.base + rules.per_reliability * reliability + offset) * factor)


def engagement(attention: float, speak_ratio: float, mood: float, offset: float, factor: float, rules: Any) -> float:
    """Engagement score, 1 to 10: attention, balance of speaking and sentiment."""
    base = (
        rules.engagement_attention * attention
        + rules.engagement_balance * balance(speak_ratio)
        + rules.engagement_sentiment * (mood + 1.0)
    )
    return _score((base + offset) * factor)


def rating(scores: tuple[float, float, float], adjustment: float, rules: Any) -> float:
    """A student's rating, 1 to 5; `adjustment` gathers penalties, leniency and noise."""
    quality = (scores[0] + scores[1] + scores[2]) / 30.0
    return stored(rules.rating_base + rules.rating_per_quality * quality + adjustment, 1.0, 5.0, 10.0)


def satisfaction(stars: float, noise: float, factor: float, rules: Any) -> float:
    """A student's satisfaction, 1 to 10."""
    return stored((rules.satisfaction_per_star * stars + noise) * factor, 1.0, 10.0, 10.0)


def no_show_probability(no_show_count: int, rules: Any) -> float:
    """A tutor's chance to miss a session, from the no-shows on record."""
    return float(min(no_show_count * rules.no_show_probability_per_count, rules.no_show_probability_cap))


def _score(value: float) -> float:
    return stored(value, 1.0, 10.0, 100.0)
