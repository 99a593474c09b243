"""Rules about tutor_aggregates: every figure is recomputed from sessions and the log."""

import numpy as np

from simulation.contract import TABLES
from simulation.events import SessionRescheduled
from simulation.validation.frames import Flags, Floats, Frame, differs, means, sums
from simulation.validation.rules import rule
from simulation.validation.run import LONG_DAYS, RECENT_DAYS, Run

# A difference of averages this near its threshold may show the signal or not: its last bit decides.
_LAST_BIT = 1e-9

# Column -> the column of sessions whose mean it is, over the completed ones of the last 30 days.
_MONTHLY_MEANS = {
    "avg_rating_30d": "student_rating",
    "avg_engagement_score": "engagement_score",
    "avg_empathy_score": "empathy_score",
    "avg_clarity_score": "clarity_score",
    "avg_student_satisfaction": "student_satisfaction",
    "recommendation_rate": "would_recommend",
    "technical_issue_rate": "had_technical_issues",
}
_MEASURED_ELSEWHERE = ("tutor_id", "churn_signals_detected", "churn_probability", "churn_risk_level")


@rule("aggregate.recomputes")
def figures_recompute(run: Run) -> list[str]:
    """The tutors and documented figures of tutor_aggregates are those of sessions, to their stored precision."""
    poor_first_sessions = run.once(_signals)["signal_poor_first_sessions"]
    exact = run.once(_figures) | {"poor_first_session_flag": poor_first_sessions.astype(float)}
    documented = [
        column.name
        for column in TABLES["tutor_aggregates"].columns
        if not column.extra and column.name not in _MEASURED_ELSEWHERE
    ]
    return _wrong_tutors(run) + _wrong_figures(run, exact, documented)


@rule("aggregate.rates_recompute")
def rates_recompute(run: Run) -> list[str]:
    """reschedule_rate_30d and no_show_count_30d are those of the log and sessions."""
    return _wrong_figures(run, run.once(_figures), ["reschedule_rate_30d", "no_show_count_30d"])


@rule("aggregate.rating_7d_needs_three")
def recent_ratings_need_sessions(run: Run) -> list[str]:
    """avg_rating_7d is null with fewer sessions in 7 days than it takes, 3 by default."""
    aggregates = run.frame("tutor_aggregates")
    few = aggregates.numbers("total_sessions_7d") < run.churn_rule("min_recent_sessions")
    return aggregates.listed(
        few & aggregates.present("avg_rating_7d"),
        "tutor {tutor_id} has avg_rating_7d {avg_rating_7d} out of {total_sessions_7d} sessions",
    )


@rule("aggregate.signals_add_up")
def signals_add_up(run: Run) -> list[str]:
    """Each signal follows from its definition, and their weighted sum is churn_signals_detected."""
    aggregates = run.frame("tutor_aggregates")
    signals, weighted = run.once(_signals), np.zeros(len(aggregates))
    violations = []
    for name, shown in signals.items():
        wrong = aggregates.flags(name) != shown
        if name == "signal_declining_ratings":
            wrong &= np.abs(_rating_drop(run) - run.churn_rule("rating_drop")) > _LAST_BIT
        violations += aggregates.listed(
            wrong, f"tutor {{tutor_id}} has {name} {{{name}}}, recomputed: {{shown}}", shown=shown
        )
        twice = name == "signal_poor_first_sessions"
        weighted += aggregates.flags(name) * (run.churn_rule("poor_first_sessions_weight") if twice else 1.0)
    return violations + aggregates.listed(
        aggregates.numbers("churn_signals_detected") != weighted,
        "tutor {tutor_id} has churn_signals_detected {churn_signals_detected}, its signals add up to {weighted}",
        weighted=weighted,
    )


@rule("aggregate.probability_formula")
def probability_follows_from_signals(run: Run) -> list[str]:
    """churn_probability is what the signals come to, plus the tutor's noise, and capped."""
    aggregates = run.frame("tutor_aggregates")
    cap, probability = run.churn_rule("probability_cap"), aggregates.numbers("churn_probability")
    signals = np.minimum(aggregates.numbers("churn_signals_detected") * run.churn_rule("probability_per_signal"), cap)
    low, high = (np.minimum(signals + round(noise, 4), cap) for noise in run.stated("churn.score_offset"))
    return aggregates.listed(
        differs(probability, np.clip(probability, low, high), _decimals("tutor_aggregates", "churn_probability")),
        "tutor {tutor_id} has churn_probability {churn_probability} with {churn_signals_detected} signals",
    )


@rule("aggregate.risk_levels")
def risk_levels_follow_from_probability(run: Run) -> list[str]:
    """churn_risk_level is High, Medium or Low by churn_probability as stored."""
    aggregates = run.frame("tutor_aggregates")
    return aggregates.listed(
        aggregates.strings("churn_risk_level") != run.risk_levels(aggregates.numbers("churn_probability")),
        "tutor {tutor_id} has churn_risk_level {churn_risk_level} at churn_probability {churn_probability}",
    )


