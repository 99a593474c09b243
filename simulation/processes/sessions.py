"""Sessions: who attends, connection quality, when a session really begins and ends, and its outcome.

Sessions start on the half hour, and all that start together are simulated together. At the start it is decided who
attends and, if both do, when they begin (late if the session before ran over) and how it goes: nothing changes a
session under way. The measures are recorded at the real end.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate, chain
from typing import Any, NamedTuple

import numpy as np
from attrs import define, field
from numpy.typing import NDArray

from simulation.agents.influence import Aspect
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws, TutorHour
from simulation.agents.tutor import Tutor
from simulation.clock import MINUTE, EventPriority, hour_of_day
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.formulas import no_show_probability
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.measures import SessionMeasures
from simulation.random_streams import Floats, between

Lines = NDArray[np.int64]

# Columns of the draws.
_TUTOR_SHOWS, _LINE, _DURATION, _FOLLOWS_UP, _FOLLOWS_UP_WHEN = (
    TutorHour._fields.index(name) for name in ("shows", "line", "duration", "follows_up", "follows_up_when")
)
_STUDENT_SHOWS = SessionRequestDraws._fields.index("shows")


class Settled(NamedTuple):
    """The outcome of a session. `completed` is None if it was not held, `line` the connection quality.

    `follows_up` and `follows_up_when` are the tutor's draws for what to do afterwards.
    """

    session: Session
    student_showed: bool
    tutor_showed: bool
    completed: SessionCompleted | None
    is_first: bool
    line: str
    follows_up: float
    follows_up_when: float


@define
class SessionsMemory:
    """The seconds at which sessions are to start, and the scheduled starts of those that have begun, by id."""

    awaited: set[int] = field(factory=set)
    under_way: dict[str, int] = field(factory=dict)


class Sessions(Behaviour):
    """Sessions take place, or are missed. `listeners` are told each outcome, in their order.

    `under_way` has the scheduled starts of sessions that began and are not settled, by id. `disturbances` change the
    connection quality of sessions that begin together: they are given the simulated second, the sessions, and the
    places of their qualities among `qualities`, 0 for the best; and return these. `amendments` change what was measured
    in a session that is held: they are given the session and its outcome, and return an outcome.
    """

    name = "sessions"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._measures = SessionMeasures(context)
        self._attendance = context.scenario.sessions.attendance
        self._waiting = self._attendance.waiting_minutes * MINUTE
        self.qualities = context.scenario.sessions.connection.ranked()
        self._tutors_miss = context.scenario.mechanisms.tutor_no_shows
        memory = context.memory.of("sessions", SessionsMemory)
        self._awaited, self.under_way = memory.awaited, memory.under_way
        self.listeners: list[Callable[[Settled], None]] = []
        self.disturbances: list[Callable[[int, Sequence[Session], Lines], Lines]] = []
        self.amendments: list[Callable[[Session, SessionCompleted], SessionCompleted]] = []

    def expect(self, session: Session) -> None:
        """A session is booked or moved: schedule its start."""
        if session.start not in self._awaited:
            self._awaited.add(session.start)
            self._context.agenda.at(session.start, EventPriority.SESSION_START, 0, self._begin, session.start)

    @action
    def _begin(self, start: int) -> None:
        """All sessions booked for this second begin, or are missed."""
        self._awaited.remove(start)
        sessions = self._context.marketplace.begin(start)
        if not sessions:
            return
        try:
            self._attend(start, sessions)
        except Exception as cause:
            raise self._context.agenda.failure(self._begin, sessions, cause) from cause

    def _attend(self, start: int, sessions: Sequence[Session]) -> None:
        """Decide who shows up; hold the sessions at which both do, settle the others as missed."""
        hours = self._context.session_draws.hours(start, [session.tutor for session in sessions])
        # NumPy takes numbers one after the other in a fifth of the time that it takes to look into tuples.
        drawn = chain.from_iterable(session.draws for session in sessions)
        requests = np.fromiter(drawn, np.float64).reshape(len(sessions), -1)
        lines = self._connection_quality(start, hours[:, _LINE])
        for disturb in self.disturbances:
            lines = disturb(start, sessions, lines)
        students = requests[:, _STUDENT_SHOWS] < [session.student.traits.show_probability for session in sessions]
        tutors = hours[:, _TUTOR_SHOWS] >= [self._no_show_probability(session.tutor) for session in sessions]
        for session in sessions:
            self.under_way[session.id] = start
        held = students & tutors
        for place in np.flatnonzero(~held).tolist():
            line = self.qualities[lines[place]]
            self._miss(sessions[place], line, student_shows=bool(students[place]), tutor_shows=bool(tutors[place]))
        meeting = [session for session, both in zip(sessions, held.tolist(), strict=True) if both]
        if meeting:
            self._hold(start, meeting, hours[held], requests[held], lines[held])

    def _no_show_probability(self, tutor: Tutor) -> float:
        """The tutor's chance to miss a session now; `formulas.no_show_probability` has the cap of no-shows."""
        if not tutor.traits.no_show_count or not self._tutors_miss:
            return 0.0
        change = tutor.influences.on(Aspect.NO_SHOWS, self._context.agenda.now)
        return no_show_probability(tutor.traits.no_show_count, change, self._attendance)

    def _connection_quality(self, start: int, uniforms: Floats) -> Any:
        """Connection quality by hour and weekday, 0 for the best: worse in the network's peak hours.

        Qualities are a scale, so that one draw decides: a line that gets better never becomes a worse one by chance.
        Source: methodology, "Connection Quality by Time".
        """
        scenario, clock = self._context.scenario, self._context.clock
        rules = scenario.sessions.connection
        if not scenario.mechanisms.connection:
            return np.zeros(len(uniforms), int)
        qualities = [rules.qualities[name] for name in self.qualities]
        if clock.is_weekend(start):
            weights = [quality.weekend for quality in qualities]
        elif rules.peak_hours[0] <= hour_of_day(start) < rules.peak_hours[1]:
            weights = [quality.peak for quality in qualities]
        else:
            weights = [quality.normal for quality in qualities]
        *steps, total = accumulate(weights)
        return np.searchsorted(steps, uniforms * total, side="right")

    def _miss(self, session: Session, line: str, *, student_shows: bool, tutor_shows: bool) -> None:
        """A missed session: whoever came waits `waiting_minutes`, then it is settled."""
        waited_until = session.start + self._waiting
        for agent in (session.tutor, session.student):
            agent.busy_until = max(agent.busy_until, waited_until)
        self._settle_at(waited_until, Settled(session, student_shows, tutor_shows, None, False, line, 1.0, 0.0))

    def _hold(self, start: int, sessions: Sequence[Session], hours: Floats, requests: Floats, lines: Any) -> None:
        """Both came: begin as soon as both are free, and settle the session at its real end."""
        first = [session.tutor.number not in session.student.met for session in sessions]
        measured = self._measures.measure(start, sessions, hours, requests, lines, first)
        factors = between(*self._context.scenario.sessions.measures.duration_factor, hours[:, _DURATION])
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
            quality = self.qualities[line]
            completed = SessionCompleted(tutor.id, student.id, session.id, began, minutes, quality, *figures)
            for amend in self.amendments:
                completed = amend(session, completed)
            self._settle_at(end, Settled(session, True, True, completed, is_first, quality, *follow_up))

    def _settle_at(self, second: int, settled: Settled) -> None:
        self._context.agenda.at(second, EventPriority.SETTLEMENT, settled.session.tutor.number, self._settle, settled)

    @action
    def _settle(self, settled: Settled) -> None:
        """Record a session's outcome and tell the listeners."""
        session, record = settled.session, self._context.record
        if settled.completed is not None:
            record(settled.completed)
        else:
            for event, showed in ((StudentNoShow, settled.student_showed), (TutorNoShow, settled.tutor_showed)):
                if not showed:
                    record(event(session.tutor.id, session.student.id, session.id, settled.line))
        del self.under_way[session.id]
        for listen in self.listeners:
            listen(settled)
