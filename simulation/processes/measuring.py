"""What is measured in a completed session: traits, trends, the day, burnout and luck, put into the formulas."""

from functools import lru_cache

from simulation import quality
from simulation.agents.influence import Aspect
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.events import SessionCompleted
from simulation.marketplace import Session
from simulation.processes.setting import Setting
from simulation.quality import clip
from simulation.randomness import beta, between, normal

_PENALTY = {"Excellent": 0, "Good": 1, "Fair": 2, "Poor": 3}


class Measuring:
    """Measures sessions."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._rapports = setting.luck.decision("student: rapport with a tutor")
        self._days = setting.luck.decision("day: variance")
        self._variance_of_day = lru_cache(maxsize=4)(self._draw_variance)

    def measure(self, session: Session, began: int, minutes: int, line: str, is_first: bool) -> SessionCompleted:
        """The figures of a session that was held."""
        rules, scores = self._setting.scenario.sessions.measures, self._setting.scenario.sessions.scores
        tutor, student, hour, turn = session.tutor, session.student, session.hour, session.turn
        traits, burnout = tutor.traits, self._setting.scenario.sessions.burnout
        rapport = self._rapport(student, tutor)
        trend, day = self._trend(session.start), self._variance_of_day(session.start // DAY)
        lift = tutor.influences.on(Aspect.ENGAGEMENT, session.start)
        better = 1.0 + tutor.influences.on(Aspect.QUALITY, session.start)

        attention = quality.attention_pct(
            beta(rules.attention_a, rules.attention_b)(turn.attention), traits.reliability,
            student.traits.attention_offset, rules,
        )  # fmt: skip
        speak_ratio = round(clip(normal(rules.speak_mean, rules.speak_spread, hour.speaking), 0.2, 0.8), 3)
        mood = quality.sentiment(
            traits.reliability, student.traits.sentiment_offset + tutor.burnout * burnout.sentiment,
            normal(0.0, rules.sentiment_noise, turn.sentiment), rules,
        )  # fmt: skip
        empathy = quality.empathy(
            traits.reliability, traits.months_experience,
            traits.empathy_offset + scores.rapport_empathy * rapport + tutor.burnout * burnout.empathy
            + normal(0.0, scores.empathy_noise, hour.empathy),
            better * (1.0 + traits.trend_empathy * trend) * day[1], scores,
        )  # fmt: skip
        clarity = quality.clarity(
            traits.reliability,
            traits.clarity_offset + scores.rapport_clarity * rapport + tutor.burnout * burnout.clarity
            + normal(0.0, scores.clarity_noise, hour.clarity),
            better * (1.0 + traits.trend_clarity * trend) * day[2], scores,
        )  # fmt: skip
        engagement = quality.engagement(
            attention, speak_ratio, mood,
            traits.engagement_offset + scores.rapport_engagement * rapport + tutor.burnout * burnout.engagement
            + normal(0.0, scores.engagement_noise, hour.engagement),
            (1.0 + lift) * (1.0 + traits.trend_engagement * trend) * day[0], scores,
        )  # fmt: skip
        rating = quality.rating(
            (empathy, clarity, engagement),
            student.traits.leniency
            + scores.connection_penalties[_PENALTY[line]]
            + (scores.first_session_penalty if is_first else 0.0)
            + normal(0.0, scores.rating_noise, turn.rating),
            scores,
        )
        return SessionCompleted(
            tutor_id=tutor.id,
            student_id=student.id,
            session_id=session.id,
            started_at=began,
            actual_duration_min=minutes,
            connection_quality=line,
            had_technical_issues=hour.technical < self._technical_issue_probability(tutor),
            student_attention_pct=attention,
            tutor_camera_on_pct=round(clip(beta(rules.camera_a, rules.camera_b)(hour.camera) * 100, 70, 100), 1),
            tutor_speak_ratio=speak_ratio,
            screen_share_pct=round(
                clip(beta(rules.screen_a, rules.screen_b)(hour.screen) * 100 + rules.screen_offset, 10, 95), 1
            ),
            overall_sentiment=mood,
            student_sentiment=round(
                clip(mood + normal(rules.student_sentiment_gap, rules.student_sentiment_noise, turn.student_sentiment),
                     -0.5, 0.95), 3,
            ),
            tutor_sentiment=round(
                clip(normal(rules.tutor_sentiment_mean, rules.tutor_sentiment_noise, hour.mood), -0.2, 0.95), 3
            ),
            empathy_score=empathy,
            clarity_score=clarity,
            engagement_score=engagement,
            student_rating=rating,
            student_satisfaction=quality.satisfaction(
                rating, normal(0.0, scores.satisfaction_noise, turn.satisfaction),
                (1.0 + traits.trend_satisfaction * trend) * day[3], scores,
            ),
        )  # fmt: skip

    def _rapport(self, student: Student, tutor: Tutor) -> float:
        """How well a student and a tutor get on, a standard normal; found out when they first meet."""
        rapport = student.rapports.get(tutor.number)
        if rapport is None:
            rapport = normal(0.0, 1.0, self._rapports.uniform(student.number, tutor.number))
            student.rapports[tutor.number] = rapport
        return rapport

    def _trend(self, second: int) -> float:
        """How much of all tutors' trends has unfolded: nothing before the window opens, all at the end of its span."""
        span = self._setting.scenario.sessions.trends.span_days
        return clip(self._setting.clock.days_since_opening(second) / span, 0.0, 1.0)

    def _draw_variance(self, day: int) -> tuple[float, float, float, float]:
        """The day's factors of engagement, empathy, clarity and satisfaction, for everybody."""
        if not self._setting.scenario.mechanisms.daily_variance:
            return 1.0, 1.0, 1.0, 1.0
        rules = self._setting.scenario.sessions.daily_variance
        engagement, empathy, clarity, satisfaction = self._days.uniforms(0, day, 4)
        return (
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
