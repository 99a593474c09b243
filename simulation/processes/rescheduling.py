"""Sessions move to another free time, nearly always because the tutor asks (methodology, "Reschedule Rate").

Whether a tutor wants to move a session belongs to the tutor and the hour. So a session can move more than once, and
the number of moves is geometric with the tutor's own rate as its mean.
"""

from simulation.agents.calendar import place, second_of
from simulation.agents.influence import Aspect
from simulation.agents.session import Session
from simulation.agents.tutor import Tutor
from simulation.clock import HOUR, EventPriority
from simulation.events import SessionRescheduled
from simulation.processes.agenda import action
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.sessions import Sessions


class Rescheduling(Behaviour):
    """Decides at each booking whether the tutor or the student will move the session, and finds another time."""

    name = "rescheduling"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._sessions = context.of(Sessions)
        self._monitor = context.of(ChurnMonitor)
        self._rules = context.scenario.sessions.rescheduling
        self._switched_on = context.scenario.mechanisms.rescheduling

    def consider(self, session: Session) -> None:
        """A session is booked or moved: decide whether the tutor, or else the student, will move it."""
        if not self._switched_on:
            return
        rate = self._tutor_rate(session.tutor)
        intention = self._context.session_draws.intention(session.tutor, session.start)
        if intention.moves < rate / (1.0 + rate):
            self._plan(session, "tutor", intention.moves_when)
        elif session.draws.moves < self._rules.student_rate and not session.moves:
            self._plan(session, "student", session.draws.moves_when)

    def _tutor_rate(self, tutor: Tutor) -> float:
        """The tutor's moves per session, with burnout and experiments."""
        rate = tutor.traits.reschedule_rate * self._rules.tutor_factor
        if tutor.burnout:
            rate *= 1.0 + (self._context.scenario.sessions.burnout.reschedule_factor - 1.0) * tutor.burnout
        now = self._context.agenda.now
        if tutor.influences.until > now:
            rate *= max(1.0 + tutor.influences.on(Aspect.RESCHEDULING, now), 0.0)
        return rate

    def _plan(self, session: Session, initiated_by: str, when: float) -> None:
        """Schedule the move at some time between now and the shortest notice before the session."""
        now = self._context.agenda.now
        latest = session.start - round(self._rules.earliest_notice_hours * HOUR)
        if latest <= now:
            return
        self._context.agenda.at(
            now + 1 + int(when * (latest - now)),
            EventPriority.RESCHEDULING,
            session.student.number,
            self._move,
            session,
            session.start,
            initiated_by,
        )

    @action
    def _move(self, session: Session, planned_for: int, initiated_by: str) -> None:
        """Move the session to the next free time, unless it has moved, begun or been cancelled since."""
        if session.start != planned_for or not self._context.marketplace.is_ahead(session):
            return
        new_start = self._find_time(session)
        if new_start is None:
            return
        self._context.marketplace.move(session, new_start, keep_old_time=initiated_by == "tutor")
        self._context.record(
            SessionRescheduled(
                session.tutor.id, session.student.id, session.id, initiated_by,
                planned_for, new_start,
            )
        )  # fmt: skip
        self._sessions.expect(session)
        if initiated_by == "tutor":
            self._monitor.moved(session.tutor)
        self.consider(session)

    def _find_time(self, session: Session) -> int | None:
        """A time close to the same hour, on the first day from the session's own on which both are free."""
        marketplace = self._context.marketplace
        earliest = self._context.agenda.now + round(self._rules.earliest_notice_hours * HOUR)
        day, slot = place(session.start)
        for later in range(self._rules.search_days + 1):
            found = marketplace.nearest_free(session.tutor, session.student, day + later, slot, session.slots, earliest)
            if found is not None:
                return second_of(day + later, found)
        return None
