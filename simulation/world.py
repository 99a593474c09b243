"""The world of one region: draws the agents, starts the behaviours, runs the clock, and writes the log."""

import gc
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import simulation
from simulation.agents.people import People
from simulation.agents.session_draws import SessionDraws
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.agents.tutor_population import influence_caps
from simulation.churn.signals import ChurnRules
from simulation.clock import DAY, HOUR, Clock, EventPriority, moment, second_at
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.log import BUILT_IN_TYPES, EventLog, EventTypes, LogMetadata, MemorySink, OnEvent, Sink
from simulation.marketplace import Marketplace
from simulation.processes.agenda import Agenda, BehaviourError
from simulation.processes.behaviours import BUILT_IN
from simulation.processes.context import SimulationContext
from simulation.processes.memory import Memory
from simulation.processes.parameter_changes import changed_events
from simulation.processes.population import open_the_log
from simulation.processes.sessions import Sessions
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from simulation.scenario.changes import segments
from simulation.scenario.extension_code import code_for
from simulation.scenario.extensions import Extension, ExtensionError, section_of
from simulation.scenario.loading import scenario_digest
from simulation.scenario.regions import simulated_days
from simulation.scenario.vocabulary import vocabulary_of
from simulation.state.checking import check_due, check_place
from simulation.state.conversion import Parts, Restored, WorldState, as_plain

_OUTCOMES = (SessionCompleted, StudentNoShow, TutorNoShow)


def clock_of(scenario: Scenario) -> Clock:
    """The calendar of a scenario's region."""
    warm_up = timedelta(days=scenario.warm_up_days)
    return Clock(
        log_start=datetime.combine(scenario.start_date, time()) - warm_up,
        window_start=(scenario.warm_up_days + scenario.earlier_days) * DAY,
        window_end=(scenario.warm_up_days + scenario.earlier_days + scenario.days) * DAY,
        utc_offset=scenario.regions[0].utc_offset,
        opening=scenario.warm_up_days * DAY,
    )


def log_metadata(scenario: Scenario) -> LogMetadata:
    """The metadata of a scenario's log."""
    clock = clock_of(scenario)
    return LogMetadata(
        seed=scenario.seed,
        scenario=scenario.name,
        scenario_digest=scenario_digest(scenario),
        version=simulation.__version__,
        log_start=clock.log_start.isoformat(),
        window_start=clock.local(clock.window_start).isoformat(),
        window_end=clock.local(clock.window_end).isoformat(),
        churn_rules=ChurnRules.of(scenario.churn).as_dict(),
        vocabulary=vocabulary_of(scenario),
    )


def parameters_in_force(scenario: Scenario) -> list[tuple[int, Scenario]]:
    """The parameters of a scenario with changes, each as a scenario without any, from a simulated second on."""
    opening = clock_of(scenario).opening
    return [(opening + segment.day * DAY, segment.scenario) for segment in segments(scenario)]


def people_of(scenario: Scenario, region: int) -> People:
    """Whom worlds of a scenario's region draw."""
    return People(parameters_in_force(scenario), RandomStreams(scenario.seed, region), region)


def event_types(extensions: Sequence[Extension]) -> EventTypes:
    """The types of the events of worlds with extensions. Raises ExtensionError where these do not go together."""
    observable, truth, data = (
        [event for one in extensions for event in getattr(one, part)] for part in ("observable", "truth", "events")
    )
    try:
        return EventTypes(observable, truth, data) if extensions else BUILT_IN_TYPES
    except TypeError as error:
        raise ExtensionError(f"extension {', '.join(one.name for one in extensions)}: {error}") from None


def memory_sinks(scenario: Scenario) -> tuple[MemorySink, MemorySink]:
    """Sinks that keep both parts of the log of a scenario's world in memory. Raises ExtensionError."""
    extensions = [code.extension for code in code_for(scenario.extensions)]
    observable, truth = event_types(extensions).schemas
    return MemorySink(observable), MemorySink(truth)


