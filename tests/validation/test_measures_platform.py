"""Figures of students, reschedules, aggregates, and of what happens on the platform."""

from typing import Any

import pytest

from simulation.events import ChurnScored, EmailOpened, Login, TutorLeft
from tests.hand_made_log import LogBuilder, at, local
from tests.validation.good_run import SCORE
from tests.validation.measured_runs import Case, Cases, case, listed, measured

# Day 23 begins 7 days before the end.
FIRSTS = {
    "is_first_session": [True, True, True, True, True, True, False],
    "student_rating": [3.4, 3.4, 3.5, 5.0, 3.4, 4.0, 3.0],
    "session_datetime": [local(1), local(23), local(1), local(2), local(23, 0, 1), local(24), local(1)],
}

STUDENTS: Cases = {
    "student.churn_after_poor_first": [
        case(0.5, sessions=FIRSTS, students={"churned_after_session_id": ["S000002", "S000005", "S000007", None]})
    ],
    "student.churn_after_good_first": [
        case(0.5, sessions=FIRSTS, students={"churned_after_session_id": ["S000003", "S000006", "S000001", None]}),
        case(0, sessions=FIRSTS, students={"churned_after_session_id": [None]}),
    ],
    "student.churners_from_poor_first": [
        case(
            0.25,  # of those who churn in the window: after a poor first, a poor later, a good first, and no session
            sessions=FIRSTS,
            students={
                "churned_at": [local(1), local(29), local(0), local(5), local(-1), None],
                "churned_after_session_id": ["S000005", "S000007", "S000003", None, "S000001", None],
            },
        )
    ],
}

RESCHEDULES: Cases = {
    "reschedule.tutor_initiated": [
        case(
            0.75,
            LogBuilder().moved(at(1), "A", at(2)).moved(at(1), "B", at(2), by="student")
            .moved(at(1), "C", at(2)).moved(at(1), "D", at(2)),
        ),
        case(None),
    ],
    "reschedule.follows_trait": [
        case(
            # by sessions: (3 * 0.1 * 0.2 + 1 * 0.2 * 0.1) / (3 * 0.01 + 1 * 0.04)
            0.08 / 0.07,
            tutor_profiles={"reschedule_rate": [0.1, 0.2, 0.3]},
            tutor_aggregates={"reschedule_rate_30d": [0.2, 0.1]},
            sessions={"tutor_id": ["T0001", "T0001", "T0001", "T0002", "T0003"]},
        )
    ],
}  # fmt: skip


def scored(tutor: str, probability: float) -> ChurnScored:
    return SCORE._replace(tutor_id=tutor, churn_probability=probability)


AGGREGATES: Cases = {
    "aggregate.agrees_with_monitor": [
        case(
            0.5,
            LogBuilder().event(at(30), scored("T0001", 0.125), scored("T0002", 0.3), scored("T0004", 0.2))
            .event(at(29), scored("T0002", 0.2), scored("T0003", 0.2)).event(at(20), TutorLeft("T0003")),
            tutor_aggregates={"churn_probability": [0.125, 0.2, 0.2]},
        ),
        case(
            0,  # nobody is scored
            tutor_aggregates={"churn_probability": [0.125]},
        ),
    ],
    "aggregate.corr.no_show_churn": [
        case(
            0.5,
            tutor_profiles={"no_show_count": [1, 2, 3, 9]},
            tutor_aggregates={"churn_probability": [0.1, 0.3, 0.2]},
        )
    ],
    "aggregate.declining_raises_churn": [
        case(
            0.25,
            tutor_aggregates={
                "churn_probability": [0.5, 0.25, 0.2, 0.3],
                "signal_declining_ratings": [True, False, False, False],
            },
        ),
        case(None, tutor_aggregates={"churn_probability": [0.5, 0.25], "signal_declining_ratings": False}),
    ],
    "aggregate.corr.empathy_experience": [
        case(
            0.5,
            tutor_profiles={"months_experience": [1, 2, 3, 9]},
            tutor_aggregates={"avg_empathy_score": [5.0, 7.0, 6.0]},
        )
    ],
    "aggregate.corr.historical_rating": [
        case(
            -0.5,
            tutor_profiles={"avg_historical_rating": [3.0, 4.0, 5.0]},
            tutor_aggregates={"avg_rating_30d": [4.2, 4.0, 4.1]},
        )
    ],
}  # fmt: skip

TWO_AND_ONE_INACTIVE = {"active_status": [True, True, False]}


def events(kind: str, *tutors: str) -> dict[str, list[str]]:
    return {"tutor_id": list(tutors), "event_type": [kind] * len(tutors)}


