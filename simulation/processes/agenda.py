"""When things happen: the one clock, seen from the behaviours."""

from collections.abc import Callable, Generator, Iterable, Iterator
from typing import Any

from simpy import Environment, Process, Timeout

from simulation.clock import DAY, Clock, Turn, moment, second_at

Behaviour = Generator[Timeout, Any, None]


class BehaviourError(Exception):
    """A behaviour failed: says whose, when, and why."""


class Agenda:
    """Simulated time, one-shot appointments and lasting behaviours. `now` is the simulated second.

    What goes wrong in one of them is raised as a BehaviourError that names the agent, the simulated
    time and the cause; SimPy by itself says none of these.
    """

    def __init__(self, clock: Clock) -> None:
        self.environment = Environment()
        self.clock = clock
        # Asked for many times in a moment: kept as a whole number when the moment comes.
        self.now = 0
        self._behaviours: dict[Process, str] = {}

    def at(self, second: int, turn: Turn, who: int, action: Callable[..., None], *arguments: Any) -> None:
        """Have something done at a simulated second, in its turn; never earlier than now."""
        environment = self.environment
        delay = moment(second, turn, who) - environment.now
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
        """What to raise where an action fails: names the agents it is about, or `who` if they are not known."""
        agents = ", ".join(_agents_among(about)) or who
        return self._failure(f"{action.__qualname__} of {agents}", cause)

    def until(self, second: int, turn: Turn, who: int) -> Timeout:
        """To be yielded by a behaviour that sleeps until its turn at a simulated second."""
        moment_of_turn = self.environment.timeout(max(moment(second, turn, who) - self.environment.now, 0))
        moment_of_turn.callbacks.append(self._look_at_the_clock)
        return moment_of_turn

    def _look_at_the_clock(self, _: Any) -> None:
        self.now = second_at(int(self.environment.now))

    def start(self, agent: str, behaviour: Behaviour) -> None:
        """Let an agent behave in some way from now on."""
        process = self.environment.process(behaviour)
        self._behaviours[process] = agent
        process.callbacks.append(self._ended)

    def every_midnight(self, agent: str, turn: Turn, action: Callable[[int], None], first: int = 0) -> None:
        """Have something done in its turn at each midnight from a first one on; `action` is told the second."""
        self.start(agent, self._night_after_night(turn, action, first))

    def _night_after_night(self, turn: Turn, action: Callable[[int], None], midnight: int) -> Behaviour:
        while True:
            yield self.until(midnight, turn, 0)
            action(midnight)
            midnight += DAY

    def _ended(self, process: Any) -> None:
        agent = self._behaviours.pop(process)
        if not process.ok:
            if not isinstance(process.value, Exception):
                raise process.value  # an interruption from outside, and no failure
            raise self._failure(agent, process.value) from process.value

    def _failure(self, agent: str, cause: Exception) -> BehaviourError:
        time = self.clock.local(self.now)
        return BehaviourError(f"{agent} failed at {time.isoformat()} simulated time: {type(cause).__name__}: {cause}")

    def waiting_for_nothing(self) -> list[str]:
        """Whose behaviours wait for something that can no longer happen: a bug, if there are any."""
        return [
            agent
            for process, agent in self._behaviours.items()
            if not (isinstance(process.target, Timeout) or process.target.triggered)
        ]


def _agents_among(arguments: Iterable[Any]) -> Iterator[str]:
    """The ids of those whom an appointment is about."""
    for argument in arguments:
        for agent in (getattr(argument, "tutor", None), getattr(argument, "student", None), argument):
            if isinstance(name := getattr(agent, "id", None), str):
                yield name
