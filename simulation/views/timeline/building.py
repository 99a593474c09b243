"""Timelines of all agents of a run, from one pass over its log: columns are read once, and entries made when asked."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa

from simulation.events import (
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
from simulation.views.timeline.emails import Interventions
from simulation.views.timeline.entries import Entry, Timeline
from simulation.views.timeline.sources import Source, student_sources, tutor_sources
from simulation.views.timeline.triggers import Rules, Scores

TUTOR, STUDENT = "tutor", "student"


class Timelines(MadeAgain):
    """The timelines of a run's agents, by id, from one day to another, both included; by default those of the window.

    What only the simulator knows is in them `with_truth`. Raises ViewError where the days are not in the log.
    """

    def __init__(
        self, run: Simulation, first: date | None = None, last: date | None = None, *, with_truth: bool = False
    ) -> None:
        self._log = run.log
        self._truth = run.truth_log if with_truth else None
        self.rules = Rules.of(run.log, run.scenario)
        self.first, self.last = _days(run.log, first, last)
        self._begin = datetime.combine(self.first, time())
        self._end = datetime.combine(self.last + timedelta(days=1), time())

    @cached_property
    def tutor_ids(self) -> list[str]:
        """All tutors, by id."""
        return sorted(self._tutors)

    @cached_property
    def student_ids(self) -> list[str]:
        """All students, by id."""
        return sorted(self._students)

    def __getitem__(self, agent_id: str) -> Timeline:
        """The timeline of a tutor or a student. Raises ViewError where there is no such agent."""
        if agent_id in self._tutors:
            return self._tutor(agent_id, self._tutors[agent_id])
        if agent_id in self._students:
            return self._student(agent_id, self._students[agent_id])
        raise ViewError(self._unknown(agent_id))

    # ------------------------------------------------------------ one agent

    def _tutor(self, tutor_id: str, number: int) -> Timeline:
        scores, begin, end = self._scores, self._begin, self._end
        entries: list[Entry] = [entry for source in self._tutor_sources for entry in source.of(number)]
        entries += scores.moves(number, begin, end)
        entries += self._interventions.of(number, begin, end)
        return Timeline(
            tutor_id, TUTOR, self.first, self.last, self._facts[tutor_id], self._traits_of(tutor_id),
            self._left_at(tutor_id), _sorted(entries), tuple(scores.risk(number, begin, end)),
        )  # fmt: skip

    def _student(self, student_id: str, number: int) -> Timeline:
        entries = [entry for source in self._student_sources for entry in source.of(number)]
        return Timeline(
            student_id, STUDENT, self.first, self.last, self._facts[student_id], self._traits_of(student_id),
            self._left_at(student_id), _sorted(entries), (),
        )  # fmt: skip

    def _traits_of(self, agent_id: str) -> Mapping[str, Any] | None:
        return None if self._truth is None else self._traits.get(agent_id, {})

    def _left_at(self, agent_id: str) -> datetime | None:
        left_at = self._leavers.get(agent_id)
        return left_at if left_at is not None and left_at < self._end else None

    def _unknown(self, agent_id: str) -> str:
        """Which ids there are: of tutors or of students where an id begins as theirs do, else of both."""
        kinds = {"tutor": self.tutor_ids, "student": self.student_ids}
        asked = {kind: ids for kind, ids in kinds.items() if ids and ids[0][:1] == agent_id[:1].upper()} or kinds
        spans = [_span_of(kind, ids) for kind, ids in asked.items()]
        meant = hint(agent_id, [one for ids in asked.values() for one in ids])
        return f"{agent_id!r} is no {' or '.join(asked)} of this run; there are {' and '.join(spans)}{meant}"

    # ------------------------------------------------------------ all agents

    @cached_property
    def _tutors(self) -> dict[str, int]:
        return _numbered(self._log.events(TutorRegistered, columns=("tutor_id",))["tutor_id"])

    @cached_property
    def _students(self) -> dict[str, int]:
        return _numbered(self._log.events(StudentJoined, columns=("student_id",))["student_id"])

    @cached_property
    def _tutor_sources(self) -> list[Source]:
        return tutor_sources(self._log, self._truth, _ids(self._tutors), self._span)

    @cached_property
    def _student_sources(self) -> list[Source]:
        return student_sources(self._log, self._truth, _ids(self._students), self._span)

    @cached_property
    def _scores(self) -> Scores:
        return Scores(self._log, _ids(self._tutors), self.rules)

    @cached_property
    def _interventions(self) -> Interventions:
        return Interventions(self._log, _ids(self._tutors), self._scores)

    @cached_property
    def _facts(self) -> dict[str, dict[str, Any]]:
        return _described(self._log, TutorRegistered) | _described(self._log, StudentJoined)

    @cached_property
    def _leavers(self) -> dict[str, datetime]:
        """When each tutor and student who left did so."""
        events = ((TutorLeft, "tutor_id"), (StudentChurned, "student_id"))
        left = (self._log.events(event, columns=(owner, "timestamp")) for event, owner in events)
        return {agent_id: at for table in left for agent_id, at in zip(*table.to_pydict().values(), strict=True)}

    @cached_property
    def _traits(self) -> dict[str, dict[str, Any]]:
        if self._truth is None:
            return {}
        return _described(self._truth, TutorTraitsDrawn) | _described(self._truth, StudentTraitsDrawn)

    @property
    def _span(self) -> Window:
        begin, end = (int(moment.replace(tzinfo=UTC).timestamp()) for moment in (self._begin, self._end))
        return Window(begin, end)


def timelines_of(
    directory: str | Path, first: date | None = None, last: date | None = None, *, with_truth: bool = False
) -> Timelines:
    """The timelines of the run in a directory. Raises RunDirError where there is none, and what `Timelines` does."""
    return Timelines(load_run(directory), first, last, with_truth=with_truth)


def _span_of(kind: str, ids: Sequence[str]) -> str:
    """How many agents there are, and from which id to which, in the order of their numbers."""
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


def _numbered(ids: pa.ChunkedArray) -> dict[str, int]:
    return {agent_id: number for number, agent_id in enumerate(ids.to_pylist())}


def _ids(numbered: Mapping[str, int]) -> pa.Array:
    """Agents' ids by their numbers."""
    return pa.array(list(numbered), pa.string())


def _described(log: Log, event: type[Any]) -> dict[str, dict[str, Any]]:
    """What an event says of each agent, by the agent's id, which is its first field."""
    key, *names = event._fields
    rows = log.events(event, columns=(key, *names)).to_pylist()
    return {row.pop(key): row for row in rows}


def _sorted(entries: list[Entry]) -> tuple[Entry, ...]:
    return tuple(sorted(entries, key=lambda entry: entry.at))
