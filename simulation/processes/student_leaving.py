"""Students leave: after a session, a refusal, or for their own reasons (methodology, "PRD Requirements")."""

import math
from functools import cache
from typing import Any

from simulation.agents.session import Session
from simulation.agents.student import Student
from simulation.clock import HOUR, EventPriority
from simulation.events import StudentChurned, StudentLeavingExplained
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.sessions import Sessions, Settled
from simulation.random_streams import seconds_between

POOR_FIRST_SESSION = "poor_first_session"
DISSATISFIED = "dissatisfied"
TUTOR_NO_SHOW = "tutor_no_show"
NO_TUTOR_FREE = "no_tutor_free"
OWN_REASONS = "own_reasons"

# The satisfaction for which the chances to leave and to switch are stated; below it they are higher.
CONTENT = 8.0


class StudentLeaving(Behaviour):
    """Decides after each session, each refusal and each week whether a student leaves."""

    name = "student leaving"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._switched_on = context.scenario.mechanisms.student_churn
        self._rules = context.scenario.students.leaving
        self._chance_in_a_week = 1 - (1 - self._rules.per_day) ** 7
        self._chance_at = cache(self._chance_after)  # satisfaction has one decimal, so that there are few

    def connect(self) -> None:
        """Hear of sessions."""
        self._context.of(Sessions).listeners.append(self.weigh_session)

    def weigh_session(self, settled: Settled) -> None:
        """After a session: stay, or leave within some hours."""
        session, rules = settled.session, self._rules
        student, draws = session.student, session.draws
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
        if draws.leaves < chance * student.traits.quitting_factor:
            self._decide(student, reason, draws.leaves_when, session)

    def _chance_after(self, satisfaction: float) -> float:
        """The chance to leave after a session, at a satisfaction: the odds grow by a factor per missing point."""
        chance = self._rules.after_session
        if not 0.0 < chance < 1.0:
            return chance
        odds = chance / (1 - chance) * math.exp(self._rules.per_satisfaction * (CONTENT - satisfaction))
        return odds / (1 + odds)

    def after_refusal(self, student: Student, u: float) -> None:
        """A student who was refused may leave."""
        chance = self._rules.after_refusal * student.traits.quitting_factor
        if u < chance:
            self._decide(student, NO_TUTOR_FREE, u / chance, None)

    def for_own_reasons(self, student: Student, u: float) -> bool:
        """Whether the student leaves this week for reasons outside the model."""
        if u >= self._chance_in_a_week or not self._switched_on or student.leaving:
            return False
        student.leaving = True
        self._leave(student, OWN_REASONS, None)
        return True

    def _decide(self, student: Student, reason: str, u: float, session: Session | None) -> None:
        if not self._switched_on or student.leaving or not student.present:
            return
        student.leaving = True
        delay = seconds_between(self._rules.delay_hours, HOUR, u)
        self._leave_at(self._context.now + delay, student, reason, session)

    def _leave_at(self, second: int, student: Student, *why: Any) -> None:
        self._context.agenda.at(second, EventPriority.LEAVING, student.number, self._leave, student, *why)

    @action
    def _leave(self, student: Student, reason: str, session: Session | None) -> None:
        """The student is gone, and booked sessions are cancelled; a session under way ends first."""
        if student.busy_until > self._context.agenda.now:
            self._leave_at(student.busy_until, student, reason, session)
            return
        student.present = False
        del self._context.students[student.number]
        self._context.record(StudentChurned(student.id, session.id if session else None))
        self._context.record(StudentLeavingExplained(student.id, reason))
        for booked in list(student.sessions.values()):
            self._context.cancel(booked, "student_left")
        for tutor in student.tutors.values():
            tutor.students.pop(student.number, None)
