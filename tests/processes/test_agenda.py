"""When things happen: appointments in their order, behaviours that last, and failures that name who, when and why."""

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, Clock, EventPriority, moment
from simulation.processes.agenda import Agenda, BehaviourError, Due, Process, action
from tests.people import a_student, a_tutor
from tests.processes.stage import Stage


def an_agenda() -> Agenda:
    return Agenda(Clock(datetime(2026, 1, 5), 0, 30 * DAY))


appointments = st.lists(
    st.tuples(st.integers(0, 3), st.sampled_from(EventPriority), st.integers(0, 5)),
    min_size=1,
    max_size=30,
    unique=True,
)


@given(appointments, st.randoms(use_true_random=False))
def test_what_falls_on_one_second_is_ordered_by_turn_then_who_whenever_it_was_entered(
    wishes: list[tuple[int, EventPriority, int]], shuffled: object
) -> None:
    agenda, happened = an_agenda(), list[tuple[int, EventPriority, int]]()
    shuffled.shuffle(wishes)  # type: ignore[attr-defined]
    for wish in wishes:
        agenda.at(*wish, happened.append, wish)
    agenda.environment.run()
    assert happened == sorted(wishes)


def test_behaviours_and_appointments_share_one_order() -> None:
    agenda, happened = an_agenda(), list[str]()

    def behaviour() -> Process:
        yield agenda.until(HOUR, EventPriority.PLATFORM, 1)
        happened.append("behaviour")

    agenda.at(HOUR, EventPriority.COACHING, 1, happened.append, "after")
    agenda.start(behaviour)
    agenda.at(HOUR, EventPriority.SESSION_START, 1, happened.append, "before")
    agenda.environment.run()
    assert happened == ["before", "behaviour", "after"]


def test_the_time_is_told_in_whole_seconds() -> None:
    agenda, seconds = an_agenda(), list[int]()
    agenda.at(90, EventPriority.EXPERIMENT, 1_000_000, lambda: seconds.append(agenda.now))
    agenda.environment.run()
    assert seconds == [90]


def test_nothing_happens_earlier_than_now() -> None:
    agenda, seconds = an_agenda(), list[int]()

    def late() -> None:
        agenda.at(10, EventPriority.SETTLEMENT, 1, lambda: seconds.append(agenda.now))

    agenda.at(90, EventPriority.EXPERIMENT, 1, late)
    agenda.environment.run()
    assert seconds == [90]


def test_a_behaviour_that_sleeps_until_what_has_passed_goes_on_at_once() -> None:
    agenda, seconds = an_agenda(), list[int]()

    def behaviour() -> Process:
        yield agenda.until(90, EventPriority.EMAIL, 1)
        yield agenda.until(10, EventPriority.EMAIL, 1)
        seconds.append(agenda.now)

    agenda.start(behaviour)
    agenda.environment.run()
    assert seconds == [90]


def test_it_is_second_0_before_anything_happens() -> None:
    assert an_agenda().now == 0


# ---------------------------------------------------------------- all that is due


class Diary:
    """A behaviour with an appointment, and a process that sleeps until moments that stand in its state."""

    def __init__(self, agenda: Agenda, wakes_at: int = HOUR) -> None:
        self.agenda, self.wakes_at, self.pages = agenda, wakes_at, list[tuple[int, str]]()
        agenda.register("diary", self)

    @action
    def _note(self, page: str) -> None:
        self.pages.append((self.agenda.now, page))

    @action
    def hours(self, page: str) -> Process:
        while True:
            yield self.agenda.until(self.wakes_at, EventPriority.STATE, 1)
            self._note(page)
            self.wakes_at += HOUR


def test_all_that_is_due_can_be_listed_by_name_in_its_order() -> None:
    diary = Diary(an_agenda())
    diary.agenda.at(DAY, EventPriority.EMAIL, 3, diary._note, "late")
    diary.agenda.start(diary.hours, "hourly")
    diary.agenda.at(HOUR, EventPriority.STATE, 1, diary._note, "entered before its process slept")
    diary.agenda.environment.run(until=moment(60))
    assert diary.agenda.due() == [
        Due(moment(HOUR, EventPriority.STATE, 1), "diary: note", ("entered before its process slept",)),
        Due(moment(HOUR, EventPriority.STATE, 1), "diary: hours", ("hourly",)),
        Due(moment(DAY, EventPriority.EMAIL, 3), "diary: note", ("late",)),
    ]


@given(st.integers(1, 2 * DAY))
def test_another_agenda_goes_on_with_what_is_due(second: int) -> None:
    def started() -> Diary:
        diary = Diary(an_agenda())
        diary.agenda.start(diary.hours, "hourly")
        for nth, at in enumerate((HOUR, DAY, DAY, DAY + HOUR)):
            diary.agenda.at(at, EventPriority.STATE, 1, diary._note, f"appointment {nth}")
        return diary

    through, cut = started(), started()
    through.agenda.environment.run(until=moment(2 * DAY + 1))
    cut.agenda.environment.run(until=moment(second))
    goes_on = Diary(Agenda(cut.agenda.clock, int(cut.agenda.environment.now)), cut.wakes_at)
    goes_on.agenda.restore(cut.agenda.due())
    goes_on.agenda.environment.run(until=moment(2 * DAY + 1))
    assert cut.pages + goes_on.pages == through.pages


