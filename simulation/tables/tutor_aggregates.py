"""Log and sessions -> tutor_aggregates: each tutor's last 7 and 30 days as the window ends.

Sums are of whole numbers and each average is one division, so that the figures are those of whoever
else follows the sessions, to the last bit, and the signals made of them agree.
"""

from typing import Any

import numpy as np
import pyarrow as pa
from attrs import frozen

from simulation.churn.signals import LONG_DAYS, RECENT_DAYS, SCORE_COLUMNS, ChurnRules, TutorFigures, detect, score
from simulation.contract import TABLES
from simulation.events import SessionRescheduled, TutorRegistered
from simulation.log import Log
from simulation.tables.columns import (
    Flags,
    Ints,
    Window,
    as_table,
    decimals,
    flags,
    mean,
    ordered,
    positions,
    scaled,
    seconds,
)

# column of tutor_aggregates -> the measure of completed sessions that it averages over the last 30 days
_AVERAGES = {
    "avg_rating_30d": "student_rating",
    "avg_engagement_score": "engagement_score",
    "avg_empathy_score": "empathy_score",
    "avg_clarity_score": "clarity_score",
    "avg_student_satisfaction": "student_satisfaction",
}
_USED = [
    "tutor_id", "session_datetime", "session_completed", "tutor_showed", "is_first_session", "would_recommend",
    "had_technical_issues", "overall_sentiment", *_AVERAGES.values(),
]  # fmt: skip


def reduce_tutor_aggregates(log: Log, sessions: pa.Table) -> pa.Table:
    """One row per active tutor with a completed session in the last 30 days of the window, by id."""
    registered = log.events(TutorRegistered, columns=("tutor_id", "active_status", "score_offset"))
    tutors = ordered(registered.filter(registered["active_status"]), "tutor_id")
    thresholds: dict[str, Any] = dict(log.metadata.churn_rules)
    rules = ChurnRules(**thresholds)
    tallies = _tally(log, sessions, tutors["tutor_id"])
    offsets = tutors["score_offset"].to_pylist()
    rows = [
        {"tutor_id": tutor_id, **_aggregate(tally, offset, rules)}
        for tutor_id, tally, offset in zip(tutors["tutor_id"].to_pylist(), tallies, offsets, strict=True)
        if tally.completed
    ]
    names = TABLES["tutor_aggregates"].column_names
    return as_table("tutor_aggregates", {name: [row[name] for row in rows] for name in names})


@frozen
class _Tally:
    """A tutor's counts and sums over the last 30 days, or 7 where so named. Sums are of scaled decimals."""

    booked: int
    completed: int
    completed_7d: int
    no_shows: int
    reschedules: int
    sums: dict[str, int]
    rating_sum_7d: int
    sentiment_sum_7d: int
    first_sessions: int
    first_rating_sum: int
    recommended: int
    technical_issues: int


def _tally(log: Log, sessions: pa.Table, tutor_ids: pa.ChunkedArray) -> list[_Tally]:
    window = Window.of(log)
    month, week = window.last(LONG_DAYS), window.last(RECENT_DAYS)
    count = len(tutor_ids)

    rows = sessions.select(_USED).filter(pa.array(month.holds(seconds(sessions["session_datetime"]))))
    whose = positions(rows["tutor_id"], among=tutor_ids)
    missed = ~flags(rows["tutor_showed"])
    moved_by = positions(_tutors_moves(log, month), among=tutor_ids)

    held = rows.filter(rows["session_completed"])
    taught = positions(held["tutor_id"], among=tutor_ids)
    recent = week.holds(seconds(held["session_datetime"]))
    first = flags(held["is_first_session"])
    ratings = _stored(held, "student_rating")
    measures = {name: _sums(taught, _stored(held, name), count) for name in _AVERAGES.values()}

    columns = {
        "booked": _counts(whose, count),
        "completed": _counts(taught, count),
        "completed_7d": _counts(taught, count, recent),
        "no_shows": _counts(whose, count, missed),
        "reschedules": _counts(moved_by, count),
        "sums": [dict(zip(measures, sums, strict=True)) for sums in zip(*measures.values(), strict=True)],
        "rating_sum_7d": _sums(taught, ratings, count, recent),
        "sentiment_sum_7d": _sums(taught, _stored(held, "overall_sentiment"), count, recent),
        "first_sessions": _counts(taught, count, first),
        "first_rating_sum": _sums(taught, ratings, count, first),
        "recommended": _counts(taught, count, flags(held["would_recommend"])),
        "technical_issues": _counts(taught, count, flags(held["had_technical_issues"])),
    }
    return [_Tally(**dict(zip(columns, values, strict=True))) for values in zip(*columns.values(), strict=True)]


def _tutors_moves(log: Log, month: Window) -> pa.ChunkedArray:
    """The tutor of each reschedule that a tutor asked for in these days."""
    moves = log.events(SessionRescheduled, columns=("tutor_id", "initiated_by", "timestamp"))
    by_tutor = positions(moves["initiated_by"], among=pa.array(["tutor"])) == 0
    return moves["tutor_id"].filter(pa.array(by_tutor & month.holds(seconds(moves["timestamp"]))))


def _stored(sessions: pa.Table, name: str) -> Ints:
    return scaled(sessions[name], decimals("sessions", name))


def _counts(owners: Ints, count: int, which: Flags | None = None) -> list[int]:
    return _sums(owners, np.ones(len(owners), np.int64), count, which)


def _sums(owners: Ints, values: Ints, count: int, which: Flags | None = None) -> list[int]:
    known = owners >= 0 if which is None else which & (owners >= 0)
    totals = np.zeros(count, np.int64)
    np.add.at(totals, owners[known], values[known])
    return [int(total) for total in totals]


def _aggregate(tally: _Tally, score_offset: float, rules: ChurnRules) -> dict[str, Any]:
    """A tutor's row without the id, from a tally with at least one completed session."""
    averages = {name: _mean(tally.sums[measure], measure, tally.completed) for name, measure in _AVERAGES.items()}
    rating_7d = _mean(tally.rating_sum_7d, "student_rating", tally.completed_7d)
    if tally.completed_7d < rules.min_recent_sessions:
        rating_7d = None
    figures = TutorFigures(
        avg_rating_7d=rating_7d,
        avg_rating_30d=averages["avg_rating_30d"],
        avg_engagement_score=averages["avg_engagement_score"],
        first_session_avg_rating=_mean(tally.first_rating_sum, "student_rating", tally.first_sessions),
        technical_issue_rate=tally.technical_issues / tally.completed,
        reschedule_rate_30d=tally.reschedules / tally.booked,
        no_show_count_30d=tally.no_shows,
        total_sessions_7d=tally.completed_7d,
        total_sessions_30d=tally.completed,
    )
    scored = dict(zip(SCORE_COLUMNS, score(detect(figures, rules), score_offset, rules), strict=True))
    row = {
        **figures._asdict(),
        **averages,
        **scored,
        "first_session_count": tally.first_sessions,
        "poor_first_session_flag": scored["signal_poor_first_sessions"],
        "recommendation_rate": tally.recommended / tally.completed,
        "sentiment_trend_7d": _mean(tally.sentiment_sum_7d, "overall_sentiment", tally.completed_7d),
    }
    return {name: _as_stored(name, value) for name, value in row.items()}


def _mean(total: int, measure: str, count: int) -> float | None:
    return mean(total, decimals("sessions", measure), count)


def _as_stored(name: str, value: Any) -> Any:
    return round(value, decimals("tutor_aggregates", name)) if isinstance(value, float) else value
