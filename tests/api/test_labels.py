"""Features and labels: what was known, and who left then; and that nothing of the future is in a feature."""

import warnings
from pathlib import Path

import pandas as pd
import pytest

import simulation as sim
from simulation import FollowUpWarning, SimulatedRun
from simulation.api.moments import ArgumentError
from simulation.runs import reduce_as_of
from simulation.runs.in_memory import Simulation

# A small world in which tutors leave within days.
HARD = {"attrition.hazard_per_day": 0.05, "days": 10, "warm_up_days": 3, "population.tutors": 20}
MIDDLE = "2026-01-10"


@pytest.fixture(scope="module")
def followed(tiny_file: Path) -> SimulatedRun:
    """A world that was followed for 8 days after its window."""
    return sim.simulate(tiny_file, overrides={**HARD, "follow_up_days": 8})


@pytest.fixture
def plain(followed: SimulatedRun, tiny_file: Path) -> SimulatedRun:
    """The same world, not followed."""
    return sim.simulate(tiny_file, overrides=HARD)


def departures(run: Simulation) -> "pd.Series[pd.Timestamp]":
    return run.truth["truth_tutor_outcomes"].set_index("tutor_id")["left_at"].dropna()


def test_labels_are_of_the_tutors_who_were_there_at_the_window_s_end(followed: SimulatedRun) -> None:
    closed = pd.Timestamp(followed.log.metadata.window_end)
    left_at, labels = departures(followed), followed.labels(horizon_days=8)
    then = left_at[(left_at >= closed) & (left_at < closed + pd.Timedelta(days=8))]
    assert 0 < len(then) < len(labels)
    assert labels.index[labels["left"]].tolist() == sorted(then.index)
    assert labels["left_at"].dropna().sort_index().tolist() == then.sort_index().tolist()
    assert not set(labels.index) & set(left_at.index[left_at < closed])
    assert labels.dtypes.astype(str).to_dict() == {"left": "boolean", "left_at": "datetime64[s]"}


def test_features_are_of_the_same_tutors(followed: SimulatedRun) -> None:
    for as_of in (None, MIDDLE):
        assert followed.features(as_of).index.equals(followed.labels(horizon_days=2, as_of=as_of).index)
    joined = followed.features().join(followed.labels(horizon_days=8))
    assert joined["left"].notna().all()


def test_labels_of_an_earlier_moment_need_no_follow_up(plain: SimulatedRun, followed: SimulatedRun) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        early = plain.labels(horizon_days=3, as_of=MIDDLE)
    left_at = departures(followed)
    since = pd.Timestamp(MIDDLE)
    then = left_at[(left_at >= since) & (left_at < since + pd.Timedelta(days=3))]
    assert early.index[early["left"]].tolist() == sorted(then.index)


def test_who_leaves_after_the_horizon_is_not_told(followed: SimulatedRun) -> None:
    short, long = followed.labels(horizon_days=1), followed.labels(horizon_days=8)
    assert short["left"].sum() < long["left"].sum()
    assert short["left_at"].notna().equals(short["left"].astype(bool))


def test_a_run_without_a_follow_up_is_simulated_further_and_says_so_once(
    plain: SimulatedRun, followed: SimulatedRun
) -> None:
    before = plain.log.table
    with pytest.warns(FollowUpWarning, match="with follow_up_days=8 in the scenario it is simulated once") as told:
        labels = plain.labels(horizon_days=8)
    assert plain.labels(horizon_days=5)["left"].sum() <= labels["left"].sum()
    assert len(told) == 1
    assert told[0].filename == __file__
    pd.testing.assert_frame_equal(labels, followed.labels(horizon_days=8))
    assert plain.log.table is before
    assert plain.log.table.equals(followed.log.table)


def test_a_run_that_was_passed_on_without_its_truth_has_labels_too(
    plain: SimulatedRun, followed: SimulatedRun, tmp_path: Path
) -> None:
    plain.write(tmp_path / "run", ["parquet"])
    (tmp_path / "run" / "truth" / "event_log.parquet").unlink()
    with pytest.warns(FollowUpWarning):
        labels = sim.load_run(tmp_path / "run").labels(horizon_days=8)
    pd.testing.assert_frame_equal(labels, followed.labels(horizon_days=8))


def test_the_world_of_another_version_is_not_followed(plain: SimulatedRun, tiny_file: Path) -> None:
    other = sim.simulate(tiny_file, overrides={**HARD, "demand.sessions_per_day": 31})
    mixed = SimulatedRun(other.scenario, lambda of_truth: plain.truth_log if of_truth else plain.log, print)
    with pytest.warns(FollowUpWarning), pytest.raises(sim.UserError, match="its log is not what version"):
        mixed.labels(horizon_days=8)


def test_features_know_nothing_of_what_came_later(followed: SimulatedRun, tmp_path: Path) -> None:
    """They are those of the tables that a reduction makes of the log up to then."""
    followed.write(tmp_path / "run", ["parquet"])
    then = reduce_as_of(tmp_path / "run", MIDDLE).directory
    aggregates, profiles = (
        pd.read_parquet(then / f"{name}.parquet").set_index("tutor_id")
        for name in ("tutor_aggregates", "tutor_profiles")
    )
    features = followed.features(MIDDLE)
    for name in features.columns:
        source = aggregates if name in aggregates else profiles
        expected = source[name].astype(float).reindex(features.index)
        pd.testing.assert_series_equal(features[name], expected, check_index_type=False)


def test_no_feature_is_of_the_truth(followed: SimulatedRun) -> None:
    features = set(followed.features().columns)
    assert not features & {"left", "left_at", "region", "active_status", "preferred_start_hour"}
    assert features <= {*followed.tables["tutor_aggregates"].columns, *followed.tables["tutor_profiles"].columns}


@pytest.mark.parametrize("as_of", [
    "2026-01-10T00:00", pd.Timestamp(MIDDLE), pd.Timestamp(MIDDLE).date(), pd.Timestamp(MIDDLE).to_datetime64(),
])  # fmt: skip
def test_a_moment_may_be_said_in_any_form(as_of: str, followed: SimulatedRun) -> None:
    pd.testing.assert_frame_equal(followed.features(as_of), followed.features(MIDDLE))


@pytest.mark.parametrize(("as_of", "told"), [
    ("2026-02-01", "as_of: 2026-02-01 is not in the run's window; allowed is after 2026-01-05, up to 2026-01-15"),
    ("2026-01-05", "as_of: 2026-01-05 is not in the run's window; allowed is after 2026-01-05, up to 2026-01-15"),
    ("Monday", "as_of: 'Monday' is no moment; allowed are YYYY-MM-DD"),
])  # fmt: skip
def test_a_moment_outside_of_the_window_is_refused(as_of: str, told: str, followed: SimulatedRun) -> None:
    for ask in (
        followed.features,
        lambda moment: followed.labels(2, as_of=moment),
        lambda one: followed.at_risk(2, one),
    ):
        with pytest.raises(ArgumentError) as raised:
            ask(as_of)
        assert str(raised.value).startswith(told)


@pytest.mark.parametrize("days", [0, 101])
def test_a_horizon_that_nobody_can_follow_is_refused(days: int, followed: SimulatedRun) -> None:
    with pytest.raises(ValueError, match=f"horizon_days: is {days}; allowed is from 1, up to 100 days beyond"):
        followed.labels(horizon_days=days)
