"""Scenario files: what they state, what they inherit, what overrides change."""

import codecs
import json
import os
import sys
from datetime import date
from pathlib import Path
from typing import Any

import attrs
import pytest
from attrs import frozen

from simulation.scenario import Experiment, Region, Scenario
from simulation.scenario.demand import DemandParameters
from simulation.scenario.fields import param, section, tables
from simulation.scenario.loading import load_scenario, resolved, scenario_digest, scenario_from_dict

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    """A scenario that leaves everything as it is."""
    return write(tmp_path / "empty.toml", "")


# ---------------------------------------------------------------- files


def test_a_file_that_states_nothing_is_the_defaults_under_its_own_name(empty: Path) -> None:
    assert load_scenario(empty) == attrs.evolve(Scenario(), name="empty")


def test_what_a_file_states_differs_and_its_neighbours_stay(tmp_path: Path) -> None:
    path = write(
        tmp_path / "busy.toml",
        """
        name = "Busy winter"
        start_date = 2027-02-01
        [population.personas.rock_star]
        experience = [40, 50]
        [mechanisms]
        burnout = false
        """,
    )
    scenario = load_scenario(path)
    assert scenario.name == "Busy winter"
    assert scenario.start_date == date(2027, 2, 1)
    assert scenario.population.personas["rock_star"].experience == (40.0, 50.0)
    assert scenario.population.personas["rock_star"].rating == (4.7, 5.0)
    assert not scenario.mechanisms.burnout
    assert scenario.mechanisms.trends


def test_a_byte_order_mark_and_other_ends_of_lines_are_no_part_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "parent.toml").write_bytes(codecs.BOM_UTF8 + b"seed = 5\r\ndays = 20")
    path = tmp_path / "a.toml"
    path.write_bytes(codecs.BOM_UTF8 + b'name = "\xe6\x97\xa5"\rextends = "parent.toml"\r')
    scenario = load_scenario(path)
    assert (scenario.name, scenario.seed, scenario.days) == ("\u65e5", 5, 20)


def test_the_path_may_be_text(empty: Path) -> None:
    assert load_scenario(str(empty)) == load_scenario(empty)


def test_whole_numbers_may_stand_for_floats(tmp_path: Path) -> None:
    whole = load_scenario(write(tmp_path / "a.toml", "demand.sessions_per_day = 40"))
    assert whole.demand.sessions_per_day == 40.0
    assert isinstance(whole.demand.sessions_per_day, float)


