"""Several regions in a scenario: what each has of its own, terms, and one region made many."""

from datetime import date, timedelta
from pathlib import Path

import attrs
import pytest

from simulation.scenario import Region, Scenario, Term
from simulation.scenario.checking import ScenarioError
from simulation.scenario.description import as_toml, describe
from simulation.scenario.loading import load_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.scenario.partition import copied
from simulation.scenario.regions import demand_factor, regional
from simulation.studies.sweep import sweep_of

TWO_REGIONS = Path(__file__).parents[2] / "scenarios" / "two-regions.toml"

EXAMS = Term(name="Exams", first=date(2026, 1, 12), last=date(2026, 1, 23), demand=1.4)
HOLIDAY = Term(name="Holiday", first=date(2026, 1, 19), last=date(2026, 1, 19), demand=0.5)


@pytest.fixture
def two() -> Scenario:
    return load_scenario(TWO_REGIONS)


# ---------------------------------------------------------------- what a region has of its own


def test_a_region_states_what_differs_from_the_scenario_and_has_the_rest_of_it(two: Scenario) -> None:
    east, west = regional(two, 1), regional(two, 2)
    assert (east.population, east.demand) == (two.population, two.demand)
    assert (west.population.tutors, west.demand.sessions_per_day) == (15, 50.0)
    assert west.population.personas["rock_star"].share == 0.15
    assert west.population.personas["rock_star"].rating == two.population.personas["rock_star"].rating
    assert west.demand.overhead == two.demand.overhead


def test_a_region_s_scenario_holds_that_region_alone_and_all_else_as_it_is(two: Scenario) -> None:
    west = regional(two, 2)
    assert west.regions == (Region(name="US-West", utc_offset_hours=-8.0),)
    assert attrs.evolve(west, population=two.population, demand=two.demand, regions=two.regions) == two
    assert regional(west, 1) == west


def test_a_scenario_of_one_region_without_anything_of_its_own_is_that_region_s() -> None:
    scenario = Scenario()
    assert regional(scenario, 1) == scenario
    assert scenario_digest(regional(scenario, 1)) == scenario_digest(scenario)


def test_whole_numbers_may_stand_for_floats_in_a_region_too() -> None:
    whole, decimal = (
        scenario_from_dict({"regions": [{"demand": {"sessions_per_day": number}}]}) for number in (40, 40.0)
    )
    assert scenario_digest(whole) == scenario_digest(decimal)
    assert resolved(whole)["regions"][0]["demand"] == {"sessions_per_day": 40.0}


def test_overrides_reach_what_a_region_has_of_its_own() -> None:
    changed = load_scenario(TWO_REGIONS, ["regions.0.population.tutors=7", "regions.1.demand={lead_days=2}"])
    assert regional(changed, 1).population.tutors == 7
    assert regional(changed, 2).demand.lead_days == 2.0
    assert regional(changed, 2).demand.sessions_per_day == 50.0


@pytest.mark.parametrize(
    "override", ["population.tutors=40", "population={tutors=40}", "population={tutors=40, edge_cases={}}"]
)
def test_an_override_of_a_section_goes_for_regions_that_state_their_own_too(override: str) -> None:
    changed = load_scenario(TWO_REGIONS, [override])
    assert [regional(changed, number).population.tutors for number in (1, 2)] == [40, 40]
    assert regional(changed, 2).demand.sessions_per_day == 50.0
    assert changed.regions[0].population == {}


def test_of_overrides_of_a_section_and_of_a_region_the_later_one_goes_first() -> None:
    of_all, of_one = "population.tutors=40", "regions.1.population.tutors=7"
    assert regional(load_scenario(TWO_REGIONS, [of_all, of_one]), 2).population.tutors == 7
    assert regional(load_scenario(TWO_REGIONS, [of_one, of_all]), 2).population.tutors == 40


def test_an_override_of_one_item_leaves_a_region_the_others_of_its_own() -> None:
    own = "regions.1.population.traits.logins_per_week=[3, 4]"
    changed = load_scenario(TWO_REGIONS, [own, "population.traits.logins_per_week.1=9"])
    assert regional(changed, 1).population.traits.logins_per_week == (2.0, 9.0)
    assert regional(changed, 2).population.traits.logins_per_week == (3.0, 9.0)


def test_what_a_child_says_of_a_section_goes_for_its_parent_s_regions_too(tmp_path: Path) -> None:
    child, grandchild = tmp_path / "child.toml", tmp_path / "grandchild.toml"
    child.write_text(f'extends = "{TWO_REGIONS}"\n[population]\ntutors = 40\n')
    grandchild.write_text('extends = "child.toml"\ndemand.sessions_per_day = 60')
    changed = load_scenario(grandchild)
    assert [regional(changed, number).population.tutors for number in (1, 2)] == [40, 40]
    assert [regional(changed, number).demand.sessions_per_day for number in (1, 2)] == [60.0, 60.0]
    assert regional(changed, 2).demand.hours.weekend_share == 0.25


