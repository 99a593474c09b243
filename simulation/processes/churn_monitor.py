"""The churn monitor: follows each tutor's rolling signals, and scores everyone at midnight.

It is the platform's, and knows no more than the platform does.
"""

from collections.abc import Callable

from simulation.agents.tutor import Tutor
from simulation.churn.rolling_figures import RollingFigures, SessionFigures
from simulation.churn.signals import ChurnRules, Shown, TutorFigures, detect, score
from simulation.clock import DAY, Turn
from simulation.events import ChurnScored, ChurnSignalsChanged
from simulation.processes.sessions import Settled
from simulation.processes.setting import Setting

LOW_RISK = "Low"


class ChurnMonitor:
    """Keeps score. `at_risk` is told of each tutor at Medium or High risk, with the event that says so."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._switched_on = setting.scenario.mechanisms.churn_monitor
        self._rules = ChurnRules.of(setting.scenario.churn)
        self._standing: dict[int, Shown] = {}
        self.rolling = {
            number: RollingFigures(self._rules.min_recent_sessions)
            for number, tutor in setting.tutors.items()
            if tutor.traits.active
        }
        self.at_risk: Callable[[Tutor, ChurnSignalsChanged], None] | None = None

    def start(self) -> None:
        """Score everyone as each day ends."""
        if self._switched_on:
            self._setting.agenda.every_midnight("churn monitor", Turn.SCORING, self._score_all, first=DAY)

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
        self.rolling[tutor.number].moved(self._setting.agenda.now)
        self._look_at(tutor)

    def figures(self, tutor: Tutor) -> TutorFigures:
        """A tutor's figures as they stand."""
        return self.rolling[tutor.number].figures(self._setting.agenda.now)

    def risk_of(self, tutor: Tutor) -> str:
        """A tutor's risk level as it stands."""
        figures = self.figures(tutor)
        return self._score(tutor, figures, detect(figures, self._rules)).churn_risk_level

    def _look_at(self, tutor: Tutor) -> None:
        """Write an event if the tutor's signals or level are not what they were."""
        if not self._switched_on or not tutor.present:
            return
        figures = self.figures(tutor)
        signals = detect(figures, self._rules)
        # The level follows from the signals and from what is fixed in the tutor.
        if signals != self._standing.get(tutor.number):
            self._report(tutor, signals, self._score(tutor, figures, signals))

    def _score_all(self, _: int) -> None:
        for tutor in self._setting.tutors.values():
            if tutor.present:
                figures = self.figures(tutor)
                signals = detect(figures, self._rules)
                self._report(tutor, signals, ChurnScored(*self._score(tutor, figures, signals)))

    def _report(self, tutor: Tutor, signals: Shown, score: ChurnSignalsChanged) -> None:
        self._standing[tutor.number] = signals
        self._setting.record(score)
        if score.churn_risk_level != LOW_RISK and self.at_risk is not None:
            self.at_risk(tutor, score)

    def _score(self, tutor: Tutor, figures: TutorFigures, signals: Shown) -> ChurnSignalsChanged:
        scored = score(signals, tutor.traits.score_offset, self._rules)
        return ChurnSignalsChanged._make((tutor.id, *scored, *figures))
