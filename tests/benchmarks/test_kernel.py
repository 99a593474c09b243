"""A bare loop has as much for the kernel to do as the world it is compared with."""

from collections.abc import Generator

import pytest
from simpy import Environment, Event

from benchmarks.kernel import CountingEnvironment, Load, bare_loop, load_of
from simulation.scenario import Scenario


def naps(environment: Environment, count: int) -> Generator[Event, None, None]:
    """Sleep so often."""
    for _ in range(count):
        yield environment.timeout(1)


def test_each_event_is_counted_that_the_kernel_processes() -> None:
    environment = CountingEnvironment()
    environment.process(naps(environment, 3))
    environment.run()
    assert environment.load == Load(events=5, processes=1)  # three naps, beginning and end


def test_processes_are_counted_while_they_live() -> None:
    environment = CountingEnvironment()
    environment.process(naps(environment, 1))
    for _ in range(3):
        environment.process(naps(environment, 1_000))
    environment.run()
    assert environment.load.processes == 3


def test_a_process_that_has_ended_is_counted_no_longer() -> None:
    environment = CountingEnvironment()
    for _ in range(9):
        environment.process(naps(environment, 1))
    environment.process(naps(environment, 1_000))
    environment.run()
    assert environment.load.processes == 1


def test_a_world_gives_its_kernel_the_same_load_each_time(tiny_scenario: Scenario) -> None:
    load = load_of(tiny_scenario)
    assert load.processes > tiny_scenario.population.tutors  # students live, too
    assert load.events > load.processes
    assert load_of(tiny_scenario) == load


@pytest.mark.parametrize("load", [Load(events=20_000, processes=50), Load(events=50_000, processes=3_000)])
def test_a_bare_loop_has_the_load_that_it_is_asked_for(load: Load) -> None:
    environment = CountingEnvironment()
    bare_loop(load, environment)()
    assert environment.load.processes == load.processes
    assert environment.load.events == pytest.approx(load.events, rel=0.01)
