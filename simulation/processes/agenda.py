"""The agenda: when things happen. Behaviours see simulated time and SimPy only through it.

What is due are entries: a moment, a named action, and what it is about. An action is a method of a behaviour. One that
is a generator is the process of somebody who acts in the world, and sleeps until a moment that stands in the state. So
all that is due can be listed, kept, and scheduled again in another world.
"""

from collections.abc import Callable, Generator, Iterable, Iterator
from inspect import isgeneratorfunction
from typing import Any, NamedTuple, TypeVar

from simpy import Environment, Timeout
from simpy import Process as SimPyProcess

from simulation.clock import NEVER, WHO, Clock, EventPriority, moment, second_at

Process = Generator[Timeout, Any, None]
Action = Callable[..., Any]
Marked = TypeVar("Marked", bound=Action)


def action(method: Marked) -> Marked:
    """Mark a behaviour's method as an action, which may be scheduled: its arguments are data, by their types."""
    method.__is_action__ = True  # type: ignore[attr-defined]
    return method


class BehaviourError(Exception):
    """A behaviour failed. The message names the agent, the simulated time and the cause."""


class Due(NamedTuple):
    """An entry of the agenda: the name of the action that is due at a moment, and what it is about."""

    moment: int
    action: str
    about: tuple[Any, ...]


