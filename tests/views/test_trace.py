"""A trace has a track for each agent, on which nothing overlaps."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from simulation.cli.program import Exit
from simulation.runs.in_memory import load_run
from tests.command_line import answer, mistake

Track = tuple[int, int]


@pytest.fixture
def events(tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """The trace of ten tutors and their students."""
    answer(capsys, "timeline", tiny_run, "--trace", tmp_path / "trace.json")
    return list(json.loads((tmp_path / "trace.json").read_text())["traceEvents"])


def named(events: list[dict[str, Any]], what: str) -> dict[Track, str]:
    return {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == what}


def test_each_tutor_and_student_has_a_track_of_its_own(tiny_run: Path, events: list[dict[str, Any]]) -> None:
    assert named(events, "process_name") == {(1, 0): "tutors", (2, 0): "students"}
    tracks = named(events, "thread_name")
    assert len(set(tracks.values())) == len(tracks)
    assert sum(process == 1 for process, _ in tracks) == 10
    assert {tracks[one["pid"], one["tid"]] for one in events if one["ph"] != "M"} <= set(tracks.values())


def test_every_event_has_what_the_format_asks_of_its_phase(events: list[dict[str, Any]]) -> None:
    needed = {
        "M": {"name", "pid", "tid", "args"},
        "X": {"name", "cat", "pid", "tid", "ts", "dur", "args"},
        "i": {"name", "cat", "pid", "tid", "ts", "s", "args"},
        "C": {"name", "pid", "tid", "ts", "args"},
    }
    assert {one["ph"] for one in events} == set(needed)
    for one in events:
        assert set(one) - {"ph"} == needed[one["ph"]]
        assert all(isinstance(one.get(field, 0), int) and one.get(field, 0) >= 0 for field in ("ts", "dur"))


def test_slices_of_a_track_end_before_the_next_begins(events: list[dict[str, Any]]) -> None:
    ends: dict[Track, int] = defaultdict(int)
    for one in (one for one in events if one["ph"] == "X"):
        track = one["pid"], one["tid"]
        assert ends[track] <= one["ts"]
        ends[track] = one["ts"] + one["dur"]
    assert len(ends) > 10


def test_each_session_that_was_held_is_a_slice_of_its_tutor_and_of_its_student(
    tiny_run: Path, events: list[dict[str, Any]]
) -> None:
    sessions = load_run(tiny_run).tables["sessions"]
    held = set(sessions["session_id"][sessions["session_completed"]])
    for process in (1, 2):
        slices = {one["args"]["session_id"] for one in events if one["ph"] == "X" and one["pid"] == process}
        assert slices == held


def test_the_churn_probability_is_a_counter_beside_its_tutor(events: list[dict[str, Any]]) -> None:
    tracks = named(events, "thread_name")
    counters = [one for one in events if one["ph"] == "C"]
    assert counters
    for one in counters:
        assert one["name"] == f"churn probability {tracks[one['pid'], one['tid']]}"
        assert 0 <= one["args"]["probability"] <= 0.85


def test_a_trace_of_named_agents_has_their_tracks_alone(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer(capsys, "timeline", tiny_run, "T0002", "U00001", "--trace", tmp_path / "two.json")
    events = json.loads((tmp_path / "two.json").read_text())["traceEvents"]
    assert list(named(events, "thread_name").values()) == ["T0002", "U00001"]


def test_a_trace_is_the_same_bytes_each_time_and_replaces_a_file_only_when_forced(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trace.json"
    answer(capsys, "timeline", tiny_run, "T0002", "--trace", path)
    before = path.read_bytes()
    assert "exists; name another file, or replace it with --force" in mistake(
        capsys, "timeline", tiny_run, "T0002", "--trace", path, expected=Exit.EXISTS
    )
    answer(capsys, "timeline", tiny_run, "T0002", "--trace", path, "--force")
    assert path.read_bytes() == before


def test_nothing_is_left_of_a_trace_of_somebody_unknown(
    tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "is no tutor of this run" in mistake(
        capsys, "timeline", tiny_run, "T0002", "T9999", "--trace", tmp_path / "trace.json"
    )
    assert list(tmp_path.iterdir()) == []
