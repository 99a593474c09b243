"""What all behaviours share: the scenario, the agents, the clock, luck, and the log."""

from typing import Any

from attrs import frozen

from simulation.agents.session_luck import SessionLuck
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import Clock
from simulation.events import SessionCancelled
from simulation.log import EventLog
from simulation.marketplace import Marketplace, Session
from simulation.processes.agenda import Agenda
from simulation.random_streams import Luck
from simulation.scenario import Scenario


@frozen
class Setting:
    """Where behaviours take place. `tutors` holds all by number, `students` those who are there."""

    region: int
    scenario: Scenario
    clock: Clock
    agenda: Agenda
    luck: Luck
    session_luck: SessionLuck
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

    def cancel(self, session: Session, reason: str) -> None:
        """A booked session will not be held."""
        self.marketplace.cancel(session)
        self.record(SessionCancelled(session.tutor.id, session.student.id, session.id, reason))
