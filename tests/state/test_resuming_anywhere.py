"""Worlds that are stopped anywhere and gone on with in a fresh process are as if nobody had stopped them."""

from pathlib import Path

import pytest

from simulation.clock import DAY
from simulation.scenario.loading import load_scenario
from simulation.state.files import read_state, write_state
from tools.resume_anywhere import LIVELY, Kept, Stop, differences, drawn_stops, faults, go_on, stop

EACH = 10
SMALLER = ("days=3", "warm_up_days=4", "population.tutors=6", "demand.sessions_per_day=20")


@pytest.mark.parametrize("seed", [11, 12, 13])
def test_ten_worlds_far_from_the_defaults_go_on_in_a_fresh_process(seed: int) -> None:
    assert list(faults(drawn_stops(EACH, seed))) == []


@pytest.fixture
def stopped() -> Stop:
    return Stop(load_scenario(LIVELY, SMALLER), 1, 4 * DAY + 50_000)


def test_a_world_that_goes_on_otherwise_is_found(stopped: Stop, tmp_path: Path) -> None:
    """As where something of the state was lost: here how a tutor felt."""
    before = stop(stopped, tmp_path / "world")
    file = tmp_path / "world" / "region.state"
    state = read_state(file, Kept(stopped).digest, 1)
    state.tutors[1]["morale"] = 0.0
    write_state(file, state, Kept(stopped).digest, 1)
    go_on(tmp_path / "world")
    assert "truth.parquet: other events" in "; ".join(differences(stopped, before, tmp_path / "world"))


def test_a_world_that_cannot_be_gone_on_with_is_found(stopped: Stop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tools.resume_anywhere.write_state", lambda path, *_: path.write_bytes(b"nonsense"))
    ((_, what),) = faults([stopped])
    assert what.startswith("is not gone on with: ")
    assert "region.state: is damaged" in what
