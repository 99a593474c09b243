"""Rules about interventions: who gets which one and why, how it goes on, and what it is measured by."""

import numpy as np
import pyarrow.compute as pc

from simulation.contract import TABLES
from simulation.events import (
    ChurnScored,
    ChurnSignalsChanged,
    EmailClicked,
    EmailOpened,
    InterventionResponded,
    InterventionSent,
)
from simulation.validation.bounds import Delay, outcome_effects
from simulation.validation.frames import DAY, Flags, Floats, Frame, Rows, differs, sums_between, taken
from simulation.validation.rules import rule
from simulation.validation.run import Run

_STEPS = ("created_at", "sent_at", "delivered_at", "opened_at")
_WEEK = 7 * DAY
_INTERVENTION = "intervention {intervention_id} of {tutor_id} at {sent_at}"


@rule("intervention.only_at_risk")
def only_tutors_at_risk_are_written_to(run: Run) -> list[str]:
    """The risk at the trigger is Medium or High, as its probability says, and what the named event carries."""
    rows, triggers = run.frame("interventions"), run.once(_triggers)
    level, probability = "risk_level_at_trigger", rows.numbers("churn_probability_at_trigger")
    named = _trigger_places(run)
    fine = (
        rows.one_of(level, ("Medium", "High"))
        & (rows.strings(level) == run.risk_levels(probability))
        & rows.agrees(level, triggers, named, "churn_risk_level")
        & (probability == taken(triggers.numbers("churn_probability"), named))
    )
    return rows.listed(
        ~fine,
        f"{_INTERVENTION} states {{risk_level_at_trigger}} risk at {{churn_probability_at_trigger}}, which is too low, "
        "contradicts itself, or is not what {triggered_by_event_id} says",
    )


@rule("intervention.type_follows_priority")
def types_follow_their_priority(run: Run) -> list[str]:
    """The type is the first whose condition holds for the metrics of the triggering event; else engagement."""
    rows, triggers = run.frame("interventions"), run.once(_triggers)
    named = _trigger_places(run)

    def metric(name: str) -> Floats:
        return taken(triggers.numbers(name), named)

    conditions = {
        "first_session": metric("first_session_avg_rating") < run.churn_rule("poor_first_session_rating"),
        "churn": taken(triggers.equals("churn_risk_level", "High").astype(float), named) == 1,
        "quality": metric("avg_rating_7d") < run.intervention_rule("quality_rating"),
        "technical": metric("technical_issue_rate") > run.intervention_rule("technical_rate"),
        "none": named < 0,
    }
    expected = np.select(list(conditions.values()), list(conditions), "engagement").astype(object)
    return rows.listed(
        rows.strings("intervention_type") != expected,
        f"{_INTERVENTION} is of the type {{intervention_type}}; {{triggered_by_event_id}} asks for {{expected}}",
        expected=expected,
    )


@rule("intervention.max_four")
def tutors_are_not_written_to_too_often(run: Run) -> list[str]:
    """No tutor has more than the scenario's number of interventions in any 30 days."""
    crowded = [
        *_crowded(run, run.frame("interventions"), "sent_at"),
        *_crowded(run, run.events(InterventionSent), "timestamp"),
    ]
    return list(dict.fromkeys(crowded))


@rule("intervention.latency")
def interventions_come_within_the_hour(run: Run) -> list[str]:
    """An intervention is created minutes after the score of the same tutor, or change of it, that it names."""
    latency = Delay.stated(run, "interventions.latency_minutes")
    rows, triggers = run.frame("interventions"), run.once(_triggers)
    named = _trigger_places(run)
    waited = rows.seconds("created_at") - taken(triggers.seconds("timestamp"), named)
    fine = rows.agrees("tutor_id", triggers, named) & latency.allows(waited)
    return rows.listed(
        ~fine,
        f"{_INTERVENTION}, created {{created_at}}, names {{triggered_by_event_id}}, "
        f"which is no score of the tutor {latency} before",
    )


@rule("intervention.outcome_matches_times")
def outcomes_match_the_steps(run: Run) -> list[str]:
    """Ignored ones are not opened, partial ones only opened, successes opened and clicked or answered in five days."""
    rows, truth = run.frame("interventions"), run.frame("truth_interventions")
    known = rows.places("intervention_id", truth)
    outcomes = np.append(truth.strings("outcome"), "none")[known]
    opened, acted = rows.present("opened_at"), rows.present("clicked_at") | rows.present("responded_at")
    opened_later, acted_later = (
        _follows(run, rows, EmailOpened),
        _follows(run, rows, EmailClicked, InterventionResponded),
    )
    five_days_ago = rows.seconds("sent_at") <= run.window_end - 5 * DAY
    broken = (
        (known < 0)
        | ((outcomes == "ignored") & (opened | opened_later))
        | ((outcomes == "partial") & (acted | acted_later))
        | ((outcomes == "success") & five_days_ago & ~(opened & acted))
    )
    return rows.listed(
        broken,
        f"{_INTERVENTION} has the outcome {{outcome}}, was opened {{opened_at}}, clicked {{clicked_at}}, "
        "answered {responded_at}",
        outcome=outcomes,
    )


@rule("intervention.metrics_recompute")
def weeks_around_recompute(run: Run) -> list[str]:
    """The sessions and engagement of the weeks before and after; null where a week leaves the window."""
    sent = run.frame("interventions").seconds("sent_at")
    return [
        *_wrong_week(run, "before", sent - _WEEK, sent - _WEEK >= run.window_start),
        *_wrong_week(run, "after", sent, sent + _WEEK <= run.window_end),
    ]


