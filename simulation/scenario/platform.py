"""Parameters of the platform: engagement, churn signals, interventions, coaching, experiments, attrition."""

from typing import Any

from attrs import frozen

from simulation.clock import DAY, HOUR
from simulation.scenario.fields import Range, param, probability, section, shares, span, tables

METRICS = ("avg_engagement_score", "avg_rating_30d", "total_sessions_30d", "reschedule_rate_30d")

# What emails need to be written to anybody, and what coaching needs besides.
EMAILS = ("mechanisms.interventions", "mechanisms.churn_monitor", "interventions.max_per_tutor")
COACHING = (*EMAILS, "mechanisms.coaching")

# How long, in seconds, an intervention counts against the limit of so many in 30 days. With an hour's grace: what
# matters is when the next email will be sent, and that is decided before.
LIMIT_LASTS = 30 * DAY + HOUR


@frozen
class Activity:
    """What tutors do on the platform (methodology, "Engagement Events Generation")."""

    aimed_logins: float = probability(0.60, "of logins that aim at one of the day's sessions")
    aim_hours: Range = span(
        (1, 4),
        "from such a login to the session",
        unit="hours",
        low=0.1,
        high=24,
        needs=("mechanisms.platform_activity", ".aimed_logins"),
    )
    morning_peak: Range = span((8, 10), "other logins of morning tutors", unit="hour", low=0, high=24)
    evening_peak: Range = span((18, 21), "other logins of evening tutors", unit="hour", low=0, high=24)
    # Fitted: a login with no session ahead cannot be followed by scheduling.
    scheduling: float = probability(0.70, "of logins that are followed by scheduling")
    scheduling_minutes: Range = span(
        (30, 60),
        "from login to scheduling",
        unit="minutes",
        low=30,
        high=60,
        needs=("mechanisms.platform_activity", ".scheduling"),
    )
    # Fitted: the stated volume of engagement events leaves room for so many.
    post_session: float = probability(0.14, "of completed sessions followed by activity on the platform")
    post_session_minutes: Range = span(
        (0, 15),
        "from the end to that activity",
        unit="minutes",
        low=0,
        high=15,
        needs=("mechanisms.platform_activity", ".post_session"),
    )
    inactive_logins: float = param(0.3, "logins of inactive tutors", unit="per week", low=0, high=50)


@frozen
class Churn:
    """Signals and risk (methodology, "Churn Signals", "Churn Probability")."""

    rating_drop: float = param(
        0.3, "declining ratings: 7 days below 30 days by more than this", unit="stars", low=0, high=4
    )
    low_engagement: float = param(5.5, "low engagement: average below", unit="points of 10", low=1, high=10)
    high_reschedule_rate: float = param(0.15, "high reschedule rate: above", unit="per session", low=0, high=1)
    poor_first_session_rating: float = param(3.5, "poor first sessions: average below", unit="stars", low=1, high=5)
    no_show_limit: int = param(2, "no-shows: more than", unit="no-shows", low=0, high=100)
    activity_divisor: float = param(4.0, "declining activity: 7 days below 30 days over this", low=1, high=30)
    min_recent_sessions: int = param(3, "sessions that a 7-day rating needs", unit="sessions", low=1, high=100)
    poor_first_sessions_weight: int = param(2, "weight of poor first sessions", low=1, high=2)
    probability_per_signal: float = probability(0.12, "churn probability per signal")
    probability_cap: float = param(0.85, "never certain", unit="share", low=0, high=0.85)
    score_offset: Range = span((0.0, 0.1), "noise of the probability, once per tutor", unit="share", low=0, high=0.1)
    medium_risk: float = probability(0.3, "Medium risk from")
    high_risk: float = probability(0.5, "High risk from")


@frozen
class Effect:
    """A range that an effect is drawn from, by outcome."""

    success: Range = span((0.0, 0.0), "when it succeeds", low=-1, high=50)
    partial: Range = span((0.0, 0.0), "when it partly does", low=-1, high=50)


