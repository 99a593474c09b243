"""Violations of the rules about tutors, sessions and aggregates, planted in the good run."""

from tests.hand_made_log import local
from tests.validation.spoiling import Violations, logged, row_of

_DAILY = "S000100250"  # T0001 with U00001 on day 15
_FIRST = "S000020001"  # T0002 with U00002 on day 3
_SECOND = "S000020002"  # the same two on day 4
_MISSED = "S000990"  # neither came
_LOGIN = {"event_type": "login", "tutor_id": "T0001"}
_T2 = {"tutor_id": "T0002"}

tutor = row_of("tutor_profiles", "tutor_id")
session = row_of("sessions", "session_id")
aggregate = row_of("tutor_aggregates", "tutor_id")
intervention = row_of("interventions", "intervention_id")

VIOLATIONS: Violations = {
    "tutor.subjects.valid": {
        "unknown": (tutor("T0001", subjects_taught="Math,Alchemy"), "Alchemy"),
        "twice the same": (tutor("T0001", subjects_taught="Math,Math"), "T0001"),
        "four": (tutor("T0001", subjects_taught="Math,Science,English,History"), "English"),
        "primary one is not taught": (tutor("T0001", primary_subject="English"), "English"),
    },
    "tutor.inactive.no_sessions": {"a session": (session(_DAILY, tutor_id="T0003"), _DAILY)},
    "tutor.silent_after_leaving": {
        "session": (session(_DAILY, tutor_id="T0004", session_datetime=local(22)), _DAILY),
        "login": (
            lambda run: run.set("engagement_events", _LOGIN, tutor_id="T0004", timestamp=local(22)),
            "engagement event",
        ),
        "email": (intervention("INT0006", tutor_id="T0004"), "INT0006"),
    },
    "tutor.last_login": {
        "not the latest": (tutor("T0001", last_login=local(1)), "T0001"),
        "missing": (tutor("T0001", last_login=None), "null"),
        "made up": (tutor("T0010", last_login=local(1)), "T0010"),
    },
    "time.preferred_windows": {
        "too early": (tutor("T0001", preferred_start_hour=14), "14"),
        "too late": (tutor("T0002", preferred_end_hour=13), "13"),
        "empty": (tutor("T0002", preferred_start_hour=12), "T0002"),
    },
    "time.weekend_hours": {
        "early": (session(_DAILY, session_datetime=local(19, 7, 59)), _DAILY),
        "late": (session(_DAILY, session_datetime=local(19, 21, 1)), _DAILY),
    },
    "time.duration.actual_range": {
        "short": (session(_DAILY, actual_duration_min=50), _DAILY),
        "long": (session(_DAILY, actual_duration_min=70), _DAILY),
    },
    "time.no_double_booking.tutor": {
        "a minute of overlap": (session(_SECOND, session_datetime=local(3, 9, 59)), _FIRST),
        "on the next day": (session(_DAILY, session_datetime=local(16, 14, 1)), _DAILY),
    },
    "time.no_double_booking.student": {
        "with two tutors": (session(_DAILY, tutor_id="T0002", session_datetime=local(16, 14, 1)), _DAILY),
    },
    "session.completed_is_both_showed": {
        "tutor was away": (session(_DAILY, tutor_showed=False), _DAILY),
        "student was away": (session(_DAILY, student_showed=False), _DAILY),
        "both were there": (session(_DAILY, session_completed=False), _DAILY),
    },
    "session.metrics_null_unless_completed": {
        "missing": (session(_DAILY, empathy_score=None), _DAILY),
        "made up": (session(_MISSED, student_rating=4.0), _MISSED),
    },
    "session.first_is_first": {
        "the second one too": (session(_SECOND, is_first_session=True), _SECOND),
        "not flagged": (session(_FIRST, is_first_session=False), _FIRST),
        "a pair on record": (session("S000100100", is_first_session=True), "S000100100"),
        "a pair of the warm-up": (session("S000030002", is_first_session=True), "S000030002"),
    },
    "session.subject_of_tutor": {"another's": (session(_DAILY, subject="History"), "History")},
    "measure.recommend.rule": {
        "satisfied and would not": (session(_DAILY, would_recommend=False), _DAILY),
        "just below": (session(_DAILY, student_satisfaction=6.9), "6.9"),
    },
    "student.silent_after_churn": {
        "a session later": (session(_DAILY, student_id="U00003", session_datetime=local(26)), _DAILY),
    },
    "aggregate.recomputes": {
        **{
            name: (aggregate("T0002", **{name: value}), name)
            for name, value in {
                "total_sessions_30d": 10,
                "total_sessions_7d": 4,
                "avg_rating_30d": 3.88,
                "avg_rating_7d": None,
                "avg_engagement_score": 6.26,
                "avg_empathy_score": 6.5,
                "avg_clarity_score": 6.81,
                "avg_student_satisfaction": 8.01,
                "first_session_count": 1,
                "first_session_avg_rating": 3.66,
                "poor_first_session_flag": True,
                "recommendation_rate": 0.89,
                "technical_issue_rate": 0.112,
                "sentiment_trend_7d": 0.452,
            }.items()
        },
        "a tutor is missing": (lambda run: run.drop("tutor_aggregates", _T2), "T0002"),
        "a tutor too many": (lambda run: run.copy("tutor_aggregates", _T2, tutor_id="T0010"), "T0010"),
    },
    "aggregate.rating_7d_needs_three": {"out of none": (aggregate("T0004", avg_rating_7d=4.0), "T0004")},
    "aggregate.rates_recompute": {
        "reschedules": (aggregate("T0002", reschedule_rate_30d=0.182), "0.182"),
        "no-shows": (aggregate("T0001", no_show_count_30d=2), "T0001"),
        "a student's move is counted": (
            logged({"event_type": "session_rescheduled", "initiated_by": "student"}, initiated_by="tutor"),
            "T0002",
        ),
    },
    "aggregate.signals_add_up": {
        "sum": (aggregate("T0001", churn_signals_detected=3), "signals_add_up_to 4"),
        "poor first sessions count once": (
            aggregate("T0002", signal_poor_first_sessions=True, churn_signals_detected=1),
            "signals_add_up_to 2",
        ),
        **{
            name: (aggregate("T0001", **{name: value}), name)
            for name, value in {
                "signal_declining_ratings": False,
                "signal_low_engagement": False,
                "signal_high_reschedule": True,
                "signal_poor_first_sessions": True,
                "signal_no_shows": False,
                "signal_declining_activity": False,
            }.items()
        },
    },
    "aggregate.probability_formula": {
        "too low": (aggregate("T0001", churn_probability=0.479), "0.479"),
        "too high": (aggregate("T0001", churn_probability=0.581), "0.581"),
        "beyond the cap": (aggregate("T0001", churn_signals_detected=7, churn_probability=0.9), "0.9"),
    },
    "aggregate.risk_levels": {
        "High": (aggregate("T0001", churn_probability=0.5, churn_risk_level="Medium"), "0.5"),
        "Medium": (aggregate("T0001", churn_probability=0.3, churn_risk_level="Low"), "0.3"),
        "Low": (aggregate("T0001", churn_probability=0.299, churn_risk_level="Medium"), "0.299"),
    },
}
