"""A session's hour: who comes, when it really begins and ends, and what came of it.

Sessions start on the half hour, so all that start together are looked at together. Then it is known who comes,
and, if both do, when they can begin (where the session before ran over, this one begins late) and how it will go:
nothing changes a session under way. What was measured is written at the real end.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from simulation.agents.influence import Aspect
from simulation.agents.session_luck import StudentTurn, TutorHour
from simulation.agents.tutor import Tutor
from simulation.clock import MINUTE, SATURDAY, Turn, hour_of_day
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.formulas import no_show_probability
from simulation.marketplace import Session
from simulation.processes.measuring import Measuring
from simulation.processes.setting import Setting
from simulation.random_streams import Floats, between

QUALITIES = ("Excellent", "Good", "Fair", "Poor")

_TUTOR_SHOWS, _LINE, _DURATION, _FOLLOWS_UP, _FOLLOWS_UP_WHEN = (
    TutorHour._fields.index(lane) for lane in ("shows", "line", "duration", "follows_up", "follows_up_when")
)
_STUDENT_SHOWS = StudentTurn._fields.index("shows")


class Settled(NamedTuple):
    """What came of a session, for those who care. `completed` is None where it was not held.

    `follows_up` and `follows_up_when` are the tutor's luck with what there is to do afterwards.
    """

    session: Session
    student_showed: bool
    tutor_showed: bool
    completed: SessionCompleted | None
    is_first: bool
    line: str
    follows_up: float
    follows_up_when: float


class Sessions:
    """Sessions take place, or somebody does not show up. `listeners` learn what came of each, in their order."""

    def __init__(self, setting: Setting, measuring: Measuring) -> None:
        self._setting = setting
        self._measuring = measuring
        self._waiting = setting.scenario.sessions.attendance.waiting_minutes * MINUTE
        self._awaited: set[int] = set()
        self.listeners: list[Callable[[Settled], None]] = []
        self.under_way: dict[str, int] = {}

    def expect(self, session: Session) -> None:
        """A session is booked, or moved: somebody will be there at its start."""
        if session.start not in self._awaited:
            self._awaited.add(session.start)
            self._setting.agenda.at(session.start, Turn.SESSION_START, 0, self._begin, session.start)

    def _begin(self, start: int) -> None:
        """The sessions that stand at this time begin, or do not."""
        self._awaited.remove(start)
        sessions = self._setting.marketplace.begin(start)
        if not sessions:
            return
        try:
            self._look_at(start, sessions)
        except Exception as cause:
            raise self._setting.agenda.failure(self._begin, sessions, cause) from cause

    def _look_at(self, start: int, sessions: Sequence[Session]) -> None:
        """Who comes, and who does not."""
        hours = self._setting.session_luck.hours(start, [session.tutor for session in sessions])
        turns = np.array([session.turn for session in sessions])
        lines = self._lines(start, hours[:, _LINE])
        students = turns[:, _STUDENT_SHOWS] < [session.student.traits.show_probability for session in sessions]
        tutors = hours[:, _TUTOR_SHOWS] >= [self._no_show_probability(session.tutor) for session in sessions]
        for session in sessions:
            self.under_way[session.id] = start
        held = students & tutors
        for place in np.flatnonzero(~held).tolist():
            line = QUALITIES[lines[place]]
            self._miss(sessions[place], line, student_shows=bool(students[place]), tutor_shows=bool(tutors[place]))
        if held.all():
            self._hold(start, sessions, hours, turns, lines)
        elif held.any():
            meeting = [session for session, both in zip(sessions, held.tolist(), strict=True) if both]
            self._hold(start, meeting, hours[held], turns[held], lines[held])

    def _no_show_probability(self, tutor: Tutor) -> float:
        scenario = self._setting.scenario
        if not tutor.traits.no_show_count or not scenario.mechanisms.tutor_no_shows:
            return 0.0
        change = tutor.influences.on(Aspect.NO_SHOWS, self._setting.agenda.now)
        return no_show_probability(tutor.traits.no_show_count, change, scenario.sessions.attendance)

    def _lines(self, start: int, luck: Floats) -> Any:
        """How good the connections are, by hour and day (methodology, "Connection Quality by Time"); 0 is best."""
        scenario, clock = self._setting.scenario, self._setting.clock
        rules = scenario.sessions.connection
        shares = rules.normal
        if not scenario.mechanisms.connection:
            shares = (1.0, 0.0, 0.0, 0.0)
        elif clock.weekday(start) >= SATURDAY:
            shares = rules.weekend
        elif rules.peak_hours[0] <= hour_of_day(start) < rules.peak_hours[1]:
            shares = rules.peak
        *steps, total = accumulate(shares)
        return np.searchsorted(steps, luck * total, side="right")

    def _miss(self, session: Session, line: str, *, student_shows: bool, tutor_shows: bool) -> None:
        """Somebody waits in vain."""
        waited_until = session.start + self._waiting
        for agent in (session.tutor, session.student):
            agent.busy_until = max(agent.busy_until, waited_until)
        self._settle_at(waited_until, Settled(session, student_shows, tutor_shows, None, False, line, 1.0, 0.0))

    def _hold(self, start: int, sessions: Sequence[Session], hours: Floats, turns: Floats, lines: Any) -> None:
        """Both came: begin as soon as both are free."""
        first = [session.tutor.number not in session.student.met for session in sessions]
        measured = self._measuring.measure(start, sessions, hours, turns, lines, first)
        factors = between(*self._setting.scenario.sessions.measures.duration_factor, hours[:, _DURATION])
        scheduled = [session.minutes for session in sessions]
        durations = np.maximum(np.rint(factors * scheduled), 1).astype(int).tolist()
        follow_ups = hours[:, (_FOLLOWS_UP, _FOLLOWS_UP_WHEN)].tolist()
        for session, is_first, figures, minutes, line, follow_up in zip(
            sessions, first, measured, durations, lines.tolist(), follow_ups, strict=True
        ):
            tutor, student = session.tutor, session.student
            began = max(start, tutor.busy_until, student.busy_until)
            tutor.busy_until = student.busy_until = end = began + minutes * MINUTE
            student.met.add(tutor.number)
            quality = QUALITIES[line]
            completed = SessionCompleted(tutor.id, student.id, session.id, began, minutes, quality, *figures)
            self._settle_at(end, Settled(session, True, True, completed, is_first, quality, *follow_up))

    def _settle_at(self, second: int, settled: Settled) -> None:
        self._setting.agenda.at(second, Turn.SETTLEMENT, settled.session.tutor.number, self._settle, settled)

    def _settle(self, settled: Settled) -> None:
        """What came of a session is known, and written down."""
        session, record = settled.session, self._setting.record
        if settled.completed is not None:
            record(settled.completed)
        if not settled.student_showed:
            record(StudentNoShow(session.tutor.id, session.student.id, session.id, settled.line))
        if not settled.tutor_showed:
            record(TutorNoShow(session.tutor.id, session.student.id, session.id, settled.line))
        del self.under_way[session.id]
        for listen in self.listeners:
            listen(settled)
