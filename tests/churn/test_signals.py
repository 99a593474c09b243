"""The six churn signals, the probability they come to, and the risk level (methodology, "Churn Signals")."""

from typing import Any

import pytest
from attrs import asdict, evolve
from hypothesis import given
from hypothesis import strategies as st

from simulation.churn.signals import (
    SCORE_COLUMNS,
    SIGNAL_COLUMNS,
    SIGNALS,
    ChurnRules,
    TutorFigures,
    churn_probability,
    detect,
    read_off,
    risk_level,
    score,
    weigh,
)
from simulation.contract import EVERY_RUN
from simulation.events import ChurnSignalsChanged
from simulation.scenario import Scenario

NAMES = [signal.name for signal in SIGNALS]

RULES = ChurnRules.of(Scenario().churn)

CONTENT = TutorFigures(
    avg_rating_7d=4.2, avg_rating_30d=4.2, avg_engagement_score=6.5, first_session_avg_rating=4.0,
    technical_issue_rate=0.05, reschedule_rate_30d=0.08, no_show_count_30d=0, total_sessions_7d=10,
    total_sessions_30d=40,
)  # fmt: skip

# For each signal: figures at which it is just not shown, and at which it just is.
BORDERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "declining_ratings": (
        {"avg_rating_7d": 3.75, "avg_rating_30d": 4.0},
        {"avg_rating_7d": 3.65, "avg_rating_30d": 4.0},
    ),
    "low_engagement": ({"avg_engagement_score": 5.5}, {"avg_engagement_score": 5.499}),
    "high_reschedule": ({"reschedule_rate_30d": 0.15}, {"reschedule_rate_30d": 0.151}),
    "poor_first_sessions": ({"first_session_avg_rating": 3.5}, {"first_session_avg_rating": 3.49}),
    "no_shows": ({"no_show_count_30d": 2}, {"no_show_count_30d": 3}),
    "declining_activity": ({"total_sessions_7d": 10}, {"total_sessions_7d": 9}),
}


def test_a_content_tutor_shows_no_signal() -> None:
    assert not any(detect(CONTENT, RULES))


@pytest.mark.parametrize("signal", NAMES)
def test_each_signal_is_shown_beyond_its_threshold_and_no_other_with_it(signal: str) -> None:
    before, beyond = BORDERS[signal]
    assert not any(detect(CONTENT._replace(**before), RULES))
    shown = detect(CONTENT._replace(**beyond), RULES)
    assert [name for name, is_shown in zip(NAMES, shown, strict=True) if is_shown] == [signal]


@pytest.mark.parametrize("signal", NAMES)
@pytest.mark.parametrize("side", [0, 1], ids=["just not", "just"])
def test_what_is_read_off_says_of_each_signal_whether_it_shows_and_how_much_it_weighs(signal: str, side: int) -> None:
    figures = CONTENT._replace(**BORDERS[signal][side])
    readings = read_off(figures, RULES)
    assert [reading.signal for reading in readings] == NAMES
    assert tuple(reading.shows for reading in readings) == detect(figures, RULES)
    assert sum(reading.weight for reading in readings if reading.shows) == weigh(detect(figures, RULES), RULES)


def test_over_nothing_there_is_nothing_to_read_off() -> None:
    nothing = TutorFigures(None, None, None, None, None, 0.0, 0, 0, 0)
    assert not any(reading.shows for reading in read_off(nothing, RULES))


def test_averages_over_nothing_are_no_signal() -> None:
    nothing = TutorFigures(None, None, None, None, None, 0.0, 0, 0, 0)
    assert not any(detect(nothing, RULES))


def test_few_recent_sessions_say_nothing_about_ratings() -> None:
    assert not any(detect(CONTENT._replace(avg_rating_7d=None), RULES))


def test_poor_first_sessions_weigh_double() -> None:
    alone = {name: weigh(tuple(name == other for other in NAMES), RULES) for name in NAMES}
    assert alone == {name: 2 if name == "poor_first_sessions" else 1 for name in NAMES}
    assert weigh((True,) * 6, RULES) == 7


def test_a_scenario_may_count_poor_first_sessions_like_the_others() -> None:
    assert weigh((True,) * 6, evolve(RULES, poor_first_sessions_weight=1)) == 6


def test_ratings_that_fell_by_the_drop_and_no_more_are_no_signal() -> None:
    rules = evolve(RULES, rating_drop=0.5)  # exact in binary
    assert not detect(CONTENT._replace(avg_rating_7d=3.5, avg_rating_30d=4.0), rules)[0]
    assert detect(CONTENT._replace(avg_rating_7d=3.499, avg_rating_30d=4.0), rules)[0]


def test_a_score_has_what_events_and_the_contract_have_of_it() -> None:
    assert ChurnSignalsChanged._fields == ("tutor_id", *SCORE_COLUMNS, *TutorFigures._fields)
    assert set(SCORE_COLUMNS) <= set(EVERY_RUN.tables["tutor_aggregates"].column_names)
    assert dict(zip(SCORE_COLUMNS, score((False, True, *[False] * 4), 0.05, RULES), strict=True)) == {
        "churn_probability": 0.17, "churn_risk_level": "Low", "churn_signals_detected": 1,
        **{column: column == "signal_low_engagement" for column in SIGNAL_COLUMNS},
    }  # fmt: skip


def test_each_signal_adds_twelve_percent_to_the_tutor_s_own_offset() -> None:
    assert [churn_probability(detected, 0.05, RULES) for detected in range(4)] == [0.05, 0.17, 0.29, 0.41]


def test_nobody_is_certain_to_leave() -> None:
    assert churn_probability(7, 0.0, RULES) == 0.84
    assert churn_probability(7, 0.1, RULES) == 0.85
    assert churn_probability(20, 0.1, RULES) == 0.85


def test_the_probability_has_three_decimals() -> None:
    assert churn_probability(1, 0.0123456, RULES) == 0.132


@given(st.integers(0, 7), st.integers(0, 7), st.floats(0, 0.1), st.floats(0, 0.1))
def test_the_probability_grows_with_signals_and_with_the_offset(few: int, more: int, low: float, high: float) -> None:
    few, more = sorted((few, more))
    low, high = sorted((low, high))
    assert churn_probability(few, low, RULES) <= churn_probability(more, high, RULES)


@pytest.mark.parametrize(
    ("probability", "level"),
    [(0.0, "Low"), (0.299, "Low"), (0.3, "Medium"), (0.499, "Medium"), (0.5, "High"), (0.85, "High")],
)
def test_risk_is_medium_from_three_tenths_and_high_from_a_half(probability: float, level: str) -> None:
    assert risk_level(probability, RULES) == level


def test_the_rules_are_those_of_the_scenario_and_fit_for_the_log() -> None:
    declared = asdict(Scenario().churn)
    assert RULES.as_dict() == {name: declared[name] for name in RULES.as_dict()}
