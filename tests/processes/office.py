"""Where the platform decides whom to write to."""

from typing import Any

from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.events import ChurnSignalsChanged
from simulation.processes.experiments import Experiments
from simulation.processes.interventions import Interventions
from tests.processes.stage import Stage


def a_score(tutor: Tutor, **figures: Any) -> ChurnSignalsChanged:
    """A tutor at Medium risk, whose figures ask for no intervention but one about engagement."""
    plain = ChurnSignalsChanged(
        tutor_id=tutor.id, churn_probability=0.41, churn_risk_level="Medium", churn_signals_detected=3,
        signal_declining_ratings=True, signal_low_engagement=True, signal_high_reschedule=True,
        signal_poor_first_sessions=False, signal_no_shows=False, signal_declining_activity=False,
        avg_rating_7d=4.0, avg_rating_30d=4.4, avg_engagement_score=5.0, first_session_avg_rating=None,
        technical_issue_rate=0.05, reschedule_rate_30d=0.2, no_show_count_30d=0, total_sessions_7d=9,
        total_sessions_30d=30,
    )  # fmt: skip
    return plain._replace(**figures)


class Office:
    """A stage on which tutors are written to."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.experiments = stage.context.of(Experiments)
        self.interventions = stage.context.of(Interventions)

    def at_risk(self, second: int = 0, tutor: int = 0, **figures: Any) -> None:
        """The monitor reports a tutor."""
        someone = self.stage.tutors[tutor]
        self.stage.at(second, self.interventions.consider, someone, a_score(someone, **figures))

    def leave(self, second: int) -> None:
        """The first tutor leaves."""

        def go() -> None:
            self.interventions.cut_short(self.stage.tutors[0])
            self.stage.context.marketplace.remove(self.stage.tutors[0])

        self.stage.at(second, go)

    def engagement(self, second: int) -> float:
        return self.stage.tutors[0].influences.on(Aspect.ENGAGEMENT, second)

    def sessions(self, second: int) -> float:
        return self.stage.tutors[0].influences.on(Aspect.SESSIONS_PER_WEEK, second)