@frozen
class Interventions:
    """Emails to tutors at risk (methodology, "Interventions Generation")."""

    # Fitted: 50 to 100 interventions a month are stated.
    pause_days: Range = span((10, 16), "from one to the next to the same tutor, at least", unit="days", low=0, high=365)
    max_per_tutor: int = param(4, "most to a tutor in any 30 days", unit="interventions", low=0, high=100)
    withheld: float = probability(0.10, "of due interventions held back at random")
    latency_minutes: Range = span((2, 55), "from the signal to the decision", unit="minutes", low=0, high=59)
    sending_minutes: Range = span((0, 5), "from the decision to sending", unit="minutes", low=0, high=60)
    delivery_minutes: Range = span((1, 10), "from sending to delivery", unit="minutes", low=0, high=50)
    bounced: float = probability(0.01, "of emails that fail")
    quality_rating: float = param(3.8, "a 7-day rating below this asks for `quality`", unit="stars", low=1, high=5)
    technical_rate: float = param(0.15, "a technical issue rate above this asks for `technical`", low=0, high=1)
    outcomes: tuple[float, float, float] = shares((0.60, 0.15, 0.25), "success, partial, ignored")
    open_hours: Range = span((1, 48), "from sending to opening", unit="hours", low=1, high=48)
    # Fitted: 30 to 40% of opened emails are clicked, and most that are opened succeed.
    clicked: float = probability(0.44, "of successes that click; the others answer")
    answered_too: float = probability(0.30, "of clicks that are answered as well", needs=(*EMAILS, ".clicked"))
    click_minutes: Range = span(
        (1, 30), "from opening to the click", unit="minutes", low=1, high=30, needs=(*EMAILS, ".clicked")
    )
    answer_hours: Range = span((0.1, 48), "from opening to the answer", unit="hours", low=0, high=60)
    answers: tuple[float, float, float] = shares((0.6, 0.3, 0.1), "positive, neutral, negative")
    engagement_effect: Effect = section(
        lambda: Effect(success=(0.05, 0.25), partial=(0.01, 0.08)), "relative rise of engagement"
    )
    sessions_effect: Effect = section(
        lambda: Effect(success=(1, 4), partial=(0, 2)), "further sessions a week, whole numbers"
    )
    effect_factor: float = param(
        1.0, "multiplies what an intervention changes; 0 for emails without effect", low=0, high=5
    )
    fade_days: float = param(
        28.0,
        "days over which an effect fades away",
        unit="days",
        low=1,
        high=365,
        needs=("mechanisms.interventions|mechanisms.experiments",),
    )
    engagement_cap: float = param(
        0.35,
        "most that effects add up to",
        unit="relative",
        low=0,
        high=2,
        needs=("mechanisms.interventions|mechanisms.experiments",),
    )
    sessions_cap: float = param(
        8.0,
        "most that effects add up to",
        unit="sessions a week",
        low=0,
        high=50,
        needs=("mechanisms.interventions|mechanisms.experiments",),
    )


@frozen
class Coaching:
    """Coaching that follows interventions."""

    scheduled: float = probability(0.35, "of successes after which coaching is booked")
    booking_hours: Range = span(
        (1, 24), "from the success to the booking", unit="hours", low=0, high=240, needs=(*COACHING, ".scheduled")
    )
    lead_days: Range = span(
        (1, 6), "from the booking to the coaching", unit="days", low=0, high=60, needs=(*COACHING, ".scheduled")
    )
    attended: float = probability(0.8, "of coaching sessions that the tutor comes to", needs=(*COACHING, ".scheduled"))
    boost: float = probability(
        0.3, "of the intervention's effect that coaching adds", needs=(*COACHING, ".scheduled", ".attended")
    )


