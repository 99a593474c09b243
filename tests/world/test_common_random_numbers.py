"""Draws stays with its owner: what one agent or mechanism does leaves everybody else's draws as they are."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simulation.agents.student import Need, Student
from simulation.events import (
    ChurnScored,
    ChurnSignalsChanged,
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionCutShort,
    InterventionOutcomeDrawn,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
    Login,
    MessageSent,
    PostSessionActivity,
    ProfileUpdated,
    SessionBooked,
    SessionScheduled,
    type_name,
)
from simulation.log import Log
from simulation.runs import write_run
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from simulation.validation import Run
from simulation.validation.comparisons import follow_up_inert, prefix
from simulation.world import World
from tests.world.simulated import count, same_events, simulated

LIVELY = Path(__file__).with_name("lively.toml")

EXPERIMENTS = (ExperimentStarted, ExperimentAssigned, ExperimentExposed, ExperimentCompleted)
COACHING = (CoachingScheduled, CoachingAttended)
INTERVENTIONS = (
    InterventionSent, InterventionWithheld, InterventionOutcomeDrawn, InterventionCutShort, InterventionResponded,
    EmailDelivered, EmailFailed, EmailOpened, EmailClicked, *COACHING,
)  # fmt: skip

# Mechanisms that nobody feels, or not with these parameters; with the events that there are no more of without them.
UNFELT: dict[str, tuple[list[str], tuple[type[Any], ...]]] = {
    "platform_activity": ([], (Login, SessionScheduled, PostSessionActivity, ProfileUpdated, MessageSent)),
    "churn_monitor": (["mechanisms.interventions=false"], (ChurnScored, ChurnSignalsChanged)),
    "interventions": (["interventions.effect_factor=0"], INTERVENTIONS),
    "coaching": (["coaching.boost=0"], COACHING),
    "experiments": (
        [
            f"experiments.{index}.{change}=0"
            for index in range(2)
            for change in (
                "engagement_change", "reschedule_change", "no_show_change", "login_change",
                "control_conversion", "treatment_conversion",
            )
        ],
        EXPERIMENTS,
    ),
}  # fmt: skip

# Events are numbered one after the other, and name the experiment that they are part of.
NAMES_OF_OTHERS = ["event_id", "triggered_by_event_id"]
PART_OF = ["experiment_id", "experiment_variant"]

# What is draws in a session, and does not hang on what the tutor or the student has been through.
DRAWN = ("connection_quality", "had_technical_issues", "student_attention_pct", "tutor_camera_on_pct",
        "tutor_speak_ratio", "screen_share_pct", "tutor_sentiment")  # fmt: skip


@cache
def lively(*overrides: str) -> Run:
    return simulated(load_scenario(LIVELY, overrides))


# ---------------------------------------------------------------- one more student


def one_more(*needs: Need) -> Callable[[World], None]:
    """Put a student with some needs into a world."""

    def join(world: World) -> None:
        students = world.context.students
        number = max(students) + 1
        traits = attrs.evolve(students[1].traits, needs=needs, quitting_factor=0.0)
        students[number] = Student(number=number, id=NEWCOMER, traits=traits)

    return join


NEWCOMER = "U09999"


def test_one_more_student_without_sessions_changes_nothing_for_anyone() -> None:
    joined = simulated(load_scenario(LIVELY), before=one_more())
    for part in (observed, hidden):
        theirs = pc.fill_null(pc.equal(part(joined)["student_id"], NEWCOMER), False)
        assert pc.any(theirs).as_py()
        assert part(joined).filter(pc.invert(theirs)) == part(lively())


def test_one_more_student_with_sessions_leaves_everybodys_draws_alone() -> None:
    needs = [Need(subject, weekday, 34, 60) for weekday, subject in enumerate(("Math", "Science", "English", "Math"))]
    joined = simulated(load_scenario(LIVELY), before=one_more(*needs))
    assert NEWCOMER in joined.log.events(SessionBooked)["student_id"].to_pylist()
    assert_same_draws(joined, lively())


# ---------------------------------------------------------------- a mechanism less


@pytest.mark.parametrize("mechanism", UNFELT)
def test_a_mechanism_that_nobody_feels_changes_only_its_own_events(mechanism: str) -> None:
    overrides, own = UNFELT[mechanism]
    before, without = lively(*overrides), lively(*overrides, f"mechanisms.{mechanism}=false")
    columns = PART_OF if mechanism == "experiments" else []
    for part in (observed, hidden):
        assert others(part(before), own, columns) == others(part(without), own, columns)
    assert count(before, *own) > 0
    assert count(without, *own) == 0


def test_without_interventions_all_is_the_same_until_the_first_takes_effect() -> None:
    before, without = lively(), lively("mechanisms.interventions=false")
    first = pc.min(before.log.events(EmailOpened)["timestamp"])
    for part in (observed, hidden):
        both = [until(first, others(part(run), INTERVENTIONS, PART_OF)) for run in (before, without)]
        assert both[0] == both[1]
        assert len(both[0]) > 0
    assert not same_events(before, without)


@pytest.mark.parametrize("mechanism", ["interventions", "experiments", "attrition", "rescheduling", "reputation"])
def test_without_a_mechanism_sessions_meet_the_same_draws(mechanism: str) -> None:
    assert_same_draws(lively(f"mechanisms.{mechanism}=false"), lively())


# ---------------------------------------------------------------- more time


@pytest.mark.parametrize("seed", [1, 2])
def test_a_longer_run_begins_with_the_shorter_ones_log(seed: int, tmp_path: Path) -> None:
    scenario = load_scenario(LIVELY, seed=seed)
    shorter, longer = (run_of(scenario, tmp_path / str(days), days=days) for days in (5, 10))
    assert prefix(shorter, longer) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_follow_up_changes_nothing_but_the_truth(seed: int, tmp_path: Path) -> None:
    scenario = load_scenario(LIVELY, seed=seed)
    without, followed = (run_of(scenario, tmp_path / str(days), follow_up_days=days) for days in (0, 5))
    assert follow_up_inert(without, followed) == []


def run_of(scenario: Scenario, directory: Path, **changes: Any) -> Path:
    return write_run(attrs.evolve(scenario, **changes), directory).directory


# ---------------------------------------------------------------- what is compared


def observed(run: Run) -> pa.Table:
    return told(run.log)


def hidden(run: Run) -> pa.Table:
    return told(run.truth_log)


def told(log: Log) -> pa.Table:
    """All rows, without what numbers events."""
    return log.table.drop_columns(NAMES_OF_OTHERS)


def others(table: pa.Table, but: tuple[type[Any], ...], without: list[str]) -> pa.Table:
    """The events of other types than these, without some columns."""
    names = pa.array([type_name(event_type) for event_type in but], pa.string())
    return table.filter(pc.invert(pc.is_in(table["event_type"], value_set=names))).drop_columns(without)


def until(time: Any, table: pa.Table) -> pa.Table:
    return table.filter(pc.less(table["timestamp"], time))


def assert_same_draws(run: Run, other: Run) -> None:
    """Sessions that both runs have, of the same two at the same time, met the same draws."""
    mine, theirs = (draws_of(each) for each in (run, other))
    shared = mine.keys() & theirs.keys()
    assert len(shared) > len(theirs) / 4
    assert {key: mine[key] for key in shared} == {key: theirs[key] for key in shared}


def draws_of(run: Run) -> dict[Any, tuple[Any, ...]]:
    sessions = [row for row in run.tables["sessions"].to_pylist() if row["session_completed"]]
    return {
        (row["session_id"], row["tutor_id"], row["session_datetime"]): tuple(row[name] for name in DRAWN)
        for row in sessions
    }
