"""Behaviours: how they are made, find each other, and let others take part in what they do."""

from collections.abc import Callable, Sequence
from typing import Any

from simulation.agents.session import Session
from simulation.clock import DAY
from simulation.events import SessionBooked, SessionCompleted
from simulation.processes.agenda import action
from simulation.processes.behaviours import BUILT_IN
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import Behaviour
from simulation.processes.matching import Matching
from simulation.processes.sessions import Sessions
from tests.people import TUESDAY, a_need, a_student, a_tutor, slot
from tests.processes.stage import Stage

MakeStage = Callable[..., Stage]


class Guest(Behaviour):
    """A behaviour that no world has."""

    name = "guest"

    def connect(self) -> None:
        self.sessions = self._context.of(Sessions)

    @action
    def knock(self) -> None: ...


def test_each_behaviour_is_there_once_and_all_find_the_same(stage: MakeStage) -> None:
    context = stage().context
    context.connect(BUILT_IN)
    assert set(context.behaviours) == set(BUILT_IN)
    assert all(context.of(kind) is context.behaviours[kind] for kind in BUILT_IN)


def test_another_behaviour_is_connected_like_those_that_are_built_in(stage: MakeStage) -> None:
    context = stage().context
    context.connect([*BUILT_IN, Guest])
    guest = context.of(Guest)
    assert guest.sessions is context.of(Sessions)
    assert context.agenda.named("guest: knock") == guest.knock


def test_those_who_listen_to_sessions_are_told_in_the_order_of_the_behaviours(stage: MakeStage) -> None:
    context = stage().context
    context.connect(BUILT_IN)
    told: list[Any] = [listen.__self__ for listen in context.of(Sessions).listeners]  # type: ignore[attr-defined]
    assert [one.name for one in told] == [
        "reputation", "churn", "attrition", "platform activity", "student leaving"
    ]  # fmt: skip
    assert context.of(ChurnMonitor).at_risk


# ---------------------------------------------------------------- taking part in what others do


def test_a_disturbance_changes_the_line_of_sessions_that_begin_together(stage: MakeStage) -> None:
    here = stage([a_tutor(1), a_tutor(2)], [a_student(1), a_student(2)])
    sessions = here.context.of(Sessions)
    told: list[tuple[int, list[str]]] = []

    def disturb(start: int, together: Sequence[Session], lines: Any) -> Any:
        told.append((start, [session.id for session in together]))
        return lines * 0 + sessions.qualities.index("Fair")

    sessions.disturbances.append(disturb)
    booked = [here.book(student, tutor, 0, 17) for student, tutor in zip(here.students, here.tutors, strict=True)]
    for session in booked:
        sessions.expect(session)
    here.run_until(DAY)
    assert told == [(booked[0].start, [session.id for session in booked])]
    assert [event.connection_quality for event in here.events(SessionCompleted)] == ["Fair", "Fair"]


def test_an_amendment_changes_what_was_measured_before_others_hear_of_it(stage: MakeStage) -> None:
    here = stage([a_tutor()], [a_student()])
    sessions, heard = here.context.of(Sessions), []
    sessions.amendments.append(lambda _, completed: completed._replace(had_technical_issues=True))
    sessions.listeners.append(lambda settled: heard.append(settled.completed))
    sessions.expect(here.book(here.students[0], here.tutors[0], 0, 17))
    here.run_until(DAY)
    assert here.only(SessionCompleted).had_technical_issues
    assert heard == here.events(SessionCompleted)


def test_whoever_listens_is_told_of_sessions_that_are_booked_and_cancelled(stage: MakeStage) -> None:
    here = stage([a_tutor()], [a_student()])
    told: list[tuple[str, str]] = []
    matching = here.context.of(Matching)
    matching.booked.append(lambda session: told.append((session.id, "booked")))
    here.context.cancelled.append(lambda session, reason: told.append((session.id, reason)))
    student = here.students[0]
    matching.request(student, a_need(TUESDAY, 17), TUESDAY, slot(17), 0, here.draws.request(student, 0))
    (session,) = student.sessions.values()
    here.context.cancel(session, "student_left")
    assert told == [(here.only(SessionBooked).session_id, "booked"), (session.id, "student_left")]
