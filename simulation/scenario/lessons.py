"""Parameters of matching and of what happens in sessions (methodology, "Session Data Generation")."""

from attrs import frozen

from simulation.scenario.fields import Range, param, probability, section, shares, span


# Fitted: preferred hours, odd hours and the pull of experience come out as stated, whoever has which calendar.
@frozen
class Matching:
    """Who gets whom, and when."""

    activity_weight: float = param(0.45, "power of total_sessions_completed in a tutor's weight", low=0, high=3)
    reputation_weight: float = param(
        1.5, "log-weight per star of recent rating", unit="per star", low=0, high=5, needs=("mechanisms.reputation",)
    )
    reputation_memory: float = probability(
        0.03, "weight of the latest rating in the recent rating", needs=("mechanisms.reputation",)
    )
    open_outside: float = probability(0.27, "of hours outside preferred ones that a tutor opens on weekdays")
    open_outside_weekend: float = probability(0.21, "the same on weekends")
    daily_sessions: int = param(10, "most sessions a tutor takes on a day", unit="sessions", low=1, high=48)
    odd_hours_reliability: float = probability(
        0.60, "tutors below this reliability also open 6 to 8 and 22 to 24 on weekdays"
    )
    open_odd: float = probability(0.45, "of those odd hours that such a tutor opens")
    max_shift_hours: float = param(4.0, "how far from the wished time a student can come", unit="hours", low=0, high=24)
    other_days: int = param(
        1,
        "how many weekdays or weekend days off the wished one a student comes to keep the tutor",
        unit="days",
        low=0,
        high=6,
    )
    other_tutors_tried: int = param(12, "tutors tried away from the wished time", unit="tutors", low=0, high=1000)


@frozen
class Connection:
    """Shares of Excellent, Good, Fair and Poor lines (methodology, "Connection Quality by Time")."""

    peak: tuple[float, float, float, float] = shares((0.50, 0.30, 0.15, 0.05), "Monday to Friday in peak hours")
    weekend: tuple[float, float, float, float] = shares((0.65, 0.28, 0.06, 0.01), "on weekends")
    normal: tuple[float, float, float, float] = shares((0.60, 0.30, 0.08, 0.02), "otherwise")
    peak_hours: Range = span((18, 21), "the network's peak hours", unit="hour", low=0, high=24)


@frozen
class Attendance:
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
class Measures:
    """What is measured in a session, where the formulas need figures."""

    duration_factor: Range = span((0.85, 1.15), "actual over scheduled duration", low=0.85, high=1.15)
    attention_a: float = param(5.0, "Beta's a of attention", low=1, high=50)
    attention_b: float = param(2.0, "Beta's b of attention", low=1, high=50)
    attention_reliability: float = probability(0.2, "how much of attention hangs on the tutor's reliability")
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
class Scores:
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
        0.25, "spread of empathy and clarity over tutors of a kind", unit="points of 10", low=0, high=3
    )
    engagement_attention: float = param(0.04, "points per percentage point of attention", low=0, high=1)
    engagement_balance: float = param(3.0, "points for a balanced speaking ratio", low=0, high=10)
    engagement_sentiment: float = param(1.5, "points per unit of sentiment plus 1", low=0, high=10)
    rating_base: float = param(2.0, "rating at quality 0", unit="stars", low=1, high=5)
    rating_per_quality: float = param(2.8, "stars per unit of quality", unit="stars", low=0, high=5)
    first_session_penalty: float = param(-0.3, "added in a first session", unit="stars", low=-3, high=3)
    connection_penalties: tuple[float, float, float, float] = param(
        (0.0, -0.1, -0.3, -0.6), "added on Excellent, Good, Fair, Poor lines", unit="stars", low=-3, high=3
    )
    # Fitted: as the other noises.
    rating_noise: float = param(0.2, "standard deviation", unit="stars", low=0, high=2)
    satisfaction_per_star: float = param(2.0, "points of satisfaction per star", low=0, high=3)
    # Fitted: likewise, so that satisfaction follows empathy.
    satisfaction_noise: float = param(0.35, "standard deviation", unit="points of 10", low=0, high=3)


