"""[interventions]: emails to tutors at risk."""

from attrs import frozen

from simulation.clock import DAY, HOUR
from simulation.scenario.fields import Range, param, probability, section, shares, span

# What interventions need to have any effect.
EMAILS = ("mechanisms.interventions", "mechanisms.churn_monitor", "interventions.max_per_tutor")


# How long, in seconds, an intervention counts against the limit of `max_per_tutor` in 30 days. One hour more than these
# 30 days, because the next email is sent some time after it is decided on.
LIMIT_LASTS = 30 * DAY + HOUR


@frozen
class EffectRanges:
    """The ranges that an effect is drawn from, by outcome."""

    success: Range = span((0.0, 0.0), "when it succeeds", low=-1, high=50)
    partial: Range = span((0.0, 0.0), "when it partly does", low=-1, high=50)


@frozen
class InterventionParameters:
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
    engagement_effect: EffectRanges = section(
        lambda: EffectRanges(success=(0.05, 0.25), partial=(0.01, 0.08)), "relative rise of engagement"
    )
    sessions_effect: EffectRanges = section(
        lambda: EffectRanges(success=(1, 4), partial=(0, 2)), "further sessions a week, whole numbers"
    )
    effect_factor: float = param(
        1.0, "multiplies the effects of interventions; 0 for emails without effect", low=0, high=5
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
