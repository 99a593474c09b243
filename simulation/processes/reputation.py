"""Reputation: ratings change whom students choose."""

from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.sessions import Sessions, Settled


class Reputation(Behaviour):
    """Follows each tutor's recent rating: an exponential moving average."""

    name = "reputation"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._tutors = context.tutors
        self._marketplace = context.marketplace
        self._memory = context.scenario.matching.reputation_memory

    def connect(self) -> None:
        """Hear of sessions."""
        self._context.of(Sessions).listeners.append(self.follow)

    def start(self) -> None:
        """Ratings count from the first day on; pairs from before it were found by experience alone."""
        for tutor in self._tutors.values():
            self._marketplace.weigh(tutor)

    def follow(self, settled: Settled) -> None:
        """A session was rated."""
        if settled.completed is not None:
            tutor = settled.session.tutor
            tutor.reputation += self._memory * (settled.completed.student_rating - tutor.reputation)
            self._marketplace.weigh(tutor)
