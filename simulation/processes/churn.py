"""The churn monitor: follows each tutor's churn signals, and scores all tutors at midnight.

It belongs to the platform, and sees only what the platform can observe.
"""

from collections.abc import Callable

from attrs import define, field

from simulation.agents.tutor import Tutor
from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.churn.signals import ChurnRules, Shown, TutorFigures, detect, score
from simulation.clock import DAY, EventPriority
from simulation.events import ChurnScored, ChurnSignalsChanged
from simulation.processes.agenda import Process, action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.sessions import Sessions, Settled

LOW_RISK = "Low"


@define
class ChurnMemory:
    """What the monitor remembers, by a tutor's number: the figures, and the signals that were reported last.

    `next_scoring` is the midnight at which all tutors are scored next.
    """

    rolling: dict[int, RollingFigures] = field(factory=dict)
    standing: dict[int, Shown] = field(factory=dict)
    next_scoring: int = DAY


class ChurnMonitor(Behaviour):
    """Scores tutors. `at_risk` are called for each tutor at Medium or High risk, with the event that reports it."""

    name = "churn"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._switched_on = context.scenario.mechanisms.churn_monitor
        self._rules = ChurnRules.of(context.scenario.churn)
        self._memory = context.memory.of("churn", ChurnMemory)
        self._standing, self.rolling = self._memory.standing, self._memory.rolling
        for number, tutor in context.tutors.items():
            if tutor.traits.active:
                self.rolling.setdefault(number, RollingFigures()).require(self._rules.min_recent_sessions)
        self.at_risk: list[Callable[[Tutor, ChurnSignalsChanged], None]] = []

    def connect(self) -> None:
        """Hear of sessions."""
        self._context.of(Sessions).listeners.append(self.settled)

    def start(self) -> None:
        """Score all tutors at the end of each day."""
        self._context.agenda.start(self._nights)

    def settled(self, settled: Settled) -> None:
        """A session was completed or missed."""
        session, held = settled.session, settled.completed
        if held is None:
            figures = SessionFigures(session.start, False, not settled.tutor_showed)
        else:
            rating, engagement = round(held.student_rating * 10), round(held.engagement_score * 100)
            issues = held.had_technical_issues
            figures = SessionFigures(session.start, True, False, rating, engagement, issues, settled.is_first)
        self.rolling[session.tutor.number].settled(figures)
        self._look_at(session.tutor)

    def moved(self, tutor: Tutor) -> None:
        """A tutor moved a session."""
        self.rolling[tutor.number].moved(self._context.agenda.now)
        self._look_at(tutor)

    def figures(self, tutor: Tutor) -> TutorFigures:
        """A tutor's current rolling figures."""
        return self.rolling[tutor.number].figures(self._context.agenda.now)

    def risk_of(self, tutor: Tutor) -> str:
        """A tutor's current risk level."""
        figures = self.figures(tutor)
        return self._score(tutor, figures, detect(figures, self._rules)).churn_risk_level

    def _look_at(self, tutor: Tutor) -> None:
        """Record an event if the tutor's signals have changed."""
        if not self._switched_on or not tutor.present:
            return
        figures = self.figures(tutor)
        signals = detect(figures, self._rules)
        # The risk level depends on the signals and on the tutor's fixed offset only.
        if signals != self._standing.get(tutor.number):
            self._report(tutor, signals, self._score(tutor, figures, signals))

    @action
    def _nights(self) -> Process:
        """Sleep until midnight, and score all tutors who are there."""
        while True:
            yield self._context.agenda.until(self._memory.next_scoring, EventPriority.SCORING, 0)
            self._memory.next_scoring += DAY
            if self._switched_on:
                for tutor in self._context.tutors.values():
                    if tutor.present:
                        self._score_at_midnight(tutor)

    def _score_at_midnight(self, tutor: Tutor) -> None:
        figures = self.figures(tutor)
        signals = detect(figures, self._rules)
        self._report(tutor, signals, ChurnScored(*self._score(tutor, figures, signals)))

    def _report(self, tutor: Tutor, signals: Shown, score: ChurnSignalsChanged) -> None:
        self._standing[tutor.number] = signals
        self._context.record(score)
        if score.churn_risk_level != LOW_RISK:
            for consider in self.at_risk:
                consider(tutor, score)

    def _score(self, tutor: Tutor, figures: TutorFigures, signals: Shown) -> ChurnSignalsChanged:
        scored = score(signals, tutor.traits.score_offset, self._rules)
        return ChurnSignalsChanged._make((tutor.id, *scored, *figures))
