"""Figures of sessions: how many, when, what happens in them, what is measured, and how that changes by day."""

import math
from datetime import datetime
from itertools import product
from typing import Any

import pytest

from tests.hand_made_log import local
from tests.validation.measured_runs import Case, Cases, case, listed, measured

TWO_ROWS: dict[str, dict[str, Any]] = {
    "tutors": {"tutor_profiles": {"region": [1, 1]}},
    "sessions": {"sessions": {"session_completed": [True, False]}},
    "engagement_events": {"engagement_events": {"event_id": ["EV000001", "EV000002"]}},
    "interventions": {"interventions": {"channel": ["email", "email"]}},
    "experiments": {"experiments": {"name": ["one", "two"]}},
    "assignments": {"experiment_assignments": {"variant": ["control", "film"]}},
}
ONE_OF_FOUR_MISSED = {"session_completed": [True, False, True, True]}

VOLUMES: Cases = {
    **{f"volume.{what}": [case(2, **tables)] for what, tables in TWO_ROWS.items()},
    **{f"volume.dev.{what}": [case(2, **tables)] for what, tables in TWO_ROWS.items()},
    "volume.completed_rate": [case(0.75, sessions=ONE_OF_FOUR_MISSED)],
    "volume.dev.completed_rate": [case(0.75, sessions=ONE_OF_FOUR_MISSED)],
    "volume.dev.days": [case(14, days=14), case(30)],
}


def weekday_hours(*hours: float) -> list[datetime]:
    """Starts on the first day, a Monday, at these hours."""
    return [local(0, int(hour), round(hour % 1 * 60)) for hour in hours]


TIMES: Cases = {
    "time.preferred_share": [
        case(
            0.5,
            tutor_profiles={"preferred_start_hour": [15, 8], "preferred_end_hour": [21, 12]},
            sessions={
                "tutor_id": ["T0001", "T0001", "T0001", "T0002"],
                "session_datetime": weekday_hours(15, 20.75, 21, 15),
            },
        )
    ],
    "time.morning_share": [case(0.25, tutor_profiles={"chronotype": ["morning", "evening", "evening", "evening"]})],
    "time.weekend_volume": [
        # a week: 3 sessions on 2 days over 10 on 5
        case(0.75, days=7, sessions={"session_datetime": [local(day) for day in (5, 5, 6, *[0, 4] * 5)]}),
        # 30 days from a Monday: 8 days over 22
        case(22 / 8, sessions={"session_datetime": [local(5), local(29)]}),
        case(None, days=3, sessions={"session_datetime": [local(1)]}),
    ],
    "time.odd_hours": [
        case(
            0.75 - 0.25,
            tutor_profiles={"reliability_score": [0.599, 0.6]},
            sessions={
                "tutor_id": [*["T0001"] * 4, *["T0002"] * 4],
                "session_datetime": weekday_hours(6, 7.75, 22, 8, 23, 21.75, 8, 12),
            },
        )
    ],
    "time.duration.60": [case(0.5, sessions={"scheduled_duration_min": [60, 60, 30, 90]})],
    "time.duration.30": [case(0.25, sessions={"scheduled_duration_min": [60, 60, 30, 90]})],
    "time.duration.actual_mean": [
        case(
            1.0,
            sessions={
                "scheduled_duration_min": [60, 30, 90],
                "actual_duration_min": [54, 33, 60],
                "session_completed": [True, True, False],
            },
        )
    ],
    "time.duration.actual_sd": [
        case(0.1, sessions={"scheduled_duration_min": [60, 60, 30], "actual_duration_min": [54, 60, 33]}),
        case(None, sessions={"scheduled_duration_min": [60], "actual_duration_min": [54]}),
    ],
    "time.activity_weight": [
        case(
            math.sqrt(3) / 2,  # ranks 1, 2, 3 of careers, and 1.5, 1.5, 3 of sessions
            tutor_profiles={
                "total_sessions_completed": [10, 20, 3000, 5000, 6000],
                "weekend_only": [False, False, False, True, False],
                "active_status": [True, True, True, True, False],
            },
            sessions={"tutor_id": ["T0001", "T0002", "T0003", "T0003", "T0003"]},
        )
    ],
}


