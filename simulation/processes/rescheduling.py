"""Sessions move to another free time: nearly always because the tutor asks (methodology, "Reschedule Rate").

Whether a tutor wants to move a session belongs to the tutor and the hour; so a session that was moved can
be moved again, and the number of moves is geometric with the tutor's own rate as its mean.
"""

from simulation.agents.calendar import place, second_of
from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.clock import HOUR, Turn
from simulation.events import SessionRescheduled
from simulation.marketplace import Session
from simulation.processes.churn_monitor import ChurnMonitor
from simulation.processes.sessions import Sessions
from simulation.processes.setting import Setting


class Rescheduling:
    """Decides at each booking whether somebody will want another time, and finds it."""

    def __init__(self, setting: Setting, sessions: Sessions, monitor: ChurnMonitor) -> None:
        self._setting = setting
        self._sessions = sessions
        self._monitor = monitor
        self._rules = setting.scenario.sessions.rescheduling
        self._switched_on = setting.scenario.mechanisms.rescheduling

    def consider(self, session: Session) -> None:
        """A session stands at a time: will the tutor, or the student, want another?"""
        if not self._switched_on:
            return
        rate, wish = self._tutor_rate(session.tutor), self._setting.session_luck.wish(session.tutor, session.start)
        if wish.moves < rate / (1.0 + rate):
            self._plan(session, "tutor", wish.moves_when)
        elif session.turn.moves < self._rules.student_rate and not session.moves:
            self._plan(session, "student", session.turn.moves_when)

    def _tutor_rate(self, tutor: Tutor) -> float:
        """The tutor's own rate, as burnout and experiments have changed it."""
        rate = tutor.traits.reschedule_rate * self._rules.tutor_factor
        if tutor.burnout:
            rate *= 1.0 + (self._setting.scenario.sessions.burnout.reschedule_factor - 1.0) * tutor.burnout
        now = self._setting.agenda.now
        if tutor.influences.until > now:
            rate *= max(1.0 + tutor.influences.on(Aspect.RESCHEDULING, now), 0.0)
        return rate

    def _plan(self, session: Session, initiated_by: str, when: float) -> None:
        """The wish comes up some time between now and the shortest notice before the session."""
        now = self._setting.agenda.now
        latest = session.start - round(self._rules.earliest_notice_hours * HOUR)
        if latest <= now:
            return
        self._setting.agenda.at(
            now + 1 + int(when * (latest - now)),
            Turn.RESCHEDULING,
            session.student.number,
            self._move,
            session,
            session.start,
            initiated_by,
        )

    def _move(self, session: Session, planned_for: int, initiated_by: str) -> None:
        if session.start != planned_for or not self._setting.marketplace.is_ahead(session):
            return
        new_start = self._find_time(session)
        if new_start is None:
            return
        self._setting.marketplace.move(session, new_start, keep_old_time=initiated_by == "tutor")
        self._setting.record(
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
        """The first day from the session's own on which both are free near the same hour."""
        marketplace = self._setting.marketplace
        earliest = self._setting.agenda.now + round(self._rules.earliest_notice_hours * HOUR)
        day, slot = place(session.start)
        for later in range(self._rules.search_days + 1):
            found = marketplace.nearest_free(session.tutor, session.student, day + later, slot, session.slots, earliest)
            if found is not None:
                return second_of(day + later, found)
        return None
