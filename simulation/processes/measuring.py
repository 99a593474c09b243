"""What is measured in sessions that are held: traits, trends, the day, burnout and luck, put into the formulas.

Sessions that begin at the same time are measured together, an array per figure. Source: methodology,
"Video Engagement Metrics" to "Technical Issues", "Tutor-Specific Trends", "Daily Variance".
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from simulation import formulas
from simulation.agents.influence import Aspect
from simulation.agents.session_luck import StudentTurn, TutorHour
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.formulas import clip, stored
from simulation.marketplace import Session
from simulation.processes.setting import Setting
from simulation.random_streams import Floats, Lanes, beta, between, normal, normal_table

_HOUR_LANES = TutorHour._fields.index("camera")
_TURN_LANES = StudentTurn._fields.index("attention")
_TECHNICAL = TutorHour._fields.index("technical")


class DayFactors(NamedTuple):
    """By how much a day lifts or lowers everybody's figures."""

    engagement: float
    empathy: float
    clarity: float
    satisfaction: float


_ORDINARY_DAY = DayFactors(1.0, 1.0, 1.0, 1.0)


class Measuring:
    """Measures sessions."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._rules = setting.scenario.sessions.measures
        self._scores = setting.scenario.sessions.scores
        self._burnout = setting.scenario.sessions.burnout
        self._penalties = np.array(self._scores.connection_penalties)
        self._lanes = self._inverses()
        self._tutors = self._traits_of(setting.tutors.values())
        self._rapports = setting.luck.decision("student: rapport with a tutor")
        self._days = setting.luck.decision("day: variance")
        self._factors_of = lru_cache(maxsize=4)(self._draw_day)

    def measure(
        self, start: int, sessions: Sequence[Session], hours: Floats, turns: Floats, lines: Any, first: list[bool]
    ) -> Iterable[tuple[Any, ...]]:
        """The figures of sessions that begin at a simulated second, each in the order of SessionCompleted's fields.

        `hours` and `turns` are the tutors' and the students' luck, a row per session; `lines` the qualities of the
        connections from 0 for the best, `first` which sessions are a pair's first.
        """
        rules, scores = self._rules, self._scores
        camera, speaking, screen, tutor_mood, *noises, attention, sentiment, student_mood, stars, satisfied = (
            self._lanes(np.concatenate([hours[:, _HOUR_LANES:], turns[:, _TURN_LANES:]], axis=1)).T
        )
        numbers = np.array([session.tutor.number for session in sessions]) - 1
        (
            reliability, months, empathy_offset, clarity_offset, engagement_offset,
            empathy_trend, clarity_trend, engagement_trend, satisfaction_trend, technical,
        ) = self._tutors.take(numbers, axis=1)  # fmt: skip
        leniency, attention_offset, sentiment_offset, rapport = np.array(
            [(*session.student.traits.leanings, self._rapport(session.student, session.tutor)) for session in sessions]
        ).T
        tired, better, livelier = self._states([session.tutor for session in sessions], start)
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

    def _inverses(self) -> Lanes:
        """How uniforms become what is measured, in the order of the lanes of TutorHour and StudentTurn."""
        rules, scores = self._rules, self._scores
        return Lanes((
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
        """What of the tutors' traits is measured: a row per trait, tutor n in column n - 1."""
        factor = self._rules.technical_issue_factor * self._setting.scenario.mechanisms.technical_issues
        traits = {tutor.number: tutor.traits for tutor in tutors}
        columns = np.zeros((10, max(traits, default=0)))
        for number, of_tutor in traits.items():
            columns[:, number - 1] = (
                of_tutor.reliability, of_tutor.months_experience,
                of_tutor.empathy_offset, of_tutor.clarity_offset, of_tutor.engagement_offset,
                of_tutor.trend_empathy, of_tutor.trend_clarity, of_tutor.trend_engagement, of_tutor.trend_satisfaction,
                of_tutor.technical_issue_probability * factor,
            )  # fmt: skip
        return columns

    @staticmethod
    def _states(tutors: Sequence[Tutor], start: int) -> Floats:
        """Each tutor's burnout, and the factors by which influences change quality and engagement."""
        states = np.array([[0.0], [1.0], [1.0]]).repeat(len(tutors), axis=1)
        for place, tutor in enumerate(tutors):
            if tutor.burnout or tutor.influences.until > start:
                better, livelier = (
                    tutor.influences.on(aspect, start) for aspect in (Aspect.QUALITY, Aspect.ENGAGEMENT)
                )
                states[:, place] = tutor.burnout, 1.0 + better, 1.0 + livelier
        return states

    def _rapport(self, student: Student, tutor: Tutor) -> float:
        """How well a student and a tutor get on, a standard normal; found out when they first meet."""
        rapport = student.rapports.get(tutor.number)
        if rapport is None:
            rapport = normal(0.0, 1.0, self._rapports.uniform(student.number, tutor.number))
            student.rapports[tutor.number] = rapport
        return rapport

    def _trend(self, second: int) -> float:
        """How much of all tutors' trends has unfolded: nothing before the window opens, all at the end of the span."""
        span = self._setting.scenario.sessions.trends.span_days
        return clip(self._setting.clock.days_since_opening(second) / span, 0.0, 1.0)

    def _draw_day(self, day: int) -> DayFactors:
        if not self._setting.scenario.mechanisms.daily_variance:
            return _ORDINARY_DAY
        rules = self._setting.scenario.sessions.daily_variance
        engagement, empathy, clarity, satisfaction = self._days.uniforms(0, day, len(DayFactors._fields))
        return DayFactors(
            between(*rules.engagement, engagement),
            between(*rules.empathy, empathy),
            between(*rules.clarity, clarity),
            between(*rules.satisfaction, satisfaction),
        )
