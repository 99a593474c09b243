"""[sessions.measures] and [sessions.scores]: what is measured in a session, and how it is rated."""

from attrs import frozen

from simulation.scenario.fields import OPENING, Range, param, probability, span


@frozen
class MeasureParameters:
    """What is measured in a session, as far as the formulas have parameters."""

    duration_factor: Range = span((0.85, 1.15), "actual over scheduled duration", low=0.85, high=1.15)
    attention_a: float = param(5.0, "Beta's a of attention", low=1, high=50)
    attention_b: float = param(2.0, "Beta's b of attention", low=1, high=50)
    attention_reliability: float = probability(0.2, "how much of attention depends on the tutor's reliability")
    camera_a: float = param(9.0, "Beta's a of camera time", low=1, high=50)
    camera_b: float = param(1.0, "Beta's b of camera time", low=1, high=50)
    speak_mean: float = probability(0.50, "mean speaking ratio")
    speak_spread: float = probability(0.12, "standard deviation of the speaking ratio")
    screen_a: float = param(3.0, "Beta's a of screen sharing", low=1, high=50)
    screen_b: float = param(2.0, "Beta's b of screen sharing", low=1, high=50)
    # Fitted: Beta(3, 2) has mean 60, stated is 65.
    screen_offset: float = param(4.0, "added to screen sharing", unit="percentage points", low=-30, high=30)
    sentiment_base: float = param(0.3, "sentiment at reliability 0", low=-0.5, high=0.95)
    sentiment_per_reliability: float = param(0.4, "per unit of reliability", low=0, high=2)
    sentiment_noise: float = param(0.15, "standard deviation", low=0, high=1)
    student_sentiment_gap: float = param(0.05, "student's over overall sentiment", low=-0.5, high=0.5)
    student_sentiment_noise: float = param(0.1, "standard deviation", low=0, high=1)
    tutor_sentiment_mean: float = param(0.5, "mean", low=-0.2, high=0.95)
    tutor_sentiment_noise: float = param(0.15, "standard deviation", low=0, high=1)
    technical_issue_factor: float = param(
        1.0, "multiplies every tutor's chance", low=0, high=10, needs=("mechanisms.technical_issues",)
    )


@frozen
class ScoreParameters:
    """Quality scores, rating and satisfaction (methodology, "Quality Scores", "Student Rating")."""

    base: float = param(5.0, "empathy and clarity at reliability 0", unit="points of 10", low=1, high=10)
    per_reliability: float = param(3.0, "points per unit of reliability", low=0, high=9)
    empathy_experience_months: float = param(
        60.0, "months of experience that are worth `empathy_experience`", low=1, high=600
    )
    empathy_experience: float = param(1.5, "points of empathy for those months", low=0, high=9)
    # Fitted, as the other noises: what traits and days leave of the stated spreads.
    empathy_noise: float = param(0.45, "standard deviation", unit="points of 10", low=0, high=5)
    # Fitted: likewise.
    clarity_noise: float = param(0.45, "standard deviation", unit="points of 10", low=0, high=5)
    # Fitted: likewise, so that the speaking balance still shows (r = 0.45 is stated).
    engagement_noise: float = param(0.1, "standard deviation", unit="points of 10", low=0, high=5)
    # Fitted, down to `tutor_spread`: what a student and a tutor share brings empathy and satisfaction together
    # (r = 0.72 is stated).
    rapport_empathy: float = param(1.0, "spread of empathy over pairings", unit="points of 10", low=0, high=5)
    rapport_clarity: float = param(0.85, "spread of clarity that goes with it", unit="points of 10", low=0, high=5)
    rapport_engagement: float = param(0.1, "spread of engagement that goes with it", unit="points of 10", low=0, high=5)
    tutor_spread: float = param(
        0.25, "spread of empathy and clarity over tutors of a kind", unit="points of 10", low=0, high=3, acts=OPENING
    )
    engagement_attention: float = param(0.04, "points per percentage point of attention", low=0, high=1)
    engagement_balance: float = param(3.0, "points for a balanced speaking ratio", low=0, high=10)
    engagement_sentiment: float = param(1.5, "points per unit of sentiment plus 1", low=0, high=10)
    rating_base: float = param(2.0, "rating at quality 0", unit="stars", low=1, high=5)
    rating_per_quality: float = param(2.8, "stars per unit of quality", unit="stars", low=0, high=5)
    first_session_penalty: float = param(-0.3, "added in a first session", unit="stars", low=-3, high=3)
    # Fitted: as the other noises.
    rating_noise: float = param(0.2, "standard deviation", unit="stars", low=0, high=2)
    satisfaction_per_star: float = param(2.0, "points of satisfaction per star", low=0, high=3)
    # Fitted: likewise, so that satisfaction follows empathy.
    satisfaction_noise: float = param(0.35, "standard deviation", unit="points of 10", low=0, high=3)
