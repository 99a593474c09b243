"""The simulation context: what all behaviours share."""

from typing import Any

from attrs import frozen

from simulation.agents.session import Session
from simulation.agents.session_draws import SessionDraws
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import Clock
from simulation.events import SessionCancelled
from simulation.log import EventLog
from simulation.marketplace import Marketplace
from simulation.processes.agenda import Agenda
from simulation.processes.memory import Memory
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario


@frozen
class SimulationContext:
    """The scenario, the agents, the clock, random streams and the log of one region.

    `tutors` has all of them by number, `students` those who have not left, `memory` what behaviours remember.
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
    memory: Memory

    @property
    def now(self) -> int:
        """The simulated second."""
        return self.agenda.now

    def record(self, event: Any) -> None:
        """Write an event that happens now."""
        self.log.write(self.agenda.now, event)

    def cancel(self, session: Session, reason: str) -> None:
        """Cancel a booked session."""
        self.marketplace.cancel(session)
        self.record(SessionCancelled(session.tutor.id, session.student.id, session.id, reason))
