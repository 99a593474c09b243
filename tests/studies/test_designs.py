"""Which values the parameters of a sweep take together."""

import sys
from datetime import date

import numpy as np
import pytest

from simulation.scenario.loading import load_scenario, resolved
from simulation.studies import StudyError
from simulation.studies.designs import Choices, Range, grid, overrides_of, range_of, sobol, values_of
from tests.conftest import TINY

JOINING = Range("demand.joining", 0.0, 0.5)
TUTORS = Range("population.tutors", 5, 8)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("days=7,14", (7, 14)),
        ("demand.joining=0.02, 0.05", (0.02, 0.05)),
        ("mechanisms.burnout=true,false", (True, False)),
        ("interventions.pause_days=[1.0, 2.0],[5.0, 9.0]", ([1.0, 2.0], [5.0, 9.0])),
        ("start_date=2026-01-05,2026-02-02", (date(2026, 1, 5), date(2026, 2, 2))),
        ("regions.0.name=East,Far West", ("East", "Far West")),
        ('regions.0.name="East, far",West', ('"East', 'far"', "West")),
        ("days=7", (7,)),
    ],
)
def test_values_are_written_as_in_scenario_files_and_texts_need_no_quotes(
    text: str, values: tuple[object, ...]
) -> None:
    assert values_of(text) == Choices(text.partition("=")[0], values)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("demand.sessions_per_day=5,abc", (5, "abc")),
        ("mechanisms.burnout=flase,true", ("flase", True)),
        ("start_date=2026-01-05,2026-02-30", (date(2026, 1, 5), "2026-02-30")),
        ("interventions.pause_days=[1.0, 2.0],[5.0, x]", ([1.0, 2.0], "[5.0, x]")),
    ],
)
def test_a_value_that_is_none_leaves_the_others_as_they_are(text: str, values: tuple[object, ...]) -> None:
    assert values_of(text).values == values


@pytest.mark.parametrize(
    ("text", "span"), [("days=7:14", Range("days", 7, 14)), ("demand.joining=0:0.5", Range("demand.joining", 0, 0.5))]
)
def test_spans_have_two_ends(text: str, span: Range) -> None:
    assert range_of(text) == span


def test_a_grid_has_each_value_with_each_other_and_the_last_changes_first() -> None:
    points = grid([Choices("days", (7, 14)), Choices("mechanisms.burnout", (True, False))])
    assert [tuple(point.values()) for point in points] == [(7, True), (7, False), (14, True), (14, False)]
    assert {tuple(point) for point in points} == {("days", "mechanisms.burnout")}


def test_a_point_becomes_the_scenario_that_it_says() -> None:
    point = {"days": 3, "mechanisms.burnout": False, "interventions.pause_days": [1.0, 2.0], "regions.0.name": "Ünder"}
    scenario = resolved(load_scenario(TINY, overrides_of({**point, "start_date": date(2026, 2, 2)})))
    assert (scenario["days"], scenario["mechanisms"]["burnout"]) == (3, False)
    assert scenario["interventions"]["pause_days"] == [1.0, 2.0]
    assert (scenario["regions"][0]["name"], scenario["start_date"]) == ("Ünder", "2026-02-02")


# ---------------------------------------------------------------- Sobol points


def test_sobol_points_lie_between_the_ends_and_whole_numbers_take_each_value() -> None:
    points = sobol([JOINING, TUTORS], 64, seed=1)
    assert len(points) == 64
    assert all(0.0 < point["demand.joining"] < 0.5 for point in points)
    assert {point["population.tutors"] for point in points} == {5, 6, 7, 8}


def test_sobol_points_are_spread_evenly_over_every_quarter_of_every_parameter() -> None:
    points = sobol([JOINING, Range("demand.overhead", 1.0, 2.0)], 64, seed=1)
    for key, low, width in (("demand.joining", 0.0, 0.5), ("demand.overhead", 1.0, 1.0)):
        quarters = [int((point[key] - low) / width * 4) for point in points]
        assert np.bincount(quarters).tolist() == [16, 16, 16, 16]


def test_sobol_points_belong_to_the_seed_and_to_the_parameter() -> None:
    alone, again, other = (sobol([JOINING], 8, seed=seed) for seed in (1, 1, 2))
    together = sobol([JOINING, TUTORS], 8, seed=1)
    assert alone == again != other
    assert [point["demand.joining"] for point in together] == [point["demand.joining"] for point in alone]


# ---------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("days", "--vary: 'days' varies nothing; allowed is KEY=A,B,C, as in days=7,14"),
        ("=7", "--vary: '=7' varies nothing; allowed is KEY=A,B,C, as in days=7,14"),
        ("days=", "--vary: 'days=' has an empty value; allowed is KEY=A,B,C, as in days=7,14"),
        ("days=7,,14", "--vary: 'days=7,,14' has an empty value; allowed is KEY=A,B,C, as in days=7,14"),
        ("days=1]\nx=[2", "--vary: 'days=1]\\nx=[2' has an empty value; allowed is KEY=A,B,C, as in days=7,14"),
    ],
)
def test_values_that_cannot_be_read_are_refused(text: str, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        values_of(text)
    assert str(refused.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("demand.joining=1,2", "has no two ends; allowed with Sobol points is KEY=LOW:HIGH"),
        ("demand.joining=1:2:3", "has no two ends; allowed with Sobol points is KEY=LOW:HIGH"),
        ("demand.joining=0.1:high", "ends at 'high', which is no number; allowed is KEY=LOW:HIGH"),
        ("days=7:7", "ends where it begins, or before; allowed is KEY=LOW:HIGH"),
        ("days=7:nan", "ends at 'nan', which is no number; allowed is KEY=LOW:HIGH"),
        ("days=nan:7", "ends at 'nan', which is no number; allowed is KEY=LOW:HIGH"),
        ("days=7:inf", "ends at 'inf', which is no number; allowed is KEY=LOW:HIGH"),
        (f"days=7:{10**400}", f"ends at '{10**400}', which is no number; allowed is KEY=LOW:HIGH"),
    ],
)
def test_spans_that_are_none_are_refused(text: str, said: str) -> None:
    with pytest.raises(StudyError) as refused:
        range_of(text)
    assert str(refused.value).startswith(f"--vary: {text!r} {said}")


def test_a_parameter_is_varied_once_and_the_seed_never() -> None:
    with pytest.raises(StudyError, match=r"^--vary: days is varied twice; allowed is once$"):
        grid([Choices("days", (1, 2)), Choices("days", (3,))])
    with pytest.raises(StudyError, match=r"^--vary: seed cannot be varied; state --replications, and --seeds-from"):
        grid([Choices("seed", (1, 2))])


@pytest.mark.parametrize(("samples", "near"), [(0, 2), (3, 4), (100, 128), (-4, 2)])
def test_sobol_points_come_in_powers_of_two(samples: int, near: int) -> None:
    with pytest.raises(StudyError, match=rf"^--samples: is {samples}; allowed is a power of two, such as {near}, "):
        sobol([JOINING], samples, seed=1)


def test_without_scipy_sobol_points_are_refused_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "scipy", None)
    with pytest.raises(StudyError, match=r"^Sobol points need scipy; install it with: pip install .*\[studies\]\"$"):
        sobol([JOINING], 8, seed=1)
