"""Veterans burn out: a state that tips under load, late and steeply (methodology, "Persona 4")."""

from simulation.agents.tutor import Tutor
from simulation.clock import DAY, Turn
from simulation.events import TutorTipped
from simulation.processes.churn_monitor import ChurnMonitor
from simulation.processes.setting import Setting


class Burnout:
    """Looks every midnight at the tutors who are close to it."""

    def __init__(self, setting: Setting, monitor: ChurnMonitor) -> None:
        self._setting = setting
        self._monitor = monitor
        self._rules = setting.scenario.sessions.burnout
        self._close_to_it = [tutor for tutor in setting.tutors.values() if tutor.traits.tipping_day is not None]

    def start(self) -> None:
        """From the first day's end on."""
        if self._setting.scenario.mechanisms.burnout and self._close_to_it:
            self._setting.agenda.every_midnight("burnout", Turn.BURNOUT, self._watch, first=DAY)

    def _watch(self, midnight: int) -> None:
        for tutor in self._close_to_it:
            if tutor.present:
                self._look_at(tutor, midnight)

    def _look_at(self, tutor: Tutor, midnight: int) -> None:
        """Tip if the day has come and the last week was full; once tipped, it gets worse day by day."""
        if tutor.tipped_at is None:
            day_has_come = self._setting.clock.days_since_opening(midnight) >= (tutor.traits.tipping_day or 0.0)
            if not day_has_come or self._monitor.figures(tutor).total_sessions_7d < self._rules.load:
                return
            tutor.tipped_at = midnight
            self._setting.record(TutorTipped(tutor.id))
        ramp = (midnight + DAY - tutor.tipped_at) / DAY / self._rules.ramp_days
        tutor.burnout = min(1.0, ramp)
