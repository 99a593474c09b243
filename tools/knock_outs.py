"""Each mechanism switched off: which claims of production fall with it, and which stand."""

from collections.abc import Mapping

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.mechanisms import Mechanisms
from simulation.validation.validation import Runs
from simulation.validation.verdicts import Pooled, claims_of, judge_runs

SWITCHES = tuple(field.name for field in attrs.fields(Mechanisms))

# The claims that are a mechanism's own: without it they have to fall. A group's name stands for all its claims.
OWN: Mapping[str, tuple[str, ...]] = {
    "tutor_no_shows": ("session.tutor_no_show_slope",),
    "student_no_shows": ("session.student_show", "volume.completed_rate"),
    "rescheduling": ("reschedule", "persona.veteran.reschedules_rise"),
    "technical_issues": ("session.technical_issues", "edge.technical_victims"),
    "connection": ("session.connection", "measure.rating.penalty_good", "measure.rating.penalty_fair",
                   "measure.rating.penalty_poor"),
    "trends": ("trend.low_reliability_declines", "trend.low_reliability_clarity"),
    "daily_variance": ("trend.daily",),
    "burnout": ("persona.veteran.rating_7d", "persona.veteran.sentiment_falls", "persona.veteran.reschedules_rise"),
    "reputation": (),
    "switching": ("session.first_share",),
    "keenness": (),
    "student_churn": ("student.churn_after_poor_first", "student.churners_from_poor_first"),
    "student_arrivals": ("session.first_share",),
    "platform_activity": ("volume.engagement_events", "event.login", "event.scheduled_per_login",
                          "event.completed_per_session", "event.profile_updates", "event.messages"),
    "churn_monitor": ("volume.interventions", "intervention", "aggregate.agrees_with_monitor"),
    "interventions": ("volume.interventions", "intervention", "event.email_opened", "event.email_clicked"),
    "coaching": ("event.coaching",),
    "experiments": ("volume.experiments", "volume.assignments", "experiment", "intervention.experiment_share"),
    "attrition": ("tutor.left_share",),
}  # fmt: skip


@frozen
class Fallen:
    """A claim that holds with a mechanism and fails without it, by the means of the same seeds."""

    id: str
    with_it: float | None
    without_it: float | None


def switched_off(scenario: Scenario, switch: str) -> Scenario:
    """A scenario without a mechanism."""
    return attrs.evolve(scenario, mechanisms=attrs.evolve(scenario.mechanisms, **{switch: False}))


def is_own(claim_id: str, switch: str) -> bool:
    """Whether a claim is a mechanism's own."""
    return any(claim_id == own or claim_id.startswith(f"{own}.") for own in OWN[switch])


def own_claims(switch: str, ledger_name: str) -> list[str]:
    """The claims that are a mechanism's own, in the ledger's order."""
    return [claim.id for claim in claims_of(ledger_name) if is_own(claim.id, switch)]


def fallen_claims(with_it: Runs, without_it: Runs, ledger_name: str) -> list[Fallen]:
    """The claims that fall with a mechanism, in the ledger's order."""
    return [
        Fallen(on.id, on.value, off.value)
        for on, off in zip(_judged(with_it, ledger_name), _judged(without_it, ledger_name), strict=True)
        if on.holds and off.holds is False
    ]


def _judged(runs: Runs, ledger_name: str) -> list[Pooled]:
    return judge_runs({seed: of_run.figures for seed, of_run in runs.items()}, ledger_name)
