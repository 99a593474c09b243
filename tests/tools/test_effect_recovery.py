"""Whether observable data give back what interventions truly change, and how that is estimated."""

import numpy as np
import pytest

from simulation.runs.in_memory import simulate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from tests.conftest import TINY
from tools.effect_estimators import Case, Estimate, before_and_after, holdout, truth
from tools.effect_recovery import as_text, cases_of, simulated

# Interventions in plenty, and sessions enough for weeks before and after them.
BUSY = ["days=21", "interventions.withheld=0.5", "interventions.pause_days=[2, 3]", "interventions.max_per_tutor=20",
        "experiments=[]"]  # fmt: skip
REPLAYS = 2

# EconML wants a first look at how many processors there are, and says so.
needs_econml = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TINY, BUSY)


@pytest.fixture(scope="module")
def cases(scenario: Scenario) -> list[Case]:
    return cases_of(scenario, REPLAYS)


def made_up(effect: float, *, number: int = 2000, tutors: int = 500, dip: float = 0.0) -> list[Case]:
    """Cases in which the true effect is known, of tutors who differ; `dip` is by how much all are below themselves."""
    generator = np.random.default_rng(1)
    selves, draws = generator.normal(6.0, 1.0, tutors), generator.normal(0.0, 0.3, (number, 2))
    found = []
    for place in range(number):
        tutor, sent = place % tutors, bool(generator.random() < 0.5)
        before = selves[tutor] - dip + draws[place, 0]
        after = selves[tutor] + draws[place, 1] + effect * sent
        found.append(Case(f"T{tutor}", sent, before, after, true_effect=effect if sent else None))
    return found


# ---------------------------------------------------------------- what is seen, and what is true


def test_the_truth_is_asked_of_as_many_as_wanted_of_those_that_were_read(scenario: Scenario, cases: list[Case]) -> None:
    outcomes = simulate(scenario).truth["truth_interventions"]["outcome"]
    assert {case.sent for case in cases} == {True, False}
    assert sum(case.ignored for case in cases) <= (outcomes == "ignored").sum()
    asked = [case for case in cases if case.true_effect is not None]
    assert len(asked) == REPLAYS
    assert all(case.sent and not case.ignored for case in asked)
    assert any(case.true_effect != 0 for case in asked)


def test_the_week_after_is_that_of_the_interventions_table(scenario: Scenario, cases: list[Case]) -> None:
    known = simulate(scenario).tables["interventions"]["engagement_after"].dropna().tolist()
    assert len(known) > 1
    assert [case.after for case in cases if case.sent] == pytest.approx(known, abs=0.006)


def test_the_cases_of_several_runs_are_put_together(scenario: Scenario, cases: list[Case]) -> None:
    told: list[tuple[int, int]] = []
    found = simulated([scenario, scenario], REPLAYS, 1, lambda done, total: told.append((done, total)))
    assert found == [*cases, *cases]
    assert told == [(0, 2), (1, 2), (2, 2)]


# ---------------------------------------------------------------- the estimators


def test_the_truth_stands_in_for_those_of_whom_it_is_not_known_but_not_for_those_who_ignored_it() -> None:
    read, other, unknown = (Case("a", True, 5.0, 6.0, true_effect=effect) for effect in (0.5, 0.7, None))
    ignored = Case("a", True, 5.0, 6.0, ignored=True)
    found = truth([read, other, unknown, unknown, ignored, Case("c", False, 5.0, 5.0)])
    assert found.value == pytest.approx(0.6 * 4 / 5)
    assert found.standard_error > 0


def test_the_truth_is_sure_when_it_is_known_of_all() -> None:
    found = truth([Case("a", True, 5.0, 6.0, true_effect=effect) for effect in (0.5, 0.7, 0.0)])
    assert found.value == pytest.approx(0.4)
    assert found.standard_error == 0


@needs_econml
def test_a_holdout_gives_the_effect_back_whatever_the_state_in_which_tutors_are_written_to() -> None:
    pytest.importorskip("econml", reason="needs econml, the extra `causal`")
    for effect, dip in ((0.4, 0.0), (0.4, 0.5), (0.0, 0.5)):
        found = holdout(made_up(effect, dip=dip))
        assert found.holds(effect)
        assert found.standard_error < 0.03


def test_before_and_after_takes_for_an_effect_what_would_have_passed_anyway() -> None:
    sent = [case for case in made_up(0.4) if case.sent]
    assert before_and_after(sent).holds(0.4)
    found = before_and_after([case for case in made_up(0.4, dip=0.5) if case.sent])
    assert found.value == pytest.approx(0.9, abs=0.05)
    assert not found.holds(0.4)


def test_a_standard_error_is_not_smaller_for_cases_that_are_told_twice() -> None:
    cases = made_up(0.4, number=400, tutors=400)
    once, twice = before_and_after(cases), before_and_after([*cases, *cases])
    assert twice.value == pytest.approx(once.value)
    assert twice.standard_error == pytest.approx(once.standard_error, rel=1e-6)


def test_an_interval_reaches_two_standard_errors_to_each_side() -> None:
    estimate = Estimate(1.0, 0.5)
    assert estimate.interval == pytest.approx((0.02, 1.98))
    assert estimate.holds(1.97)
    assert not estimate.holds(1.99)


@needs_econml
def test_the_page_has_the_truth_beside_the_estimates() -> None:
    pytest.importorskip("econml", reason="needs econml, the extra `causal`")
    text = as_text(made_up(0.4), 30, "python -m tools.effect_recovery --runs 30")
    assert "| the truth: the same worlds without it | +0.400 | +0.400 to +0.400 |" in text
    assert "python -m tools.effect_recovery --runs 30\n" in text
    assert text.count(" to +0") == 4