def _wrong_tutors(run: Run) -> list[str]:
    """There is a row per active tutor with a completed session in the last 30 days, and no other."""
    aggregates, tutors, sessions = (run.frame(name) for name in ("tutor_aggregates", "tutor_profiles", "sessions"))
    starts = sessions.seconds("session_datetime")
    counted = sessions.flags("session_completed") & (starts >= run.last_days(LONG_DAYS)) & (starts < run.window_end)
    taught = sums(sessions.places("tutor_id", tutors), counted.astype(float), len(tutors)) > 0
    expected = tutors.where(taught & tutors.flags("active_status"))
    missing, surplus = expected.places("tutor_id", aggregates) < 0, aggregates.places("tutor_id", expected) < 0
    return [
        *aggregates.listed(surplus, "tutor {tutor_id} has a row, and is inactive or completed no session"),
        *expected.listed(missing, "tutor {tutor_id} completed sessions and has no row"),
    ]


def _wrong_figures(run: Run, exact: dict[str, Floats], names: list[str]) -> list[str]:
    aggregates = run.frame("tutor_aggregates")
    violations = []
    for name in names:
        violations += aggregates.listed(
            differs(aggregates.numbers(name), exact[name], _decimals("tutor_aggregates", name)),
            f"tutor {{tutor_id}} has {name} {{{name}}}, recomputed: {{exact}}",
            exact=exact[name],
        )
    return violations


def _figures(run: Run) -> dict[str, Floats]:
    """Figures by row of tutor_aggregates, unrounded, NaN where there is nothing to average."""
    aggregates, sessions = run.frame("tutor_aggregates"), run.frame("sessions")
    size = len(aggregates)
    starts, places = sessions.seconds("session_datetime"), sessions.places("tutor_id", aggregates)
    completed, first = sessions.flags("session_completed"), sessions.flags("is_first_session")
    in_window = starts < run.window_end
    month = in_window & (starts >= run.last_days(LONG_DAYS))
    week = in_window & (starts >= run.last_days(RECENT_DAYS))

    def count(rows: Flags) -> Floats:
        return sums(places, rows.astype(float), size)

    def mean(rows: Flags, name: str) -> Floats:
        counted = rows & sessions.present(name)
        return means(np.where(counted, places, -1), sessions.numbers(name), _decimals("sessions", name), size)

    figures = {
        "total_sessions_30d": count(month & completed),
        "total_sessions_7d": count(week & completed),
        "avg_rating_7d": mean(week & completed, "student_rating"),
        "first_session_count": count(month & completed & first),
        "first_session_avg_rating": mean(month & completed & first, "student_rating"),
        "sentiment_trend_7d": mean(week & completed, "overall_sentiment"),
        "no_show_count_30d": count(month & ~sessions.flags("tutor_showed")),
        **{name: mean(month & completed, source) for name, source in _MONTHLY_MEANS.items()},
    }
    too_few = figures["total_sessions_7d"] < run.churn_rule("min_recent_sessions")
    figures["avg_rating_7d"] = np.where(too_few, np.nan, figures["avg_rating_7d"])
    rows = count(month)
    moved = _tutors_own_reschedules(run, aggregates)
    figures["reschedule_rate_30d"] = np.divide(moved, rows, out=np.zeros(size), where=rows > 0)
    return figures


def _tutors_own_reschedules(run: Run, aggregates: Frame) -> Floats:
    """How often each tutor moved a session in the last 30 days of the window."""
    moves = run.events(SessionRescheduled)
    moments = moves.seconds("timestamp")
    counted = moves.equals("initiated_by", "tutor") & (moments >= run.last_days(LONG_DAYS)) & (moments < run.window_end)
    return sums(moves.places("tutor_id", aggregates), counted.astype(float), len(aggregates))


def _signals(run: Run) -> dict[str, Flags]:
    """The six signals by row of tutor_aggregates; a comparison with nothing is false."""
    figures = run.once(_figures)
    return {
        "signal_declining_ratings": _rating_drop(run) > run.churn_rule("rating_drop"),
        "signal_low_engagement": figures["avg_engagement_score"] < run.churn_rule("low_engagement"),
        "signal_high_reschedule": figures["reschedule_rate_30d"] > run.churn_rule("high_reschedule_rate"),
        "signal_poor_first_sessions": figures["first_session_avg_rating"] < run.churn_rule("poor_first_session_rating"),
        "signal_no_shows": figures["no_show_count_30d"] > run.churn_rule("no_show_limit"),
        "signal_declining_activity": figures["total_sessions_7d"]
        < figures["total_sessions_30d"] / run.churn_rule("activity_divisor"),
    }


def _rating_drop(run: Run) -> Floats:
    figures = run.once(_figures)
    return figures["avg_rating_30d"] - figures["avg_rating_7d"]


def _decimals(table: str, column: str) -> int:
    return TABLES[table].column(column).decimals or 0
