"""Timelines of all agents of a run: tables are read from the log once, and entries are made when asked for."""

import json
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

from simulation.events import (
    ChurnScored,
    ChurnSignalsChanged,
    StudentChurned,
    StudentJoined,
    StudentTraitsDrawn,
    TutorLeft,
    TutorRegistered,
    TutorTraitsDrawn,
)
from simulation.lib.pickling import MadeAgain
from simulation.lib.suggestions import hint
from simulation.log import Log
from simulation.runs.in_memory import Simulation, load_run
from simulation.views import ViewError
from simulation.views.timeline.entries import Timeline, TimelineEntry
from simulation.views.timeline.sources import OwnedRows, entries_by_kind
from simulation.views.timeline.triggers import COLUMNS, Rules, ScoreHistory

TUTOR, STUDENT = "tutor", "student"
Described = dict[str, dict[str, Any]]


class Timelines(MadeAgain):
    """The timelines of a run's agents, by id, from one day to another, both included; by default those of the window.

    `with_truth` adds what only the simulator knows. Raises ViewError where the days are not in the log.
    """

    def __init__(
        self, run: Simulation, first: date | None = None, last: date | None = None, *, with_truth: bool = False
    ) -> None:
        self.rules = Rules.of(run.log, run.scenario)
        self._log, self._truth = run.log, run.truth_log if with_truth else None
        self.first, self.last = _days(run.log, first, last)
        self._begin = datetime.combine(self.first, time())
        self._end = datetime.combine(self.last + timedelta(days=1), time())

    @property
    def tutor_ids(self) -> list[str]:
        """All tutors, by id."""
        return sorted(self._facts[TUTOR])

    @property
    def student_ids(self) -> list[str]:
        """All students, by id."""
        return sorted(self._facts[STUDENT])

    def __getitem__(self, agent_id: str) -> Timeline:
        """The timeline of a tutor or a student. Raises ViewError where there is no such agent."""
        role = next((role for role, facts in self._facts.items() if agent_id in facts), None)
        if role is None:
            raise ViewError(self._unknown(agent_id))
        scores = ScoreHistory(self._scores.of(agent_id), self.rules)
        recorded = ((kind, row) for kind, rows in self._entries.items() for row in rows.of(agent_id))
        entries = [TimelineEntry(row.pop("at"), kind, _parsed(row)) for kind, row in recorded]
        entries += scores.moves(self._begin, self._end)
        # Interventions come after the score of the same moment, on which they were decided.
        entries.sort(key=lambda entry: (entry.at, entry.kind == "intervention"))
        left_at = self._left.get(agent_id)
        return Timeline(
            agent_id, role, self.first, self.last, self._facts[role][agent_id],
            None if self._truth is None else self._traits.get(agent_id, {}),
            left_at if left_at is not None and left_at < self._end else None,
            tuple(map(scores.explained, entries)), tuple(scores.risk(self._begin, self._end)),
        )  # fmt: skip

    def _unknown(self, agent_id: str) -> str:
        """The error for an unknown id: which ids there are, of its role if its first letter shows it."""
        kinds = {role: sorted(facts, key=lambda one: (len(one), one)) for role, facts in self._facts.items()}
        asked = {kind: ids for kind, ids in kinds.items() if ids and ids[0][:1] == agent_id[:1].upper()} or kinds
        spans = [
            f"{len(ids):,} {kind}s, {ids[0]} to {ids[-1]}" if ids else f"no {kind}s" for kind, ids in asked.items()
        ]
        meant = hint(agent_id, [one for ids in asked.values() for one in sorted(ids)])
        return f"{agent_id!r} is no {' or '.join(asked)} of this run; there are {' and '.join(spans)}{meant}"

    # ------------------------------------------------------------ all agents

    @cached_property
    def _facts(self) -> dict[str, Described]:
        """What is registered of each, by role and id."""
        return {TUTOR: _described(self._log, TutorRegistered), STUDENT: _described(self._log, StudentJoined)}

    @cached_property
    def _traits(self) -> Described:
        """What only the simulator knows of each, by id."""
        if self._truth is None:
            return {}
        return _described(self._truth, TutorTraitsDrawn) | _described(self._truth, StudentTraitsDrawn)

    @cached_property
    def _left(self) -> dict[str, datetime]:
        """When each who left did so, by id."""
        left = self._log.events(TutorLeft, StudentChurned, columns=("tutor_id", "student_id", "timestamp")).to_pylist()
        return {row["tutor_id"] or row["student_id"]: row["timestamp"] for row in left}

    @cached_property
    def _scores(self) -> OwnedRows:
        return OwnedRows(self._log.events(ChurnSignalsChanged, ChurnScored, columns=COLUMNS), "tutor_id")

    @cached_property
    def _entries(self) -> dict[str, OwnedRows]:
        return entries_by_kind(self._log, self._truth, self._begin, self._end)


def timelines_of(
    directory: str | Path, first: date | None = None, last: date | None = None, *, with_truth: bool = False
) -> Timelines:
    """The timelines of the run in a directory. Raises RunDirError where there is none, and what `Timelines` does."""
    return Timelines(load_run(directory), first, last, with_truth=with_truth)


def _days(log: Log, first: date | None, last: date | None) -> tuple[date, date]:
    """The first and the last day, both included. Raises ViewError where they are not in the log."""
    opens, window, closes = (
        datetime.fromisoformat(moment).date()
        for moment in (log.metadata.log_start, log.metadata.window_start, log.metadata.window_end)
    )
    latest = closes - timedelta(days=1)
    first, last = first or window, last or latest
    for option, day in (("--from", first), ("--to", last)):
        if not opens <= day <= latest:
            raise ViewError(f"{option}: {day} is not in the run's log; allowed is {opens} to {latest}")
    if last < first:
        raise ViewError(f"--to: {last} is before {first}, on which the timeline is to begin")
    return first, last


def _parsed(fields: dict[str, Any]) -> dict[str, Any]:
    """An entry's fields; the content of a change as the values that it sets, by key."""
    return {**fields, "content": json.loads(fields["content"])} if "content" in fields else fields


def _described(log: Log, event: type[Any]) -> dict[str, dict[str, Any]]:
    """An event's fields for each agent, by the agent's id, which is its first field."""
    key, *names = event._fields
    rows = log.events(event, columns=(key, *names)).to_pylist()
    return {row.pop(key): row for row in rows}
