"""What makes students leave, and what happens then (methodology, "PRD Requirements": poor first sessions)."""

import math

from simulation.agents.student import Student
from simulation.clock import HOUR, Turn
from simulation.events import StudentChurned, StudentLeavingExplained
from simulation.marketplace import Session
from simulation.processes.sessions import Settled
from simulation.processes.setting import Setting
from simulation.random_streams import between

POOR_FIRST_SESSION = "poor_first_session"
DISSATISFIED = "dissatisfied"
TUTOR_NO_SHOW = "tutor_no_show"
NO_TUTOR_FREE = "no_tutor_free"
OWN_REASONS = "own_reasons"

# The satisfaction at which students are content: chances to leave and to switch are stated for it.
CONTENT = 8.0


class StudentLeaving:
    """Students weigh each session, each refusal and each week."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._switched_on = setting.scenario.mechanisms.student_churn
        self._rules = setting.scenario.students.leaving

    def weigh_session(self, settled: Settled) -> None:
        """After a session: stay, or leave within some hours."""
        session, rules = settled.session, self._rules
        student, turn = session.student, session.turn
        if settled.completed is not None:
            rating, satisfaction = settled.completed.student_rating, settled.completed.student_satisfaction
            student.satisfaction[session.tutor.number] = satisfaction
            poor_first = settled.is_first and rating < rules.poor_rating
            chance = rules.after_poor_first if poor_first else self._chance_at(satisfaction)
            reason = POOR_FIRST_SESSION if poor_first else DISSATISFIED
        elif not settled.tutor_showed and settled.student_showed:
            chance, reason = rules.after_tutor_no_show, TUTOR_NO_SHOW
        else:
            return
        if turn.leaves < chance * student.traits.quitting_factor:
            self._decide(student, reason, turn.leaves_when, session)

    def _chance_at(self, satisfaction: float) -> float:
        """Odds grow by a factor for each point of satisfaction that is missing."""
        chance = self._rules.after_session
        if not 0.0 < chance < 1.0:
            return chance
        odds = chance / (1 - chance) * math.exp(self._rules.per_satisfaction * (CONTENT - satisfaction))
        return odds / (1 + odds)

    def after_refusal(self, student: Student, u: float) -> None:
        """A student for whom no tutor was free may leave."""
        chance = self._rules.after_refusal * student.traits.quitting_factor
        if u < chance:
            self._decide(student, NO_TUTOR_FREE, u / chance, None)

    def for_own_reasons(self, student: Student, u: float) -> bool:
        """Whether a student leaves this week for reasons that nobody learns."""
        if not self._switched_on or student.leaving or u >= 1 - (1 - self._rules.per_day) ** 7:
            return False
        student.leaving = True
        self._leave(student, OWN_REASONS, None)
        return True

    def _decide(self, student: Student, reason: str, u: float, session: Session | None) -> None:
        if not self._switched_on or student.leaving or not student.present:
            return
        student.leaving = True
        delay = round(between(*self._rules.delay_hours, u) * HOUR)
        self._setting.agenda.at(
            self._setting.agenda.now + delay, Turn.LEAVING, student.number, self._leave, student, reason, session
        )

    def _leave(self, student: Student, reason: str, session: Session | None) -> None:
        if student.busy_until > self._setting.agenda.now:  # not in the middle of a session
            self._setting.agenda.at(
                student.busy_until, Turn.LEAVING, student.number, self._leave, student, reason, session
            )
            return
        student.present = False
        del self._setting.students[student.number]
        self._setting.record(StudentChurned(student.id, session.id if session else None))
        self._setting.record(StudentLeavingExplained(student.id, reason))
        for booked in list(student.sessions.values()):
            self._setting.cancel(booked, "student_left")
        for tutor in student.tutors.values():
            tutor.students.pop(student.number, None)
