"""What is measured in a completed session: traits, trends, the day, burnout and luck, put into the formulas.

Source: methodology, "Video Engagement Metrics" to "Technical Issues", "Tutor-Specific Trends", "Daily Variance".
"""

from functools import lru_cache
from typing import NamedTuple

from simulation import quality
from simulation.agents.influence import Aspect
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.events import SessionCompleted
from simulation.marketplace import Session
from simulation.processes.setting import Setting
from simulation.quality import clip, stored
from simulation.randomness import beta, between, normal

QUALITIES = ("Excellent", "Good", "Fair", "Poor")


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
        self._rules = rules = setting.scenario.sessions.measures
        self._scores = setting.scenario.sessions.scores
        self._burnout = setting.scenario.sessions.burnout
        self._attention = beta(rules.attention_a, rules.attention_b)
        self._camera = beta(rules.camera_a, rules.camera_b)
        self._screen = beta(rules.screen_a, rules.screen_b)
        self._rapports = setting.luck.decision("student: rapport with a tutor")
        self._days = setting.luck.decision("day: variance")
        self._factors_of = lru_cache(maxsize=4)(self._draw_day)

    def measure(self, session: Session, began: int, minutes: int, line: str, *, is_first: bool) -> SessionCompleted:
        """The figures of a session that was held."""
        rules, scores = self._rules, self._scores
        tutor, student, hour, turn = session.tutor, session.student, session.hour, session.turn
        day, trend = self._factors_of(session.start // DAY), self._trend(session.start)
        attention = quality.attention_pct(
            self._attention(turn.attention), tutor.traits.reliability, student.traits.attention_offset, rules
        )
        speak_ratio = stored(normal(rules.speak_mean, rules.speak_spread, hour.speaking), 0.2, 0.8, 1000.0)
        mood = quality.sentiment(
            tutor.traits.reliability,
            student.traits.sentiment_offset + tutor.burnout * self._burnout.sentiment,
            normal(0.0, rules.sentiment_noise, turn.sentiment),
            rules,
        )
        student_mood = mood + normal(rules.student_sentiment_gap, rules.student_sentiment_noise, turn.student_sentiment)
        tutor_mood = normal(rules.tutor_sentiment_mean, rules.tutor_sentiment_noise, hour.mood)
        empathy, clarity, engagement = self._quality(session, attention, speak_ratio, mood, day, trend)
        rating = self._rating(session, (empathy, clarity, engagement), line, is_first=is_first)
        return SessionCompleted(
            tutor_id=tutor.id,
            student_id=student.id,
            session_id=session.id,
            started_at=began,
            actual_duration_min=minutes,
            connection_quality=line,
            had_technical_issues=hour.technical < self._technical_issue_probability(tutor),
            student_attention_pct=attention,
            tutor_camera_on_pct=stored(self._camera(hour.camera) * 100, 70.0, 100.0, 10.0),
            tutor_speak_ratio=speak_ratio,
            screen_share_pct=stored(self._screen(hour.screen) * 100 + rules.screen_offset, 10.0, 95.0, 10.0),
            overall_sentiment=mood,
            student_sentiment=stored(student_mood, -0.5, 0.95, 1000.0),
            tutor_sentiment=stored(tutor_mood, -0.2, 0.95, 1000.0),
            empathy_score=empathy,
            clarity_score=clarity,
            engagement_score=engagement,
            student_rating=rating,
            student_satisfaction=quality.satisfaction(
                rating,
                normal(0.0, scores.satisfaction_noise, turn.satisfaction),
                (1.0 + tutor.traits.trend_satisfaction * trend) * day.satisfaction,
                scores,
            ),
        )

    def _quality(
        self, session: Session, attention: float, speak_ratio: float, mood: float, day: DayFactors, trend: float
    ) -> tuple[float, float, float]:
        """Empathy, clarity and engagement."""
        scores, burnout, hour, tutor = self._scores, self._burnout, session.hour, session.tutor
        traits, tired = tutor.traits, tutor.burnout
        rapport = self._rapport(session.student, tutor)
        better = 1.0 + tutor.influences.on(Aspect.QUALITY, session.start)
        livelier = 1.0 + tutor.influences.on(Aspect.ENGAGEMENT, session.start)
        empathy = quality.empathy(
            traits.reliability,
            traits.months_experience,
            traits.empathy_offset
            + scores.rapport_empathy * rapport
            + tired * burnout.empathy
            + normal(0.0, scores.empathy_noise, hour.empathy),
            better * (1.0 + traits.trend_empathy * trend) * day.empathy,
            scores,
        )
        clarity = quality.clarity(
            traits.reliability,
            traits.clarity_offset
            + scores.rapport_clarity * rapport
            + tired * burnout.clarity
            + normal(0.0, scores.clarity_noise, hour.clarity),
            better * (1.0 + traits.trend_clarity * trend) * day.clarity,
            scores,
        )
        engagement = quality.engagement(
            attention,
            speak_ratio,
            mood,
            traits.engagement_offset
            + scores.rapport_engagement * rapport
            + tired * burnout.engagement
            + normal(0.0, scores.engagement_noise, hour.engagement),
            livelier * (1.0 + traits.trend_engagement * trend) * day.engagement,
            scores,
        )
        return empathy, clarity, engagement

    def _rating(self, session: Session, scores: tuple[float, float, float], line: str, *, is_first: bool) -> float:
        rules = self._scores
        adjustment = (
            session.student.traits.leniency
            + rules.connection_penalties[QUALITIES.index(line)]
            + (rules.first_session_penalty if is_first else 0.0)
            + normal(0.0, rules.rating_noise, session.turn.rating)
        )
        return quality.rating(scores, adjustment, rules)

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

    def _technical_issue_probability(self, tutor: Tutor) -> float:
        scenario = self._setting.scenario
        if not scenario.mechanisms.technical_issues:
            return 0.0
        return tutor.traits.technical_issue_probability * scenario.sessions.measures.technical_issue_factor
