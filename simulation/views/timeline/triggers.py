"""Why the platform wrote: the churn score on which an intervention was decided, read back from the log."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import frozen

from simulation.churn.signals import LONG_DAYS, SCORE_COLUMNS, SIGNAL_COLUMNS, ChurnRules, TutorFigures, read_off
from simulation.events import ChurnScored, ChurnSignalsChanged, type_name
from simulation.log import Log
from simulation.scenario import Scenario
from simulation.scenario.platform import LIMIT_LASTS
from simulation.views.timeline.columns import Rows, differs_from_before
from simulation.views.timeline.entries import ChurnMove, Risk, Score, SignalChange, Trigger

LOW_RISK = "Low"
_COLUMNS = ("event_id", "timestamp", "event_type", "tutor_id", *SCORE_COLUMNS, *TutorFigures._fields)


@frozen
class Rules:
    """What the platform goes by when it scores tutors and when it writes to them."""

    churn: ChurnRules
    quality_rating: float
    technical_rate: float
    pause_days: tuple[float, float]
    max_per_tutor: int
    writes: bool
    """whether it writes to anybody: that mechanism may be switched off"""

    @classmethod
    def of(cls, log: Log, scenario: Scenario) -> "Rules":
        """The rules of a run."""
        thresholds: dict[str, Any] = dict(log.metadata.churn_rules)
        rules = scenario.interventions
        pause = (float(rules.pause_days[0]), float(rules.pause_days[1]))
        return cls(
            ChurnRules(**thresholds), rules.quality_rating, rules.technical_rate, pause, rules.max_per_tutor,
            scenario.mechanisms.interventions and scenario.mechanisms.churn_monitor,
        )  # fmt: skip


class Scores:
    """The churn scores of all tutors of a log, in its order."""

    def __init__(self, log: Log, tutors: Any, rules: Rules) -> None:
        self._rules = rules
        self._rows = rows = Rows(
            log.events(ChurnSignalsChanged, ChurnScored, columns=_COLUMNS), tutors, owner="tutor_id"
        )
        table = rows.table
        moved = differs_from_before(rows.owners, *(table[name] for name in SCORE_COLUMNS))
        self._moved: list[bool] = moved.tolist()
        self._place = {event_id: place for place, event_id in enumerate(rows["event_id"])}

    def risk(self, tutor: int, first: datetime, end: datetime) -> list[Risk]:
        """The score as it stood at a moment, if there was one, and each that was taken from then up to the end.

        The score of the last midnight is among them: it is taken when the day is over.
        """
        span, times = self._rows.span(tutor), self._rows["timestamp"]
        begin = bisect_left(times, first, span.start, span.stop)
        finish = bisect_right(times, end, span.start, span.stop)
        taken_then = begin < span.stop and times[begin] == first
        standing = [attrs.evolve(self._risk(begin - 1), at=first)] if begin > span.start and not taken_then else []
        return standing + [self._risk(place) for place in range(begin, finish)]

    def moves(self, tutor: int, first: datetime, end: datetime) -> list[ChurnMove | SignalChange]:
        """How a tutor's score and signals moved from a moment up to another."""
        found: list[ChurnMove | SignalChange] = []
        span, times = self._rows.span(tutor), self._rows["timestamp"]
        for place in range(span.start, span.stop):
            if self._moved[place] and first <= times[place] < end:
                found += self._changes(place, place - 1 if place > span.start else None)
        return found

    def trigger(self, kind: str, event_id: str, decided: Sequence[datetime], at: datetime) -> Trigger | None:
        """Why an intervention of a type was decided at a moment, on a score, after those `decided` for its tutor.

        None where the log has no such score.
        """
        place = self._place.get(event_id)
        if place is None:
            return None
        score = self._score(place)
        earlier = [when for when in decided if when < at]
        recent = [when for when in earlier if when > score.at - timedelta(days=LONG_DAYS)]
        return Trigger(
            score, self._at_risk_since(place), self._because(kind, place), max(earlier, default=None), len(recent),
            self._limited_until(earlier, score.at),
        )  # fmt: skip

    def _limited_until(self, earlier: Sequence[datetime], at: datetime) -> datetime | None:
        """When the limit on interventions gave way, if it did so before a moment and after the longest pause."""
        limit = self._rules.max_per_tutor
        if len(earlier) < limit:
            return None
        freed = earlier[-limit] + timedelta(seconds=LIMIT_LASTS)
        return freed if earlier[-1] + timedelta(days=self._rules.pause_days[1]) < freed <= at else None

    def _changes(self, place: int, before: int | None) -> list[ChurnMove | SignalChange]:
        score, rows = self._score(place), self._rows
        found: list[ChurnMove | SignalChange] = [
            SignalChange(score.at, score.event_id, rows[name][place], reading)
            for name, reading in zip(SIGNAL_COLUMNS, score.readings, strict=True)
            if rows[name][place] != (before is not None and rows[name][before])
        ]
        probability_before, level_before = (
            (None, None) if before is None else (rows["churn_probability"][before], rows["churn_risk_level"][before])
        )
        if (score.probability, score.level) != (probability_before, level_before):
            move = ChurnMove(
                score.at, score.event_id, score.probability, probability_before, score.level, level_before,
                score.detected,
            )  # fmt: skip
            found.append(move)
        return found

    def _risk(self, place: int) -> Risk:
        score = self._score(place)
        return Risk(score.at, score.probability, score.level, score.readings)

    def _score(self, place: int) -> Score:
        rows = self._rows
        probability, level, detected = (rows[name][place] for name in SCORE_COLUMNS[:3])
        figures = self._figures(place)
        nightly = rows["event_type"][place] == type_name(ChurnScored)
        readings = read_off(figures, self._rules.churn)
        return Score(rows["timestamp"][place], rows["event_id"][place], probability, level, detected, readings, nightly)

    def _figures(self, place: int) -> TutorFigures:
        return TutorFigures._make(self._rows[name][place] for name in TutorFigures._fields)

    def _at_risk_since(self, place: int) -> datetime:
        levels, owners = self._rows["churn_risk_level"], self._rows.owners
        while place > 0 and owners[place - 1] == owners[place] and levels[place - 1] != LOW_RISK:
            place -= 1
        since: datetime = self._rows["timestamp"][place]
        return since

    def _because(self, kind: str, place: int) -> str:
        """The rule that chose a type of email, with its figures (methodology, "Intervention Types")."""
        figures, rules = self._figures(place), self._rules
        match kind:
            case "first_session":
                return "first sessions are rated poorly"
            case "churn":
                return f"risk is High, from {rules.churn.high_risk:g}"
            case "quality":
                return f"the rating of 7 days is {figures.avg_rating_7d:.2f}, below {rules.quality_rating:g}"
            case "technical":
                share = figures.technical_issue_rate
                return f"technical issues in {share:.3f} of sessions, above {rules.technical_rate:g}"
            case _:
                return "no other type applies"
