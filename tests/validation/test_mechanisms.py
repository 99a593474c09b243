"""The changed scenarios, and the figures by which they are told from the unchanged one."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from simulation.scenario import Scenario
from simulation.scenario.loading import resolved, scenario_from_dict
from simulation.validation import ledger
from simulation.validation.measures import measures
from simulation.validation.mechanisms import mechanisms
from tests.hand_made_log import local
from tests.validation.measured_runs import run_of_columns

CHANGES: dict[str, dict[str, tuple[Any, Any]]] = {
    "mechanism.no_effect": {"interventions.effect_factor": (1.0, 0.0)},
    "mechanism.no_shows_doubled": {
        "sessions.attendance.no_show_probability_per_count": (0.01, 0.02),
        "sessions.attendance.no_show_probability_cap": (0.15, 0.3),
    },
    "mechanism.demand_halved": {"demand.sessions_per_day": (750.0, 375.0)},
    "mechanism.world_doubled": {"population.tutors": (150, 300), "demand.sessions_per_day": (750.0, 1500.0)},
    "mechanism.less_lenient": {"students.traits.leniency_shift": (0.0, -0.3)},
    "mechanism.no_burnout": {"mechanisms.burnout": (True, False)},
    "mechanism.no_trends": {"mechanisms.trends": (True, False)},
    "mechanism.no_daily_variance": {"mechanisms.daily_variance": (True, False)},
}
DOCUMENT = resolved(Scenario())


def parameters(document: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Every parameter by its path."""
    for name, value in document.items():
        if isinstance(value, dict):
            yield from parameters(value, f"{path}{name}.")
        else:
            yield path + name, value


def test_every_paired_claim_of_the_ledger_has_its_mechanism() -> None:
    assert list(mechanisms()) == [claim.id for claim in ledger().values() if claim.paired] == list(CHANGES)


@pytest.mark.parametrize("claim_id", CHANGES)
def test_a_mechanism_changes_its_own_parameters_and_nothing_else(claim_id: str) -> None:
    before = dict(parameters(DOCUMENT))
    after = dict(parameters(mechanisms()[claim_id].changed(DOCUMENT)))
    different = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert different == CHANGES[claim_id]
    assert dict(parameters(DOCUMENT)) == before


@pytest.mark.parametrize("claim_id", CHANGES)
def test_a_changed_scenario_is_one_that_is_allowed(claim_id: str) -> None:
    changed = scenario_from_dict(mechanisms()[claim_id].changed(DOCUMENT))
    assert changed != Scenario()


@pytest.mark.parametrize(
    ("mechanism", "claim"),
    [
        ("no_effect", "intervention.effect.realised"),
        ("demand_halved", "volume.sessions"),
        ("world_doubled", "volume.interventions"),
        ("no_trends", "trend.low_reliability_declines"),
        ("no_daily_variance", "trend.daily.engagement"),
    ],
)
def test_figures_of_the_ledger_are_taken_from_there(mechanism: str, claim: str) -> None:
    assert mechanisms()[f"mechanism.{mechanism}"].figure is measures()[claim]


def test_ratios_are_where_the_ledger_says_over_productions() -> None:
    relative = {claim_id for claim_id, mechanism in mechanisms().items() if mechanism.relative}
    assert relative == {
        claim.id for claim in ledger().values() if claim.paired and "over production's" in claim.description
    }


def test_no_shows_of_tutors_are_counted() -> None:
    run = run_of_columns(sessions={"tutor_showed": [False, False, True], "student_showed": [False, True, True]})
    assert mechanisms()["mechanism.no_shows_doubled"].figure(run) == 2


def test_students_who_churn_in_the_window_are_counted() -> None:
    run = run_of_columns(students={"churned_at": [local(0), local(29, 23), local(-1), None]})
    assert mechanisms()["mechanism.less_lenient"].figure(run) == 2


def test_veterans_drop_from_the_month_to_the_last_week() -> None:
    figure = mechanisms()["mechanism.no_burnout"].figure
    ratings: dict[str, Any] = {"avg_rating_30d": [4.0, 4.2, 4.0, 5.0], "avg_rating_7d": [3.5, 4.1, None, 1.0]}
    veterans = {"persona": [*["burned_out_veteran"] * 3, "rock_star"]}
    assert figure(run_of_columns(tutor_aggregates=ratings, truth_tutors=veterans)) == pytest.approx(-0.3)
    assert figure(run_of_columns(tutor_aggregates=ratings, truth_tutors={"persona": ["rock_star"] * 4})) is None