@frozen
class Experiment:
    """An A/B test on a segment of tutors. Days count from the first window's opening."""

    name: str = param("", "unique name")
    hypothesis: str = param("none stated", "what is believed")
    description: str = param("", "what is done")
    variants: tuple[str, ...] = param(
        ("control", "treatment"), "names, each once; the first is the control", min_items=2
    )
    risk_levels: tuple[str, ...] = param(
        (), "churn risk levels in the segment; all if empty", choices=("Low", "Medium", "High")
    )
    poor_first_sessions: bool = param(False, "only tutors with poor first sessions")
    max_engagement: float = param(10.0, "only tutors up to this engagement", unit="points of 10", low=1, high=10)
    max_experience: int = param(120, "only tutors up to this experience", unit="months", low=1, high=120)
    primary_metric: str = param("avg_engagement_score", "the metric it is about", choices=METRICS)
    secondary_metrics: tuple[str, ...] = param((), "further metrics", choices=METRICS)
    intervention_types: tuple[str, ...] = param(
        (), "interventions that are part of it",
        choices=("first_session", "churn", "quality", "technical", "engagement"),
    )  # fmt: skip
    start_day: float = param(0.0, "when it starts", unit="days", low=-365, high=365)
    days: float = param(28.0, "how long it runs", unit="days", low=1, high=730)
    enrolment_days: float = param(0.0, "over how many days the segment is enrolled", unit="days", low=0, high=730)
    exposed: float = probability(0.92, "of the assigned that meet their variant")
    exposure_hours: Range = span(
        (1, 48), "from assignment to exposure", unit="hours", low=1, high=48, needs=(".exposed",)
    )
    control_conversion: float = probability(0.10, "of the exposed in the control who convert", needs=(".exposed",))
    treatment_conversion: float = probability(
        0.15, "of the exposed in treatment variants who convert", needs=(".exposed",)
    )
    conversion_days: Range = span(
        (0.1, 7),
        "from exposure to conversion",
        unit="days",
        low=0,
        high=7,
        needs=(".exposed", ".control_conversion|.treatment_conversion"),
    )
    conversion_value: Range = span(
        (0.05, 0.3),
        "relative improvement of a convert",
        low=0.05,
        high=0.3,
        needs=(".exposed", ".control_conversion|.treatment_conversion"),
    )
    engagement_change: float = param(
        0.0, "treatment's relative change of engagement", low=-1, high=1, needs=(".exposed",)
    )
    reschedule_change: float = param(
        0.0,
        "treatment's relative change of the reschedule rate",
        low=-1,
        high=2,
        needs=(".exposed", "mechanisms.rescheduling"),
    )
    no_show_change: float = param(
        0.0,
        "treatment's relative change of the no-show probability",
        low=-1,
        high=2,
        needs=(".exposed", "mechanisms.tutor_no_shows"),
    )
    login_change: float = param(
        0.0, "treatment's relative change of logins", low=-1, high=5, needs=(".exposed", "mechanisms.platform_activity")
    )
    notes: str = param("", "remarks")


# Fitted: one tutor in twenty leaves in a month. Morale and burnout weigh enough for causes to outweigh luck: of a tutor
# who leaves within 30 days and one who stays, the hazard is the higher for the first four times in five.
@frozen
class Attrition:
    """What makes tutors leave: a hazard that their state drives."""

    hazard_per_day: float = probability(0.0012, "of a content tutor", needs=("mechanisms.attrition",))
    morale_memory: float = probability(0.05, "weight of the latest session in morale")
    morale_start: float = probability(0.6, "morale of everybody when the log starts")
    morale_per_star: float = param(0.45, "morale per star above 4", low=0, high=2)
    morale_per_no_show: float = param(
        -0.3, "when the student did not come", low=-1, high=1, needs=("mechanisms.student_no_shows",)
    )
    hazard_per_morale: float = param(
        10.0, "log-hazard per unit of morale missing", low=0, high=20, needs=("mechanisms.attrition",)
    )
    hazard_burnout: float = param(
        2.0, "log-hazard at full burnout", low=0, high=10, needs=("mechanisms.attrition", "mechanisms.burnout")
    )
    hazard_engagement: float = param(
        -3.0, "log-hazard per unit of relative engagement gained", low=-20, high=0, needs=("mechanisms.attrition",)
    )


