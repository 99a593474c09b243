"""Word gets around: ratings change a tutor's reputation, and with it whom students choose."""

from simulation.processes.sessions import Settled
from simulation.processes.setting import Setting


class Reputation:
    """Follows each tutor's ratings; the latest counts a little."""

    def __init__(self, setting: Setting) -> None:
        self._tutors = setting.tutors
        self._marketplace = setting.marketplace
        self._memory = setting.scenario.matching.reputation_memory

    def start(self) -> None:
        """From the first day on ratings count: who had a tutor before had found one by experience alone."""
        for tutor in self._tutors.values():
            self._marketplace.weigh(tutor)

    def follow(self, settled: Settled) -> None:
        """A session was rated."""
        if settled.completed is not None:
            tutor = settled.session.tutor
            tutor.reputation += self._memory * (settled.completed.student_rating - tutor.reputation)
            self._marketplace.weigh(tutor)
