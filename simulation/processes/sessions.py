"""A session's hour: who comes, when it really begins and ends, and what came of it.

Two things happen at its scheduled start: it is known who comes, and, if both do, when they can begin:
where the session before ran over, this one begins late. What was measured is written at the real end.
"""

from collections.abc import Callable
from typing import NamedTuple

from simulation.agents.influence import Aspect
from simulation.clock import MINUTE, SATURDAY, Turn, hour_of_day
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.marketplace import Session
from simulation.processes.measuring import QUALITIES, Measuring
from simulation.processes.setting import Setting
from simulation.quality import no_show_probability
from simulation.randomness import between, pick


class Settled(NamedTuple):
    """What came of a session, for those who care. `completed` is None where it was not held."""

    session: Session
    student_showed: bool
    tutor_showed: bool
    completed: SessionCompleted | None
    is_first: bool


class Sessions:
    """Sessions take place, or somebody does not show up. `listeners` learn what came of each, in their order."""

    def __init__(self, setting: Setting, measuring: Measuring) -> None:
        self._setting = setting
        self._measuring = measuring
        self._waiting = setting.scenario.sessions.attendance.waiting_minutes * MINUTE
        self.listeners: list[Callable[[Settled], None]] = []
        self.under_way: dict[str, int] = {}

    def expect(self, session: Session) -> None:
        """A session is booked, or moved: be there at its start."""
        self._setting.agenda.at(
            session.start, Turn.SESSION_START, session.student.number, self._begin, session, session.start
        )

    def _begin(self, session: Session, expected_at: int) -> None:
        if session.cancelled or session.begun or session.start != expected_at:
            return
        session.begun = True
        self._setting.marketplace.begin(session)
        self.under_way[session.id] = session.start
        student_shows = session.turn.shows < session.student.traits.show_probability
        tutor_shows = session.hour.shows >= self._no_show_probability(session)
        if student_shows and tutor_shows:
            self._hold(session)
        else:
            waited_until = session.start + self._waiting
            for agent in (session.tutor, session.student):
                agent.busy_until = max(agent.busy_until, waited_until)
            self._settle_at(waited_until, self._miss, session, student_shows, tutor_shows)

    def _no_show_probability(self, session: Session) -> float:
        scenario, tutor = self._setting.scenario, session.tutor
        if not scenario.mechanisms.tutor_no_shows:
            return 0.0
        change = tutor.influences.on(Aspect.NO_SHOWS, self._setting.now)
        return no_show_probability(tutor.traits.no_show_count, scenario.sessions.attendance) * (1.0 + change)

    def _hold(self, session: Session) -> None:
        """Both came: begin as soon as both are free."""
        tutor, student = session.tutor, session.student
        began = max(session.start, tutor.busy_until, student.busy_until)
        factor = between(*self._setting.scenario.sessions.measures.duration_factor, session.hour.duration)
        minutes = max(round(session.minutes * factor), 1)
        end = began + minutes * MINUTE
        tutor.busy_until = student.busy_until = end
        self._settle_at(end, self._complete, session, began, minutes)

    def _settle_at(self, second: int, settle: Callable[..., None], session: Session, *outcome: object) -> None:
        self._setting.agenda.at(second, Turn.SETTLEMENT, session.tutor.number, settle, session, *outcome)

    def _complete(self, session: Session, began: int, minutes: int) -> None:
        tutor, student = session.tutor, session.student
        is_first = tutor.number not in student.met
        completed = self._measuring.measure(session, began, minutes, self._line(session), is_first=is_first)
        student.met.add(tutor.number)
        self._setting.record(completed)
        self._tell(Settled(session, True, True, completed, is_first))

    def _miss(self, session: Session, student_showed: bool, tutor_showed: bool) -> None:
        line = self._line(session)
        ids = session.tutor.id, session.student.id, session.id
        if not student_showed:
            self._setting.record(StudentNoShow(*ids, line))
        if not tutor_showed:
            self._setting.record(TutorNoShow(*ids, line))
        self._tell(Settled(session, student_showed, tutor_showed, None, False))

    def _line(self, session: Session) -> str:
        """How good the connection is, by hour and day (methodology, "Connection Quality by Time")."""
        scenario, clock = self._setting.scenario, self._setting.clock
        if not scenario.mechanisms.connection:
            return QUALITIES[0]
        rules = scenario.sessions.connection
        shares = rules.normal
        if clock.weekday(session.start) >= SATURDAY:
            shares = rules.weekend
        elif rules.peak_hours[0] <= hour_of_day(session.start) < rules.peak_hours[1]:
            shares = rules.peak
        return QUALITIES[pick(shares, session.hour.line)]

    def _tell(self, settled: Settled) -> None:
        del self.under_way[settled.session.id]
        for listen in self.listeners:
            listen(settled)
