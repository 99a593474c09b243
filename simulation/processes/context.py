"""The simulation context: what all behaviours share."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from attrs import frozen

from simulation.agents.session import Session
from simulation.agents.session_draws import SessionDraws
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import Clock, EventPriority
from simulation.events import SessionCancelled
from simulation.log import EventLog
from simulation.marketplace import Marketplace
from simulation.processes.agenda import Agenda
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario


@frozen
class SimulationContext:
    """The scenario, the agents, the clock, random streams and the log of one region.

    `tutors` has all of them by number, `students` those who have not left.
    """

    region: int
    scenario: Scenario
    clock: Clock
    agenda: Agenda
    streams: RandomStreams
    session_draws: SessionDraws
    log: EventLog
    tutors: dict[int, Tutor]
    students: dict[int, Student]
    marketplace: Marketplace

    @property
    def now(self) -> int:
        """The simulated second."""
        return self.agenda.now

    def record(self, event: Any) -> None:
        """Write an event that happens now."""
        self.log.write(self.agenda.now, event)

    def every_midnight(
        self,
        behaviour: str,
        priority: EventPriority,
        action: Callable[[Tutor, int], None],
        first: int = 0,
        *,
        whom: Callable[[Tutor], bool] = attrgetter("present"),
    ) -> None:
        """Call an action at each midnight from `first` on, for each tutor who is there, with the simulated second."""

        def call_for_all(midnight: int) -> None:
            for tutor in self.tutors.values():
                if whom(tutor):
                    action(tutor, midnight)

        self.agenda.every_midnight(behaviour, priority, call_for_all, first)

    def cancel(self, session: Session, reason: str) -> None:
        """Cancel a booked session."""
        self.marketplace.cancel(session)
        self.record(SessionCancelled(session.tutor.id, session.student.id, session.id, reason))
