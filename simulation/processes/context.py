"""The simulation context: what all behaviours share, and what a behaviour is."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import attrs
from attrs import field, frozen

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

Found = TypeVar("Found", bound="Behaviour")


@frozen
class SimulationContext:
    """The scenario, the agents, the clock, random streams and the log of one region.

    `tutors` has all of them by number, `students` those who have not left, `memory` what behaviours remember.
    Behaviours of an extension have the `parameters` of their own, and names in a `scope` of their own.
    Interventions whose ids are `muted` are never sent, and `assigned` overrides the drawn variants of single tutors, by
    the ids of experiment and tutor. `cancelled` are called with each booked session that is cancelled, and why.
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
    muted: frozenset[str] = frozenset()
    assigned: Mapping[tuple[str, str], str] = field(factory=dict)
    cancelled: list[Callable[[Session, str], None]] = field(factory=list)
    parameters: Any = None
    scope: str = ""
    behaviours: "dict[type[Behaviour], Behaviour]" = field(factory=dict)
    scopes: "dict[type[Behaviour], SimulationContext]" = field(factory=dict)

    def of(self, kind: type[Found]) -> Found:
        """The behaviour of a class: it is made when it is first asked for, with those that it asks for itself."""
        if kind not in self.behaviours:
            self.behaviours[kind] = kind(self.scopes.get(kind, self))
        return self.behaviours[kind]  # type: ignore[return-value]

    def extend(self, name: str, kinds: "Iterable[type[Behaviour]]", parameters: Any) -> None:
        """Have behaviours of an extension: names of their streams, registers and actions begin with the extension's."""
        scope = f"{name}/"
        streams, memory = self.streams.within(scope), self.memory.within(scope)
        own = attrs.evolve(self, streams=streams, memory=memory, scope=scope, parameters=parameters)
        self.scopes.update(dict.fromkeys(kinds, own))

    def connect(self, kinds: "Sequence[type[Behaviour]]") -> None:
        """Make behaviours, name their actions, and connect them with each other, in the order of listeners."""
        for kind in kinds:
            self.agenda.register(self.scopes.get(kind, self).scope + kind.name, self.of(kind))
        for kind in self.scopes:
            self.of(kind)  # those that are switched off remember, and do nothing
        for kind in kinds:
            self.of(kind).connect()
        for kind in self.behaviours.keys() - self.scopes.keys() - set(kinds):
            raise LookupError(f"{kind.__name__} is no behaviour of this world")

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
        for listen in self.cancelled:
            listen(session, reason)


class Behaviour:
    """Part of what happens in a world. It is made of the context alone, by which it finds others, of their classes.

    Its `name` stands before those of its actions in the agenda, and so in kept states.
    """

    name: ClassVar[str]

    def __init__(self, context: SimulationContext) -> None:
        self._context = context

    def connect(self) -> None:
        """Become a listener of other behaviours, all of which are there."""

    def start(self) -> None:
        """Schedule what is due first, as a world begins; where it goes on from a state, that is due already."""
