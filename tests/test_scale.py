"""What a large world would take follows from what a region takes."""

import pytest

from benchmarks.scale import REGIONS_PER_RUN, TUTORS_PER_REGION, Region, world_of
from simulation.scenario.loading import load_scenario
from simulation.scenario.partition import copied

REGION = Region(simulating=9.0, merging=0.9, log=5e6, tables=1e6, store=2e7)


def test_a_world_takes_what_its_regions_take() -> None:
    world = world_of(10_000_000, REGION)
    assert (world.regions, world.runs) == (66_667, 7)
    assert world.regions_per_core_hour == 400
    assert world.core_hours == pytest.approx(66_667 / 400)
    assert world.merging_hours == pytest.approx(66_667 / 4000)
    assert (world.log, world.tables, world.store) == (66_667 * 5e6, 66_667 * 1e6, 66_667 * 2e7)


@pytest.mark.parametrize(
    ("tutors", "regions", "runs"), [(150, 1, 1), (151, 2, 1), (1_500_000, 10_000, 1), (1_500_001, 10_001, 2)]
)
def test_what_is_begun_counts_in_full(tutors: int, regions: int, runs: int) -> None:
    world = world_of(tutors, REGION)
    assert (world.regions, world.runs) == (regions, runs)


def test_regions_are_those_of_the_production_scenario() -> None:
    production = load_scenario("scenarios/production.toml")
    assert production.population.tutors == TUTORS_PER_REGION
    assert len(copied(production, REGIONS_PER_RUN).regions) == REGIONS_PER_RUN
