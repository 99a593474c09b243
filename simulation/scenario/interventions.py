"""[interventions]: emails to tutors at risk."""

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen

from simulation.clock import DAY, HOUR
from simulation.scenario.fields import Range, entries, param, part, probability, section, shares, span

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
class InterventionKind:
    """A kind of email: when it is the right one, what it says, and what it does (methodology, "Intervention Types").

    The condition is on the figures of a churn score, as `agents --where` has it. Of the effects it states only what
    differs from those of all kinds.
    """

    priority: int = param(100, "its place among the kinds that apply: the lowest is sent", low=0, high=1_000)
    condition: str = param("", "when it applies, by the figures of the churn score; always if empty", one_line=True)
    subject: str = param("", "the email's subject", one_line=True)
    content: str = param("", "what the email says", one_line=True)
    engagement_effect: Mapping[str, Any] = part(EffectRanges, "what differs from interventions.engagement_effect")
    sessions_effect: Mapping[str, Any] = part(EffectRanges, "what differs from interventions.sessions_effect")


def default_kinds() -> dict[str, InterventionKind]:
    """By priority: poor first sessions, high risk, low ratings, bad lines, and whatever else."""
    return {
        "first_session": InterventionKind(
            10, "signal_poor_first_sessions", "Making first sessions count",
            "Some of your first sessions were rated lower than usual. Here is a short checklist for the first ten "
            "minutes.",
        ),
        "churn": InterventionKind(
            20, "churn_risk_level == 'High'", "How can we support you?",
            "We noticed that the last weeks may have been demanding. Reply to this email, or book a call with your "
            "coach.",
        ),
        "quality": InterventionKind(
            30, "avg_rating_7d < 3.8", "Ideas for your next sessions",
            "Your latest ratings are below your own average. These three exercises have helped other tutors.",
        ),
        "technical": InterventionKind(
            40, "technical_issue_rate > 0.15", "Let us fix your connection",
            "Several of your sessions had technical problems. This guide takes five minutes, and support is glad to "
            "help.",
        ),
        "engagement": InterventionKind(
            50, "", "Bring your sessions to life",
            "Students are most engaged when they speak half of the time. Here are ways to get them talking.",
        ),
    }  # fmt: skip


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
    kinds: Mapping[str, InterventionKind] = entries(
        InterventionKind, "kinds of email; the first by priority whose condition holds is sent", default_kinds
    )
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


def by_priority(kinds: Mapping[str, InterventionKind]) -> list[str]:
    """The names of kinds in the order in which they are tried."""
    return sorted(kinds, key=lambda name: (kinds[name].priority, name))


def effect_ranges(rules: InterventionParameters, kind: InterventionKind) -> dict[str, tuple[Range, Range]]:
    """From where to where a kind's effects on engagement and on sessions a week lie, by outcome."""
    engagement = {**attrs.asdict(rules.engagement_effect), **kind.engagement_effect}
    sessions = {**attrs.asdict(rules.sessions_effect), **kind.sessions_effect}
    return {outcome: (engagement[outcome], sessions[outcome]) for outcome in engagement}
