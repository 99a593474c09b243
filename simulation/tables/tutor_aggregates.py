"""Log and sessions -> tutor_aggregates: each tutor's last 7 and 30 days as the window ends.

Sums are of whole numbers and each average is one division: the figures equal those of whoever else
follows the sessions, to the last bit, and so do the signals made of them, under the rules of that moment.
"""

from collections import Counter
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS, SCORE_COLUMNS, ChurnRules, TutorFigures, detect, score
from simulation.contract import EVERY_RUN
from simulation.events import SessionRescheduled, TutorRegistered
from simulation.log import Log
from simulation.tables.columns import Window, decimals, flags, mean, ordered, scaled, seconds, stored, summed
from simulation.tables.extra_columns import with_extra_columns
from simulation.tables.parameter_changes import rules_at

# column of tutor_aggregates -> the measure of completed sessions that it averages over the last 30 days
_AVERAGES = {
    "avg_rating_30d": "student_rating",
    "avg_engagement_score": "engagement_score",
    "avg_empathy_score": "empathy_score",
    "avg_clarity_score": "clarity_score",
    "avg_student_satisfaction": "student_satisfaction",
}
_SENTIMENT = "overall_sentiment"
_USED = [
    "tutor_id", "session_datetime", "session_completed", "tutor_showed", "is_first_session", "would_recommend",
    "had_technical_issues", _SENTIMENT, *_AVERAGES.values(),
]  # fmt: skip


def reduce_tutor_aggregates(log: Log, sessions: pa.Table) -> pa.Table:
    """One row per active tutor with a completed session in the last 30 days of the window, by id."""
    registered = log.events(TutorRegistered, columns=("tutor_id", "active_status", "score_offset"))
    tutors = ordered(registered.filter(registered["active_status"]), "tutor_id")
    rules = rules_at(log, log.metadata.window[1])
    totals = _totals(log, sessions)
    rows = [
        {"tutor_id": tutor_id, **_aggregate(totals[tutor_id], offset, rules)}
        for tutor_id, offset in zip(tutors["tutor_id"].to_pylist(), tutors["score_offset"].to_pylist(), strict=True)
        if tutor_id in totals and totals[tutor_id]["completed"]
    ]
    names = EVERY_RUN.tables["tutor_aggregates"].column_names
    return with_extra_columns("tutor_aggregates", {name: [row[name] for row in rows] for name in names}, log)


def _totals(log: Log, sessions: pa.Table) -> dict[str, dict[str, int]]:
    """Counts, and sums of scaled decimals, of each tutor with sessions in the last 30 days, or 7 where so named."""
    window = Window.of(log)
    month, week = window.last(LONG_DAYS), window.last(RECENT_DAYS)
    rows = sessions.select(_USED).filter(pa.array(month.holds(seconds(sessions["session_datetime"]))))
    moves = log.events(SessionRescheduled, columns=("tutor_id", "initiated_by", "timestamp"))
    moves = moves.filter(pa.array(month.holds(seconds(moves["timestamp"]))))
    moved = Counter(moves["tutor_id"].filter(pc.equal(moves["initiated_by"], "tutor")).to_pylist())

    # What is measured of completed sessions is null for all others, and adds nothing.
    measures = {name: scaled(rows[name], decimals("sessions", name)) for name in (*_AVERAGES.values(), _SENTIMENT)}
    completed, first = flags(rows["session_completed"]), flags(rows["is_first_session"])
    recent = completed & week.holds(seconds(rows["session_datetime"]))
    totals = summed(
        rows["tutor_id"],
        booked=np.ones(len(rows), np.int64),
        completed=completed,
        completed_7d=recent,
        no_shows=~flags(rows["tutor_showed"]),
        rating_7d=measures["student_rating"] * recent,
        sentiment_7d=measures[_SENTIMENT] * recent,
        first_sessions=first,
        first_ratings=measures["student_rating"] * first,
        recommended=flags(rows["would_recommend"]),
        technical_issues=flags(rows["had_technical_issues"]),
        **measures,
    )
    return {tutor_id: total | {"reschedules": moved[tutor_id]} for tutor_id, total in totals.items()}


def _aggregate(total: dict[str, int], score_offset: float, rules: ChurnRules) -> dict[str, Any]:
    """A tutor's row without the id, from totals with at least one completed session."""
    held, held_7d = total["completed"], total["completed_7d"]
    averages = {name: _mean(total[measure], measure, held) for name, measure in _AVERAGES.items()}
    figures = TutorFigures(
        avg_rating_7d=_mean(total["rating_7d"], "student_rating", held_7d * (held_7d >= rules.min_recent_sessions)),
        avg_rating_30d=averages["avg_rating_30d"],
        avg_engagement_score=averages["avg_engagement_score"],
        first_session_avg_rating=_mean(total["first_ratings"], "student_rating", total["first_sessions"]),
        technical_issue_rate=total["technical_issues"] / held,
        reschedule_rate_30d=total["reschedules"] / total["booked"],
        no_show_count_30d=total["no_shows"],
        total_sessions_7d=held_7d,
        total_sessions_30d=held,
    )
    scored = dict(zip(SCORE_COLUMNS, score(detect(figures, rules), score_offset, rules), strict=True))
    row = {
        **figures._asdict(),
        **averages,
        **scored,
        "first_session_count": total["first_sessions"],
        "poor_first_session_flag": scored["signal_poor_first_sessions"],
        "recommendation_rate": total["recommended"] / held,
        "sentiment_trend_7d": _mean(total["sentiment_7d"], _SENTIMENT, held_7d),
    }
    return {
        name: stored(value, "tutor_aggregates", name) if isinstance(value, float) else value
        for name, value in row.items()
    }


def _mean(total: int, measure: str, count: int) -> float | None:
    return mean(total, decimals("sessions", measure), count)