def logins_of(chronotype: str) -> dict[str, Any]:
    """Two tutors' logins, those of a tutor of that chronotype on the edges of what counts."""
    other = {"morning": "evening", "evening": "morning"}[chronotype]
    moments = {
        "morning": [local(0), local(0, 11, 59), local(1, 12), local(2, 20)],
        "evening": [local(0, 13, 59), local(0, 14), local(1, 21, 59), local(2, 22)],
    }[chronotype]
    return {
        "tutor_profiles": {"chronotype": [chronotype, other]},
        "engagement_events": {
            **events("login", *["T0001"] * 4, *["T0002"] * 2),
            "timestamp": [*moments, local(3, 8), local(3, 15)],
        },
    }


def counted(first: int, second: int, *kinds: str) -> dict[str, list[str]]:
    """So many events of two kinds."""
    return {"event_type": [kinds[0]] * first + [kinds[1]] * second}


EVENTS: Cases = {
    "event.login.per_week": [
        case(
            1.5,
            days=14,
            tutor_profiles=TWO_AND_ONE_INACTIVE,
            engagement_events=events("login", *["T0001"] * 5, "T0002", *["T0003"] * 3),
        )
    ],
    "event.login.range": [
        case(
            0.5,  # with 2, 3, 11 and 12 logins in two weeks
            days=14,
            tutor_profiles={"active_status": [True, True, True, True, False]},
            engagement_events=events(
                "login", *["T0001"] * 2, *["T0002"] * 3, *["T0003"] * 11, *["T0004"] * 12, *["T0005"] * 5
            ),
        )
    ],
    "event.login.before_session": [
        case(
            2 / 5,  # an hour and four before one of the tutor's sessions; the others are just beside that
            tutor_profiles=TWO_AND_ONE_INACTIVE,
            sessions={
                "tutor_id": ["T0001", "T0003", "T0001"],
                "session_datetime": [local(0, 12), local(0, 12), local(10)],
            },
            engagement_events={
                **events("login", "T0001", "T0001", "T0001", "T0001", "T0002", "T0003"),
                "timestamp": [
                    local(0, 8), local(0, 11), local(0, 7, 59), local(0, 11, 1), local(0, 10), local(0, 10),
                ],
            },
        )
    ],
    "event.login.morning_tutors": [case(0.5, **logins_of("morning"))],
    "event.login.evening_tutors": [case(0.5, **logins_of("evening"))],
    "event.scheduled_per_login": [
        case(0.75, engagement_events=counted(4, 3, "login", "session_scheduled")),
        case(None, engagement_events=counted(0, 1, "login", "session_scheduled")),
    ],
    "event.completed_per_session": [
        case(
            0.5,
            sessions={"session_completed": [True, True, False]},
            engagement_events=counted(1, 5, "session_completed", "login"),
        )
    ],
    "event.profile_updates": [
        case(
            3.0,  # three in half a month, of two tutors
            days=15,
            tutor_profiles=TWO_AND_ONE_INACTIVE,
            engagement_events=events("profile_updated", "T0001", "T0001", "T0002", "T0003"),
        )
    ],
    "event.messages": [
        case(
            1.5,
            tutor_profiles=TWO_AND_ONE_INACTIVE,
            engagement_events=events("message_sent", "T0001", "T0001", "T0002", "T0003"),
        )
    ],
    "event.email_opened": [
        case(
            0.5,  # of those sent by the 28th day
            LogBuilder().event(at(29), EmailOpened("T0001", "INT0001"), EmailOpened("T0001", "INT0003")),
            interventions={"sent_at": [local(28), local(3), local(28, 0, 1)]},
        )
    ],
    "event.email_clicked": [case(0.25, engagement_events=counted(4, 1, "email_opened", "email_clicked"))],
    "event.coaching": [
        case(0.75, engagement_events=counted(4, 3, "coaching_scheduled", "coaching_attended")),
        case(None, engagement_events=counted(0, 1, "coaching_scheduled", "coaching_attended")),
    ],
}  # fmt: skip

OUTCOMES = {"outcome": ["success", "success", "ignored", "ignored", "partial", "success"]}

