"""Rules that compare runs hold for runs that are as they should be, and find what is not."""

import json
from pathlib import Path
from typing import Any

import pytest

from simulation.events import Login, TutorTipped
from simulation.validation.comparisons import follow_up_inert, prefix, reproducible, seeds_differ
from tests.hand_made_log import LogBuilder, at
from tests.validation.conftest import WriteRun
from tests.validation.good_run import SCORE, run_of, student, tutor


def world(days: int) -> LogBuilder:
    """A tutor who teaches every afternoon and once until after midnight, and is scored every midnight."""
    log = LogBuilder(days).close_window_at_end()
    tutor(log, "T0001", days)
    student(log, "U00001")
    for day in range(days + 1):
        log.booking(f"S0001{day:03d}", at(day, 15))
    for day in range(days):
        log.held(f"S0001{day:03d}", at(day, 15))
        log.event(at(day, 12), Login("T0001", "laptop", "192.0.2.7"))
        log.event(at(day + 1), SCORE)
    return log.session("S000900", at(4, 23, 30))


def in_days(days: int, **scenario: Any) -> dict[str, Any]:
    """What run.json says of the scenario of a run."""
    return {"scenario": {"seed": 1, "days": days, "follow_up_days": 0, **scenario}}


def change_record(directory: Path, **entries: Any) -> None:
    """Change entries of a run.json."""
    path = directory / "run.json"
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), **entries}), encoding="utf-8")


def named(findings: list[str], *words: str) -> bool:
    """Whether there are findings, one of which has all of these words."""
    return any(all(word in finding for word in words) for finding in findings)


class TestPrefix:
    """whole.prefix."""

    @pytest.fixture
    def shorter(self, written: WriteRun) -> Path:
        return written("shorter", run_of(world(5)), **in_days(5))

    def test_a_longer_run_begins_with_the_shorter_one(self, written: WriteRun, shorter: Path) -> None:
        assert prefix(shorter, written("longer", run_of(world(8)), **in_days(8))) == []

    @pytest.mark.parametrize(
        ("story", "words"),
        [
            (world(8).event(at(3), Login("T0001", "phone", "192.0.2.7")), ("in the longer one", "login at 2026-01-08")),
            (world(8).event(at(3), TutorTipped("T0001")), ("truth/event_log.parquet", "in the shorter run")),
            (world(8).event(at(5), SCORE._replace(churn_probability=0.5)), ("scores at midnight",)),
        ],
        ids=["an event more", "a truth more", "another score"],
    )
    def test_runs_that_part_before_midnight_are_found(
        self, written: WriteRun, shorter: Path, story: LogBuilder, words: tuple[str, ...]
    ) -> None:
        assert named(prefix(shorter, written("longer", run_of(story), **in_days(8))), *words)

    def test_what_comes_after_midnight_is_left_aside(self, written: WriteRun, shorter: Path) -> None:
        story = world(8).event(at(5, 0, 1), Login("T0001", "phone", "192.0.2.7"))
        assert prefix(shorter, written("longer", run_of(story), **in_days(8))) == []

    def test_runs_of_other_scenarios_are_not_compared(self, written: WriteRun, shorter: Path) -> None:
        longer = written("longer", run_of(world(8)), **in_days(8, seed=2))
        assert prefix(shorter, longer) == ["run.json: the runs are of scenarios that differ in seed"]

    def test_the_shorter_run_comes_first(self, written: WriteRun, shorter: Path) -> None:
        longer = written("longer", run_of(world(8)), **in_days(8))
        assert named(prefix(longer, shorter), "its window does not begin with")


