"""Conditions on the figures of a churn score: whom a kind of email is for."""

from typing import Any

import pytest

from simulation.churn.conditions import ScoreCondition, condition_fault, score_condition
from simulation.events import ChurnSignalsChanged

SCORE: dict[str, Any] = dict.fromkeys(ChurnSignalsChanged._fields) | {
    "churn_risk_level": "High", "churn_probability": 0.6, "avg_rating_7d": 3.5, "total_sessions_7d": 12,
    "signal_no_shows": True, "signal_low_engagement": False,
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("", True),
        ("churn_risk_level == 'High'", True),
        ("churn_risk_level in ('Low', 'Medium')", False),
        ("avg_rating_7d < 3.8 and total_sessions_7d > 10", True),
        ("avg_rating_30d < 3.8", False),  # nobody knows
        ("not avg_rating_30d < 3.8", False),
        ("avg_rating_30d is None", True),
        ("signal_no_shows", True),
        ("signal_low_engagement or churn_probability >= 0.6", True),
    ],
)
def test_a_condition_holds_of_a_score_by_its_figures(condition: str, holds: bool) -> None:
    assert ScoreCondition(condition).holds(SCORE) == holds
    assert score_condition(condition) is score_condition(condition)
    assert not condition or condition_fault(condition) is None


@pytest.mark.parametrize(
    ("condition", "fault"),
    [
        ("tutor_id == 'T0001'", "there is no column 'tutor_id'"),
        ("persona == 'rock_star'", "there is no column 'persona'"),
        ("churn_risk_level == 'high'", "churn_risk_level is never 'high'; did you mean 'High'?"),
        ("avg_rating_7d", "compares what cannot be compared"),
        ("__import__('os')", "may not stand there"),
    ],
)
def test_what_is_no_condition_on_a_score_is_told(condition: str, fault: str) -> None:
    assert fault in str(condition_fault(condition))
