"""Coaching after a successful intervention: booked, attended or not, and worth a share of the intervention's effect."""

from collections.abc import Callable

from simulation.clock import DAY, HOUR, EventPriority
from simulation.events import CoachingAttended, CoachingScheduled
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.interventions import Intervention, Interventions
from simulation.random_streams import seconds_between


class Coaching(Behaviour):
    """Some tutors for whom an intervention succeeded book coaching."""

    name = "coaching"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._interventions = context.of(Interventions)
        self._rules = context.scenario.coaching
        self._stream = context.streams.stream("tutor: coaching")

    def connect(self) -> None:
        """Hear of successes."""
        self._interventions.succeeded.append(self.after_success)

    def after_success(self, intervention: Intervention) -> None:
        """An intervention succeeded: some tutors book coaching some hours later."""
        takes_up, booking, lead, attends = self._stream.uniforms(intervention.number, 0, 4)
        if not self._context.scenario.mechanisms.coaching or takes_up >= self._rules.scheduled:
            return
        delay = seconds_between(self._rules.booking_hours, HOUR, booking)
        coaching_in = seconds_between(self._rules.lead_days, DAY, lead)
        self._at(self._context.now + delay, self._book, intervention, coaching_in, attends < self._rules.attended)

    @action
    def _book(self, intervention: Intervention, coaching_in: int, attends: bool) -> None:
        tutor, coaching_at = intervention.tutor, self._context.now + coaching_in
        if not tutor.present:
            return
        self._context.record(CoachingScheduled(tutor.id, intervention.id, coaching_at))
        if attends:
            self._at(coaching_at, self._attend, intervention)

    @action
    def _attend(self, intervention: Intervention) -> None:
        if not intervention.tutor.present:
            return
        self._context.record(CoachingAttended(intervention.tutor.id, intervention.id))
        self._interventions.influence(intervention, self._rules.boost)

    def _at(self, second: int, action: Callable[..., None], intervention: Intervention, *details: object) -> None:
        who = intervention.tutor.number
        self._context.agenda.at(second, EventPriority.COACHING, who, action, intervention, *details)
