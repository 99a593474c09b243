"""Burnout: veterans tip under load, and within days ratings fall steeply (methodology, "Persona 4")."""

from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.events import TutorTipped
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import Behaviour, SimulationContext


class Burnout(Behaviour):
    """Lets tutors tip, and follows their burnout."""

    name = "burnout"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._monitor = context.of(ChurnMonitor)
        self._rules = context.scenario.sessions.burnout

    def look_at(self, tutor: Tutor, midnight: int) -> None:
        """Tip if the tutor's day has come and the last week was full; from then on, follow the burnout's ramp."""
        if tutor.traits.tipping_day is None or not tutor.present or not self._context.scenario.mechanisms.burnout:
            return
        if tutor.tipped_at is None:
            day_has_come = self._context.clock.days_since_opening(midnight) >= tutor.traits.tipping_day
            if not day_has_come or self._monitor.figures(tutor).total_sessions_7d < self._rules.load:
                return
            tutor.tipped_at = midnight
            self._context.record(TutorTipped(tutor.id))
        # The burnout's ramp: linear, from the day of tipping to full burnout after `ramp_days`.
        tutor.burnout = min(1.0, (midnight + DAY - tutor.tipped_at) / DAY / self._rules.ramp_days)
