"""A tutor's days, a process for each: at midnight they take stock of the day that is over, and plan the next."""

from simulation.agents.tutor import Tutor
from simulation.clock import DAY, EventPriority
from simulation.processes.agenda import Process, action
from simulation.processes.attrition import Attrition
from simulation.processes.burnout import Burnout
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.invitations import Invitations
from simulation.processes.platform_activity import PlatformActivity


class TutorDays(Behaviour):
    """Has each tutor act day by day. Whatever is planned at midnight is an appointment of its own."""

    name = "tutors"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._attrition = context.of(Attrition)
        self._burnout = context.of(Burnout)
        self._invitations = context.of(Invitations)
        self._activity = context.of(PlatformActivity)

    def start(self) -> None:
        """All tutors begin by planning the first day."""
        for tutor in self._context.tutors.values():
            self._context.agenda.start(self.days_of, tutor)

    @action
    def days_of(self, tutor: Tutor) -> Process:
        """Sleep until midnight; take stock of the day, look whether it was too much, plan the next one."""
        while True:
            yield self._context.agenda.until(tutor.midnight, tutor.due, tutor.number)
            if tutor.has_left:
                return
            if tutor.due is EventPriority.STATE:
                self._attrition.take_stock(tutor, tutor.midnight)
                self._invitations.plan(tutor, tutor.midnight)
                may_tip = tutor.traits.tipping_day is not None
                tutor.due = EventPriority.BURNOUT if may_tip else EventPriority.PLATFORM
            elif tutor.due is EventPriority.BURNOUT:
                self._burnout.look_at(tutor, tutor.midnight)
                tutor.due = EventPriority.PLATFORM
            else:
                self._activity.plan_day(tutor, tutor.midnight)
                tutor.midnight, tutor.due = tutor.midnight + DAY, EventPriority.STATE
