"""Whom a student would choose: by weights, reputation and draws, among those who are there."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.calendar import SLOTS_PER_DAY
from simulation.random_streams import RandomStreams
from tests.marketplace.market import RULES, WEEKENDS, chosen, market_of
from tests.people import a_tutor, slot, weight_of

errors = st.lists(st.floats(0, 1, exclude_max=True), min_size=6, max_size=6)
weights = st.lists(st.floats(0.01, 100), min_size=6, max_size=6)


def choice(weights: list[float], errors: list[float], besides: int | None = None) -> int | None:
    tutors = [a_tutor(number, base_weight=weight) for number, weight in enumerate(weights, 1)]
    found = chosen(market_of(*tutors), errors, besides=None if besides is None else tutors[besides - 1])
    return None if found is None else found.number


@given(weights, errors, st.floats(1, 50))
def test_a_tutor_who_gets_better_never_loses_a_student(weights: list[float], errors: list[float], gain: float) -> None:
    before = choice(weights, errors)
    assert before is not None
    weights[before - 1] *= gain
    assert choice(weights, errors) == before


@given(weights, errors, st.integers(0, 5), st.floats(1, 50))
def test_a_tutor_who_gets_better_wins_students_for_nobody_else(
    weights: list[float], errors: list[float], who: int, gain: float
) -> None:
    before = choice(weights, errors)
    weights[who] *= gain
    assert choice(weights, errors) in {before, who + 1}


@given(weights, errors)
def test_a_tutor_who_is_not_free_changes_the_choice_only_of_those_who_chose_that_tutor(
    weights: list[float], errors: list[float]
) -> None:
    best = choice(weights, errors)
    for other in range(1, 7):
        assert (choice(weights, errors, besides=other) == best) == (other != best)


def test_tutors_are_chosen_in_proportion_to_their_weights() -> None:
    decision = RandomStreams(3).stream("choice")
    chosen_how_often = Counter(choice([1.0, 2.0, 5.0], decision.uniforms(student, 0, 3)) for student in range(4_000))
    assert [chosen_how_often[number] / 4_000 for number in (1, 2, 3)] == pytest.approx([1 / 8, 2 / 8, 5 / 8], abs=0.03)


def test_a_choice_is_among_those_who_teach_the_subject_and_are_free_there() -> None:
    math, science, busy, closed = (
        a_tutor(1),
        a_tutor(2, subjects=("Science", "Math")),
        a_tutor(3, subjects=("Science",)),
        a_tutor(4, subjects=("Science",), open_starts=WEEKENDS),
    )
    busy.calendar.take(0, slot(17.5), 1)
    market = market_of(math, science, busy, closed)
    for u in range(50):
        assert chosen(market, RandomStreams(u).stream("a").uniforms(1, 0, 4), "Science") is science
    assert chosen(market, [0.5] * 4, "History") is None


def test_tutors_are_sorted_by_liking_whatever_their_calendars_say() -> None:
    tutors = [a_tutor(number) for number in range(1, 6)]
    tutors[1].calendar.take(0, 0, SLOTS_PER_DAY)
    liked = list(market_of(*tutors).by_liking("Math", np.array([0.5, 0.1, 0.9, 0.2, 0.3])))
    assert [tutor.number for tutor in liked] == [2, 4, 5, 1, 3]


def test_of_two_who_are_liked_alike_the_lower_number_is_preferred() -> None:
    tutors = [a_tutor(number) for number in range(1, 41)]
    liked = list(market_of(*tutors).by_liking("Math", np.array([0.25, 0.5] * 20)))
    assert [tutor.number for tutor in liked] == [*range(1, 41, 2), *range(2, 41, 2)]


@given(weights, errors, st.sets(st.integers(1, 6)))
def test_who_is_not_there_changes_nothing_in_how_the_others_are_liked(
    weights: list[float], errors: list[float], absent: set[int]
) -> None:
    def order(away: set[int]) -> list[int]:
        tutors = [a_tutor(nth, base_weight=weight, active=nth not in away) for nth, weight in enumerate(weights, 1)]
        return [tutor.number for tutor in market_of(*tutors).by_liking("Math", np.array(errors))]

    assert order(absent) == [number for number in order(set()) if number not in absent]


# ---------------------------------------------------------------- reputation, and who is gone


def test_a_star_of_reputation_weighs_as_the_rules_say() -> None:
    good, bad = a_tutor(1, avg_historical_rating=4.5), a_tutor(2, avg_historical_rating=3.5)
    market = market_of(good, bad)
    assert weight_of(market, good) == weight_of(market, bad) == 1.0  # until word gets around
    for tutor in (good, bad):
        market.weigh(tutor)
    assert weight_of(market, good) / weight_of(market, bad) == pytest.approx(2.718281828**RULES.reputation_weight)


def test_without_reputation_only_the_base_weight_counts() -> None:
    tutor = a_tutor(avg_historical_rating=5.0, base_weight=3.0)
    market = market_of(tutor, reputation_counts=False)
    market.weigh(tutor)
    assert weight_of(market, tutor) == 3.0


def test_inactive_tutors_are_not_on_the_market() -> None:
    market = market_of(a_tutor(1, active=False))
    assert chosen(market, [0.5]) is None
    assert not list(market.by_liking("Math", np.array([0.5])))


def test_a_tutor_who_is_removed_is_chosen_no_more() -> None:
    tutor, other = a_tutor(1), a_tutor(2)
    market = market_of(tutor, other)
    draws = [0.01, 0.99]
    assert chosen(market, draws) is tutor
    market.remove(tutor)
    assert not tutor.present
    assert chosen(market, draws) is other
    assert list(market.by_liking("Math", np.array(draws))) == [other]
