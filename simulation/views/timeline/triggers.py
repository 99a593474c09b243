"""Why the platform wrote: the churn score on which an intervention was decided, read back from the log."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import attrs
from attrs import field, frozen

from simulation.churn.signals import LONG_DAYS, SCORE_COLUMNS, SIGNAL_COLUMNS, ChurnRules, TutorFigures, read_off
from simulation.events import ChurnScored, type_name
from simulation.lib.conditions import columns_in
from simulation.log import Log
from simulation.scenario import Scenario
from simulation.scenario.interventions import LIMIT_LASTS, InterventionKind, by_priority
from simulation.tables.parameter_changes import (
    RecordedChange,
    changed_rules,
    first_rules,
    recorded_changes,
    together,
    values_by,
)
from simulation.views.timeline.entries import Grounds, InterventionEntry, Score, TimelineEntry

LOW_RISK = "Low"
_OF_INTERVENTIONS = ("pause_days", "max_per_tutor")
_OF_KINDS = "interventions.kinds."

COLUMNS = ("event_id", "timestamp", "event_type", "tutor_id", *SCORE_COLUMNS, *TutorFigures._fields)


@frozen
class Rules:
    """The rules by which the platform scores tutors and writes to them: those of the beginning, and their changes."""

    churn: ChurnRules
    kinds: Mapping[str, InterventionKind] = field(hash=False)
    pause_days: tuple[float, float]
    max_per_tutor: int
    writes: bool
    """whether it writes to anybody: that mechanism may be switched off"""
    changes: tuple[RecordedChange, ...] = ()

    @classmethod
    def of(cls, log: Log, scenario: Scenario) -> "Rules":
        """The rules of a run."""
        rules = scenario.interventions
        pause = (float(rules.pause_days[0]), float(rules.pause_days[1]))
        return cls(
            first_rules(log), rules.kinds, pause, rules.max_per_tutor,
            scenario.mechanisms.interventions and scenario.mechanisms.churn_monitor, recorded_changes(log),
        )  # fmt: skip

    def when(self, event_id: str) -> "Rules":
        """The rules under which an event was recorded."""
        return self._changed(values_by(self.changes, event_id))

    def at(self, moment: datetime) -> "Rules":
        """The rules at a moment, after all that changed by then; regions change theirs at the same local midnights."""
        return self._changed(together(one for one in self.changes if one.at <= moment))

    def _changed(self, values: Mapping[str, Any]) -> "Rules":
        if not values:
            return self
        own = {name: values[key] for name in _OF_INTERVENTIONS if (key := f"interventions.{name}") in values}
        kinds = {name: attrs.evolve(kind, **_changed_of_kind(name, values)) for name, kind in self.kinds.items()}
        return attrs.evolve(self, churn=changed_rules(self.churn, values), kinds=kinds, **own)

    def because(self, kind: str, figures: Mapping[str, Any]) -> str:
        """Why an email was of a kind, by the figures of the score on which it was decided."""
        condition, tried = self.kinds[kind].condition, ", ".join(by_priority(self.kinds))
        read = ", ".join(f"{name} {_figure(figures[name])}" for name in columns_in(condition)) if condition else ""
        why = f"{condition} ({read})" if condition else "it applies to all"
        return f"{why}; it is the first that applies of {tried}"


class ScoreHistory:
    """A tutor's churn scores in order, from rows with COLUMNS."""

    def __init__(self, rows: Sequence[Mapping[str, Any]], rules: Rules) -> None:
        self._rows = rows
        self._rules = rules
        self._scores = [_score(row, rules.when(row["event_id"]).churn) for row in rows]
        self._places = {score.event_id: place for place, score in enumerate(self._scores)}

    def risk(self, first: datetime, end: datetime) -> list[Score]:
        """The score at a moment, if there was one, and each that was taken from then up to the end.

        The score of the last midnight is among them: it is taken when the day is over.
        """
        taken = [score for score in self._scores if first <= score.at <= end]
        before = [score for score in self._scores if score.at < first]
        standing = before[-1:] if not taken or taken[0].at > first else []
        return [attrs.evolve(score, at=first) for score in standing] + taken

    def moves(self, first: datetime, end: datetime) -> Iterator[TimelineEntry]:
        """How signals and score changed from a moment up to another.

        A `signal_change` has the score's `event_id`, whether it `fired` or ceased, and its `reading`. A `churn_move`
        has probability and level, now and before (None where there was no score yet), and the sum `detected`.
        """
        nothing = dict.fromkeys(COLUMNS)
        for before, row, score in zip([nothing, *self._rows], self._rows, self._scores, strict=False):
            if not first <= score.at < end:
                continue
            for name, reading in zip(SIGNAL_COLUMNS, score.readings, strict=True):
                if row[name] != bool(before[name]):
                    change = {"event_id": score.event_id, "fired": row[name], "reading": reading}
                    yield TimelineEntry(score.at, "signal_change", change)
            probability, level = before["churn_probability"], before["churn_risk_level"]
            if (score.probability, score.level) != (probability, level):
                move = {
                    "event_id": score.event_id, "probability": score.probability, "probability_before": probability,
                    "level": score.level, "level_before": level, "detected": score.detected,
                }  # fmt: skip
                yield TimelineEntry(score.at, "churn_move", move)

    def explained(self, entry: TimelineEntry) -> TimelineEntry:
        """An entry as it is; an intervention with its grounds as `trigger`, None where the log has no such score."""
        if entry.kind != "intervention":
            return entry
        fields = {name: value for name, value in entry.fields.items() if name != "earlier"}
        place = self._places.get(entry.trigger)
        grounds = None if place is None else self._grounds(entry, place, entry.earlier or [])
        return InterventionEntry(entry.at, entry.kind, {**fields, "trigger": grounds})

    def _grounds(self, entry: TimelineEntry, place: int, earlier: Sequence[datetime]) -> Grounds:
        """Why an intervention was decided on a score, after earlier ones for its tutor."""
        score = self._scores[place]
        recent = [when for when in earlier if when > score.at - timedelta(days=LONG_DAYS)]
        scored, decided = self._rules.when(score.event_id), self._rules.at(entry.at)
        because = decided.because(entry.intervention_type, self._rows[place])
        return Grounds(
            score, self._at_risk_since(place), because, max(earlier, default=None), len(recent),
            _limited_until(earlier, score.at, scored),
        )  # fmt: skip

    def _at_risk_since(self, place: int) -> datetime:
        while place > 0 and self._scores[place - 1].level != LOW_RISK:
            place -= 1
        return self._scores[place].at


def _changed_of_kind(name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What changed of a kind of intervention, by what it is called there."""
    prefix = f"{_OF_KINDS}{name}."
    return {key.removeprefix(prefix): value for key, value in values.items() if key.startswith(prefix)}


def _figure(value: Any) -> str:
    if value is None:
        return "unknown"
    return f"{value:.4g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _limited_until(earlier: Sequence[datetime], at: datetime, rules: Rules) -> datetime | None:
    """When the limit on interventions ended, if it did before a moment and outlasted the longest pause."""
    limit = rules.max_per_tutor
    if not 0 < limit <= len(earlier):
        return None
    freed = earlier[-limit] + timedelta(seconds=LIMIT_LASTS)
    return freed if earlier[-1] + timedelta(days=rules.pause_days[1]) < freed <= at else None


def _score(row: Mapping[str, Any], rules: ChurnRules) -> Score:
    probability, level, detected = (row[name] for name in SCORE_COLUMNS[:3])
    readings = read_off(TutorFigures._make(row[name] for name in TutorFigures._fields), rules)
    return Score(
        row["timestamp"], row["event_id"], probability, level, detected, readings,
        nightly=row["event_type"] == type_name(ChurnScored),
    )  # fmt: skip
