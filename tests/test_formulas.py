"""What is measured in a session: the methodology's formulas, at known points and within their bounds."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation import formulas
from simulation.scenario import Scenario

SESSIONS = Scenario().sessions
MEASURES, SCORES, ATTENDANCE = SESSIONS.measures, SESSIONS.scores, SESSIONS.attendance

share = st.floats(0, 1)
offset = st.floats(-20, 20)
factor = st.floats(0, 3)
score = st.floats(1, 10)


def test_clipping_leaves_what_lies_within() -> None:
    assert [formulas.clip(value, 1, 5) for value in (0.5, 1, 3, 5, 7)] == [1, 1, 3, 5, 5]


def test_attention_hangs_by_a_fifth_on_the_tutor_s_reliability() -> None:
    assert formulas.attention_pct(0.8, 1.0, 0.0, MEASURES) == 80.0
    assert formulas.attention_pct(0.8, 0.0, 0.0, MEASURES) == 64.0
    assert formulas.attention_pct(0.8, 1.0, 4.0, MEASURES) == 84.0


def test_sentiment_is_three_tenths_and_four_for_reliability() -> None:
    assert formulas.sentiment(0.0, 0.0, 0.0, MEASURES) == 0.3
    assert formulas.sentiment(1.0, 0.0, 0.0, MEASURES) == 0.7
    assert formulas.sentiment(0.5, 0.1, 0.02, MEASURES) == 0.62


def test_speech_is_balanced_at_half_and_half() -> None:
    assert formulas.balance(0.5) == 1.0
    assert formulas.balance(0.2) == pytest.approx(formulas.balance(0.8)) == pytest.approx(0.4)


def test_empathy_is_five_and_three_for_reliability_and_one_and_a_half_for_five_years() -> None:
    assert formulas.empathy(0.0, 0, 0.0, 1.0, SCORES) == 5.0
    assert formulas.empathy(1.0, 60, 0.0, 1.0, SCORES) == 9.5
    assert formulas.empathy(0.0, 0, 0.5, 1.1, SCORES) == 6.05


def test_clarity_is_five_and_three_for_reliability() -> None:
    assert formulas.clarity(0.8, 0.0, 1.0, SCORES) == 7.4
    assert formulas.clarity(0.0, 0.5, 1.1, SCORES) == 6.05


def test_engagement_is_attention_balance_and_sentiment() -> None:
    assert formulas.engagement(72.0, 0.5, 0.4, 0.0, 1.0, SCORES) == pytest.approx((72 * 0.4 + 30 + 1.4 * 15) / 10)
    assert formulas.engagement(50.0, 0.7, 0.0, 0.0, 1.0, SCORES) == pytest.approx((50 * 0.4 + 0.6 * 30 + 15) / 10)
    assert formulas.engagement(50.0, 0.7, 0.0, 0.5, 1.1, SCORES) == pytest.approx((5.3 + 0.5) * 1.1)


def test_a_rating_is_two_stars_and_nearly_three_for_quality() -> None:
    assert formulas.rating(30.0, 0.0, SCORES) == 4.8
    assert formulas.rating(18.0, 0.0, SCORES) == pytest.approx(2 + 0.6 * 2.8, abs=0.05)
    assert formulas.rating(18.0, -0.6, SCORES) == pytest.approx(2 + 0.6 * 2.8 - 0.6, abs=0.05)


def test_satisfaction_is_two_points_a_star() -> None:
    assert formulas.satisfaction(4.1, 0.0, 1.0, SCORES) == 8.2
    assert formulas.satisfaction(4.0, 0.5, 1.1, SCORES) == pytest.approx(8.5 * 1.1, abs=0.05)


def test_what_goes_beyond_its_bounds_is_at_them() -> None:
    for far, attention, mood, score, stars in ((-100.0, 10.0, -0.5, 1.0, 1.0), (100.0, 100.0, 0.95, 10.0, 5.0)):
        assert formulas.attention_pct(0.5, 0.5, far, MEASURES) == attention
        assert formulas.sentiment(0.5, far, 0.0, MEASURES) == mood
        assert formulas.empathy(0.5, 12, far, 1.0, SCORES) == score
        assert formulas.clarity(0.5, far, 1.0, SCORES) == score
        assert formulas.engagement(50.0, 0.5, 0.0, far, 1.0, SCORES) == score
        assert formulas.rating(18.0, far, SCORES) == stars
        assert formulas.satisfaction(4.0, far, 1.0, SCORES) == score


def test_sentiment_has_three_decimals() -> None:
    assert formulas.sentiment(0.0, 0.0, 0.0126, MEASURES) == 0.313


def test_each_no_show_on_record_is_worth_a_percent_up_to_fifteen() -> None:
    assert [formulas.no_show_probability(count, 0.0, ATTENDANCE) for count in (0, 3, 15, 40)] == [0, 0.03, 0.15, 0.15]


@pytest.mark.parametrize(
    ("no_shows", "change", "chance"),
    [(10, -0.5, 0.05), (10, 0.2, 0.12), (10, 2.0, 0.15), (40, -0.5, 0.075), (10, -1.5, 0)],
)
def test_what_changes_the_chance_of_a_no_show_does_not_lift_it_above_the_cap(
    no_shows: int, change: float, chance: float
) -> None:
    assert formulas.no_show_probability(no_shows, change, ATTENDANCE) == pytest.approx(chance)


@given(share, share, offset)
def test_attention_is_a_percentage_of_one_decimal(u: float, reliability: float, student: float) -> None:
    attention = formulas.attention_pct(u, reliability, student, MEASURES)
    assert 10 <= attention <= 100
    assert attention == round(attention, 1)


@given(share, offset, offset)
def test_sentiment_stays_within_its_bounds(reliability: float, student: float, noise: float) -> None:
    assert -0.5 <= formulas.sentiment(reliability, student, noise, MEASURES) <= 0.95


@given(share, st.integers(1, 120), offset, factor, st.floats(10, 100), st.floats(0.2, 0.8), st.floats(-0.5, 0.95))
def test_scores_are_one_to_ten_with_two_decimals(
    reliability: float, months: int, added: float, times: float, attention: float, speaks: float, mood: float
) -> None:
    scores = (
        formulas.empathy(reliability, months, added, times, SCORES),
        formulas.clarity(reliability, added, times, SCORES),
        formulas.engagement(attention, speaks, mood, added, times, SCORES),
    )
    assert all(1 <= value <= 10 and value == round(value, 2) for value in scores)


@given(st.tuples(score, score, score), offset, factor)
def test_ratings_are_one_to_five_and_satisfaction_one_to_ten(
    scores: tuple[float, float, float], adjustment: float, times: float
) -> None:
    stars = formulas.rating(sum(scores), adjustment, SCORES)
    assert 1 <= stars <= 5
    assert stars == round(stars, 1)
    assert 1 <= formulas.satisfaction(stars, adjustment, times, SCORES) <= 10


@given(st.tuples(score, score, score), st.integers(0, 2), st.floats(0, 9))
def test_a_better_score_never_lowers_the_rating(scores: tuple[float, float, float], which: int, gain: float) -> None:
    better = list(scores)
    better[which] = min(10.0, better[which] + gain)
    assert formulas.rating(sum(better), 0.0, SCORES) >= formulas.rating(sum(scores), 0.0, SCORES)


def test_an_array_of_sessions_has_the_figures_that_each_has_alone() -> None:
    draws = np.random.Generator(np.random.Philox(7)).random((6, 200))
    attention, reliability, speaking, mood, added, times = draws
    cases: tuple[Callable[[int | slice], Any], ...] = (
        lambda at: formulas.attention_pct(attention[at], reliability[at], 20 * added[at], MEASURES),
        lambda at: formulas.sentiment(reliability[at], added[at] - 0.5, mood[at] - 0.5, MEASURES),
        lambda at: formulas.balance(speaking[at]),
        lambda at: formulas.empathy(reliability[at], 60 * mood[at], added[at], 2 * times[at], SCORES),
        lambda at: formulas.clarity(reliability[at], added[at], 2 * times[at], SCORES),
        lambda at: formulas.engagement(100 * attention[at], speaking[at], mood[at], added[at], times[at], SCORES),
        lambda at: formulas.rating(30 * attention[at], added[at] - 0.5, SCORES),
        lambda at: formulas.satisfaction(5 * attention[at], added[at], 2 * times[at], SCORES),
    )
    for formula in cases:
        assert formula(slice(None)).tolist() == [formula(at) for at in range(200)]
