"""Far from the defaults every rule holds all the same."""

from functools import cache
from pathlib import Path

import pytest

from simulation.events import ExperimentStarted, InterventionSent, StudentNoShow, TutorNoShow
from simulation.scenario.loading import load_scenario
from simulation.validation import Run
from tests.conftest import TINY
from tests.world.simulated import broken_rules, count, simulated
from tools.far_scenarios import CROWDED, FAR, Overrides

SCENARIOS = Path(__file__).parents[2] / "scenarios"
DEV = SCENARIOS / "dev.toml"


@cache
def far(overrides: Overrides = (), path: Path = TINY) -> Run:
    return simulated(load_scenario(path, overrides))


@pytest.mark.parametrize("name", FAR)
def test_all_rules_hold_far_from_the_defaults(name: str) -> None:
    assert broken_rules(far(FAR[name])) == {}


@pytest.mark.parametrize("day", ["1970-01-01", "2199-12-31"])
def test_all_rules_hold_on_the_first_and_the_last_days_that_a_window_may_open(day: str) -> None:
    assert broken_rules(far((f"start_date={day}", "days=1", "warm_up_days=3", "follow_up_days=2"))) == {}


@pytest.mark.parametrize("name", ["production", "dev"])
@pytest.mark.parametrize("changes", [*FAR.values(), *CROWDED.values()], ids=[*FAR, *CROWDED])
def test_what_is_far_differs_from_the_scenarios_that_come_with_the_package(name: str, changes: Overrides) -> None:
    path = SCENARIOS / f"{name}.toml"
    assert load_scenario(path, changes) != load_scenario(path)


@pytest.mark.parametrize(
    ("name", "event_type"),
    [("ten times the tutors' no-shows", TutorNoShow), ("ten times the students' no-shows", StudentNoShow)],
)
def test_ten_times_the_no_shows_are_about_as_many(name: str, event_type: type) -> None:
    assert count(far(FAR[name], DEV), event_type) > 6 * count(far((), DEV), event_type) > 0


@pytest.mark.parametrize(
    ("name", "event_type"), [("no interventions", InterventionSent), ("no experiments", ExperimentStarted)]
)
def test_what_is_left_out_does_not_happen(name: str, event_type: type) -> None:
    assert count(far(FAR[name]), event_type) == 0 < count(far(), event_type)


@pytest.mark.parametrize("tutors", [5, 500])
def test_there_are_as_many_tutors_as_stated(tutors: int) -> None:
    assert len(far(FAR[f"{tutors} tutors"]).tables["tutor_profiles"]) == tutors


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("3 days", ("2026-01-05", "2026-01-08")),
        ("90 days", ("2026-01-05", "2026-04-05")),
        ("a window that opens on a Saturday", ("2026-01-10", "2026-01-17")),
        ("a window across a leap day", ("2027-12-01", "2028-03-01")),
        ("the earliest day that can be stated", ("1970-01-01", "1970-01-08")),
        ("the latest day that can be stated", ("2199-12-31", "2200-01-07")),
    ],
)
def test_a_window_opens_and_closes_on_the_stated_days(name: str, window: tuple[str, str]) -> None:
    metadata = far(FAR[name]).log.metadata
    assert (metadata.window_start[:10], metadata.window_end[:10]) == window
    starts = sorted(
        moment.isoformat()[:10] for moment in far(FAR[name]).tables["sessions"]["session_datetime"].to_pylist()
    )
    assert window[0] <= starts[0] <= starts[-1] < window[1]
