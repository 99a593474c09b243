"""Tutors leave: a hazard that their state drives, from the day the recorded window opens.

Who is registered when the window opens is the population; nobody joins or leaves before.
"""

import math
from collections.abc import Callable

from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, Turn
from simulation.events import TutorLeavingExplained, TutorLeft, TutorStateRecorded
from simulation.formulas import clip
from simulation.processes.booking import Booking
from simulation.processes.sessions import Settled
from simulation.processes.setting import Setting
from simulation.random_streams import between

LEAVING_HOURS = (2.0, 5.5)
FOLLOWED_DAYS = 30
# Whoever is so strained is gone the next day; more would be too large a number.
_MOST_STRAIN = 700.0
BURNED_OUT, DISCOURAGED, MOVED_ON = "burned_out", "discouraged", "moved_on"


class Attrition:
    """Follows morale and lets tutors go. `farewells` are told before a tutor's sessions are cancelled."""

    def __init__(self, setting: Setting, booking: Booking) -> None:
        self._setting = setting
        self._booking = booking
        self._rules = setting.scenario.attrition
        self._hours = setting.luck.decision("tutor: leaving hour")
        self.farewells: list[Callable[[Tutor], None]] = []

    def start(self) -> None:
        """Take stock as each day ends."""
        self._setting.agenda.every_midnight("attrition", Turn.STATE, self._take_stock_of_all, first=DAY)

    def feel(self, settled: Settled) -> None:
        """A session lifts or lowers the tutor's morale."""
        rules, tutor = self._rules, settled.session.tutor
        if settled.completed is not None:
            felt = rules.morale_start + rules.morale_per_star * (settled.completed.student_rating - 4.0)
        elif not settled.student_showed:
            felt = rules.morale_start + rules.morale_per_no_show
        else:
            return
        tutor.morale += rules.morale_memory * (clip(felt, 0.0, 1.0) - tutor.morale)

    def hazard(self, tutor: Tutor) -> float:
        """The tutor's hazard of leaving, per day, as things stand."""
        rules = self._rules
        if not self._setting.scenario.mechanisms.attrition:
            return 0.0
        strain = (
            rules.hazard_per_morale * (rules.morale_start - tutor.morale)
            + rules.hazard_burnout * tutor.burnout
            + rules.hazard_engagement * tutor.influences.on(Aspect.ENGAGEMENT, self._setting.agenda.now)
        )
        return rules.hazard_per_day * math.exp(min(strain, _MOST_STRAIN))

    def _take_stock_of_all(self, midnight: int) -> None:
        for tutor in self._setting.tutors.values():
            if tutor.present:
                self._take_stock(tutor, midnight)

    def _take_stock(self, tutor: Tutor, midnight: int) -> None:
        hazard = self.hazard(tutor)
        self._setting.record(
            TutorStateRecorded(
                tutor.id,
                round(tutor.morale, 4),
                round(tutor.burnout, 4),
                round(tutor.influences.on(Aspect.ENGAGEMENT, midnight), 4),
                round(tutor.influences.on(Aspect.SESSIONS_PER_WEEK, midnight), 4),
                round(1 - math.exp(-hazard * FOLLOWED_DAYS), 4),
            )
        )
        if midnight < self._setting.clock.opening:
            return
        tutor.hazard_lived_through += hazard
        if tutor.hazard_lived_through > tutor.traits.leaving_threshold:
            hour = between(*LEAVING_HOURS, self._hours.uniform(tutor.number))
            self._setting.agenda.at(midnight + round(hour * HOUR), Turn.LEAVING, tutor.number, self._leave, tutor)

    def _leave(self, tutor: Tutor) -> None:
        """The tutor is gone; future sessions are cancelled, and their students ask others."""
        setting = self._setting
        if tutor.busy_until > setting.now:  # the last session still runs
            setting.agenda.at(tutor.busy_until, Turn.LEAVING, tutor.number, self._leave, tutor)
            return
        for bid in self.farewells:
            bid(tutor)
        setting.marketplace.remove(tutor)
        setting.record(TutorLeft(tutor.id))
        setting.record(TutorLeavingExplained(tutor.id, self._reason(tutor)))
        for student in tutor.students.values():
            student.tutors = {subject: other for subject, other in student.tutors.items() if other is not tutor}
        tutor.students.clear()
        lost = list(tutor.sessions.values())
        for session in lost:
            setting.cancel(session, "tutor_left")
        for session in lost:
            self._booking.ask_again(session)

    def _reason(self, tutor: Tutor) -> str:
        if tutor.burnout > 0.5:
            return BURNED_OUT
        return DISCOURAGED if tutor.morale < self._rules.morale_start - 0.1 else MOVED_ON
