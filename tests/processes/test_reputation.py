"""Word gets around: ratings change a tutor's reputation, and with it whom students choose."""

from collections.abc import Callable

import pytest

from simulation.processes.reputation import Reputation
from tests.people import a_student, a_tutor, weight_of
from tests.processes.stage import Stage, a_completed, a_settled

MakeStage = Callable[..., Stage]


def test_reputations_count_from_the_first_day_on(stage: MakeStage) -> None:
    tutors = [a_tutor(1, avg_historical_rating=4.5), a_tutor(2, avg_historical_rating=3.5)]
    here = stage(tutors)
    market = here.context.marketplace
    assert weight_of(market, tutors[0]) == weight_of(market, tutors[1])  # regular tutors were found before
    Reputation(here.context).start()
    assert weight_of(market, tutors[0]) > weight_of(market, tutors[1])


def test_the_latest_rating_counts_as_much_as_the_rules_say(stage: MakeStage) -> None:
    tutor = a_tutor(avg_historical_rating=4.0)
    here = stage([tutor], scenario={"matching": {"reputation_memory": 0.1}})
    session = here.book(a_student(), tutor, 0, 9)
    Reputation(here.context).follow(a_settled(session, a_completed(session, student_rating=5.0)))
    assert tutor.reputation == pytest.approx(4.1)


@pytest.mark.parametrize(("rating", "sign"), [(5.0, 1), (4.0, 0), (3.0, -1)])
def test_a_well_rated_tutor_weighs_more_with_students(stage: MakeStage, rating: float, sign: int) -> None:
    tutor = a_tutor(avg_historical_rating=4.0)
    here = stage([tutor])
    Reputation(here.context).start()
    before = weight_of(here.context.marketplace, tutor)
    session = here.book(a_student(), tutor, 0, 9)
    Reputation(here.context).follow(a_settled(session, a_completed(session, student_rating=rating)))
    after = weight_of(here.context.marketplace, tutor)
    assert (after > before) - (after < before) == sign


def test_a_session_that_was_not_held_says_nothing(stage: MakeStage) -> None:
    tutor = a_tutor()
    here = stage([tutor])
    Reputation(here.context).follow(a_settled(here.book(a_student(), tutor, 0, 9), tutor=False))
    assert tutor.reputation == 4.0


def test_many_equal_ratings_become_the_reputation(stage: MakeStage) -> None:
    tutor = a_tutor(avg_historical_rating=4.8)
    here = stage([tutor])
    session = here.book(a_student(), tutor, 0, 9)
    for _ in range(500):
        Reputation(here.context).follow(a_settled(session, a_completed(session, student_rating=3.0)))
    assert tutor.reputation == pytest.approx(3.0)
