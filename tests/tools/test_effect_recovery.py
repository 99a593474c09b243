"""Whether observable data give back what interventions truly change, and how that is estimated."""

import numpy as np
import pytest

from simulation.run import simulate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from tests.conftest import TINY
from tools.effect_recovery import Case, Estimate, as_text, before_and_after, cases_of, holdout, simulated, truth

# Interventions in plenty, and sessions enough for weeks before and after them.
BUSY = ["days=21", "interventions.withheld=0.5", "interventions.pause_days=[2, 3]", "interventions.max_per_tutor=20",
        "experiments=[]"]  # fmt: skip


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TINY, BUSY)


@pytest.fixture(scope="module")
def cases(scenario: Scenario) -> list[Case]:
    return cases_of(scenario)


def made_up(effect: float, *, number: int = 2000, tutors: int = 500, dip: float = 0.0) -> list[Case]:
    """Cases in which the true effect is known, of tutors who differ; `dip` is by how much all are below themselves."""
    generator = np.random.default_rng(1)
    selves, luck = generator.normal(6.0, 1.0, tutors), generator.normal(0.0, 0.3, (number, 2))
    found = []
    for place in range(number):
        tutor, sent = place % tutors, bool(generator.random() < 0.5)
        before = selves[tutor] - dip + luck[place, 0]
        after = selves[tutor] + luck[place, 1] + effect * sent
        found.append(Case(f"T{tutor}", sent, before, after, effect * sent))
    return found


# ---------------------------------------------------------------- what is seen, and what is true


def test_what_was_withheld_and_what_was_never_opened_changed_nothing(scenario: Scenario, cases: list[Case]) -> None:
    run = simulate(scenario)
    outcomes = run.truth["truth_interventions"]["outcome"]
    assert {case.sent for case in cases} == {True, False}
    assert all(case.true_effect == 0 for case in cases if not case.sent)
    assert 0 < sum(case.true_effect != 0 for case in cases) <= (outcomes != "ignored").sum()


def test_the_week_after_is_that_of_the_interventions_table(scenario: Scenario, cases: list[Case]) -> None:
    known = simulate(scenario).tables["interventions"]["engagement_after"].dropna().tolist()
    assert len(known) > 1
    assert [case.after for case in cases if case.sent] == pytest.approx(known, abs=0.006)


def test_the_cases_of_several_runs_are_put_together(scenario: Scenario, cases: list[Case]) -> None:
    told: list[tuple[int, int]] = []
    assert simulated([scenario, scenario], 1, lambda done, total: told.append((done, total))) == [*cases, *cases]
    assert told == [(1, 2), (2, 2)]


# ---------------------------------------------------------------- the estimators


def test_the_truth_is_the_mean_over_those_that_were_sent() -> None:
    cases = [Case("a", True, 5.0, 6.0, 0.5), Case("b", True, 5.0, 5.0, 0.0), Case("c", False, 5.0, 5.0, 0.0)]
    assert truth(cases) == 0.25


def test_a_holdout_gives_the_effect_back_whatever_the_state_in_which_tutors_are_written_to() -> None:
    for dip in (0.0, 0.5):
        assert holdout(made_up(0.4, dip=dip)).holds(0.4)
    assert holdout(made_up(0.0, dip=0.5)).holds(0.0)


def test_before_and_after_takes_for_an_effect_what_would_have_passed_anyway() -> None:
    assert before_and_after(made_up(0.4)).holds(0.4)
    found = before_and_after(made_up(0.4, dip=0.5))
    assert found.value == pytest.approx(0.9, abs=0.05)
    assert not found.holds(0.4)


def test_a_standard_error_is_not_smaller_for_cases_that_are_told_twice() -> None:
    cases = made_up(0.4, number=400, tutors=400)
    once, twice = holdout(cases), holdout([*cases, *cases])
    assert twice.value == pytest.approx(once.value)
    assert twice.standard_error == pytest.approx(once.standard_error, rel=1e-6)


def test_an_interval_reaches_two_standard_errors_to_each_side() -> None:
    estimate = Estimate(1.0, 0.5)
    assert estimate.interval == pytest.approx((0.02, 1.98))
    assert estimate.holds(1.97)
    assert not estimate.holds(1.99)


def test_the_page_has_the_truth_beside_both_estimates() -> None:
    text = as_text(made_up(0.4), 30, "python -m tools.effect_recovery --runs 30")
    assert "| the truth: the same worlds without it | 0.400 | |" in text
    assert "python -m tools.effect_recovery --runs 30\n" in text
    assert text.count(" to ") == 2