@frozen
class Trends:
    """Tutors change over time (methodology, "Tutor-Specific Trends"). Relative change over the span."""

    low_reliability: float = probability(0.6, "below it, tutors decline")
    high_reliability: float = probability(0.8, "above it, they improve or hold")
    declining: Range = span((-0.15, -0.03), "trend of unreliable tutors", low=-1, high=1)
    improving: Range = span((-0.02, 0.10), "trend of reliable tutors", low=-1, high=1)
    mixed: Range = span((-0.08, 0.05), "trend of those between", low=-1, high=1)
    span_days: float = param(
        30.0, "days from the first window's opening over which a trend unfolds", unit="days", low=1, high=3650
    )


@frozen
class DailyVariance:
    """Days differ for everybody (methodology, "Daily Variance"). Factors, uniform."""

    engagement: Range = span((0.85, 1.15), "factor of the day", low=0, high=2)
    empathy: Range = span((0.92, 1.08), "factor of the day", low=0, high=2)
    clarity: Range = span((0.90, 1.10), "factor of the day", low=0, high=2)
    satisfaction: Range = span((0.88, 1.12), "factor of the day", low=0, high=2)


# Fitted: veterans have 4.2 over the month and 3.8 in the last week.
@frozen
class Burnout:
    """Veterans tip: a state that turns late and steeply (methodology, "Persona 4")."""

    tipping_days: Range = span((15, 26), "when, after the window opens, one may tip", unit="days", low=0, high=3650)
    load: float = param(12.0, "sessions in 7 days without which nobody tips", unit="sessions", low=0, high=200)
    ramp_days: float = param(2.0, "days from first signs to full burnout", unit="days", low=0.1, high=60)
    empathy: float = param(-2.4, "added to empathy at full burnout", unit="points of 10", low=-9, high=9)
    clarity: float = param(-2.5, "added to clarity", unit="points of 10", low=-9, high=9)
    engagement: float = param(-1.8, "added to engagement", unit="points of 10", low=-9, high=9)
    sentiment: float = param(-0.2, "added to sentiment", low=-1, high=1)
    reschedule_factor: float = param(
        1.6, "multiplies the reschedule rate", low=0, high=10, needs=("mechanisms.burnout", "mechanisms.rescheduling")
    )


@frozen
class Rescheduling:
    """Sessions that move (methodology, "Reschedule Rate")."""

    # Fitted: not every move that a tutor wants finds another free time.
    tutor_factor: float = param(1.0, "times a tutor's own rate", low=0, high=5)
    # Fitted: 98.2% of moves are tutors'.
    student_rate: float = probability(0.0021, "chance that a student moves a session")
    earliest_notice_hours: float = param(3.0, "shortest notice", unit="hours", low=0, high=48)
    search_days: int = param(6, "how many days ahead another time is looked for", unit="days", low=0, high=30)


@frozen
class Sessions:
    """What happens in sessions."""

    connection: Connection = section(Connection, "how good the line is", needs=("mechanisms.connection",))
    attendance: Attendance = section(Attendance, "who comes")
    measures: Measures = section(Measures, "what is measured")
    scores: Scores = section(Scores, "quality scores, rating and satisfaction")
    trends: Trends = section(Trends, "how tutors change", needs=("mechanisms.trends",))
    daily_variance: DailyVariance = section(DailyVariance, "how days differ", needs=("mechanisms.daily_variance",))
    burnout: Burnout = section(Burnout, "how veterans tip", needs=("mechanisms.burnout",))
    rescheduling: Rescheduling = section(Rescheduling, "how sessions move", needs=("mechanisms.rescheduling",))
