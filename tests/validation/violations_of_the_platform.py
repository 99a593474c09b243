"""Violations of the rules about events, interventions and experiments, planted in the good run."""

from typing import Any

from tests.hand_made_log import local
from tests.validation.spoiling import Spoil, Spoiled, Violations, both, logged, row_of

_SECOND = "S000020002"  # T0002 with U00002 on day 4
_MISSED = "S000990"  # neither came
_LOGIN = {"event_type": "login", "tutor_id": "T0001"}
_SCHEDULED = {"event_type": "session_scheduled", "tutor_id": "T0001"}
_FOLLOWED_UP = {"event_type": "session_completed", "tutor_id": "T0001"}
_LOGINS = 11

intervention = row_of("interventions", "intervention_id")
outcome = row_of("truth_interventions", "intervention_id")
experiment = row_of("experiments", "experiment_id")


def event(which: dict[str, Any], **values: Any) -> Spoil:
    """Spoils the first engagement event that is such."""
    return lambda run: run.set("engagement_events", which, **values)


def email(kind: str, of: str, /, **values: Any) -> Spoil:
    """Spoils the first email event of a tutor."""
    return event({"event_type": kind, "tutor_id": of}, **values)


def score(intervention_id: str, /, **values: Any) -> Spoil:
    """Spoils the score on which an intervention was decided."""

    def spoil(run: Spoiled) -> None:
        named = {
            row["intervention_id"]: row["triggered_by_event_id"] for row in run.tables["interventions"].to_pylist()
        }
        run.set_event({"event_id": named[intervention_id]}, **values)

    return spoil


def assignment(to: str, of: str, /, **values: Any) -> Spoil:
    """Spoils a tutor's assignment to an experiment."""
    which = {"experiment_id": to, "tutor_id": of}
    return lambda run: run.set("experiment_assignments", which, **values)


def no_logins(run: Spoiled) -> None:
    """Takes T0001's logins out of the log."""
    for _ in range(_LOGINS):
        run.drop_event(_LOGIN)


