"""Sessions move to another free time: nearly always because the tutor asks (methodology, "Reschedule Rate").

Whether a tutor wants to move a session belongs to the tutor and the hour; so a session that was moved can
be moved again, and the number of moves is geometric with the tutor's own rate as its mean.
"""

from simulation.agents.calendar import SLOTS_PER_DAY, place, second_of
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
        self._tutor_wishes = setting.luck.decision("tutor: moving an hour")
        self._student_wishes = setting.luck.decision("student: moving a session")

    def consider(self, session: Session) -> None:
        """A session stands at a time: will the tutor, or the student, want another?"""
        if not self._setting.scenario.mechanisms.rescheduling:
            return
        rules = self._setting.scenario.sessions.rescheduling
        day, slot = place(session.start)
        wish, when = self._tutor_wishes.uniforms(session.tutor.number, day * SLOTS_PER_DAY + slot, 2)
        rate = self._tutor_rate(session.tutor)
        if wish < rate / (1.0 + rate):
            self._plan(session, "tutor", when)
            return
        wish, when = self._student_wishes.uniforms(session.student.number, session.nth, 2)
        if wish < rules.student_rate and not session.moves:
            self._plan(session, "student", when)

    def _tutor_rate(self, tutor: Tutor) -> float:
        """The tutor's own rate, as burnout and experiments have changed it."""
        rules = self._setting.scenario.sessions
        burnout = 1.0 + (rules.burnout.reschedule_factor - 1.0) * tutor.burnout
        change = 1.0 + tutor.influences.on(Aspect.RESCHEDULING, self._setting.now)
        return max(tutor.traits.reschedule_rate * rules.rescheduling.tutor_factor * burnout * change, 0.0)

    def _plan(self, session: Session, initiated_by: str, when: float) -> None:
        """The wish comes up some time between now and the shortest notice before the session."""
        now = self._setting.now
        latest = session.start - round(self._setting.scenario.sessions.rescheduling.earliest_notice_hours * HOUR)
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
        if session.cancelled or session.begun or session.start != planned_for:
            return
        new_start = self._find_time(session)
        if new_start is None:
            return
        self._setting.marketplace.move(session, new_start, keep_old_time=initiated_by == "tutor")
        self._setting.record(
            SessionRescheduled(
                session.tutor.id, session.student.id, session.id, initiated_by,
                planned_for, new_start,  # type: ignore[arg-type]
            )
        )  # fmt: skip
        self._sessions.expect(session)
        if initiated_by == "tutor":
            self._monitor.moved(session.tutor)
        self.consider(session)

    def _find_time(self, session: Session) -> int | None:
        """The first day from the session's own on which both are free near the same hour."""
        rules, marketplace = self._setting.scenario.sessions.rescheduling, self._setting.marketplace
        earliest = self._setting.now + round(rules.earliest_notice_hours * HOUR)
        day, slot = place(session.start)
        for later in range(rules.search_days + 1):
            found = marketplace.nearest_free(
                session.tutor, session.student, day + later, slot, session.slots, earliest
            )
            if found is not None:
                return second_of(day + later, found)
        return None