def test_what_has_no_name_cannot_be_kept() -> None:
    agenda = an_agenda()
    agenda.at(HOUR, EventPriority.EMAIL, 7, fail)
    with pytest.raises(KeyError):
        agenda.due()


def test_two_behaviours_may_not_share_a_name() -> None:
    agenda = an_agenda()
    Diary(agenda)
    with pytest.raises(ValueError, match="two actions have the name 'diary: note'"):
        Diary(agenda)


# ---------------------------------------------------------------- failures


def fail() -> None:
    raise ZeroDivisionError("by nothing")


def test_a_behaviour_that_fails_says_whose_when_and_why() -> None:
    agenda = an_agenda()

    def behaviour(_: Student) -> Process:
        yield agenda.until(DAY + HOUR, EventPriority.EMAIL, 7)
        fail()

    agenda.start(behaviour, a_student(7))
    with pytest.raises(BehaviourError) as failure:
        agenda.environment.run()
    assert str(failure.value) == ("U00007 failed at 2026-01-06T01:00:00 simulated time: ZeroDivisionError: by nothing")
    cause: BaseException | None = failure.value
    while cause is not None and cause.__cause__ is not None:
        cause = cause.__cause__
    assert isinstance(cause, ZeroDivisionError)  # its traceback is there for whoever looks for it


def test_an_appointment_that_fails_says_whose_when_and_why() -> None:
    agenda = an_agenda()
    agenda.at(HOUR, EventPriority.EMAIL, 7, fail)
    with pytest.raises(BehaviourError, match=r"fail of 7 failed at 2026-01-05T01:00:00 .*: by nothing"):
        agenda.environment.run()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_an_interruption_that_meets_a_behaviour_is_no_failure_of_it(interruption: type[BaseException]) -> None:
    agenda = an_agenda()

    def behaviour() -> Process:
        yield agenda.until(HOUR, EventPriority.STATE, 0)
        raise interruption

    agenda.start(behaviour)
    with pytest.raises(interruption):
        agenda.environment.run()


def test_an_appointment_that_fails_names_the_agents_it_is_about() -> None:
    agenda = an_agenda()
    stage, tutor, student = Stage(), a_tutor(3), a_student(7)

    def trip(*_: object) -> None:
        fail()

    agenda.at(HOUR, EventPriority.EMAIL, 3, trip, stage.book(student, tutor, 0, 17))
    with pytest.raises(BehaviourError, match=r"trip of T0003, U00007, S070001 failed at 2026-01-05T01:00:00"):
        agenda.environment.run()


def test_what_fails_with_a_name_for_it_is_not_named_again() -> None:
    agenda = an_agenda()

    def known() -> None:
        raise agenda.failure(fail, [a_tutor(3), a_tutor(4)], ZeroDivisionError("by nothing"))

    agenda.at(HOUR, EventPriority.EMAIL, 7, known)
    with pytest.raises(BehaviourError, match=r"^fail of T0003, T0004 failed at 2026-01-05T01:00:00 .*: by nothing$"):
        agenda.environment.run()


# ---------------------------------------------------------------- the end


def test_who_sleeps_until_a_later_day_is_not_stuck() -> None:
    agenda = an_agenda()

    def behaviour() -> Process:
        while True:
            yield agenda.until(agenda.now + DAY, EventPriority.STATE, 0)

    agenda.start(behaviour)
    agenda.environment.run(until=moment(10 * DAY))
    assert agenda.waiting_for_nothing() == []


def test_who_waits_for_what_can_no_longer_happen_is_reported() -> None:
    agenda = an_agenda()

    def waiting(_: Tutor) -> Process:
        yield agenda.environment.event()  # type: ignore[misc] # nobody will ever let it happen

    agenda.start(waiting, a_tutor(3))
    agenda.environment.run(until=moment(DAY))
    assert agenda.waiting_for_nothing() == ["T0003"]


def test_who_waits_for_what_is_about_to_happen_is_not_stuck() -> None:
    agenda = an_agenda()

    def waiting() -> Process:
        yield agenda.environment.event().succeed()  # type: ignore[misc] # no timeout, and it happens all the same

    agenda.start(waiting)
    agenda.environment.step()  # the behaviour starts
    assert agenda.waiting_for_nothing() == []


def test_who_is_done_is_forgotten() -> None:
    agenda = an_agenda()

    def behaviour() -> Process:
        yield agenda.until(HOUR, EventPriority.EMAIL, 7)

    agenda.start(behaviour)
    agenda.environment.run(until=moment(DAY))
    assert agenda.waiting_for_nothing() == []


def test_what_is_recorded_is_dated_now(stage: Callable[..., Stage]) -> None:
    from simulation.events import TutorLeft

    here = stage()
    here.context.agenda.at(HOUR, EventPriority.LEAVING, 1, here.context.record, TutorLeft("T0001"))
    here.run_until(DAY)
    assert here.diary.entries == [(HOUR, TutorLeft("T0001"))]
