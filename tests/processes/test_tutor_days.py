"""A tutor wakes at midnight: what is over is looked at before what comes is planned."""

from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.tutor import Tutor
from simulation.clock import DAY
from simulation.processes.attrition import Attrition
from simulation.processes.burnout import Burnout
from simulation.processes.invitations import Invitations
from simulation.processes.platform_activity import PlatformActivity
from simulation.processes.tutor_days import TutorDays
from tests.people import a_tutor
from tests.processes.stage import Stage


class Noted:
    """Stands for all that a tutor does at midnight, and notes what is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, int, int]] = []

    def __getattr__(self, what: str) -> Callable[[Tutor, int], None]:
        return lambda tutor, midnight: self.asked.append((what, tutor.number, midnight // DAY))


@pytest.fixture
def days_of(stage: Callable[..., Stage]) -> Callable[..., tuple[Stage, Any]]:
    def make(*tutors: Tutor) -> tuple[Stage, Any]:
        made, noted = stage(tutors), Noted()
        all_of_it: Any = noted
        made.context.behaviours.update(dict.fromkeys((Attrition, Burnout, Invitations, PlatformActivity), all_of_it))
        made.context.of(TutorDays).start()
        return made, noted

    return make


def test_the_first_day_is_planned_and_each_midnight_looks_back_and_ahead(days_of: Callable[..., Any]) -> None:
    stage, noted = days_of(a_tutor(1))
    stage.run_until(2 * DAY)
    assert noted.asked == [
        ("plan_day", 1, 0),
        ("take_stock", 1, 1), ("plan", 1, 1), ("plan_day", 1, 1),
        ("take_stock", 1, 2), ("plan", 1, 2), ("plan_day", 1, 2),
    ]  # fmt: skip


def test_stock_is_taken_of_all_before_anybody_tips_and_only_who_may_does(days_of: Callable[..., Any]) -> None:
    stage, noted = days_of(a_tutor(1, tipping_day=3.0), a_tutor(2))
    stage.run_until(DAY)
    assert [(what, number) for what, number, day in noted.asked if day == 1] == [
        ("take_stock", 1), ("plan", 1), ("take_stock", 2), ("plan", 2),
        ("look_at", 1), ("plan_day", 1), ("plan_day", 2),
    ]  # fmt: skip


def test_who_has_left_does_not_wake_again(days_of: Callable[..., Any]) -> None:
    leaver, idle = a_tutor(1), a_tutor(2, active=False)
    stage, noted = days_of(leaver, idle)
    stage.at(DAY // 2, lambda: setattr(leaver, "present", False))
    stage.run_until(3 * DAY)
    assert {number for _, number, day in noted.asked if day > 0} == {2}
