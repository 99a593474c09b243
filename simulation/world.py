"""The world of one region: draws the agents, starts the behaviours, runs the clock, and writes the log."""

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, time, timedelta
from typing import Any

import simulation
from simulation.agents.session_draws import SessionDraws
from simulation.agents.student_population import StudentDrawing
from simulation.agents.tutor_population import draw_tutors
from simulation.churn.signals import ChurnRules
from simulation.clock import DAY, HOUR, Clock, EventPriority, moment, second_at
from simulation.events import SessionCompleted, StudentNoShow, TutorNoShow
from simulation.log import EventLog, LogMetadata, OnEvent, Sink
from simulation.marketplace import Marketplace
from simulation.processes.agenda import Agenda, BehaviourError
from simulation.processes.attrition import Attrition
from simulation.processes.burnout import Burnout
from simulation.processes.churn import ChurnMonitor
from simulation.processes.coaching import Coaching
from simulation.processes.context import SimulationContext
from simulation.processes.demand import Demand
from simulation.processes.experiments import Experiments
from simulation.processes.interventions import Interventions
from simulation.processes.invitations import Invitations
from simulation.processes.matching import Matching
from simulation.processes.measures import SessionMeasures
from simulation.processes.platform_activity import PlatformActivity
from simulation.processes.population import open_the_log
from simulation.processes.reputation import Reputation
from simulation.processes.rescheduling import Rescheduling
from simulation.processes.sessions import Sessions
from simulation.processes.student_leaving import StudentLeaving
from simulation.random_streams import RandomStreams
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest

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
    )


class World:
    """A region's tutors and students, and all that they do.

    `observable` and `truth` are the sinks of the two parts of the log. `on_day` is called after each simulated day
    with the number of days done and in all, `on_event` with each observable event when it is written.

    For counterfactuals, interventions whose ids are `muted` are never sent, and `assigned` overrides the drawn
    variants of single tutors, by the ids of experiment and tutor.
    """

    def __init__(
        self,
        scenario: Scenario,
        observable: Sink,
        truth: Sink,
        on_day: Callable[[int, int], None] | None = None,
        region: int = 1,
        muted: frozenset[str] = frozenset(),
        assigned: Mapping[tuple[str, str], str] | None = None,
        on_event: OnEvent | None = None,
    ) -> None:
        self._muted, self._assigned, self._on_day = muted, assigned, on_day
        self.clock = clock_of(scenario)
        self.log = EventLog(self.clock, observable, truth, region, on_event=on_event)
        streams = RandomStreams(scenario.seed, region)
        tutors = {tutor.number: tutor for tutor in draw_tutors(scenario, streams, region)}
        students = {student.number: student for student in StudentDrawing(scenario, streams, region).initial()}
        self.context = SimulationContext(
            region=region,
            scenario=scenario,
            clock=self.clock,
            agenda=Agenda(self.clock),
            streams=streams,
            session_draws=SessionDraws(streams, len(tutors)),
            log=self.log,
            tutors=tutors,
            students=students,
            marketplace=Marketplace(
                tutors.values(), scenario.matching, self.clock,
                region=region, reputation_counts=scenario.mechanisms.reputation,
            ),
        )  # fmt: skip
        self._sessions = Sessions(self.context, SessionMeasures(self.context))

    def run(self) -> None:
        """Simulate the warm-up, earlier windows, the window, and the follow-up if there is one; then close the log.

        Raises BehaviourError if a behaviour fails, or waits for an event that can no longer happen.
        """
        environment = self.context.agenda.environment
        with _no_garbage_collections():
            for stop in self._stops():
                environment.run(until=stop)

    def moments(self) -> Iterator[int]:
        """The same, step by step: yields the simulated second of the next step, and takes it when asked for another."""
        environment = self.context.agenda.environment
        for stop in self._stops():
            while environment.peek() < stop:
                yield second_at(int(environment.peek()))
                environment.step()
            environment.run(until=stop)

    # ------------------------------------------------------------ the days

    def _start_behaviours(self) -> None:
        """Connect the behaviours and start them: a new behaviour is added here, with those whose news it needs."""
        context, sessions = self.context, self._sessions
        monitor = ChurnMonitor(context)
        leaving = StudentLeaving(context)
        rescheduling = Rescheduling(context, sessions, monitor)
        matching = Matching(context, sessions, rescheduling, leaving)
        experiments = Experiments(context, monitor, self._assigned)
        interventions = Interventions(context, experiments, self._muted)
        coaching = Coaching(context, interventions)
        activity = PlatformActivity(context)
        attrition = Attrition(context, matching)
        reputation = Reputation(context)

        monitor.at_risk = interventions.consider
        interventions.succeeded.append(coaching.after_success)
        attrition.farewells.append(interventions.cut_short)
        sessions.listeners += [
            reputation.follow, monitor.settled, attrition.feel, activity.after_session, leaving.weigh_session,
        ]  # fmt: skip
        for behaviour in (
            reputation, Demand(context, matching, leaving), monitor, Burnout(context, monitor),
            Invitations(context, matching), activity, experiments, attrition,
        ):  # fmt: skip
            behaviour.start()

    def _stops(self) -> Iterator[int]:
        """The moments to run to, one after the other; what is due between two of them is done here."""
        open_the_log(self.context)
        self._start_behaviours()
        last_day = self.clock.window_end // DAY
        followed_until = last_day + self.context.scenario.follow_up_days
        yield from self._midnights(1, last_day, followed_until)
        self.log.close_window(self._belongs_to_window, follow_up=followed_until > last_day)
        yield from self._midnights(last_day + 1, followed_until, followed_until)
        yield from self._until_all_is_settled(self.clock.window_end)
        if stuck := self.context.agenda.waiting_for_nothing():
            raise BehaviourError(f"when the run ended, {', '.join(stuck)} waited for what can no longer happen")
        self.log.close()

    def _midnights(self, first: int, last: int, days_in_all: int) -> Iterator[int]:
        """The midnights from one to another, each after the day's scores and states are recorded."""
        for midnight in range(first, last + 1):
            yield moment(midnight * DAY, EventPriority.BURNOUT)
            if self._on_day is not None:
                self._on_day(midnight, days_in_all)

    # ------------------------------------------------------------ after the last

    def _belongs_to_window(self, event: Any) -> bool:
        """After the window closes, only the outcomes of sessions that have begun belong to it."""
        end, under_way = self.clock.window_end, self._sessions.under_way
        return isinstance(event, _OUTCOMES) and under_way.get(event.session_id, end) < end

    def _until_all_is_settled(self, end: int) -> Iterator[int]:
        """Hour after hour, as long as sessions that began before `end` are under way."""
        environment = self.context.agenda.environment
        while any(start < end for start in self._sessions.under_way.values()):
            yield int(environment.now) + moment(HOUR)


@contextmanager
def _no_garbage_collections() -> Iterator[None]:
    """A running world drops no reference cycles, so garbage collections would cost time and find nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
