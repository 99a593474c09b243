"""Coaching that follows a successful intervention: booked, attended or not, and worth a share of its effect."""

from simulation.clock import DAY, HOUR, Turn
from simulation.events import CoachingAttended, CoachingScheduled
from simulation.processes.interventions import Intervention, Interventions
from simulation.processes.setting import Setting
from simulation.random_streams import between


class Coaching:
    """Listens for successes."""

    def __init__(self, setting: Setting, interventions: Interventions) -> None:
        self._setting = setting
        self._interventions = interventions
        self._rules = setting.scenario.coaching
        self._draws = setting.luck.decision("tutor: coaching")

    def after_success(self, intervention: Intervention) -> None:
        """A tutor took up an intervention: some book coaching some hours later."""
        takes_up, booking, lead, attends = self._draws.uniforms(intervention.number, 0, 4)
        if not self._setting.scenario.mechanisms.coaching or takes_up >= self._rules.scheduled:
            return
        delay = round(between(*self._rules.booking_hours, booking) * HOUR)
        coaching_in = round(between(*self._rules.lead_days, lead) * DAY)
        self._at(self._setting.now + delay, self._book, intervention, coaching_in, attends < self._rules.attended)

    def _book(self, intervention: Intervention, coaching_in: int, attends: bool) -> None:
        tutor, coaching_at = intervention.tutor, self._setting.now + coaching_in
        if not tutor.present:
            return
        self._setting.record(CoachingScheduled(tutor.id, intervention.id, coaching_at))
        if attends:
            self._at(coaching_at, self._attend, intervention)

    def _attend(self, intervention: Intervention) -> None:
        if not intervention.tutor.present:
            return
        self._setting.record(CoachingAttended(intervention.tutor.id, intervention.id))
        self._interventions.influence(intervention, self._rules.boost)

    def _at(self, second: int, action: object, intervention: Intervention, *details: object) -> None:
        self._setting.agenda.at(second, Turn.COACHING, intervention.tutor.number, action, intervention, *details)  # type: ignore[arg-type]
