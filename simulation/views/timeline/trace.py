"""Timelines in the trace-event format of Chrome's tracing, which Perfetto's viewer opens: a track per agent.

Tutors are one process and students another. Sessions that were held are slices; everything else is an instant, since a
missed session may overlap one that ran late. The churn probability is a counter beside its tutor's track.
"""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, time
from itertools import chain
from pathlib import Path
from typing import Any

from simulation.lib.staging import staged_file
from simulation.views.timeline.entries import Score, Timeline, TimelineEntry
from simulation.views.timeline.printing import as_plain
from simulation.views.timeline.telling import Teller
from simulation.views.timeline.triggers import Rules

_PROCESSES = {"tutor": 1, "student": 2}
_MICROSECONDS = 1_000_000


def write_trace(timelines: Iterable[Timeline], rules: Rules, path: Path, *, force: bool = False) -> int:
    """Write timelines of the same days into a trace and return its number of events. Raises RunDirError."""
    count = 0
    with staged_file(path, force=force) as partial, partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write('{"displayTimeUnit": "ms", "traceEvents": [')
        for event in trace_events(timelines, rules):
            file.write(("," if count else "") + "\n" + json.dumps(event, ensure_ascii=False))
            count += 1
        file.write("\n]}\n")
    return count


def trace_events(timelines: Iterable[Timeline], rules: Rules) -> Iterator[dict[str, Any]]:
    """The events of a trace, track by track; time is in microseconds since the first day's midnight."""
    for role, process in _PROCESSES.items():
        yield _metadata("process_name", process, 0, {"name": f"{role}s"})
        yield _metadata("process_sort_index", process, 0, {"sort_index": process})
    for track, timeline in enumerate(timelines, start=1):
        yield from _track(timeline, track, rules)


def _track(timeline: Timeline, track: int, rules: Rules) -> Iterator[dict[str, Any]]:
    process = _PROCESSES[timeline.role]
    opens = datetime.combine(timeline.first, time())
    yield _metadata("thread_name", process, track, {"name": timeline.agent_id})
    yield _metadata("thread_sort_index", process, track, {"sort_index": track})
    teller = Teller(timeline, rules)
    events = chain(
        (_entry(entry, teller, opens) for entry in timeline.entries),
        (_counter(risk, timeline.agent_id, opens) for risk in timeline.risk),
    )
    for event in sorted(events, key=lambda event: event["ts"]):
        yield {**event, "pid": process, "tid": track}


def _entry(entry: TimelineEntry, teller: Teller, opens: datetime) -> dict[str, Any]:
    """A held session as a slice, anything else as an instant."""
    if entry.kind == "session" and entry.outcome == "completed":
        phase = {"ph": "X", "dur": _since(entry.at, entry.ended_at)}
    else:
        phase = {"ph": "i", "s": "t"}
    told = teller.tell(entry)[0]
    return {"name": told, "cat": entry.group, **phase, "ts": _since(opens, entry.at), "args": as_plain(entry)}


def _counter(risk: Score, agent_id: str, opens: datetime) -> dict[str, Any]:
    return {
        "name": f"churn probability {agent_id}", "ph": "C", "ts": _since(opens, risk.at),
        "args": {"probability": risk.probability},
    }  # fmt: skip


def _metadata(name: str, process: int, track: int, args: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "ph": "M", "pid": process, "tid": track, "args": args}


def _since(start: datetime, moment: datetime) -> int:
    return int((moment - start).total_seconds()) * _MICROSECONDS
