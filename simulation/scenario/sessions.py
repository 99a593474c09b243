"""[sessions]: connection quality, attendance, trends and daily variance (methodology, "Session Data Generation")."""

from collections.abc import Mapping

from attrs import frozen

from simulation.scenario.burnout import BurnoutParameters
from simulation.scenario.fields import ALWAYS, OPENING, Range, entries, param, probability, section, span, weight
from simulation.scenario.measures import MeasureParameters, ScoreParameters
from simulation.scenario.rescheduling import ReschedulingParameters


@frozen
class ConnectionQuality:
    """How good a connection is (methodology, "Connection Quality by Time")."""

    rank: int = param(0, "its place from the best, 0, to the worst", low=0, high=99, needs=("demand.sessions_per_day",))
    peak: float = weight(0.0, "its weight, of the sum of all, Monday to Friday in peak hours")
    weekend: float = weight(0.0, "on weekends")
    normal: float = weight(0.0, "otherwise")
    penalty: float = param(
        0.0, "added to the rating of a session", unit="stars", low=-3, high=3, needs=("demand.sessions_per_day",)
    )


def default_qualities() -> dict[str, ConnectionQuality]:
    """From the best to the worst."""
    return {
        "Excellent": ConnectionQuality(0, 0.50, 0.65, 0.60),
        "Good": ConnectionQuality(1, 0.30, 0.28, 0.30, -0.1),
        "Fair": ConnectionQuality(2, 0.15, 0.06, 0.08, -0.3),
        "Poor": ConnectionQuality(3, 0.05, 0.01, 0.02, -0.6),
    }


@frozen
class ConnectionParameters:
    """Connection quality by hour (methodology, "Connection Quality by Time")."""

    qualities: Mapping[str, ConnectionQuality] = entries(
        ConnectionQuality, "how good a connection can be", default_qualities, acts=ALWAYS
    )
    peak_hours: Range = span((18, 21), "the network's peak hours", unit="hour", low=0, high=24)

    def ranked(self) -> list[str]:
        """The names of the qualities, the best first."""
        return sorted(self.qualities, key=lambda name: (self.qualities[name].rank, name))


@frozen
class AttendanceParameters:
    """Who comes (methodology, "Completion Rates")."""

    no_show_probability_per_count: float = probability(
        0.01, "a tutor's chance to miss a session, per no-show on record", needs=("mechanisms.tutor_no_shows",)
    )
    no_show_probability_cap: float = probability(
        0.15,
        "most that a tutor's chance comes to",
        needs=("mechanisms.tutor_no_shows", ".no_show_probability_per_count"),
    )
    waiting_minutes: int = param(
        15,
        "until a session counts as missed",
        unit="minutes",
        low=1,
        high=25,
        needs=("mechanisms.tutor_no_shows|mechanisms.student_no_shows",),
    )


@frozen
class TrendParameters:
    """Tutors change over time (methodology, "Tutor-Specific Trends"). Relative change over the span."""

    low_reliability: float = probability(0.6, "below it, tutors decline")
    high_reliability: float = probability(0.8, "above it, they improve or hold")
    declining: Range = span((-0.15, -0.03), "trend of unreliable tutors", low=-1, high=1)
    improving: Range = span((-0.02, 0.10), "trend of reliable tutors", low=-1, high=1)
    mixed: Range = span((-0.08, 0.05), "trend of those between", low=-1, high=1)
    span_days: float = param(
        30.0, "days from the first window's opening over which a trend unfolds", unit="days", low=1, high=3650,
        acts=ALWAYS,
    )  # fmt: skip


@frozen
class DailyVarianceParameters:
    """Days differ for all tutors (methodology, "Daily Variance"). Factors, uniform."""

    engagement: Range = span((0.85, 1.15), "factor of the day", low=0, high=2)
    empathy: Range = span((0.92, 1.08), "factor of the day", low=0, high=2)
    clarity: Range = span((0.90, 1.10), "factor of the day", low=0, high=2)
    satisfaction: Range = span((0.88, 1.12), "factor of the day", low=0, high=2)


@frozen
class SessionParameters:
    """What happens in sessions."""

    connection: ConnectionParameters = section(
        ConnectionParameters, "connection quality by hour", needs=("mechanisms.connection",)
    )
    attendance: AttendanceParameters = section(AttendanceParameters, "who comes")
    measures: MeasureParameters = section(MeasureParameters, "what is measured")
    scores: ScoreParameters = section(ScoreParameters, "quality scores, rating and satisfaction")
    trends: TrendParameters = section(TrendParameters, "how tutors change", needs=("mechanisms.trends",), acts=OPENING)
    daily_variance: DailyVarianceParameters = section(
        DailyVarianceParameters, "how days differ", needs=("mechanisms.daily_variance",)
    )
    burnout: BurnoutParameters = section(BurnoutParameters, "how veterans burn out", needs=("mechanisms.burnout",))
    rescheduling: ReschedulingParameters = section(
        ReschedulingParameters, "how sessions move", needs=("mechanisms.rescheduling",)
    )
