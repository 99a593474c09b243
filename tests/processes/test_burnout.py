"""Veterans burn out: a state that tips under load, late and steeply."""

from collections.abc import Callable
from typing import Any

import pytest

from simulation.agents.tutor import Tutor
from simulation.churn.rolling_figures import SessionFigures
from simulation.clock import DAY, HOUR
from simulation.events import TutorTipped
from simulation.processes.burnout import Burnout
from simulation.processes.churn import ChurnMonitor
from tests.people import a_tutor
from tests.processes.stage import WARM_UP_DAYS, Stage

MakeStage = Callable[..., Stage]
RULES = {"load": 12.0, "ramp_days": 4.0}


def teaches(stage: Stage, monitor: ChurnMonitor, tutor: Tutor, per_week: int) -> None:
    """A tutor holds so many sessions a week, evenly."""
    for nth in range(per_week * 8):
        start = nth * 7 * DAY // per_week
        session = SessionFigures(start, completed=True, tutor_no_show=False, rating_tenths=40)
        stage.at(start + HOUR, monitor.rolling[tutor.number].settled, session)


@pytest.fixture
def burning(stage: MakeStage) -> Callable[..., Stage]:
    def make(tutor: Tutor, per_week: int = 20, mechanisms: dict[str, bool] | None = None, **rules: Any) -> Stage:
        made = stage([tutor], scenario={"sessions": {"burnout": {**RULES, **rules}}, "mechanisms": mechanisms or {}})
        monitor = made.context.of(ChurnMonitor)
        teaches(made, monitor, tutor, per_week)
        made.every_midnight(made.context.of(Burnout).look_at, first=DAY)
        return made

    return make


Burning = Callable[..., Stage]


@pytest.mark.parametrize(("tipping_day", "midnight"), [(0.0, 0), (2.0, 2), (2.4, 3)])
def test_a_veteran_tips_at_the_first_midnight_after_the_day_has_come(
    burning: Burning, tipping_day: float, midnight: int
) -> None:
    stage = burning(a_tutor(tipping_day=tipping_day))
    stage.run_until(30 * DAY)
    assert stage.times(TutorTipped) == [(WARM_UP_DAYS + midnight) * DAY]


def test_burnout_rises_steeply_until_it_is_full_and_stays(burning: Burning) -> None:
    tutor = a_tutor(tipping_day=2.0)
    stage = burning(tutor)
    levels = []
    for day in range(1, 9):
        stage.run_until((WARM_UP_DAYS + day) * DAY)
        levels.append(tutor.burnout)
    assert levels == [0.0, 0.25, 0.5, 0.75, 1.0, 1.0, 1.0, 1.0]
    assert len(stage.events(TutorTipped)) == 1


@pytest.mark.parametrize(("per_week", "tips"), [(0, False), (11, False), (12, True), (14, True)])
def test_nobody_tips_without_a_full_week(burning: Burning, per_week: int, tips: bool) -> None:
    tutor = a_tutor(tipping_day=0.0)
    stage = burning(tutor, per_week)
    stage.run_until(30 * DAY)
    assert bool(stage.events(TutorTipped)) == tips
    assert (tutor.burnout > 0) == tips


def test_only_who_is_close_to_it_burns_out(burning: Burning) -> None:
    tutor = a_tutor(tipping_day=None)
    stage = burning(tutor)
    stage.run_until(40 * DAY)
    assert stage.told() == []
    assert tutor.burnout == 0


def test_who_has_left_does_not_tip(burning: Burning) -> None:
    tutor = a_tutor(tipping_day=2.0)
    stage = burning(tutor)
    stage.at((WARM_UP_DAYS + 1) * DAY, stage.context.marketplace.remove, tutor)
    stage.run_until(40 * DAY)
    assert stage.told() == []


def test_without_the_mechanism_nobody_burns_out(burning: Burning) -> None:
    stage = burning(a_tutor(tipping_day=0.0), mechanisms={"burnout": False})
    stage.run_until(40 * DAY)
    assert stage.told() == []