def test_a_child_that_states_regions_has_what_they_state_for_themselves(tmp_path: Path) -> None:
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{TWO_REGIONS}"\npopulation.tutors = 40\n[[regions]]\npopulation.tutors = 7\n')
    assert regional(load_scenario(child), 1).population.tutors == 7


def test_a_sweep_varies_a_section_in_all_regions() -> None:
    points = [{"population.tutors": tutors} for tutors in (4, 6)]
    runs = sweep_of(TWO_REGIONS, points, lambda scenario: [scenario.seed]).runs()
    assert [[regional(run.scenario, number).population.tutors for number in (1, 2)] for run in runs] == [[4, 4], [6, 6]]


def test_a_child_states_its_regions_anew(tmp_path: Path) -> None:
    child = tmp_path / "child.toml"
    child.write_text(f'extends = "{TWO_REGIONS}"\n[[regions]]\nname = "Alone"\n')
    assert load_scenario(child).regions == (Region(name="Alone"),)


# ---------------------------------------------------------------- clocks


@pytest.mark.parametrize(
    ("hours", "minutes"), [(-5.0, -300), (5.75, 345), (5.8333, 350), (5.8333333333333, 350), (-0.0166667, -1)]
)
def test_an_offset_from_utc_is_a_whole_number_of_minutes_as_well_as_hours_can_say_it(
    hours: float, minutes: int
) -> None:
    scenario = scenario_from_dict({"regions": [{"utc_offset_hours": hours}]})
    assert scenario.regions[0].utc_offset == timedelta(minutes=minutes)


# ---------------------------------------------------------------- terms


def test_terms_scale_demand_from_their_first_day_to_their_last() -> None:
    region = Region(terms=(EXAMS,))
    factors = {day: demand_factor(region, date(2026, 1, day)) for day in (11, 12, 23, 24)}
    assert factors == {11: 1.0, 12: 1.4, 23: 1.4, 24: 1.0}


def test_a_day_of_several_terms_has_the_factors_of_all() -> None:
    assert demand_factor(Region(terms=(EXAMS, HOLIDAY)), date(2026, 1, 19)) == 1.4 * 0.5


def test_without_terms_demand_is_as_usual() -> None:
    assert demand_factor(Region(), date(2026, 1, 19)) == 1.0


def test_terms_belong_to_their_region(two: Scenario) -> None:
    (term,) = regional(two, 1).regions[0].terms
    assert (term.name, term.first, term.demand) == ("Exam weeks", date(2026, 1, 8), 1.4)
    assert regional(two, 2).regions[0].terms == ()


# ---------------------------------------------------------------- told to a reader


def test_the_description_has_what_a_region_states_with_the_scenario_s_value_as_default(two: Scenario) -> None:
    described = {parameter.key: parameter for parameter in describe(two)}
    tutors = described["regions.1.population.tutors"]
    assert (tutors.value, tutors.default, tutors.unit) == (15, 25, "tutors")
    assert tutors.allowed == described["population.tutors"].allowed
    assert described["regions.0.terms.0.demand"].allowed == "a number from 0 to 5"
    assert described["regions.0.population"].allowed == "any keys of [population]"
    assert described["regions.1.terms"].value == []
    assert "regions.1.population.edge_cases.weekend_warrior.share" not in described


def test_regions_written_out_in_full_are_the_same_scenario(two: Scenario, tmp_path: Path) -> None:
    path = tmp_path / "again.toml"
    path.write_text(as_toml(two), "utf-8")
    assert attrs.evolve(load_scenario(path), name=two.name) == two
    assert scenario_from_dict(resolved(two)) == two


# ---------------------------------------------------------------- copies


def test_copies_are_named_after_the_one_region_and_numbered() -> None:
    scenario = attrs.evolve(Scenario(), regions=(Region(utc_offset_hours=1.0, terms=(EXAMS,)),))
    three = copied(scenario, 3)
    assert [region.name for region in three.regions] == ["US-East 1", "US-East 2", "US-East 3"]
    assert {(region.utc_offset_hours, region.terms) for region in three.regions} == {(1.0, (EXAMS,))}
    assert attrs.evolve(three, regions=scenario.regions) == scenario
    assert copied(scenario, 1) == scenario


def test_only_one_region_is_copied(two: Scenario) -> None:
    with pytest.raises(ScenarioError, match=r"^--regions: two-regions states 2 regions; .* one, to copy$"):
        copied(two, 3)


@pytest.mark.parametrize("count", [0, 10_001])
def test_there_are_not_more_copies_than_regions_may_be(count: int) -> None:
    with pytest.raises(ScenarioError, match=f"^--regions: regions has {count} items; allowed is a list of 1 to 10000$"):
        copied(Scenario(), count)
