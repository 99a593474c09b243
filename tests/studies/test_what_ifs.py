"""The scenarios that ask what if: each keeps every rule, and moves what its question is about, all else being equal."""

import math
from functools import cache

import pytest

from simulation.scenario.loading import load_scenario
from simulation.studies.key_figures import Figures, figures_of
from simulation.validation import Run
from simulation.validation.validation import simulated
from tests.scenarios import DEV_SIZE, SCENARIOS
from tests.world.simulated import broken_rules

# What each scenario raises, and what it lowers, against production in the same size and with the same seeds.
MOVES: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "high-no-show": (("tutor_no_shows",), ("completion_rate", "hours_taught")),
    "unreliable-students": (("student_no_shows",), ("completion_rate", "hours_taught")),
    "no-interventions": (("churn_probability",), ("interventions",)),
    "aggressive-interventions": (("interventions",), ("churn_probability",)),
    "no-shows-answered": (("tutor_no_shows", "interventions"), ("churn_probability",)),
    "holdout": (("interventions_withheld",), ("interventions_succeeding",)),
    "exam-season": (("sessions", "hours_taught", "requests_refused"), ()),
    "summer-slump": (("churn_probability",), ("sessions", "hours_taught")),
    "tutor-shortage": (("requests_refused",), ("sessions", "hours_taught")),
    "newbie-wave": (("poor_first_session_rate", "churn_probability"), ("mean_rating",)),
    "evening-outages": (("bad_lines",), ("mean_rating",)),
    "burnout": (("tutors_burned_out", "churn_probability", "tutors_at_high_risk"), ("mean_rating",)),
    "outage": (("bad_lines", "poor_first_sessions"), ("mean_rating",)),
    "no-show-wave": (("tutor_no_shows",), ("hours_taught",)),
    "stricter-rule": (("interventions",), ("tutors_at_low_risk",)),
    "demand-shock": ((), ("requests", "hours_taught", "utilisation")),
}

# What changes in mid-month takes a month to be seen.
A_MONTH = (*DEV_SIZE, "days=30")
SIZES = dict.fromkeys(MOVES, DEV_SIZE) | dict.fromkeys(
    ("outage", "no-show-wave", "stricter-rule", "demand-shock"), A_MONTH
)

# So many times more, or more than so many fewer: the size of what a scenario promises.
TIMES = {
    ("high-no-show", "tutor_no_shows"): 1.5,
    ("unreliable-students", "student_no_shows"): 2.0,
    ("aggressive-interventions", "interventions"): 2.0,
    ("exam-season", "sessions"): 1.1,
    ("tutor-shortage", "requests_refused"): 20.0,
    ("evening-outages", "bad_lines"): 1.5,
}


SEEDS = (42, 43)


@cache
def run_of(name: str, seed: int, size: tuple[str, ...]) -> Run:
    return simulated(load_scenario(SCENARIOS / f"{name}.toml", size, seed))


@cache
def figures(name: str, seed: int, size: tuple[str, ...]) -> Figures:
    return figures_of(run_of(name, seed, size))


def value(name: str, figure: str) -> float:
    """The sum of a key figure over the seeds."""
    return math.fsum(figures(name, seed, SIZES[name])[figure] or 0 for seed in SEEDS)


def usual(name: str, figure: str) -> float:
    """The same of production, in the size of a scenario."""
    return math.fsum(figures("production", seed, SIZES[name])[figure] or 0 for seed in SEEDS)


def test_every_scenario_that_asks_what_if_is_known_here() -> None:
    others = {"production", "dev", "two-regions", "churn-labels", "conservatory"}
    assert {path.stem for path in SCENARIOS.glob("*.toml")} - others == MOVES.keys()


@pytest.mark.parametrize("name", MOVES)
def test_a_scenario_is_a_few_lines_over_its_parent(name: str) -> None:
    assert len((SCENARIOS / f"{name}.toml").read_text(encoding="utf-8").splitlines()) <= 18


@pytest.mark.parametrize("name", MOVES)
def test_a_scenario_keeps_every_rule(name: str) -> None:
    assert broken_rules(run_of(name, SEEDS[0], SIZES[name])) == {}


@pytest.mark.parametrize("name", MOVES)
def test_a_scenario_moves_what_it_asks_about(name: str) -> None:
    raised, lowered = MOVES[name]
    for figure in raised:
        assert value(name, figure) > usual(name, figure), figure
    for figure in lowered:
        assert value(name, figure) < usual(name, figure), figure


@pytest.mark.parametrize(("name", "figure"), TIMES)
def test_what_a_scenario_is_about_moves_far(name: str, figure: str) -> None:
    assert value(name, figure) > TIMES[name, figure] * usual(name, figure)


def test_without_interventions_nobody_is_written_to() -> None:
    assert value("no-interventions", "interventions") == 0


def test_with_a_holdout_about_half_of_what_is_due_is_withheld() -> None:
    withheld, sent = value("holdout", "interventions_withheld"), value("holdout", "interventions")
    assert withheld + sent >= usual("holdout", "interventions")
    assert withheld >= 1