class Agenda:
    """Simulated time, one-shot appointments and processes. `now` is the simulated second.

    A failure in one of them is raised as a BehaviourError that names the agent, the simulated time and the cause;
    SimPy by itself names none of these.
    """

    def __init__(self, clock: Clock, start: int = 0) -> None:
        self.environment = Environment(start)
        self.clock = clock
        # Read many times per event: set once, when the event comes.
        self.now = second_at(start)
        self._processes: dict[SimPyProcess, tuple[Action, tuple[Any, ...]]] = {}
        self._actions: dict[str, Action] = {}
        self._names: dict[Action, str] = {}
        self._with_process: set[str] = set()

    # ------------------------------------------------------------ named actions

    def register(self, owner: str, behaviour: Any) -> None:
        """Name the actions of a behaviour: `owner: method`. Raises ValueError where the name is taken."""
        for attribute in dir(type(behaviour)):
            if hasattr(getattr(type(behaviour), attribute), "__is_action__"):
                name, method = f"{owner}: {attribute.strip('_')}", getattr(behaviour, attribute)
                if self._actions.setdefault(name, method) != method:
                    raise ValueError(f"two actions have the name {name!r}")
                self._names[method] = name
                if isgeneratorfunction(method):
                    self._with_process.add(name)

    def named(self, name: str) -> Action:
        """The action of a name. Raises KeyError where there is none."""
        return self._actions[name]

    # ------------------------------------------------------------ scheduling

    def at(self, second: int, priority: EventPriority, who: int, action: Action, *about: Any) -> None:
        """Schedule an action at a simulated second with a priority; at once if the second has passed."""
        self._schedule(moment(second, priority, who), action, about)

    def _schedule(self, when: int, action: Action, about: tuple[Any, ...]) -> None:
        environment = self.environment
        delay = when - environment.now
        appointment = Timeout(environment, delay if delay > 0 else 0, (action, about))
        appointment.callbacks.append(self._keep)

    def _keep(self, appointment: Any) -> None:
        action, about = appointment.value
        self.now = second_at(int(self.environment.now))
        try:
            action(*about)
        except BehaviourError:
            raise
        except Exception as cause:
            raise self.failure(action, about, cause) from cause

    def failure(self, action: Action, about: Iterable[Any], cause: Exception) -> BehaviourError:
        """The error to raise when an action fails: names the agents it is `about`, or whose moment it is if none is."""
        agents = ", ".join(_agents_among(about)) or int(self.environment.now) & WHO
        return self._failure(f"{action.__qualname__} of {agents}", cause)

    def start(self, process: Callable[..., Process], *about: Any) -> SimPyProcess:
        """Start the process of an agent, or of the platform, now."""
        started = self.environment.process(process(*about))
        self._processes[started] = process, about
        started.callbacks.append(self._ended)
        return started

    def until(self, second: int, priority: EventPriority, who: int) -> Timeout:
        """What a process yields to sleep until a simulated second, and its priority within it."""
        timeout = self.environment.timeout(max(moment(second, priority, who) - self.environment.now, 0))
        timeout.callbacks.append(self._look_at_the_clock)
        return timeout

    def is_ahead(self, second: int, priority: EventPriority, who: int) -> bool:
        """Whether a moment is still to come."""
        return moment(second, priority, who) > self.environment.now

    def _look_at_the_clock(self, _: Any) -> None:
        self.now = second_at(int(self.environment.now))

    def _ended(self, process: Any) -> None:
        whose = self._whose(process)
        del self._processes[process]
        if not process.ok:
            if not isinstance(process.value, Exception):
                raise process.value  # an interruption from outside is no failure
            raise self._failure(whose, process.value) from process.value

    def _failure(self, agent: str, cause: Exception) -> BehaviourError:
        time = self.clock.local(self.now)
        return BehaviourError(f"{agent} failed at {time.isoformat()} simulated time: {type(cause).__name__}: {cause}")

    def _whose(self, process: SimPyProcess) -> str:
        """Whose process it is: the agents that it is about, or the behaviour that has it."""
        action, about = self._processes[process]
        owner = self._names.get(action, action.__qualname__).rpartition(": ")[0]
        return ", ".join(_agents_among(about)) or owner

    def waiting_for_nothing(self) -> list[str]:
        """Whose processes wait for an event that can no longer happen: a bug, if there are any."""
        return [
            self._whose(process)
            for process in self._processes
            if not (isinstance(process.target, Timeout) or process.target.triggered)
        ]

    # ------------------------------------------------------------ all that is due

    def due(self) -> list[Due]:
        """All entries, in the order in which they will happen. Raises KeyError for an action that is not registered."""
        asleep: dict[Any, Any] = {process.target: due for process, due in self._processes.items()}
        # SimPy has no other way to look into its queue, a heap of (time, priority, order of insertion, event). What
        # made it stop is left there, and is no timeout.
        queue = sorted(self.environment._queue, key=lambda entry: entry[:3])  # noqa: SLF001
        entries: list[Due] = []
        for when, _, _, event in queue:
            if isinstance(event, Timeout):
                entry: Any = asleep.get(event, event.value)
                action, about = entry
                entries.append(Due(min(int(when), NEVER), self._names[action], about))
        return entries

    def restore(self, entries: Iterable[Due]) -> None:
        """Schedule entries, in their order. Raises ValueError for a process that stands twice, or at another time."""
        running: set[tuple[Any, ...]] = set()
        for when, name, about in entries:
            action = self._actions[name]
            if name not in self._with_process:
                self._schedule(when, action, about)
                continue
            if (name, *about) in running:
                raise ValueError(f"{name} has a process twice")
            running.add((name, *about))
            process = self.start(action, *about)
            # What starts a process comes before all else that is due: this step takes it to where it sleeps.
            self.environment.step()
            if not process.is_alive or self._wakes_at(process) != when:
                raise ValueError(f"{name} sleeps until another moment than that at which it is due")

    def _wakes_at(self, process: SimPyProcess) -> int:
        """The moment until which a process has just begun to sleep."""
        timeout: Any = process.target
        return min(int(self.environment.now + timeout._delay), NEVER)  # noqa: SLF001 -- SimPy does not tell


def _agents_among(about: Iterable[Any]) -> Iterator[str]:
    """The ids of the agents among what an action is about, and of those in its sessions or interventions."""
    for argument in about:
        for agent in (getattr(argument, "tutor", None), getattr(argument, "student", None), argument):
            if isinstance(name := getattr(agent, "id", None), str):
                yield name
