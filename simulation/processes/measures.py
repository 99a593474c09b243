"""What is measured in sessions that are held: scores, ratings, sentiment and more, from traits, state and draws.

Trends, daily variance, burnout and the first-session penalty come in here; `simulation.formulas` puts them together.
Sessions that begin at the same time are measured together, an array per figure. Source: methodology,
"Video Engagement Metrics" to "Technical Issues", "Tutor-Specific Trends", "Daily Variance".
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, NamedTuple

import numpy as np

from simulation import formulas
from simulation.agents.influence import Aspect
from simulation.agents.session import Session
from simulation.agents.session_draws import SessionRequestDraws, TutorHour
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.formulas import clip, stored
from simulation.processes.context import SimulationContext
from simulation.random_streams import Floats, QuantileTables, beta, between, normal, normal_table

# Columns of the draws: from these on, each becomes a figure.
_MEASURED_OF_HOUR = TutorHour._fields.index("camera")
_MEASURED_OF_REQUEST = SessionRequestDraws._fields.index("attention")
_TECHNICAL = TutorHour._fields.index("technical")

# Of a student's traits and of a tutor's, what the figures depend on.
_student_traits = attrgetter("leniency", "attention_offset", "sentiment_offset")
_tutor_traits = attrgetter(
    "reliability", "months_experience", "empathy_offset", "clarity_offset", "engagement_offset",
    "trend_empathy", "trend_clarity", "trend_engagement", "trend_satisfaction", "technical_issue_probability",
)  # fmt: skip


class DayFactors(NamedTuple):
    """By how much a day raises or lowers the figures of all."""

    engagement: float
    empathy: float
    clarity: float
    satisfaction: float


_ORDINARY_DAY = DayFactors(1.0, 1.0, 1.0, 1.0)

# The state of a tutor who is not burned out, and under no influence.
_AS_USUAL = (0.0, 1.0, 1.0)


def _state(tutor: Tutor, start: int) -> tuple[float, float, float]:
    on = tutor.influences.on
    return tutor.burnout, 1.0 + on(Aspect.QUALITY, start), 1.0 + on(Aspect.ENGAGEMENT, start)


class SessionMeasures:
    """Measures sessions that are held."""

    def __init__(self, context: SimulationContext) -> None:
        self._context = context
        self._rules = context.scenario.sessions.measures
        self._scores = context.scenario.sessions.scores
        self._burnout = context.scenario.sessions.burnout
        connection = context.scenario.sessions.connection
        self._penalties = np.array([connection.qualities[name].penalty for name in connection.ranked()])
        self._quantiles = self._quantile_tables()
        self._tutors = self._traits_of(context.tutors.values())
        self._rapports = context.streams.stream("student: rapport with a tutor")
        self._days = context.streams.stream("day: variance")
        self._factors_of = lru_cache(maxsize=4)(self._draw_day)

    def measure(
        self, start: int, sessions: Sequence[Session], hours: Floats, requests: Floats, lines: Any, first: list[bool]
    ) -> Iterable[tuple[Any, ...]]:
        """The figures of sessions that begin at a simulated second, each in the order of SessionCompleted's fields.

        `hours` and `requests` are the tutors' and the students' draws, a row per session; `lines` the connection
        qualities, 0 for the best; `first` says which sessions are a pair's first.
        """
        rules, scores = self._rules, self._scores
        camera, speaking, screen, tutor_mood, *noises, attention, sentiment, student_mood, stars, satisfied = (
            self._quantiles(
                np.concatenate([hours[:, _MEASURED_OF_HOUR:], requests[:, _MEASURED_OF_REQUEST:]], axis=1)
            ).T
        )
        numbers = np.array([session.tutor.number for session in sessions]) - 1
        (
            reliability, months, empathy_offset, clarity_offset, engagement_offset,
            empathy_trend, clarity_trend, engagement_trend, satisfaction_trend, technical,
        ) = self._tutors.take(numbers, axis=1)  # fmt: skip
        pairs = [(session.student, session.tutor) for session in sessions]
        leniency, attention_offset, sentiment_offset, rapport = np.array(
            [(*_student_traits(student.traits), self._rapport(student, tutor)) for student, tutor in pairs]
        ).T
        tired, better, livelier = self._states([tutor for _, tutor in pairs], start)
        day, trend = self._factors_of(start // DAY), self._trend(start)

        attention = formulas.attention_pct(attention, reliability, attention_offset, rules)
        speak_ratio = stored(speaking, 0.2, 0.8, 1000.0)
        mood = formulas.sentiment(reliability, sentiment_offset + tired * self._burnout.sentiment, sentiment, rules)
        empathy = formulas.empathy(
            reliability,
            months,
            empathy_offset + scores.rapport_empathy * rapport + tired * self._burnout.empathy + noises[0],
            better * (1.0 + empathy_trend * trend) * day.empathy,
            scores,
        )
        clarity = formulas.clarity(
            reliability,
            clarity_offset + scores.rapport_clarity * rapport + tired * self._burnout.clarity + noises[1],
            better * (1.0 + clarity_trend * trend) * day.clarity,
            scores,
        )
        engagement = formulas.engagement(
            attention,
            speak_ratio,
            mood,
            engagement_offset + scores.rapport_engagement * rapport + tired * self._burnout.engagement + noises[2],
            livelier * (1.0 + engagement_trend * trend) * day.engagement,
            scores,
        )
        # Bad connections cost stars, and a pair's first session does: the first-session penalty.
        penalties = self._penalties[lines] + np.where(first, scores.first_session_penalty, 0.0)
        rating = formulas.rating(empathy + clarity + engagement, leniency + penalties + stars, scores)
        figures = (
            hours[:, _TECHNICAL] < technical,
            attention,
            stored(camera * 100.0, 70.0, 100.0, 10.0),
            speak_ratio,
            stored(screen * 100.0 + rules.screen_offset, 10.0, 95.0, 10.0),
            mood,
            stored(mood + student_mood, -0.5, 0.95, 1000.0),
            stored(tutor_mood, -0.2, 0.95, 1000.0),
            empathy,
            clarity,
            engagement,
            rating,
            formulas.satisfaction(rating, satisfied, (1.0 + satisfaction_trend * trend) * day.satisfaction, scores),
        )
        return zip(*(figure.tolist() for figure in figures), strict=True)

    def _quantile_tables(self) -> QuantileTables:
        """Turns draws into what is measured, in the order of TutorHour's and SessionRequestDraws' fields."""
        rules, scores = self._rules, self._scores
        return QuantileTables((
            beta(rules.camera_a, rules.camera_b).table,
            normal_table(rules.speak_mean, rules.speak_spread),
            beta(rules.screen_a, rules.screen_b).table,
            normal_table(rules.tutor_sentiment_mean, rules.tutor_sentiment_noise),
            normal_table(0.0, scores.empathy_noise),
            normal_table(0.0, scores.clarity_noise),
            normal_table(0.0, scores.engagement_noise),
            beta(rules.attention_a, rules.attention_b).table,
            normal_table(0.0, rules.sentiment_noise),
            normal_table(rules.student_sentiment_gap, rules.student_sentiment_noise),
            normal_table(0.0, scores.rating_noise),
            normal_table(0.0, scores.satisfaction_noise),
        ))  # fmt: skip

    def _traits_of(self, tutors: Iterable[Tutor]) -> Floats:
        """The tutors' traits as an array: a row per trait, tutor n in column n - 1."""
        traits = {tutor.number: _tutor_traits(tutor.traits) for tutor in tutors}
        columns = np.zeros((10, max(traits, default=0)))
        for number, of_tutor in traits.items():
            columns[:, number - 1] = of_tutor
        columns[-1] *= self._rules.technical_issue_factor * self._context.scenario.mechanisms.technical_issues
        return columns

    @staticmethod
    def _states(tutors: Sequence[Tutor], start: int) -> Floats:
        """Each tutor's burnout, and the factors of quality and engagement from interventions and experiments."""
        return np.array([
            _state(tutor, start) if tutor.burnout or tutor.influences.until > start else _AS_USUAL for tutor in tutors
        ]).T  # fmt: skip

    def _rapport(self, student: Student, tutor: Tutor) -> float:
        """How well a student and a tutor get on, a standard normal; drawn when they first meet."""
        rapport = student.rapports.get(tutor.number)
        if rapport is None:
            rapport = normal(0.0, 1.0, self._rapports.uniform(student.number, tutor.number))
            student.rapports[tutor.number] = rapport
        return rapport

    def _trend(self, second: int) -> float:
        """The share of the tutors' trends that has unfolded: 0 until the window opens, 1 at the end of the span."""
        span = self._context.scenario.sessions.trends.span_days
        return clip(self._context.clock.days_since_opening(second) / span, 0.0, 1.0)

    def _draw_day(self, day: int) -> DayFactors:
        if not self._context.scenario.mechanisms.daily_variance:
            return _ORDINARY_DAY
        rules = self._context.scenario.sessions.daily_variance
        bounds: Iterable[tuple[float, float]] = (getattr(rules, name) for name in DayFactors._fields)
        uniforms = self._days.uniforms(0, day, len(DayFactors._fields))
        return DayFactors(*(between(low, high, u) for (low, high), u in zip(bounds, uniforms, strict=True)))