SPANS = {"peak": local(0, 19), "weekend": local(5, 19), "normal": local(0, 9)}


def connections(span: str, start: datetime, *numbers: int) -> dict[str, Any]:
    """So many sessions with Excellent, Good, Fair and Poor connections; and poor ones in the other spans."""
    qualities = ["Excellent"] * numbers[0] + ["Good"] * numbers[1] + ["Fair"] * numbers[2] + ["Poor"] * numbers[3]
    others = [elsewhere for other, elsewhere in SPANS.items() if other != span]
    return {
        "session_datetime": [start] * len(qualities) + others,
        "connection_quality": [*qualities, *["Poor"] * len(others)],
    }


HAPPENINGS: Cases = {
    "session.student_show": [case(0.75, sessions={"student_showed": [True, True, True, False]})],
    "session.tutor_no_show_slope": [
        case(
            # by sessions: (4 * 0.10 * 0.25 + 2 * 0.15 * 0.5) / (4 * 0.01 + 2 * 0.0225)
            0.25 / 0.085,
            tutor_profiles={"no_show_count": [10, 20, 0, 5]},
            sessions={
                "tutor_id": [*["T0001"] * 4, *["T0002"] * 2, "T0003"],
                "tutor_showed": [False, True, True, True, False, True, True],
            },
        ),
        case(None, tutor_profiles={"no_show_count": [0]}, sessions={"tutor_id": ["T0001"]}),
    ],
    "session.tutor_no_show_zero": [
        case(
            0.5,
            tutor_profiles={"no_show_count": [0, 1]},
            sessions={"tutor_id": ["T0001", "T0001", "T0002"], "tutor_showed": [False, True, False]},
        )
    ],
    "session.first_share": [
        case(
            0.25,
            sessions={
                "session_completed": [True, True, True, True, False],
                "is_first_session": [True, False, False, False, None],
            },
        )
    ],
    "session.subject_distribution": [
        case(
            # Math has 3 of 4 sessions where 2 of 4 are expected
            0.25,
            tutor_profiles={"subjects_taught": ["Math,Science", "Math,Test Prep"]},
            sessions={
                "tutor_id": ["T0001", "T0001", "T0002", "T0002"],
                "subject": ["Math", "Math", "Math", "Test Prep"],
            },
        ),
        case(
            0.5,  # English has half of what a tutor of nothing else teaches
            tutor_profiles={"subjects_taught": ["English"]},
            sessions={"tutor_id": ["T0001", "T0001"], "subject": ["English", "History"]},
        ),
    ],
    "session.connection.weekday_peak": [
        case(0, sessions=connections("peak", local(0, 19), 10, 6, 3, 1)),
        case(0, sessions=connections("peak", local(4, 18), 10, 6, 3, 1)),
        case(0.15, sessions=connections("peak", local(0, 20, 45), 13, 6, 0, 1)),
    ],
    "session.connection.weekend": [
        case(0, sessions=connections("weekend", local(5, 19), 65, 28, 6, 1)),
        case(0.03, sessions=connections("weekend", local(6, 21), 65, 25, 8, 2)),
    ],
    "session.connection.normal": [
        case(0, sessions=connections("normal", local(0, 9), 30, 15, 4, 1)),
        case(0.2, sessions=connections("normal", local(0, 21), 4, 4, 1, 1)),
    ],
    "session.technical_issues": [
        case(
            0.25,
            sessions={
                "session_completed": [True, True, True, True, False],
                "had_technical_issues": [True, False, False, False, None],
            },
        )
    ],
}

AVERAGED = {
    "attention": "student_attention_pct",
    "camera": "tutor_camera_on_pct",
    "speak": "tutor_speak_ratio",
    "screen": "screen_share_pct",
    "sentiment": "overall_sentiment",
    "empathy": "empathy_score",
    "clarity": "clarity_score",
    "engagement": "engagement_score",
    "rating": "student_rating",
    "satisfaction": "student_satisfaction",
}
FOUR_HELD = {"session_completed": [True, True, True, False]}


