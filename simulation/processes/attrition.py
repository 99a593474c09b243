"""Attrition: tutors leave, with a hazard that depends on their state, from the day the window opens.

The population is who is registered when the window opens: no tutor joins or leaves before.
"""

import math
from collections.abc import Callable

from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.clock import HOUR, EventPriority
from simulation.events import TutorLeavingExplained, TutorLeft, TutorStateRecorded
from simulation.formulas import clip
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.matching import Matching
from simulation.processes.sessions import Sessions, Settled
from simulation.random_streams import seconds_between

LEAVING_HOURS = (2.0, 5.5)
FOLLOWED_DAYS = 30
# With so much strain a tutor is gone the next day; beyond it, exp would overflow.
_MOST_STRAIN = 700.0
BURNED_OUT, DISCOURAGED, MOVED_ON = "burned_out", "discouraged", "moved_on"


class Attrition(Behaviour):
    """Follows morale and lets tutors leave. `farewells` are called before a tutor's sessions are cancelled."""

    name = "attrition"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._matching = context.of(Matching)
        self._rules = context.scenario.attrition
        self._hours = context.streams.stream("tutor: leaving hour")
        self.farewells: list[Callable[[Tutor], None]] = []

    def connect(self) -> None:
        """Hear of sessions."""
        self._context.of(Sessions).listeners.append(self.feel)

    def feel(self, settled: Settled) -> None:
        """A session raises or lowers the tutor's morale."""
        rules, tutor = self._rules, settled.session.tutor
        if settled.completed is not None:
            felt = rules.morale_start + rules.morale_per_star * (settled.completed.student_rating - 4.0)
        elif not settled.student_showed:
            felt = rules.morale_start + rules.morale_per_no_show
        else:
            return
        tutor.morale += rules.morale_memory * (clip(felt, 0.0, 1.0) - tutor.morale)

    def hazard(self, tutor: Tutor) -> float:
        """The tutor's current hazard of leaving, per day."""
        rules = self._rules
        if not self._context.scenario.mechanisms.attrition:
            return 0.0
        strain = (
            rules.hazard_per_morale * (rules.morale_start - tutor.morale)
            + rules.hazard_burnout * tutor.burnout
            + rules.hazard_engagement * tutor.influences.on(Aspect.ENGAGEMENT, self._context.agenda.now)
        )
        return rules.hazard_per_day * math.exp(min(strain, _MOST_STRAIN))

    def take_stock(self, tutor: Tutor, midnight: int) -> None:
        """Record a tutor's state; they leave when the cumulative hazard exceeds their drawn threshold."""
        if not tutor.present:
            return
        hazard = self.hazard(tutor)
        self._context.record(
            TutorStateRecorded(
                tutor.id,
                round(tutor.morale, 4),
                round(tutor.burnout, 4),
                round(tutor.influences.on(Aspect.ENGAGEMENT, midnight), 4),
                round(tutor.influences.on(Aspect.SESSIONS_PER_WEEK, midnight), 4),
                round(1 - math.exp(-hazard * FOLLOWED_DAYS), 4),
            )
        )
        if midnight < self._context.clock.opening:
            return
        tutor.cumulative_hazard += hazard
        if tutor.cumulative_hazard > tutor.traits.leaving_threshold:
            leaves_at = midnight + seconds_between(LEAVING_HOURS, HOUR, self._hours.uniform(tutor.number))
            self._context.agenda.at(leaves_at, EventPriority.LEAVING, tutor.number, self._leave, tutor)

    @action
    def _leave(self, tutor: Tutor) -> None:
        """The tutor is gone: booked sessions are cancelled, and their students request them again."""
        context = self._context
        if tutor.busy_until > context.now:  # the last session still runs
            context.agenda.at(tutor.busy_until, EventPriority.LEAVING, tutor.number, self._leave, tutor)
            return
        for say_farewell in self.farewells:
            say_farewell(tutor)
        context.marketplace.remove(tutor)
        context.record(TutorLeft(tutor.id))
        context.record(TutorLeavingExplained(tutor.id, self._reason(tutor)))
        for student in tutor.students.values():
            student.tutors = {subject: other for subject, other in student.tutors.items() if other is not tutor}
        tutor.students.clear()
        lost = list(tutor.sessions.values())
        for session in lost:
            context.cancel(session, "tutor_left")
        for session in lost:
            self._matching.ask_again(session)

    def _reason(self, tutor: Tutor) -> str:
        if tutor.burnout > 0.5:
            return BURNED_OUT
        return DISCOURAGED if tutor.morale < self._rules.morale_start - 0.1 else MOVED_ON
