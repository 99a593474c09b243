"""The agenda: when things happen. Behaviours see simulated time and SimPy only through it."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from simpy import Environment, Process, Timeout

from simulation.clock import DAY, Clock, EventPriority, moment, second_at

Behaviour = Generator[Timeout, Any, None]


class BehaviourError(Exception):
    """A behaviour failed. The message names the agent, the simulated time and the cause."""


class Agenda:
    """Simulated time, one-shot appointments and lasting behaviours. `now` is the simulated second.

    A failure in one of them is raised as a BehaviourError that names the agent, the simulated time and the cause;
    SimPy by itself names none of these.
    """

    def __init__(self, clock: Clock) -> None:
        self.environment = Environment()
        self.clock = clock
        # Read many times per event: set once, when the event comes.
        self.now = 0
        self._behaviours: dict[Process, str] = {}

    def at(self, second: int, priority: EventPriority, who: int, action: Callable[..., None], *arguments: Any) -> None:
        """Schedule a call at a simulated second with a priority; at once if the second has passed."""
        environment = self.environment
        delay = moment(second, priority, who) - environment.now
        appointment = Timeout(environment, delay if delay > 0 else 0, (action, who, arguments))
        appointment.callbacks.append(self._keep)

    def _keep(self, appointment: Any) -> None:
        action, who, arguments = appointment.value
        self.now = second_at(int(self.environment.now))
        try:
            action(*arguments)
        except BehaviourError:
            raise
        except Exception as cause:
            raise self.failure(action, arguments, cause, who) from cause

    def failure(self, action: Any, about: Iterable[Any], cause: Exception, who: int = 0) -> BehaviourError:
        """The error to raise when an action fails: names the agents it is `about`, or `who` if none is known."""
        agents = ", ".join(_agents_among(about)) or who
        return self._failure(f"{action.__qualname__} of {agents}", cause)

    def until(self, second: int, priority: EventPriority, who: int) -> Timeout:
        """What a behaviour yields to sleep until a simulated second, and its priority within it."""
        timeout = self.environment.timeout(max(moment(second, priority, who) - self.environment.now, 0))
        timeout.callbacks.append(self._look_at_the_clock)
        return timeout

    def _look_at_the_clock(self, _: Any) -> None:
        self.now = second_at(int(self.environment.now))

    def start(self, agent: str, behaviour: Behaviour) -> None:
        """Start a behaviour of an agent now."""
        process = self.environment.process(behaviour)
        self._behaviours[process] = agent
        process.callbacks.append(self._ended)

    def every_midnight(
        self, agent: str, priority: EventPriority, action: Callable[[int], None], first: int = 0
    ) -> None:
        """Call an action, with the simulated second, at each midnight from `first` on."""

        def nights(midnight: int) -> Behaviour:
            while True:
                yield self.until(midnight, priority, 0)
                action(midnight)
                midnight += DAY

        self.start(agent, nights(first))

    def _ended(self, process: Any) -> None:
        agent = self._behaviours.pop(process)
        if not process.ok:
            if not isinstance(process.value, Exception):
                raise process.value  # an interruption from outside is no failure
            raise self._failure(agent, process.value) from process.value

    def _failure(self, agent: str, cause: Exception) -> BehaviourError:
        time = self.clock.local(self.now)
        return BehaviourError(f"{agent} failed at {time.isoformat()} simulated time: {type(cause).__name__}: {cause}")

    def waiting_for_nothing(self) -> list[str]:
        """Whose behaviours wait for an event that can no longer happen: a bug, if there are any."""
        return [
            agent
            for process, agent in self._behaviours.items()
            if not (isinstance(process.target, Timeout) or process.target.triggered)
        ]


def _agents_among(arguments: Iterable[Any]) -> Iterator[str]:
    """The ids of the agents among an action's arguments, and of those in its sessions or interventions."""
    for argument in arguments:
        for agent in (getattr(argument, "tutor", None), getattr(argument, "student", None), argument):
            if isinstance(name := getattr(agent, "id", None), str):
                yield name
