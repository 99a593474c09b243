"""When somebody's behaviour fails, the error tells whose, when in simulated time, and why."""

import re
from typing import Any

import pytest

from simulation.agents.calendar import Calendar
from simulation.agents.influence import Aspect, Influences
from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.processes.agenda import BehaviourError, Process
from simulation.scenario import Scenario
from simulation.world import World
from tests.world.simulated import simulated


class BurntCalendar(Calendar):
    def forget_before(self, day: int) -> None:
        raise RuntimeError(f"no page for day {day}")


class Unaware(Influences):
    def on(self, aspect: Aspect, now: int) -> float:
        if aspect is Aspect.NO_SHOWS:
            raise RuntimeError("nobody knows")
        return super().on(aspect, now)


def test_a_behaviour_that_fails_names_agent_time_and_cause(tiny_scenario: Scenario) -> None:
    told = []

    def burn_a_calendar(world: World) -> None:
        student = world.context.students[7]
        student.calendar = BurntCalendar()
        time = world.clock.local(student.traits.planning_time % DAY).isoformat()
        told.append(f"U00007 failed at {time} simulated time: RuntimeError: no page for day 0")

    with pytest.raises(BehaviourError) as failure:
        simulated(tiny_scenario, before=burn_a_calendar)
    assert [str(failure.value)] == told


def test_an_appointment_that_fails_names_agents_time_and_cause(tiny_scenario: Scenario) -> None:
    def blind(world: World) -> None:
        for tutor in world.context.tutors.values():
            tutor.influences = Unaware({})

    with pytest.raises(BehaviourError) as failure:
        simulated(tiny_scenario, before=blind)
    session, when = r"T\d{4}, U\d{5}, S\d{6,}", r"2025-12-2\dT\d\d:\d\d:00"
    whose = rf"Sessions\._begin of {session}(, {session})*"
    assert re.fullmatch(rf"{whose} failed at {when} simulated time: RuntimeError: nobody knows", str(failure.value))


def test_whoever_waits_for_what_cannot_happen_is_named(tiny_scenario: Scenario) -> None:
    def forget_somebody(world: World) -> None:
        never: Any = world.context.agenda.environment.event()

        def wait(_: Tutor) -> Process:
            yield never

        world.context.agenda.start(wait, world.context.tutors[3])

    with pytest.raises(BehaviourError, match=r"when the run ended, T0003 waited for what can no longer happen"):
        simulated(tiny_scenario, before=forget_somebody)