def test_items_of_lists_have_the_defaults_of_their_kind(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", '[[experiments]]\nname = "Trial"\ndays = 10\n[[regions]]\nutc_offset_hours = 5.5')
    scenario = load_scenario(path)
    assert scenario.experiments == (Experiment(name="Trial", days=10.0),)
    assert scenario.regions == (Region(utc_offset_hours=5.5),)


def test_the_methodology_s_two_scenarios() -> None:
    production, dev = load_scenario(SCENARIOS / "production.toml"), load_scenario(SCENARIOS / "dev.toml")
    assert (production.name, production.population.tutors, production.days, production.seed) == (
        "production",
        150,
        30,
        42,
    )
    assert production.demand.sessions_per_day == 750
    assert (dev.name, dev.population.tutors, dev.days) == ("dev", 25, 14)
    assert (production.ledger, dev.ledger) == ("production", "dev")
    assert len(production.regions) == 1


def test_a_name_that_is_empty_is_none(empty: Path) -> None:
    assert load_scenario(empty, ["name="]).name == "empty"
    assert load_scenario(write(empty.with_name("other.toml"), 'name = ""')).name == "other"


# ---------------------------------------------------------------- inheritance


def test_a_child_states_what_differs_from_its_parent(tmp_path: Path) -> None:
    write(tmp_path / "parent.toml", "seed = 5\ndays = 20\n[demand]\nsessions_per_day = 100\noverhead = 1.5")
    child = write(tmp_path / "what_ifs" / "child.toml", 'extends = "../parent.toml"\n[demand]\nsessions_per_day = 200')
    grandchild = write(tmp_path / "grandchild.toml", 'extends = "what_ifs/child.toml"\ndays = 10')
    scenario = load_scenario(grandchild)
    assert (scenario.seed, scenario.days) == (5, 10)
    assert (scenario.demand.sessions_per_day, scenario.demand.overhead) == (200.0, 1.5)
    assert load_scenario(child).days == 20


SAID = """
name = "The parent"
title = "More sessions"
question = "What if there were more sessions?"
figures = ["sessions", "mean_rating"]
ledger = "production"
"""


def test_a_child_is_another_scenario_than_its_parent_and_asks_its_own_question(tmp_path: Path) -> None:
    parent = load_scenario(write(tmp_path / "parent.toml", SAID))
    assert parent.question == "What if there were more sessions?"
    assert parent.figures == ("sessions", "mean_rating")
    child = load_scenario(write(tmp_path / "child.toml", 'extends = "parent.toml"'))
    assert (child.name, child.title, child.question, child.figures, child.ledger) == ("child", "", "", (), "")


def test_lists_replace_each_other_as_a_whole(tmp_path: Path) -> None:
    write(tmp_path / "parent.toml", '[[experiments]]\nname = "A"\nnotes = "x"\n[[experiments]]\nname = "B"')
    child = load_scenario(write(tmp_path / "child.toml", 'extends = "parent.toml"\n[[experiments]]\nname = "C"'))
    assert [(experiment.name, experiment.notes) for experiment in child.experiments] == [("C", "")]
    none = load_scenario(write(tmp_path / "none.toml", 'extends = "parent.toml"\nexperiments = []'))
    assert none.experiments == ()


# ---------------------------------------------------------------- overrides


@pytest.mark.parametrize(
    ("override", "key", "value"),
    [
        ("days=14", "days", 14),
        ("demand.sessions_per_day=40", "demand.sessions_per_day", 40.0),
        (" demand.sessions_per_day = 4e1 ", "demand.sessions_per_day", 40.0),
        ("mechanisms.burnout=false", "mechanisms.burnout", False),
        ("start_date=2027-02-01", "start_date", "2027-02-01"),
        ("name=Busy winter", "name", "Busy winter"),
        ('name="Busy winter"', "name", "Busy winter"),
        ("name=2027", "name", "2027"),
        ("name=a=b", "name", "a=b"),
        ("ledger=dev", "ledger", "dev"),
        ("question=Is it so, or not?", "question", "Is it so, or not?"),
        ('figures=["mean_rating"]', "figures", ["mean_rating"]),
        ("churn.score_offset=[0, 0.05]", "churn.score_offset", [0.0, 0.05]),
        ("churn.score_offset.1=0.05", "churn.score_offset.1", 0.05),
        ("experiments.0.days=10", "experiments.0.days", 10.0),
        ("experiments.1.notes=12", "experiments.1.notes", "12"),
        ("experiments.0.risk_levels.1=Low", "experiments.0.risk_levels", ["High", "Low"]),
        ("experiments=[]", "experiments", []),
        ("demand={overhead=2}", "demand.overhead", 2.0),
        ("demand={overhead=2}", "demand.sessions_per_day", 750.0),
    ],
)
def test_an_override_sets_a_value_as_toml_has_it_or_bare_text(empty: Path, override: str, key: str, value: Any) -> None:
    found: Any = resolved(load_scenario(empty, [override]))
    for part in key.split("."):
        found = found[int(part)] if part.isdigit() else found[part]
    assert found == value


def test_an_override_goes_before_the_file_and_a_later_one_before_an_earlier_one(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", "days = 20\nwarm_up_days = 10")
    scenario = load_scenario(path, ["days=5", "days=6"])
    assert (scenario.days, scenario.warm_up_days) == (6, 10)


def test_overrides_are_consistent_together_and_need_not_be_one_by_one(empty: Path) -> None:
    scenario = load_scenario(
        empty, ["population.personas.rock_star.share=0.2", "population.personas.solid_performer.share=0.4"]
    )
    assert scenario.population.personas["rock_star"].share == 0.2


def test_overrides_of_items_reach_those_that_the_file_states(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", '[[experiments]]\nname = "Trial"')
    assert load_scenario(path, ["experiments.0.notes=5"]).experiments == (Experiment(name="Trial", notes="5"),)


def test_the_seed_goes_before_all_others(tmp_path: Path) -> None:
    path = write(tmp_path / "a.toml", "seed = 1")
    assert load_scenario(path, ["seed=2"], seed=3).seed == 3
    assert load_scenario(path, seed=0).seed == 0


# ---------------------------------------------------------------- plain data


@pytest.mark.parametrize("name", ["production", "dev"])
def test_a_scenario_survives_the_way_through_json(name: str) -> None:
    scenario = load_scenario(SCENARIOS / f"{name}.toml")
    assert scenario_from_dict(json.loads(json.dumps(resolved(scenario)))) == scenario


def test_plain_data_may_state_what_differs_only() -> None:
    assert scenario_from_dict({"demand": {"overhead": 2}}).demand == attrs.evolve(Scenario().demand, overhead=2.0)


def test_the_digest_is_that_of_what_the_platform_could_have_seen(empty: Path) -> None:
    digest = scenario_digest(load_scenario(empty))
    assert len(digest) == 64
    assert scenario_digest(Scenario()) == digest
    assert scenario_digest(load_scenario(empty, ["name=other", "ledger=dev", "follow_up_days=9"])) == digest
    assert scenario_digest(load_scenario(write(empty.with_name("said.toml"), SAID))) == digest
    assert scenario_digest(load_scenario(empty, ["demand.sessions_per_day=750"])) == digest
    assert scenario_digest(load_scenario(empty, ["demand.sessions_per_day=751"])) != digest
    assert scenario_digest(load_scenario(empty, seed=43)) != digest


@frozen
class LaterDemand(DemandParameters):
    """Demand with a parameter of a later version."""

    rounds: int = param(1, "added later", low=0, high=9)


@frozen
class LaterExperiment(Experiment):
    """An experiment with a parameter of a later version."""

    budget: float = param(0.0, "added later", low=0, high=9)


@frozen
class LaterScenario(Scenario):
    """A scenario of a later version, with parameters, a section and a list that this version has not."""

    demand: LaterDemand = section(LaterDemand, "demand")
    experiments: tuple[LaterExperiment, ...] = tables(LaterExperiment, "tests", max_items=9)
    campaigns: tuple[LaterExperiment, ...] = tables(LaterExperiment, "added later", max_items=9)
    prices: LaterDemand = section(LaterDemand, "added later")


def test_a_parameter_that_is_added_changes_no_digest_while_it_has_its_default() -> None:
    earlier = scenario_digest(Scenario(days=9, demand=DemandParameters(lead_days=2), experiments=(Experiment("A"),)))
    later = LaterScenario(days=9, demand=LaterDemand(lead_days=2), experiments=(LaterExperiment("A"),))
    assert scenario_digest(later) == earlier
    changed = [
        attrs.evolve(later, demand=attrs.evolve(later.demand, rounds=2)),
        attrs.evolve(later, prices=LaterDemand(rounds=2)),
        attrs.evolve(later, experiments=(LaterExperiment("A", budget=1),)),
        attrs.evolve(later, campaigns=(LaterExperiment("A"),)),
    ]
    assert len({earlier, *map(scenario_digest, changed)}) == 5


def test_the_digest_tells_lists_of_different_length_and_order_apart() -> None:
    east, west = Region(name="US-East"), Region(name="West")
    regions = [(east,), (west,), (west, east), (east, west), (west, attrs.evolve(east, name="East"))]
    experiments = [(), (Experiment("A"),), (Experiment("A"), Experiment("B")), (Experiment("B"), Experiment("A"))]
    scenarios = [Scenario(regions=some) for some in regions] + [Scenario(experiments=some) for some in experiments]
    assert len(set(map(scenario_digest, scenarios))) == len(scenarios)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such pipes")
def test_a_scenario_may_come_through_a_pipe() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"days = 3")
    os.close(writing)
    assert load_scenario(f"/dev/fd/{reading}").days == 3
    os.close(reading)