def of_column(expected: float, column: str) -> list[Case]:
    """A figure of 2, 3 and 7; a session that was not held has no measures."""
    return [case(expected, sessions={**FOUR_HELD, column: [2.0, 3.0, 7.0, None]})]


# Every combination of the predictors once, so that they determine their coefficients.
ENGAGED = list(product([50.0, 90.0], [0.3, 0.5, 0.6], [-0.2, 0.4]))
RATED = list(product([4.0, 6.0], [5.0, 8.0], [3.0, 7.0], [False, True], ["Excellent", "Good", "Fair", "Poor"]))
PENALTIES = {"Excellent": 0.0, "Good": -0.125, "Fair": -0.25, "Poor": -0.5}

ENGAGEMENT = {
    "student_attention_pct": [attention for attention, _, _ in ENGAGED],
    "tutor_speak_ratio": [speaking for _, speaking, _ in ENGAGED],
    "overall_sentiment": [sentiment for _, _, sentiment in ENGAGED],
    "engagement_score": [
        0.5 + 0.04 * attention + 3.0 * (1 - 2 * abs(speaking - 0.5)) + 1.5 * sentiment
        for attention, speaking, sentiment in ENGAGED
    ],
}
RATINGS = {
    "empathy_score": [row[0] for row in RATED],
    "clarity_score": [row[1] for row in RATED],
    "engagement_score": [row[2] for row in RATED],
    "is_first_session": [row[3] for row in RATED],
    "connection_quality": [row[4] for row in RATED],
    "student_rating": [
        2.0 + 0.1 * empathy + 0.08 * clarity + 0.12 * engagement - 0.3 * first + PENALTIES[quality]
        for empathy, clarity, engagement, first, quality in RATED
    ],
}
TWO_TUTORS = {"reliability_score": [0.5, 0.9]}
BY_TWO = {"tutor_id": ["T0001", "T0001", "T0002", "T0002"]}

MEASUREMENTS: Cases = {
    **{f"measure.{short}.mean": of_column(4.0, column) for short, column in AVERAGED.items()},
    **{f"measure.{short}.sd": of_column(math.sqrt(7), column) for short, column in AVERAGED.items()},
    "measure.attention.reliability": [
        case(
            1 / math.sqrt(2),
            tutor_profiles=TWO_TUTORS,
            sessions={**BY_TWO, "student_attention_pct": [60.0, 70.0, 70.0, 80.0]},
        )
    ],
    "measure.sentiment.reliability_slope": [
        case(0.25, tutor_profiles=TWO_TUTORS, sessions={**BY_TWO, "overall_sentiment": [0.3, 0.5, 0.3, 0.7]})
    ],
    "measure.sentiment.student_gap": [
        case(0.05, sessions={"student_sentiment": [0.5, 0.6], "overall_sentiment": [0.4, 0.6]})
    ],
    "measure.sentiment.tutor_mean": of_column(4.0, "tutor_sentiment"),
    "measure.empathy.reliability_slope": [
        case(
            3.0,
            tutor_profiles={"reliability_score": [0.5, 0.7, 0.8, 1.0, 0.1]},
            truth_tutors={"persona": ["solid_performer", "solid_performer", "rock_star", "rock_star", "rock_star"]},
            tutor_aggregates={"avg_empathy_score": [5.0, 5.6, 9.0, 9.6]},
        )
    ],
    "measure.engagement.attention": [case(0.04, sessions=ENGAGEMENT)],
    "measure.engagement.balance": [case(3.0, sessions=ENGAGEMENT)],
    "measure.engagement.sentiment": [
        case(1.5, sessions=ENGAGEMENT),
        case(None, sessions={**ENGAGEMENT, "overall_sentiment": 0.4}),
    ],
    "measure.rating.first_session_penalty": [case(-0.3, sessions=RATINGS)],
    "measure.rating.penalty_good": [case(-0.125, sessions=RATINGS)],
    "measure.rating.penalty_fair": [case(-0.25, sessions=RATINGS)],
    "measure.rating.penalty_poor": [
        case(-0.5, sessions=RATINGS),
        case(None, sessions={**RATINGS, "connection_quality": "Good"}),
    ],
    "measure.rating.quality_slope": [case(0.1, sessions=RATINGS)],
    "measure.satisfaction.rating_slope": [
        case(2.5, sessions={"student_rating": [3.0, 4.0, 5.0], "student_satisfaction": [5.0, 6.0, 10.0]})
    ],
    "measure.recommend.rate": [
        case(2 / 3, sessions={**FOUR_HELD, "would_recommend": [True, True, False, None]}),
    ],
    "measure.corr.empathy_satisfaction": [
        case(0.5, sessions={"empathy_score": [1.0, 2.0, 3.0], "student_satisfaction": [7.0, 9.0, 8.0]})
    ],
    "measure.corr.balance_engagement": [
        case(1, sessions={"tutor_speak_ratio": [0.3, 0.5, 0.6], "engagement_score": [5.0, 7.0, 6.0]}),
        case(-1, sessions={"tutor_speak_ratio": [0.4, 0.5, 0.7], "engagement_score": [6.0, 5.0, 7.0]}),
    ],
    "measure.first_session_failures": [
        case(
            0.5,
            sessions={"is_first_session": [True, True, False, False], "student_rating": [3.4, 3.5, 3.0, 3.0]},
        )
    ],
}


