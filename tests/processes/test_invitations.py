"""Tutors who gained demand propose extra sessions to the students who come regularly."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.calendar import place
from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR
from simulation.events import SessionBooked, SessionRequested
from simulation.processes.invitations import Invitations
from simulation.processes.matching import Matching
from simulation.random_streams import RandomStream
from tests.people import a_need, a_student, a_tutor, slot
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]
CALM = {"mechanisms": {"student_churn": False, "rescheduling": False, "student_no_shows": False}}
WEEKS = 8


class Busy:
    """A matching by which nobody ever finds the time."""

    def add(self, *_: object) -> bool:
        return False


BUSY: Any = Busy()


@pytest.fixture
def inviting(stage: MakeStage) -> Callable[..., Stage]:
    def make(tutor: Tutor, *students: int, extra: float = 0.0, fades: bool = False, subject: str = "Math") -> Stage:
        pupils = [a_student(number, a_need(hour=17, subject=subject), tutor=tutor) for number in students]
        tutor.influences.add(Aspect.SESSIONS_PER_WEEK, Influence(extra, 0, WEEKS * 7 * DAY, fades=fades))
        made = stage([tutor], pupils, CALM)
        made.every_midnight(made.context.of(Invitations).plan)
        return made

    return make


Inviting = Callable[..., Stage]


def test_who_has_no_extra_demand_invites_nobody(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), 1, 2, 3)
    stage.run_until(28 * DAY)
    assert stage.told() == []


@pytest.mark.parametrize("extra", [1.0, 3.0, 7.0])
def test_extra_demand_becomes_as_many_sessions_a_week(inviting: Inviting, extra: float) -> None:
    stage = inviting(a_tutor(), *range(1, 9), extra=extra)
    stage.run_until(WEEKS * 7 * DAY)
    assert len(stage.events(SessionBooked)) == pytest.approx(extra * WEEKS, abs=8 if extra % 7 else 1)


def test_an_effect_that_fades_brings_half_as_many(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), *range(1, 9), extra=6.0, fades=True)
    stage.run_until(WEEKS * 7 * DAY)
    booked = stage.times(SessionBooked)
    assert len(booked) == pytest.approx(3.0 * WEEKS, abs=8)
    half = WEEKS * 7 * DAY // 2
    assert sum(second < half for second in booked) > 2 * sum(second >= half for second in booked)


def test_invitations_go_out_by_day_for_one_of_the_next_five_days(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), *range(1, 9), extra=7.0)
    stage.run_until(28 * DAY)
    requested = zip(stage.times(SessionRequested), stage.events(SessionRequested), strict=True)
    for second, event in requested:
        assert 9 * HOUR <= second % DAY <= 20 * HOUR
        day, half = place(event.requested_start)
        assert 1 <= day - second // DAY <= 5
        assert abs(half - slot(17)) <= 8
        assert event.requested_by == "tutor"


@pytest.mark.parametrize(("free", "found"), [(1, True), (5, True), (6, False)])
def test_a_student_is_invited_for_tomorrow_or_one_of_the_four_days_after_and_no_later(
    inviting: Inviting, free: int, found: bool
) -> None:
    stage = inviting(a_tutor(), 1, extra=7.0)
    for day in range(1, 9):
        if day != free:
            stage.students[0].calendar.take(day, 0, 48)
    stage.run_until(DAY - 1)
    assert [place(event.requested_start)[0] for event in stage.events(SessionRequested)] == ([free] if found else [])


def test_all_who_come_regularly_are_asked_in_random_order(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), *range(1, 5), extra=7.0)
    stage.run_until(WEEKS * 7 * DAY)
    asked = Counter(event.student_id for event in stage.events(SessionRequested))
    assert set(asked) == {f"U{number:05d}" for number in range(1, 5)}
    assert max(asked.values()) < 30


def test_a_tutor_without_students_finds_nobody_to_invite(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), extra=7.0)
    stage.run_until(28 * DAY)
    assert stage.told() == []


def test_students_are_invited_only_for_what_they_take_with_the_tutor(inviting: Inviting) -> None:
    stage = inviting(a_tutor(subjects=("Math", "History")), 1, extra=7.0, subject="History")
    stage.run_until(28 * DAY)
    assert stage.told() == []  # History is what they need; Math is what the tutor teaches them


def test_where_one_student_has_no_time_another_is_asked(inviting: Inviting) -> None:
    stage = inviting(a_tutor(), 1, 2, extra=7.0)
    for day in range(40):
        stage.students[0].calendar.take(day, 0, 48)
    stage.run_until(28 * DAY)
    booked = stage.events(SessionBooked)
    assert len(booked) == 28
    assert {event.student_id for event in booked} == {"U00002"}


@pytest.mark.parametrize(("busy", "asked_in_vain"), [(5, False), (6, True)])
def test_up_to_six_regular_students_are_asked_until_one_finds_the_time(
    inviting: Inviting, busy: int, asked_in_vain: bool
) -> None:
    stage = inviting(a_tutor(), *range(1, busy + 2), extra=7.0)
    for student in stage.students[:busy]:
        for day in range(WEEKS * 7 + 7):
            student.calendar.take(day, 0, 48)
    stage.run_until(WEEKS * 7 * DAY - 1)
    booked = stage.events(SessionBooked)
    assert {event.student_id for event in booked} == {stage.students[busy].id}
    # Of seven, the one who has time is asked last, and so not at all, on one day in seven.
    assert (len(booked) < WEEKS * 7) == asked_in_vain
    assert len(booked) == pytest.approx(WEEKS * 7 * (6 / 7 if asked_in_vain else 1), abs=8)


def test_who_has_left_invites_nobody(inviting: Inviting) -> None:
    tutor = a_tutor()
    stage = inviting(tutor, 1, extra=7.0)
    stage.at(3 * DAY + HOUR, stage.context.marketplace.remove, tutor)
    stage.run_until(28 * DAY)
    assert max(stage.times(SessionBooked)) < 3 * DAY


def test_no_two_invitations_have_the_same_draws_however_long_a_world_goes_on(
    inviting: Inviting, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, int]] = []

    def noting(_: RandomStream, who: int, count: int = 0) -> float:
        asked.append((who, count))
        return 0.5

    monkeypatch.setattr(RandomStream, "uniform", noting)
    days = (0, 1, 999, 1_000, 1_001, 2_000, 3_219)
    for tutor in (a_tutor(number) for number in (1, 2, 3, 11)):
        made = inviting(tutor, 1)
        made.context.behaviours[Matching] = BUSY
        inviter = Invitations(made.context)
        for day in days:
            for nth in (0, 1, 7):
                inviter._invite(tutor, day, nth)
    assert len(set(asked)) == len(asked) == 4 * len(days) * 3