VIOLATIONS: Violations = {
    "event.scheduled_after_login": {
        "too soon": (event(_SCHEDULED, timestamp=local(0, 12, 29)), "no login"),
        "too late": (event(_SCHEDULED, timestamp=local(0, 13, 1)), "no login"),
        "no login at all": (no_logins, "no login"),
        "session is over": (event(_SCHEDULED, event_data='{"session_id":"S000100080"}'), "S000100080"),
        "another's session": (event(_SCHEDULED, event_data=f'{{"session_id":"{_SECOND}"}}'), _SECOND),
        "session was moved away": (
            logged({"event_type": "session_booked", "session_id": "S000100100"}, scheduled_start=local(0, 12)),
            "S000100100",
        ),
        "names no session": (event(_SCHEDULED, event_data="{}"), "null"),
    },
    "event.completed_after_session": {
        "before the end": (event(_FOLLOWED_UP, timestamp=local(0, 16, 1)), "16:01"),
        "too late": (event(_FOLLOWED_UP, timestamp=local(0, 16, 18)), "16:18"),
        "missed session": (event(_FOLLOWED_UP, event_data=f'{{"session_id":"{_MISSED}"}}'), _MISSED),
        "another's session": (event(_FOLLOWED_UP, tutor_id="T0002"), "T0002"),
    },
    "event.email_timing": {
        "opened too soon": (intervention("INT0001", opened_at=local(8, 10, 59)), "INT0001"),
        "opened too late": (intervention("INT0001", opened_at=local(10, 10, 1)), "INT0001"),
        "clicked at once": (intervention("INT0001", clicked_at=local(8, 15)), "INT0001"),
        "clicked too late": (intervention("INT0001", clicked_at=local(8, 15, 31)), "INT0001"),
        "clicked unopened": (intervention("INT0001", opened_at=None), "clicked"),
        "opened too soon in the log": (
            logged({"event_type": "email_opened", "intervention_id": "INT0000"}, timestamp=local(-1, 22, 10)),
            "INT0000",
        ),
        "clicked too late in the log": (
            logged({"event_type": "email_clicked", "intervention_id": "INT0001"}, timestamp=local(8, 16)),
            "INT0001",
        ),
    },
    "event.email_matches_intervention": {
        f"{kind} {story}": planted
        for kind in ("email_opened", "email_clicked")
        for story, planted in {
            "at another time": (email(kind, "T0001", timestamp=local(9)), "INT0001"),
            "by another tutor": (email(kind, "T0001", tutor_id="T0002"), "INT0001"),
            "of no intervention": (email(kind, "T0001", event_data='{"intervention_id":"INT9999"}'), "INT9999"),
            "unlike the warm-up's": (email(kind, "T0002", timestamp=local(9)), "INT0000"),
        }.items()
    },
    "event.valid": {
        "type": (event(_LOGIN, event_type="logout"), "logout"),
        "no JSON": (event(_LOGIN, event_data="{device"), "{device"),
        "before the window": (event({"event_type": "email_opened"}, timestamp=local(-1)), "outside"),
        "after the window": (event(_LOGIN, timestamp=local(30)), "outside"),
        "order": (lambda run: run.reverse("engagement_events"), "after a later one"),
    },
    "intervention.only_at_risk": {
        "low risk": (
            both(
                intervention("INT0001", risk_level_at_trigger="Low", churn_probability_at_trigger=0.2),
                score("INT0001", churn_risk_level="Low", churn_probability=0.2),
            ),
            "INT0001",
        ),
        "level contradicts the figure": (
            both(intervention("INT0001", risk_level_at_trigger="High"), score("INT0001", churn_risk_level="High")),
            "INT0001",
        ),
        "another level than the score": (score("INT0001", churn_risk_level="High"), "INT0001"),
        "another figure than the score": (score("INT0001", churn_probability=0.42), "INT0001"),
        "no such score": (intervention("INT0001", triggered_by_event_id="EV999999"), "EV999999"),
    },
    "intervention.type_follows_priority": {
        **{
            f"{asked} is due, not {stated}": (intervention(which, intervention_type=stated), f"expected {asked}")
            for which, asked, stated in (
                ("INT0001", "first_session", "churn"),
                ("INT0002", "churn", "quality"),
                ("INT0003", "quality", "technical"),
                ("INT0004", "technical", "engagement"),
                ("INT0005", "engagement", "quality"),
            )
        },
        "first_session goes first": (score("INT0002", signal_poor_first_sessions=True), "expected first_session"),
        "churn goes first": (score("INT0003", churn_risk_level="High"), "expected churn"),
        "quality goes first": (score("INT0004", avg_rating_7d=3.79), "expected quality"),
        "technical goes first": (score("INT0005", technical_issue_rate=0.151), "expected technical"),
        "first_session without its signal": (score("INT0001", signal_poor_first_sessions=False), "expected engagement"),
        "no such score": (intervention("INT0001", triggered_by_event_id="EV999999"), "expected none"),
    },
    "intervention.max_four": {
        "a fifth one": (
            lambda run: run.copy("interventions", {"intervention_id": "INT0004"}, sent_at=local(29, 20)),
            "INT0004",
        ),
        "a fifth one, of the warm-up": (
            logged({"event_type": "intervention_sent", "intervention_id": "INT0000"}, tutor_id="T0001"),
            "INT0004",
        ),
    },
    "intervention.latency": {
        "more than an hour": (intervention("INT0001", created_at=local(8, 10, 16)), "INT0001"),
        "before the score": (intervention("INT0001", created_at=local(8, 9, 14)), "INT0001"),
        "another's score": (score("INT0001", tutor_id="T0002"), "INT0001"),
        "no score": (score("INT0001", event_type="login"), "INT0001"),
    },
    "intervention.outcome_matches_times": {
        "ignored and opened": (outcome("INT0002", outcome="ignored"), "INT0002"),
        "partial and clicked": (outcome("INT0001", outcome="partial"), "INT0001"),
        "success and unopened": (outcome("INT0003", outcome="success"), "INT0003"),
        "success and nothing done": (outcome("INT0002", outcome="success"), "INT0002"),
        "ignored and opened after the window": (outcome("INT0006", outcome="ignored"), "INT0006"),
        "partial and clicked after the window": (outcome("INT0006", outcome="partial"), "INT0006"),
        "no outcome": (lambda run: run.drop("truth_interventions", {"intervention_id": "INT0001"}), "INT0001"),
    },
    "intervention.metrics_recompute": {
        "engagement before": (intervention("INT0001", engagement_before=5.21), "engagement_before"),
        "engagement after": (intervention("INT0001", engagement_after=None), "engagement_after"),
        "sessions before": (intervention("INT0001", sessions_before_count=6), "sessions_before_count"),
        "sessions after": (intervention("INT0001", sessions_after_count=8), "sessions_after_count"),
        "week outside the window": (intervention("INT0006", sessions_after_count=0), "sessions_after_count"),
    },
    "intervention.order": {
        **{
            f"{step} too early": (intervention("INT0001", **{step: when}), "INT0001")
            for step, when in {
                "sent_at": local(8, 9, 57),
                "delivered_at": local(8, 9, 59),
                "opened_at": local(8, 10, 3),
                "clicked_at": local(8, 14, 59),
                "responded_at": local(8, 14, 59),
            }.items()
        },
        "opened before it was sent": (intervention("INT0001", delivered_at=None, opened_at=local(8)), "INT0001"),
        **{
            f"status {status}": (intervention(which, status=status), f"status {status}")
            for which, status in {
                "INT0001": "clicked",
                "INT0002": "delivered",
                "INT0003": "opened",
                "INT0004": "sent",
                "INT0005": "opened",
                "INT0006": "failed",
            }.items()
        },
    },
    "intervention.effect.ranges": {
        f"{which} {name} {value}": (outcome(which, **{name: value}), which)
        for which, name, value in (
            ("INT0001", "engagement_effect", 0.0499),
            ("INT0001", "engagement_effect", 0.2501),
            ("INT0001", "sessions_effect", 0),
            ("INT0001", "sessions_effect", 5),
            ("INT0002", "engagement_effect", 0.0099),
            ("INT0002", "engagement_effect", 0.0801),
            ("INT0002", "sessions_effect", -1),
            ("INT0002", "sessions_effect", 3),
            ("INT0003", "engagement_effect", 0.0001),
            ("INT0003", "sessions_effect", 1),
        )
    },
    "intervention.experiment_link": {
        "experiment without variant": (intervention("INT0001", experiment_variant=None), "INT0001"),
        "variant without experiment": (intervention("INT0001", experiment_id=None), "INT0001"),
        "another variant": (intervention("INT0001", experiment_variant="control"), "control"),
        "not assigned": (intervention("INT0001", experiment_id="EXP002"), "EXP002"),
        "assigned later": (assignment("EXP001", "T0001", assigned_at=local(9)), "INT0001"),
    },
    "experiment.valid": {
        "unknown variant": (assignment("EXP002", "T0010", variant="placebo"), "placebo"),
        "unknown experiment": (assignment("EXP002", "T0010", experiment_id="EXP009"), "EXP009"),
        "exposed too soon": (assignment("EXP001", "T0001", exposed_at=local(-9, 0, 59)), "T0001"),
        "exposed too late": (assignment("EXP001", "T0001", exposed_at=local(-7, 0, 1)), "T0001"),
        "converted before exposure": (assignment("EXP001", "T0001", converted_at=local(-9, 4)), "T0001"),
        "converted too late": (assignment("EXP001", "T0001", converted_at=local(-2, 5, 1)), "T0001"),
        "converted unexposed": (assignment("EXP001", "T0001", exposed_at=None), "T0001"),
        "value is missing": (assignment("EXP001", "T0001", conversion_value=None), "T0001"),
        "value is made up": (assignment("EXP001", "T0010", conversion_value=0.1), "T0010"),
        "value is low": (assignment("EXP001", "T0001", conversion_value=0.049), "0.049"),
        "value is high": (assignment("EXP001", "T0001", conversion_value=0.301), "0.301"),
        "sample size": (experiment("EXP002", sample_size=5), "EXP002 has sample_size 5"),
        "another p-value": (experiment("EXP001", significance=0.0006), "0.0006"),
        "p-value is missing": (experiment("EXP001", significance=None), "EXP001"),
        "p-value is not defined": (experiment("EXP003", significance=1.0), "EXP003"),
        "p-value while active": (experiment("EXP002", significance=0.5), "EXP002 is active"),
        "winner while active": (experiment("EXP002", winner="toolkit"), "EXP002 is active"),
        "winner without a p-value": (experiment("EXP003", winner="toolkit"), "EXP003"),
        "winner is no variant": (experiment("EXP001", winner="placebo"), "placebo"),
    },
}
