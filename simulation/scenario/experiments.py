"""[[experiments]]: A/B tests."""

from attrs import frozen

from simulation.scenario.fields import Range, param, probability, span

METRICS = ("avg_engagement_score", "avg_rating_30d", "total_sessions_30d", "reschedule_rate_30d")


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
        (), "interventions that are part of it", unit="names of kinds of intervention"
    )
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


# Fitted: active experiments have enrolled 70% of eligible tutors by the end of the window; half of these are exposed.
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