@rule("intervention.order")
def steps_come_in_order(run: Run) -> list[str]:
    """Created, sent, delivered, opened, then clicked and answered; status is the furthest step."""
    rows = run.frame("interventions")
    reached = np.full(len(rows), -np.inf)
    broken = np.zeros(len(rows), bool)
    for step in _STEPS:
        broken |= rows.seconds(step) < reached
        reached = np.fmax(reached, rows.seconds(step))
    broken |= (rows.seconds("clicked_at") < reached) | (rows.seconds("responded_at") < reached)
    signs = {"responded": "responded_at", "clicked": "clicked_at", "opened": "opened_at", "delivered": "delivered_at"}
    signs["failed"] = "error_message"
    furthest = np.select([rows.present(sign) for sign in signs.values()], list(signs), "sent").astype(object)
    return [
        *rows.listed(broken, f"{_INTERVENTION} has a step that comes before the one before it"),
        *rows.listed(
            rows.strings("status") != furthest,
            f"{_INTERVENTION} has status {{status}}, its furthest step is {{furthest}}",
            furthest=furthest,
        ),
    ]


@rule("intervention.effect.ranges")
def effects_lie_in_their_ranges(run: Run) -> list[str]:
    """Effects lie in the ranges of their outcome."""
    truth = run.frame("truth_interventions")
    engagement, sessions = truth.numbers("engagement_effect"), truth.numbers("sessions_effect")
    fine = np.zeros(len(truth), bool)
    for outcome, ((least, most), (fewest, highest)) in outcome_effects(run).items():
        in_ranges = (least <= engagement) & (engagement <= most) & (fewest <= sessions) & (sessions <= highest)
        fine |= truth.equals("outcome", outcome) & in_ranges
    return truth.listed(
        ~fine,
        "intervention {intervention_id}, {outcome}, has engagement_effect {engagement_effect} and "
        "sessions_effect {sessions_effect}",
    )


@rule("intervention.experiment_link")
def experiments_named_are_the_tutors(run: Run) -> list[str]:
    """Experiment and variant are both null, or an assignment of the tutor made by the time of sending."""
    rows, assignments = run.frame("interventions"), run.frame("experiment_assignments")
    linked = rows.present("experiment_id") | rows.present("experiment_variant")
    wanted = _joined(rows, "experiment_id", "tutor_id", "experiment_variant")
    made = _joined(assignments, "experiment_id", "tutor_id", "variant")
    assigned = taken(assignments.seconds("assigned_at"), wanted.places("joined", made))
    return rows.listed(
        linked & ~(assigned <= rows.seconds("sent_at")),
        f"{_INTERVENTION} names {{experiment_variant}} of {{experiment_id}}, not assigned to the tutor by then",
    )


def _triggers(run: Run) -> Frame:
    """The events that can trigger an intervention."""
    return run.events(ChurnSignalsChanged, ChurnScored)


def _trigger_places(run: Run) -> Rows:
    return run.frame("interventions").places("triggered_by_event_id", run.once(_triggers), "event_id")


def _crowded(run: Run, sent: Frame, moment: str) -> list[str]:
    """The interventions that come too soon after the tutor's nth before them."""
    most = int(run.intervention_rule("max_per_tutor"))
    moments, places = sent.seconds(moment), sent.places("tutor_id", run.frame("tutor_profiles"))
    order = np.lexsort((moments, places))
    first, last = order[: max(len(order) - most, 0)], order[most:]
    broken = np.zeros(len(sent), bool)
    broken[last[(places[first] == places[last]) & (moments[last] - moments[first] < 30 * DAY)]] = True
    return sent.listed(
        broken, f"intervention {{intervention_id}} of {{tutor_id}} at {{{moment}}} is one more than {most} in 30 days"
    )


def _follows(run: Run, rows: Frame, *steps: type) -> Flags:
    """Which interventions have one of these steps in the truth part, after the window has closed."""
    return rows.places("intervention_id", run.truth_events(*steps)) >= 0


def _wrong_week(run: Run, name: str, since: Floats, inside: Flags) -> list[str]:
    rows, sessions, tutors = run.frame("interventions"), run.frame("sessions"), run.frame("tutor_profiles")
    held = sessions.where(sessions.flags("session_completed"))
    decimals = TABLES["sessions"].column("engagement_score").decimals or 0

    def summed(weights: Floats) -> Floats:
        return sums_between(
            rows.places("tutor_id", tutors), since, since + _WEEK,
            held.places("tutor_id", tutors), held.seconds("session_datetime"), weights,
        )  # fmt: skip

    count = summed(np.ones(len(held)))
    with np.errstate(invalid="ignore"):
        engagement = summed(np.rint(held.numbers("engagement_score") * 10**decimals)) / (count * 10**decimals)
    violations = []
    for column, figures, places in ((f"sessions_{name}_count", count, 0), (f"engagement_{name}", engagement, 2)):
        exact = np.where(inside, figures, np.nan)
        violations += rows.listed(
            differs(rows.numbers(column), exact, places),
            f"{_INTERVENTION} has {column} {{{column}}}, recomputed: {{exact}}",
            exact=exact,
        )
    return violations


def _joined(frame: Frame, *names: str) -> Frame:
    """A frame with the values of some columns joined to one, `joined`."""
    joined = pc.binary_join_element_wise(*(frame.table[name] for name in names), "|")
    return Frame(frame.table.append_column("joined", joined))