class World:
    """A region's tutors and students, and all that they do.

    `observable` and `truth` are the sinks of the two parts of the log. `on_day` is called after each simulated day
    with the number of days done and in all, `on_event` with each observable event when it is written.

    For counterfactuals, interventions whose ids are `muted` are never sent, and `assigned` overrides the drawn
    variants of single tutors, by the ids of experiment and tutor.

    With a `state` the world goes on from there, and so does its log: it has to be one of a world that was the same up
    to then. Worlds of one scenario and region may share the `people` that they draw.
    """

    def __init__(  # noqa: PLR0913, PLR0917 -- what one may ask of a world
        self,
        scenario: Scenario,
        observable: Sink,
        truth: Sink,
        on_day: Callable[[int, int], None] | None = None,
        region: int = 1,
        muted: frozenset[str] = frozenset(),
        assigned: Mapping[tuple[str, str], str] | None = None,
        on_event: OnEvent | None = None,
        state: WorldState | None = None,
        people: People | None = None,
    ) -> None:
        self._muted, self._assigned, self._on_day = muted, assigned or {}, on_day
        self._scenario, self._region = scenario, region
        self._streams = RandomStreams(scenario.seed, region)
        self.clock = clock_of(scenario)
        self._in_force = parameters_in_force(scenario)
        self.people = people or People(self._in_force, self._streams, region)
        log_state = None if state is None else state.log
        self._extensions = [code.extension for code in code_for(scenario.extensions)]
        self.log = EventLog(
            self.clock, observable, truth, region, on_event=on_event, state=log_state,
            types=event_types(self._extensions),
        )  # fmt: skip
        if state is None:
            self._connect(self._in_force[0][1], 0, self.people.tutors(), self.people.initial_students(), Memory())
        else:
            with without_garbage_collections():
                self._restore(state)
        self._stops = self._all_stops(is_new=state is None)
        self._next_stop: int | None = None

    def run(self, until: int | None = None) -> None:
        """Simulate the warm-up, earlier windows, the window, and the follow-up if there is one; then close the log.

        With `until`, only up to that simulated second, with what is recorded then of the time before: the world can be
        run on. Raises BehaviourError if a behaviour fails, or waits for an event that can no longer happen.
        """
        with without_garbage_collections():
            for stop in self._stops_up_to(math.inf if until is None else _stop_at(until)):
                self.context.agenda.environment.run(until=stop)

    def moments(self) -> Iterator[int]:
        """The same, step by step: yields the simulated second of the next step, and takes it when asked for another."""
        for stop in self._stops_up_to(math.inf):
            environment = self.context.agenda.environment
            while environment.peek() < stop:
                yield second_at(int(environment.peek()))
                environment.step()
            environment.run(until=stop)

    def state(self) -> WorldState:
        """All that another world needs to go on from where `run` stopped."""
        context, environment = self.context, self.context.agenda.environment
        with without_garbage_collections():
            return as_plain(
                Parts(
                    int(environment.now), self.log.state(), context.tutors, context.students, context.memory.registers,
                    context.agenda.due(),
                )
            )  # fmt: skip

    def branch(
        self,
        observable: Sink,
        truth: Sink,
        *,
        scenario: Scenario | None = None,
        muted: frozenset[str] = frozenset(),
        assigned: Mapping[tuple[str, str], str] | None = None,
    ) -> "World":
        """Another world that goes on from where `run` stopped, with changes of its own; this one can go on, too.

        Its `scenario` may be another, whose `changes` differ from now on: then it draws its people itself, as those who
        join later may be others.
        """
        return World(
            scenario or self._scenario, observable, truth, region=self._region, muted=muted, assigned=assigned,
            state=self.state(), people=self.people if scenario is None else None,
        )  # fmt: skip

    # ------------------------------------------------------------ people and behaviours

    def _restore(self, state: WorldState) -> None:
        """Go on from a state: people are drawn as they were, and what changed about them is set."""
        check_place(state.moment, state.log, self._region, self._last_day)
        draws = SessionDraws(self._streams, len(state.tutors))
        restored = Restored(state, self.people, draws, self._region)
        # What changes at the moment of the state comes after it.
        scenario = [one for second, one in self._in_force if second < state.second or not second][-1]
        memory = Memory(restored.register)
        self._connect(scenario, state.moment, restored.tutors, restored.students, memory)
        self.context.marketplace.restore(restored.students.values())
        due = restored.due(self.context.agenda.named)
        check_due(due, state.moment, self._sessions.under_way)
        self.context.agenda.restore(due)

    def _change(self, scenario: Scenario) -> None:
        """Go on under other parameters: behaviours are connected anew, with all that they remember and that is due."""
        before, due, acted = self.context, self.context.agenda.due(), self._kinds
        now = int(before.agenda.environment.now)
        self._connect(scenario, now, before.tutors, before.students, before.memory)
        self.context.marketplace.restore(before.students.values())
        # What an extension that is switched off had planned is dropped, and one that is switched on begins.
        switched_off = tuple({before.scopes[kind].scope for kind in acted if kind not in self._kinds})
        self.context.agenda.restore(entry for entry in due if not entry.action.startswith(switched_off))
        for kind in self._kinds:
            if kind not in acted:
                self.context.of(kind).start()
        gc.collect()  # the former behaviours refer to each other
        for event in changed_events(before.scenario, scenario):
            self.context.record(event)

    def _connect(
        self, scenario: Scenario, now: int, tutors: dict[int, Tutor], students: dict[int, Student], memory: Memory
    ) -> None:
        """Make the behaviours, under the parameters of a scenario, and connect them with each other."""
        region, caps = self._region, influence_caps(scenario)
        for tutor in tutors.values():
            tutor.influences.caps = caps
        self.context = context = SimulationContext(
            region=region,
            scenario=scenario,
            clock=self.clock,
            agenda=Agenda(self.clock, now),
            streams=self._streams,
            session_draws=SessionDraws(self._streams, len(tutors)),
            log=self.log,
            tutors=tutors,
            students=students,
            marketplace=Marketplace(
                tutors.values(), scenario.matching, self.clock,
                region=region, reputation_counts=scenario.mechanisms.reputation,
            ),
            memory=memory,
            muted=self._muted,
            assigned=self._assigned,
        )  # fmt: skip
        own = [section_of(scenario, extension) for extension in self._extensions]
        for extension, parameters in zip(self._extensions, own, strict=True):
            context.extend(extension.name, extension.behaviours, parameters)
        self._kinds = (*BUILT_IN, *(kind for kind, within in context.scopes.items() if within.parameters.on))
        context.connect(self._kinds)
        self._sessions = context.of(Sessions)

    # ------------------------------------------------------------ the days

    def _stops_up_to(self, limit: float) -> Iterator[int]:
        """The moments to run to, up to a limit that is one, too; what is due after each is done once it is reached."""
        while self.context.agenda.environment.now < limit:
            self._next_stop = self._next_stop or next(self._stops, None)
            if self._next_stop is None:
                return
            stop = int(min(self._next_stop, limit))
            yield stop
            if stop == self._next_stop:
                self._next_stop = None

    def _all_stops(self, *, is_new: bool) -> Iterator[int]:
        """The moments to run to, one after the other; what is due between two of them is done here."""
        clock = self.clock
        last_day, followed_until = clock.window_end // DAY, self._last_day
        if is_new:
            open_the_log(self.context)
            for kind in self._kinds:
                self.context.of(kind).start()
        if not is_new and self.context.agenda.now > clock.window_end:
            self._close_window()
        changes = dict(self._in_force[1:])
        for midnight in range(-(-self.context.agenda.now // DAY), followed_until + 1):
            stop = _stop_at(midnight * DAY)
            if stop > self.context.agenda.environment.now:
                yield stop
                if self._on_day is not None and midnight:
                    self._on_day(midnight, followed_until)
            if midnight == last_day:
                self._close_window()
            if midnight * DAY in changes:
                self._change(changes[midnight * DAY])
        yield from self._until_all_is_settled(followed_until * DAY)
        if stuck := self.context.agenda.waiting_for_nothing():
            raise BehaviourError(f"when the run ended, {', '.join(stuck)} waited for what can no longer happen")
        self.log.close()

    @property
    def _last_day(self) -> int:
        """How many days there are, with the follow-up."""
        return simulated_days(self._scenario)

    def _close_window(self) -> None:
        self.log.close_window(self._belongs_to_window, follow_up=self._scenario.follow_up_days > 0)

    def _belongs_to_window(self, event: Any) -> bool:
        """After the window closes, only the outcomes of sessions that have begun belong to it."""
        end, under_way = self.clock.window_end, self._sessions.under_way
        return isinstance(event, _OUTCOMES) and under_way.get(event.session_id, end) < end

    def _until_all_is_settled(self, second: int) -> Iterator[int]:
        """Hour after hour from a second on, as long as sessions that began in the window are under way."""
        end = self.clock.window_end
        while any(start < end for start in self._sessions.under_way.values()):
            second += HOUR
            if second > self.context.agenda.now:
                yield _stop_at(second)


def _stop_at(second: int) -> int:
    """The moment at which to stop in a second: what is recorded of the time before is done, what comes next is not."""
    return moment(second, EventPriority.BURNOUT)


@contextmanager
def without_garbage_collections() -> Iterator[None]:
    """A world at work drops no reference cycles, so garbage collections would cost time and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