def weekly(score: str, *tutors: list[float]) -> dict[str, Any]:
    """Sessions of tutors at the start, in the middle and at the end of ten days."""
    return {
        "tutor_id": [f"T{number:04d}" for number in range(1, len(tutors) + 1) for _ in range(3)],
        "session_datetime": [local(0), local(5), local(9)] * len(tutors),
        score: [value for scores in tutors for value in scores],
    }


def falling(score: str) -> list[Case]:
    """Two unreliable tutors lose a point in ten days, from different heights; a reliable one gains."""
    profiles = {"reliability_score": [0.599, 0.3, 0.6]}
    scores = weekly(score, [5.0, 4.5, 4.1], [7.0, 6.5, 6.1], [5.0, 9.0, 9.5])
    return [case(-1 / (33.2 / 6), days=10, tutor_profiles=profiles, sessions=scores)]


def by_day(score: str) -> list[Case]:
    """Days with means 4 and 6, three sessions and one; a day without any does not count."""
    sessions = {"session_datetime": [local(0), local(0, 12), local(0, 23, 59), local(2)], score: [3.0, 4.0, 5.0, 6.0]}
    return [case(math.sqrt(2) / 4.5, sessions=sessions)]


TRENDS: Cases = {
    "trend.low_reliability_declines": falling("empathy_score"),
    "trend.low_reliability_clarity": falling("clarity_score"),
    "trend.low_reliability_engagement": falling("engagement_score"),
    "trend.high_reliability_holds": [
        case(
            0.5 / (32.0 / 6),
            days=10,
            tutor_profiles={"reliability_score": [0.801, 0.9, 0.8]},
            sessions=weekly("empathy_score", [5.1, 5.35, 5.55], [5.1, 5.35, 5.55], [9.0, 5.0, 1.0]),
        )
    ],
    "trend.daily.engagement": by_day("engagement_score"),
    "trend.daily.empathy": by_day("empathy_score"),
    "trend.daily.clarity": by_day("clarity_score"),
    "trend.daily.satisfaction": by_day("student_satisfaction"),
}

CASES: Cases = {**VOLUMES, **TIMES, **HAPPENINGS, **MEASUREMENTS, **TRENDS}


@pytest.mark.parametrize(("claim_id", "known"), listed(CASES))
def test_a_figure_of_sessions_is_what_its_words_say(claim_id: str, known: Case) -> None:
    assert measured(claim_id, known.run) == pytest.approx(known.expected, abs=1e-12)