@frozen
class Mechanisms:
    """Each mechanism can be switched off."""

    tutor_no_shows: bool = param(True, "tutors miss sessions")
    student_no_shows: bool = param(True, "students miss sessions")
    rescheduling: bool = param(True, "sessions move")
    technical_issues: bool = param(True, "lines break")
    connection: bool = param(True, "lines differ; all are excellent without it")
    trends: bool = param(True, "tutors improve and decline")
    daily_variance: bool = param(True, "days differ")
    burnout: bool = param(True, "veterans tip")
    reputation: bool = param(True, "well-rated tutors are chosen more")
    switching: bool = param(True, "students try other tutors")
    keenness: bool = param(True, "delighted students ask for extra sessions")
    student_churn: bool = param(True, "students leave")
    student_arrivals: bool = param(True, "students join")
    platform_activity: bool = param(True, "tutors log in, schedule, update, write")
    churn_monitor: bool = param(True, "the platform scores tutors")
    interventions: bool = param(True, "tutors at risk are written to", needs=("mechanisms.churn_monitor",))
    coaching: bool = param(True, "coaching follows", needs=EMAILS)
    experiments: bool = param(True, "A/B tests run")
    attrition: bool = param(True, "tutors leave")


def experiments(says: str) -> Any:
    """The list of a scenario's experiments."""
    return tables(Experiment, says, lambda: DEFAULT_EXPERIMENTS, max_items=99, needs=("mechanisms.experiments",))


# Fitted: active ones have enrolled 70% of who is eligible by the end of the window, and half of these are exposed.
DEFAULT_EXPERIMENTS: tuple[Experiment, ...] = (
    Experiment(
        name="Reminder emails", hypothesis="Reminders before sessions keep tutors at risk engaged",
        description="Emails with tips before the day's first session", variants=("control", "reminders"),
        risk_levels=("High", "Medium"), primary_metric="avg_engagement_score",
        secondary_metrics=("total_sessions_30d",), intervention_types=("churn", "engagement"),
        start_day=-22, days=24, engagement_change=0.03,
    ),
    Experiment(
        name="First session guide", hypothesis="A guide to first sessions repairs their ratings",
        description="A checklist and a short film before first sessions", variants=("control", "checklist", "film"),
        poor_first_sessions=True, primary_metric="avg_rating_30d", intervention_types=("first_session",),
        start_day=-12, days=28, engagement_change=0.03,
    ),
    Experiment(
        name="Engagement toolkit", hypothesis="Interactive material raises engagement where it is low",
        description="Whiteboard exercises for tutors with low engagement", variants=("control", "toolkit"),
        max_engagement=6.0, primary_metric="avg_engagement_score", intervention_types=("engagement", "quality"),
        start_day=-5, days=24, engagement_change=0.04,
    ),
    Experiment(
        name="Flexible calendar", hypothesis="Easier calendars mean fewer reschedules",
        description="A new calendar view", variants=("control", "week_view"), primary_metric="reschedule_rate_30d",
        start_day=3, days=75, enrolment_days=38.5, exposed=0.50, reschedule_change=-0.1, login_change=0.05,
        control_conversion=0.10, treatment_conversion=0.17,
    ),
    Experiment(
        name="Early support", hypothesis="A mentor in the first half year keeps newcomers",
        description="A call with a mentor", variants=("control", "mentor"), max_experience=12,
        primary_metric="total_sessions_30d", secondary_metrics=("avg_rating_30d",), intervention_types=("churn",),
        start_day=9, days=60, enrolment_days=30, exposed=0.55, no_show_change=-0.1,
        control_conversion=0.10, treatment_conversion=0.17,
    ),
)  # fmt: skip