INTERVENTIONS: Cases = {
    "intervention.several_per_tutor": [
        case(1.5, interventions={"tutor_id": ["T0001", "T0001", "T0002"]}),
        case(None, tutor_profiles={"region": [1]}),
    ],
    "intervention.spread": [
        case(0.25, interventions={"sent_at": [local(2, 23, 59), local(3), local(20), local(29)]})
    ],
    "intervention.all_types": [case(2, interventions={"intervention_type": ["churn", "quality", "churn"]})],
    "intervention.outcome.success": [case(0.5, truth_interventions=OUTCOMES)],
    "intervention.outcome.ignored": [case(1 / 3, truth_interventions=OUTCOMES)],
    "intervention.effect.realised": [
        case(
            1.15 - 1.05,
            interventions={
                "engagement_before": [5.0, 6.0, 8.0, 5.0, 5.0, None],
                "engagement_after": [5.5, 7.2, 8.4, None, 9.0, 6.0],
            },
            truth_interventions=OUTCOMES,
        ),
        case(None, truth_interventions={"outcome": ["success"]},
             interventions={"engagement_before": [5.0], "engagement_after": [6.0]}),
    ],
    "intervention.effect.sessions": [
        case(
            2.0 - (-1.0),
            interventions={
                "sessions_before_count": [5, 6, 8, 5, 5, None],
                "sessions_after_count": [6, 9, 7, None, 9, 6],
            },
            truth_interventions=OUTCOMES,
        )
    ],
    "intervention.experiment_share": [case(0.25, interventions={"experiment_id": ["EXP001", None, None, None]})],
}  # fmt: skip

# Two completed experiments, of 2 and 3 variants, and an active one.
TRIALS = {
    "status": ["completed", "completed", "active"],
    "variants": ['["control", "film"]', '["none", "call", "film"]', '["film", "control"]'],
}
STARTED = (
    LogBuilder().experiment("EXP001", at(-5), eligible_count=6).experiment("EXP002", at(1), eligible_count=4)
    .experiment("EXP003", at(2), eligible_count=5)
)  # fmt: skip
SEEN = local(5)
ASSIGNED = {
    "experiment_id": [*["EXP001"] * 5, *["EXP002"] * 3, *["EXP003"] * 4],
    "variant": ["control", "control", "control", "control", "film", "none", "call", "film",
                "film", "film", "control", "control"],
    "exposed_at": [SEEN, SEEN, SEEN, None, SEEN, SEEN, SEEN, None, SEEN, None, SEEN, None],
    "converted_at": [SEEN, None, None, None, SEEN, None, None, None, SEEN, None, None, None],
}  # fmt: skip
# Controls: 3 of EXP001, one of EXP002, and one of EXP003, whose control is called film: 2 of 5 convert.
# Treatments: one of each experiment, the first of which converts.

EXPERIMENTS: Cases = {
    "experiment.completed_count": [case(2, experiments=TRIALS)],
    "experiment.active_count": [case(1, experiments=TRIALS)],
    "experiment.exposed.completed": [case(6 / 8, experiments=TRIALS, experiment_assignments=ASSIGNED)],
    "experiment.exposed.active": [case(2 / 4, experiments=TRIALS, experiment_assignments=ASSIGNED)],
    "experiment.assigned.completed": [case(8 / 10, STARTED, experiments=TRIALS, experiment_assignments=ASSIGNED)],
    "experiment.assigned.active": [
        case(4 / 5, STARTED, experiments=TRIALS, experiment_assignments=ASSIGNED),
        case(None, STARTED, experiments={**TRIALS, "status": "completed"}, experiment_assignments=ASSIGNED),
    ],
    "experiment.variants_equal": [
        case((1 / 4 + 1 + 1) / 3, experiments=TRIALS, experiment_assignments=ASSIGNED),
        case(
            0,  # nobody is in the film
            experiments={"variants": ['["control", "film"]']},
            experiment_assignments={"experiment_id": ["EXP001"], "variant": ["control"]},
        ),
    ],
    "experiment.conversion.control": [case(2 / 5, experiments=TRIALS, experiment_assignments=ASSIGNED)],
    "experiment.conversion.treatment": [case(1 / 3, experiments=TRIALS, experiment_assignments=ASSIGNED)],
    "experiment.conversion.lift": [case(1 / 3 - 2 / 5, experiments=TRIALS, experiment_assignments=ASSIGNED)],
}

CASES: Cases = {**STUDENTS, **RESCHEDULES, **AGGREGATES, **EVENTS, **INTERVENTIONS, **EXPERIMENTS}


@pytest.mark.parametrize(("claim_id", "known"), listed(CASES))
def test_a_figure_of_the_platform_is_what_its_words_say(claim_id: str, known: Case) -> None:
    assert measured(claim_id, known.run) == pytest.approx(known.expected, abs=1e-12)


def test_other_events_are_no_logins() -> None:
    few = case(
        None,
        LogBuilder().event(at(1), Login("T0001", "phone", "192.0.2.1")),
        tutor_profiles={"active_status": [True]},
        engagement_events={**events("message_sent", "T0001"), "timestamp": local(1)},
    )
    assert measured("event.login.per_week", few.run) == 0
