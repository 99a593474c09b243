"""Timelines of all agents of a run: tables are read from the log once, and entries are made when asked for."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from operator import attrgetter
from pathlib import Path
from typing import Any

import pyarrow as pa

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
from simulation.tables.columns import Window
from simulation.views import ViewError
from simulation.views.timeline.emails import InterventionHistory
from simulation.views.timeline.entries import Risk, Timeline
from simulation.views.timeline.rows import OwnedRows
from simulation.views.timeline.sources import Source, sources_of
from simulation.views.timeline.triggers import COLUMNS, Rules, ScoreHistory

TUTOR, STUDENT = "tutor", "student"
# By role: what registers an agent, what tells of the hidden traits, and what of leaving.
_EVENTS: dict[str, tuple[type[Any], ...]] = {
    TUTOR: (TutorRegistered, TutorTraitsDrawn, TutorLeft),
    STUDENT: (StudentJoined, StudentTraitsDrawn, StudentChurned),
}


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

    @cached_property
    def tutor_ids(self) -> list[str]:
        """All tutors, by id."""
        return sorted(self._agents[TUTOR].facts)

    @cached_property
    def student_ids(self) -> list[str]:
        """All students, by id."""
        return sorted(self._agents[STUDENT].facts)

    def __getitem__(self, agent_id: str) -> Timeline:
        """The timeline of a tutor or a student. Raises ViewError where there is no such agent."""
        for role, agents in self._agents.items():
            if agent_id in agents.facts:
                return self._timeline(agent_id, role, agents)
        raise ViewError(self._unknown(agent_id))

    def _timeline(self, agent_id: str, role: str, agents: "_Agents") -> Timeline:
        number = agents.numbers[agent_id]
        entries = [entry for source in agents.sources for entry in source.of(number)]
        risk: tuple[Risk, ...] = ()
        if role == TUTOR:
            scores = ScoreHistory(self._scores.of(number), self.rules)
            entries += scores.moves(self._begin, self._end)
            entries += self._interventions.of(number, scores, self._begin, self._end)
            risk = tuple(scores.risk(self._begin, self._end))
        left_at = agents.left.get(agent_id)
        return Timeline(
            agent_id, role, self.first, self.last, agents.facts[agent_id],
            None if self._truth is None else agents.traits.get(agent_id, {}),
            left_at if left_at is not None and left_at < self._end else None,
            tuple(sorted(entries, key=attrgetter("at"))), risk,
        )  # fmt: skip

    def _unknown(self, agent_id: str) -> str:
        """The error for an unknown id: which ids there are, of its role if its first letter shows it."""
        kinds = {TUTOR: self.tutor_ids, STUDENT: self.student_ids}
        asked = {kind: ids for kind, ids in kinds.items() if ids and ids[0][:1] == agent_id[:1].upper()} or kinds
        spans = [_span_of(kind, ids) for kind, ids in asked.items()]
        meant = hint(agent_id, [one for ids in asked.values() for one in ids])
        return f"{agent_id!r} is no {' or '.join(asked)} of this run; there are {' and '.join(spans)}{meant}"

    # ------------------------------------------------------------ all agents

    @cached_property
    def _agents(self) -> dict[str, "_Agents"]:
        begin, end = (int(moment.replace(tzinfo=UTC).timestamp()) for moment in (self._begin, self._end))
        return {role: _Agents(role, self._log, self._truth, Window(begin, end)) for role in _EVENTS}

    @cached_property
    def _scores(self) -> OwnedRows:
        scores = self._log.events(ChurnSignalsChanged, ChurnScored, columns=COLUMNS)
        return OwnedRows(scores, "tutor_id", self._agents[TUTOR].ids)

    @cached_property
    def _interventions(self) -> InterventionHistory:
        return InterventionHistory(self._log, self._agents[TUTOR].ids)


class _Agents:
    """The tutors or the students of a log; each has a number, in the order in which they were registered."""

    def __init__(self, role: str, log: Log, truth: Log | None, span: Window) -> None:
        self._role, self._log, self._truth, self._span = role, log, truth, span
        self._registered, self._drawn, self._left = _EVENTS[role]
        self.facts = _described(log, self._registered)
        self.numbers = {agent_id: number for number, agent_id in enumerate(self.facts)}
        self.ids = pa.array(list(self.facts), pa.string())

    @cached_property
    def sources(self) -> list[Source]:
        """Where their entries come from."""
        return sources_of(self._role, self._log, self._truth, self.ids, self._span)

    @cached_property
    def traits(self) -> dict[str, dict[str, Any]]:
        """What only the simulator knows of each, by id."""
        return {} if self._truth is None else _described(self._truth, self._drawn)

    @cached_property
    def left(self) -> dict[str, datetime]:
        """When each who left did so, by id."""
        left = self._log.events(self._left, columns=(f"{self._role}_id", "timestamp"))
        return dict(zip(*left.to_pydict().values(), strict=True))


def timelines_of(
    directory: str | Path, first: date | None = None, last: date | None = None, *, with_truth: bool = False
) -> Timelines:
    """The timelines of the run in a directory. Raises RunDirError where there is none, and what `Timelines` does."""
    return Timelines(load_run(directory), first, last, with_truth=with_truth)


def _span_of(kind: str, ids: Sequence[str]) -> str:
    """How many agents there are, with the first and the last id by number."""
    if not ids:
        return f"no {kind}s"
    by_number = sorted(ids, key=lambda one: (len(one), one))
    return f"{len(ids):,} {kind}s, {by_number[0]} to {by_number[-1]}"


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


def _described(log: Log, event: type[Any]) -> dict[str, dict[str, Any]]:
    """An event's fields for each agent, by the agent's id, which is its first field."""
    key, *names = event._fields
    rows = log.events(event, columns=(key, *names)).to_pylist()
    return {row.pop(key): row for row in rows}
