"""Values from NumPy, pandas and others mean what they say, and a scenario keeps them as plain Python's."""

import json
import pickle
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import attrs
import pandas as pd
import pytest

from simulation import load_scenario
from simulation.runs import write_run
from simulation.scenario import Region, Scenario, Term
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import check_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.studies.comparison import Goal
from simulation.studies.sweep import sweep_of
from simulation.validation.validation import choose_seeds
from tests.conftest import TINY

# Its types are none of those that are declared.
np: Any = import_module("numpy")

# A parameter, values of other libraries, and the one that all of them mean.
SAME: list[tuple[str, list[Any], Any]] = [
    ("days", [np.int64(9), np.uint8(9), np.array(9), pd.Series([9])[0], pd.array([9], "Int64")[0]], 9),
    ("population.tutors", [np.int32(9), np.array(9, np.int16)], 9),
    ("demand.lead_days", [np.float64(2), np.float32(2), np.float16(2), np.longdouble(2), np.array(2.0)], 2.0),
    ("mechanisms.burnout", [np.bool_(False), np.array(False)], False),
    ("ledger", [np.str_("dev"), np.array("dev")], "dev"),
    ("churn.score_offset", [np.array([0, 0.5]) / 5, [np.float64(0), np.float64(0.1)], pd.Series([0, 0.1])], (0.0, 0.1)),
    ("demand.hours.weekend", [np.ones(24), np.ones(24, int), [1] * 24, pd.Series([1] * 24)], (1.0,) * 24),
    (
        "start_date",
        [
            "2026-03-02", datetime(2026, 3, 2), pd.Timestamp("2026-03-02"), np.str_("2026-03-02"),
            np.datetime64("2026-03-02"), np.datetime64("2026-03-02T00:00", "ns"), np.array("2026-03-02", "M8[s]"),
        ],
        date(2026, 3, 2),
    ),
]  # fmt: skip
CASES = [pytest.param(key, value, meant, id=f"{key}-{number}") for key, values, meant in SAME
         for number, value in enumerate(values)]  # fmt: skip

NONE: list[tuple[str, Any]] = [
    ("days", np.float64(9)), ("days", np.bool_(True)), ("days", np.array([9])), ("days", pd.NA),
    ("demand.lead_days", np.float64("nan")), ("demand.lead_days", np.complex128(2)),
    ("demand.lead_days", np.array([2.0])),
    ("mechanisms.burnout", np.int64(1)), ("ledger", np.bytes_(b"dev")),
    ("churn.score_offset", np.array([[0, 0.1]])), ("churn.score_offset", np.array([0.1])),
    ("churn.score_offset", np.float64(0.1)), ("churn.score_offset", np.array([0.1, 0.0])),
    ("start_date", np.datetime64("NaT")), ("start_date", pd.NaT), ("start_date", datetime(2026, 3, 2, 10)),
    ("start_date", pd.Timestamp("2026-03-02", tz="UTC")),
]  # fmt: skip


def document(key: str, value: Any) -> dict[str, Any]:
    for part in reversed(key.split(".")):
        value = {part: value}
    return dict(value)


def evolved(scenario: Any, key: str, value: Any) -> Any:
    """A scenario made in Python with one parameter changed."""
    name, _, rest = key.partition(".")
    return attrs.evolve(scenario, **{name: evolved(getattr(scenario, name), rest, value) if rest else value})


@pytest.mark.parametrize(("key", "value", "meant"), CASES)
def test_a_value_of_another_library_is_kept_as_the_one_that_it_means(key: str, value: Any, meant: Any) -> None:
    plain = evolved(Scenario(), key, meant)
    for made in (evolved(Scenario(), key, value), scenario_from_dict(document(key, value))):
        check_scenario(made)
        assert made == plain
        assert pickle.dumps(resolved(made)) == pickle.dumps(resolved(plain))
        assert json.dumps(resolved(made)) == json.dumps(resolved(plain))
        assert scenario_digest(made) == scenario_digest(plain)


@pytest.mark.parametrize(("key", "value"), NONE)
def test_a_value_of_another_library_is_refused_where_it_means_none_of_the_right_kind(key: str, value: Any) -> None:
    with pytest.raises(ScenarioError, match=f"{key} .*; allowed is "):
        scenario_from_dict(document(key, value))
    with pytest.raises(ScenarioError, match=f"{key} .*; allowed is "):
        check_scenario(evolved(Scenario(), key, value))


def list_of(item: Any) -> Any:
    """A list where a tuple is declared."""
    return [item]


def test_lists_and_items_of_lists_are_kept_as_plain_values_too() -> None:
    term = Term(first=pd.Timestamp("2026-01-05"), last=np.datetime64("2026-01-09"), demand=np.float32(2))
    region = Region(utc_offset_hours=np.int64(1), terms=list_of(term), demand={"lead_days": np.int64(2)})
    scenario = attrs.evolve(Scenario(), regions=list_of(region))
    check_scenario(scenario)
    assert json.loads(json.dumps(resolved(scenario)))["regions"][0] == {
        "name": "US-East", "utc_offset_hours": 1.0, "population": {}, "demand": {"lead_days": 2.0},
        "terms": [{"name": "", "first": "2026-01-05", "last": "2026-01-09", "demand": 2.0}],
    }  # fmt: skip
    assert scenario_from_dict(resolved(scenario)) == scenario


def test_a_zero_has_no_sign() -> None:
    assert scenario_digest(load_scenario(TINY, ["demand.joining=-0.0"])) == scenario_digest(
        load_scenario(TINY, ["demand.joining=0.0"])
    )


def test_seeds_overrides_and_paths_may_come_from_numpy(tmp_path: Path) -> None:
    plain = load_scenario(TINY, ["days=5"], seed=5)
    for seed in (np.int64(5), np.array(5), np.uint64(5)):
        for overrides in (np.array(["days=5"]), (np.str_("days=5"),)):
            made = load_scenario(str(TINY), overrides, seed=seed)
            assert pickle.dumps(made) == pickle.dumps(plain)
    with pytest.raises(ScenarioError, match=r"^--set: 5 is no override"):
        load_scenario(TINY, [5])  # type: ignore[list-item]


def test_regions_seeds_and_goals_may_come_from_numpy(tmp_path: Path) -> None:
    coasts = (Region(name="East"), Region(name="West", utc_offset_hours=-8))
    scenario = attrs.evolve(load_scenario(TINY, ["days=1", "warm_up_days=1"]), regions=coasts)
    written = write_run(scenario, tmp_path / "run", only_region=np.int64(2))
    assert written.record["region"] == 2
    goal = Goal("sessions", np.float32(0.5), np.int64(9))
    assert json.dumps(attrs.asdict(goal)) == '{"figure": "sessions", "half_width": 0.5, "at_most": 9}'
    swept = sweep_of(TINY, [{"days": np.int64(3)}, {"days": np.int64(4)}], lambda _: np.arange(2))
    assert json.loads(json.dumps(swept.description()))["seeds"] == [0, 1]
    assert [run.scenario.days for run in swept.runs()] == [3, 3, 4, 4]
    assert choose_seeds(scenario, np.int64(2)) == [7, 8]
