"""Why the platform wrote: the churn score on which an intervention was decided, read back from the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import frozen

from simulation.churn.signals import LONG_DAYS, SCORE_COLUMNS, SIGNAL_COLUMNS, ChurnRules, TutorFigures, read_off
from simulation.events import ChurnScored, type_name
from simulation.log import Log
from simulation.scenario import Scenario
from simulation.scenario.interventions import LIMIT_LASTS
from simulation.views.timeline.entries import ChurnMoveEntry, Grounds, Risk, Score, SignalChangeEntry

LOW_RISK = "Low"
COLUMNS = ("event_id", "timestamp", "event_type", "tutor_id", *SCORE_COLUMNS, *TutorFigures._fields)


@frozen
class Rules:
    """The rules by which the platform scores tutors and writes to them."""

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


class ScoreHistory:
    """A tutor's churn scores in order, from rows with COLUMNS."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], rules: Rules) -> None:
        self._rows = rows
        self._rules = rules
        self._scores = [_score(row, rules.churn) for row in rows]

    def risk(self, first: datetime, end: datetime) -> list[Risk]:
        """The score at a moment, if there was one, and each that was taken from then up to the end.

        The score of the last midnight is among them: it is taken when the day is over.
        """
        risks = [Risk(score.at, score.probability, score.level, score.readings) for score in self._scores]
        taken = [risk for risk in risks if first <= risk.at <= end]
        before = [risk for risk in risks if risk.at < first]
        standing = before[-1:] if not taken or taken[0].at > first else []
        return [attrs.evolve(risk, at=first) for risk in standing] + taken

    def moves(self, first: datetime, end: datetime) -> list[ChurnMoveEntry | SignalChangeEntry]:
        """How score and signals changed from a moment up to another."""
        found: list[ChurnMoveEntry | SignalChangeEntry] = []
        nothing = dict.fromkeys(COLUMNS)
        for before, row, score in zip([nothing, *self._rows], self._rows, self._scores, strict=False):
            if first <= score.at < end:
                found += [
                    SignalChangeEntry(score.at, score.event_id, row[name], reading)
                    for name, reading in zip(SIGNAL_COLUMNS, score.readings, strict=True)
                    if row[name] != bool(before[name])
                ]
                probability, level = before["churn_probability"], before["churn_risk_level"]
                if (score.probability, score.level) != (probability, level):
                    found.append(
                        ChurnMoveEntry(
                            score.at, score.event_id, score.probability, probability, score.level, level,
                            score.detected,
                        )
                    )  # fmt: skip
        return found

    def grounds(self, kind: str, event_id: str, decided: Sequence[datetime], at: datetime) -> Grounds | None:
        """Why an intervention of a type was decided at a moment, on a score, after those `decided` for its tutor.

        None where the log has no such score.
        """
        place = next((place for place, score in enumerate(self._scores) if score.event_id == event_id), None)
        if place is None:
            return None
        score = self._scores[place]
        earlier = [when for when in decided if when < at]
        recent = [when for when in earlier if when > score.at - timedelta(days=LONG_DAYS)]
        return Grounds(
            score, self._at_risk_since(place), self._because(kind, place), max(earlier, default=None), len(recent),
            self._limited_until(earlier, score.at),
        )  # fmt: skip

    def _limited_until(self, earlier: Sequence[datetime], at: datetime) -> datetime | None:
        """When the limit on interventions ended, if it did before a moment and outlasted the longest pause."""
        limit = self._rules.max_per_tutor
        if len(earlier) < limit:
            return None
        freed = earlier[-limit] + timedelta(seconds=LIMIT_LASTS)
        return freed if earlier[-1] + timedelta(days=self._rules.pause_days[1]) < freed <= at else None

    def _at_risk_since(self, place: int) -> datetime:
        while place > 0 and self._scores[place - 1].level != LOW_RISK:
            place -= 1
        return self._scores[place].at

    def _because(self, kind: str, place: int) -> str:
        """The rule that chose a type of email, with its figures (methodology, "Intervention Types")."""
        row, rules = self._rows[place], self._rules
        match kind:
            case "first_session":
                return "first sessions are rated poorly"
            case "churn":
                return f"risk is High, from {rules.churn.high_risk:g}"
            case "quality":
                return f"the rating of 7 days is {row['avg_rating_7d']:.2f}, below {rules.quality_rating:g}"
            case "technical":
                share = row["technical_issue_rate"]
                return f"technical issues in {share:.3f} of sessions, above {rules.technical_rate:g}"
            case _:
                return "no other type applies"


def _score(row: Mapping[str, Any], rules: ChurnRules) -> Score:
    probability, level, detected = (row[name] for name in SCORE_COLUMNS[:3])
    readings = read_off(TutorFigures._make(row[name] for name in TutorFigures._fields), rules)
    nightly = row["event_type"] == type_name(ChurnScored)
    return Score(row["timestamp"], row["event_id"], probability, level, detected, readings, nightly)