class TestFollowUp:
    """whole.follow_up_inert."""

    @pytest.fixture
    def without(self, written: WriteRun) -> Path:
        return written("without", run_of(world(5)), **in_days(5))

    @pytest.fixture
    def followed(self, written: WriteRun) -> Path:
        story = world(5).event(at(9), Login("T0001", "laptop", "192.0.2.7"))
        return written("followed", run_of(story), **in_days(5, follow_up_days=10), scenario_digest="another")

    def test_a_follow_up_is_seen_in_the_truth_only(self, without: Path, followed: Path) -> None:
        logs = [directory / "truth" / "event_log.parquet" for directory in (without, followed)]
        assert logs[0].read_bytes() != logs[1].read_bytes()
        assert follow_up_inert(without, followed) == []

    @pytest.mark.parametrize("file", ["sessions.csv", "event_log.parquet", "interventions.parquet"])
    def test_other_bytes_outside_the_truth_are_found(self, without: Path, followed: Path, file: str) -> None:
        (followed / file).write_bytes((followed / file).read_bytes() + b"\n")
        assert follow_up_inert(without, followed) == [f"{file}: has other bytes"]

    def test_a_file_that_is_missing_is_found(self, without: Path, followed: Path) -> None:
        (followed / "sessions.csv").unlink()
        assert follow_up_inert(without, followed) == ["sessions.csv: is in one run only"]

    def test_a_file_that_people_left_there_is_no_part_of_the_run(self, without: Path, followed: Path) -> None:
        (followed / "notes.txt").write_text("Followed up.", encoding="utf-8")
        assert follow_up_inert(without, followed) == []

    def test_another_entry_of_the_record_is_found(self, without: Path, followed: Path) -> None:
        change_record(followed, window_end="2026-02-05T00:00:00")
        assert follow_up_inert(without, followed) == ["run.json: differs in window_end"]

    def test_another_scenario_is_found(self, without: Path, followed: Path) -> None:
        change_record(followed, **in_days(5, follow_up_days=10, warm_up_days=2))
        assert named(follow_up_inert(without, followed), "warm_up_days")


class TestReproducible:
    """whole.reproducible."""

    @pytest.fixture
    def first(self, written: WriteRun) -> Path:
        return written("first", run_of(world(5)), **in_days(5))

    @pytest.fixture
    def again(self, written: WriteRun) -> Path:
        return written("again", run_of(world(5)), **in_days(5), timings={"simulate": 7.0})

    def test_the_same_run_twice_is_the_same_but_for_the_timings(self, first: Path, again: Path) -> None:
        assert reproducible(first, again) == []

    @pytest.mark.parametrize("file", ["sessions.csv", "truth/truth_tutors.parquet"])
    def test_other_bytes_are_found(self, first: Path, again: Path, file: str) -> None:
        (again / file).write_bytes((again / file).read_bytes() + b"\n")
        assert reproducible(first, again) == [f"{file}: has other bytes"]

    def test_another_record_is_found(self, first: Path, again: Path) -> None:
        change_record(again, seed=2)
        assert reproducible(first, again) == ["run.json: differs in seed"]

    def test_another_order_of_the_record_is_found(self, first: Path, again: Path) -> None:
        record = json.loads((again / "run.json").read_text("utf-8"))
        (again / "run.json").write_text(json.dumps(dict(reversed(record.items()))), encoding="utf-8")
        assert reproducible(first, again) == ["run.json: has its entries in another order"]

    def test_another_seed_writes_others(self, written: WriteRun, first: Path) -> None:
        story = world(5).session("S000901", at(2, 18))
        tutor(story, "T0002", 5)
        other = written("other", run_of(story), **in_days(5, seed=2), seed=2)
        assert seeds_differ(first, other) == []

    def test_a_seed_that_makes_no_difference_is_found(self, written: WriteRun, first: Path) -> None:
        other = written("other", run_of(world(5)), **in_days(5, seed=2), seed=2)
        findings = seeds_differ(first, other)
        assert [finding.partition(":")[0] for finding in findings] == [
            "event_log.parquet",
            "tutor_profiles",
            "sessions",
        ]

    def test_the_same_seed_is_no_other(self, first: Path, again: Path) -> None:
        assert named(seeds_differ(first, again), "has the seed of")


def test_a_run_without_a_record_cannot_be_compared(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"run\.json"):
        reproducible(tmp_path, tmp_path)
