"""[population]: tutors by persona, edge cases and traits (methodology, "Tutor Profile Generation")."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from simulation.scenario.fields import Range, entries, param, part, probability, section, shares, span, weight

_OF_SHARE = (".share",)


@frozen
class TutorKind:
    """What tutors of a kind are like. Traits are drawn within the ranges; offsets carry the scores stated for it."""

    experience: Range = span((1, 120), "months of experience", unit="months", low=1, high=120)
    experience_distribution: str = param(
        "uniform", "how experience is distributed over its range", choices=("uniform", "gamma")
    )
    reliability: Range = span((0.0, 1.0), "reliability score", low=0, high=1)
    rating: Range = span((2.0, 5.0), "historical rating", unit="stars", low=2, high=5)
    reschedule_rate: Range = span((0.0, 0.35), "long-run reschedule rate", unit="per session", low=0, high=0.35)
    no_show_count: Range = span(
        (1, 10),
        "no-shows on record, of those who have any",
        unit="no-shows",
        low=1,
        high=10,
        needs=(".no_show_share", ".share"),
    )
    # Fitted: with the victims of technical issues, 8% of sessions are stated.
    technical_issue_probability: Range = span(
        (0.05, 0.095), "technical issues, per session", unit="share", low=0, high=1
    )
    rating_offset: float = param(0.0, "added to the historical rating", unit="stars", low=-2, high=2)
    reschedule_offset: float = param(0.0, "added to the reschedule rate", unit="per session", low=-0.3, high=0.3)
    empathy_offset: float = param(0.0, "added to empathy", unit="points of 10", low=-5, high=5)
    clarity_offset: float = param(0.0, "added to clarity", unit="points of 10", low=-5, high=5)
    engagement_offset: float = param(0.0, "added to engagement", unit="points of 10", low=-5, high=5)
    burns_out: bool = param(False, "whether tutors of this kind can burn out", needs=("mechanisms.burnout", ".share"))
    weekend_only: bool = param(False, "whether tutors of this kind teach on weekends only")


@frozen
class TutorPersona(TutorKind):
    """A kind of tutor that makes up a share of the population."""

    share: float = weight(0.0, "its weight in the mix of tutors, of the sum of all; a quota")
    no_show_share: float = probability(0.0, "of this persona with no-shows on record; a quota", needs=_OF_SHARE)


@frozen
class EdgeCase:
    """A rarer kind of tutor, laid over some personas."""

    share: float = probability(0.0, "of all tutors; a quota")
    among: tuple[str, ...] = param((), "which tutors; all if empty", unit="names of personas", needs=_OF_SHARE)
    traits: Mapping[str, Any] = part(TutorKind, "what differs from the tutor's persona")


# Fitted: offsets give the personas' stated ranges by the formulas, and `no_show_share` the stated share of tutors with
# no-shows (docs/model.md, "Calibration").
def default_personas() -> dict[str, TutorPersona]:
    """The mix of tutors: experienced and loved, the dependable middle, new, about to burn out, absent, all others."""
    return {
        "rock_star": TutorPersona(
            share=0.10, experience=(36, 60), reliability=(0.85, 0.95), rating=(4.7, 5.0), reschedule_rate=(0.0, 0.049),
            rating_offset=0.12, reschedule_offset=-0.015,
            empathy_offset=0.1, clarity_offset=0.9, engagement_offset=-1.25,
        ),
        "solid_performer": TutorPersona(
            share=0.50, experience=(12, 36), reliability=(0.70, 0.85), rating=(4.0, 4.5), reschedule_rate=(0.05, 0.12),
            rating_offset=-0.34, empathy_offset=-1.05, clarity_offset=-0.4, engagement_offset=-1.2,
        ),
        "struggling_newbie": TutorPersona(
            share=0.15, experience=(1, 6), reliability=(0.50, 0.70), rating=(3.5, 4.0), reschedule_rate=(0.10, 0.20),
            no_show_share=0.36, no_show_count=(1, 6), rating_offset=-0.56, reschedule_offset=0.01,
            empathy_offset=-2.0, clarity_offset=-1.5, engagement_offset=-2.65,
        ),
        "burned_out_veteran": TutorPersona(
            share=0.05, experience=(48, 120), reliability=(0.60, 0.75), rating=(4.0, 4.4), reschedule_rate=(0.15, 0.25),
            no_show_share=0.5, no_show_count=(1, 6), rating_offset=-0.28, reschedule_offset=0.125,
            empathy_offset=-0.5, clarity_offset=1.75, engagement_offset=-2.4, burns_out=True,
        ),
        "no_show_problem": TutorPersona(
            share=0.08, experience=(2, 24), experience_distribution="gamma",
            reliability=(0.40, 0.60), rating=(4.0, 4.6), reschedule_rate=(0.205, 0.35),
            no_show_share=1.0, no_show_count=(3, 8), rating_offset=0.1, reschedule_offset=0.1,
            empathy_offset=-1.1, clarity_offset=-0.5, engagement_offset=-2.4,
        ),
        "unclassified": TutorPersona(
            share=0.12, experience=(15, 60), experience_distribution="gamma",
            reliability=(0.75, 0.95), rating=(3.8, 4.7), rating_offset=-0.2,
            reschedule_rate=(0.0, 0.35), empathy_offset=-0.5, clarity_offset=-0.2, engagement_offset=-1.45,
        ),
    }  # fmt: skip


# Fitted: most chronic reschedulers are such by their persona.
def default_edge_cases() -> dict[str, EdgeCase]:
    """New and very good; moving sessions all the time; good with bad connections; teaching on weekends only."""
    return {
        "new_high_performer": EdgeCase(0.05, ("unclassified",), {
            "experience": [1, 5], "experience_distribution": "uniform", "reliability": [0.80, 0.92],
            "rating": [4.8, 5.0], "rating_offset": 0.3,
            "empathy_offset": 0.2, "clarity_offset": 0.3, "engagement_offset": -1.35,
        }),
        "chronic_rescheduler": EdgeCase(
            0.03, ("unclassified",), {"reschedule_rate": [0.21, 0.30], "reschedule_offset": 0.19}
        ),
        "technical_issue_victim": EdgeCase(
            0.052, ("solid_performer", "rock_star"), {"technical_issue_probability": [0.20, 0.28]}
        ),
        "weekend_warrior": EdgeCase(0.10, ("unclassified",), {"weekend_only": True}),
    }  # fmt: skip


@frozen
class TutorTraitParameters:
    """How traits are drawn."""

    experience_shape: float = param(2.0, "Gamma's shape, for tutors without a persona", low=0.1, high=20)
    experience_scale: float = param(12.0, "Gamma's scale", unit="months", low=1, high=100)
    reliability_a: float = param(8.0, "Beta's a", low=1, high=50)
    reliability_b: float = param(2.0, "Beta's b", low=1, high=50)
    rating_base: float = param(3.5, "historical rating at reliability 0", unit="stars", low=1, high=5)
    rating_per_reliability: float = param(1.2, "stars per unit of reliability", unit="stars", low=0, high=4)
    rating_experience_months: float = param(60.0, "months worth a star", unit="months", low=1, high=600)
    rating_experience_cap: float = param(0.15, "most that experience adds", unit="stars", low=0, high=2)
    # Fitted: ratings follow reliability (r = 0.58 is stated), and personas have ranges of their own.
    rating_noise: float = param(0.15, "standard deviation", unit="stars", low=0, high=1)
    reschedule_per_unreliability: float = param(0.25, "rate per unit of 1 - reliability", low=0, high=1)
    reschedule_noise: Range = span((0.0, 0.05), "uniform, added to the rate", unit="per session", low=0, high=0.35)
    no_show_mean: float = param(3.0, "Poisson's mean of no-shows on record", unit="no-shows", low=0.1, high=10)
    sessions_per_month: Range = span((8, 25), "career sessions a month", unit="sessions", low=0, high=40)
    sessions_factor: Range = span((0.7, 1.3), "uniform, times those", low=0, high=3)
    subject_counts: tuple[float, float, float] = shares((0.4, 0.4, 0.2), "of tutors with 1, 2, 3 subjects; quotas")
    certifications: tuple[float, float, float] = shares((0.50, 0.35, 0.15), "Basic, Advanced, Expert; quotas")
    certification_luck: float = param(0.5, "noise against experience in who is certified", low=0, high=10)
    morning: float = probability(0.35, "of tutors who prefer mornings; a quota")
    morning_hours: Range = span(
        (8, 12), "preferred hours of morning tutors", unit="hour", low=8, high=12, needs=(".morning",)
    )
    evening_hours: Range = span((15, 21), "preferred hours of evening tutors", unit="hour", low=15, high=21)
    active: float = probability(0.92, "of tutors who are active; a quota")
    logins_per_week: Range = span(
        (2, 5), "platform logins", unit="per week", low=0, high=50, needs=("mechanisms.platform_activity",)
    )
    profile_updates_per_month: Range = span(
        (1, 2), "profile updates", unit="per 30 days", low=0, high=100, needs=("mechanisms.platform_activity",)
    )
    messages_per_month: Range = span(
        (2, 5), "messages", unit="per 30 days", low=0, high=500, needs=("mechanisms.platform_activity",)
    )


@frozen
class PopulationParameters:
    """Who is on the platform when the window opens."""

    tutors: int = param(150, "tutors in a region", unit="tutors", low=1, high=9_999)
    personas: Mapping[str, TutorPersona] = entries(TutorPersona, "the mix of tutors", default_personas, needs=_OF_SHARE)
    edge_cases: Mapping[str, EdgeCase] = entries(
        EdgeCase, "rarer kinds, laid over the personas", default_edge_cases, needs=_OF_SHARE
    )
    traits: TutorTraitParameters = section(TutorTraitParameters, "how traits are drawn")
