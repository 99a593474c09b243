"""Churn scores, and how they are graded by who left."""

from pathlib import Path

import attrs
import numpy as np
import pandas as pd
import pytest

from simulation.api.features import FEATURES
from simulation.runs.in_memory import Simulation, simulate
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario
from tests.conftest import TINY
from tools.churn_labels import FOLLOWED_DAYS, Tutors, as_text, followed, grade, labelled
from tools.churn_model import Area, ChurnModel
from tools.pages import replace_part

HARD_TIMES = [f"follow_up_days={FOLLOWED_DAYS}", "attrition.hazard_per_day=0.01"]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TINY, HARD_TIMES)


@pytest.fixture(scope="module")
def run(scenario: Scenario) -> Simulation:
    return simulate(scenario)


def some_tutors(number: int, seed: int, shift: float = 1.5) -> Tutors:
    """Tutors of whom those with a high first figure leave more, by a truth that knows it."""
    generator = np.random.default_rng(seed)
    figures = generator.normal(size=(number, len(FEATURES)))
    truth = 1 / (1 + np.exp(2 - shift * figures[:, 0]))
    return Tutors(figures, generator.normal(size=number), truth, generator.random(number) < truth)


# ---------------------------------------------------------------- the label and the features


def test_a_label_is_given_to_who_was_there_when_the_window_closed(scenario: Scenario) -> None:
    # Of a seed under which some leave in the window, and others after it.
    run = simulate(attrs.evolve(scenario, seed=1))
    tutors = labelled(run)
    closed = pd.Timestamp(run.log.metadata.window_end)
    outcomes = run.truth["truth_tutor_outcomes"].merge(run.tables["tutor_aggregates"], on="tutor_id")
    gone = outcomes["left_at"] < closed
    after = outcomes["left_at"] >= closed
    assert gone.any()
    assert len(tutors.left) == (~gone).sum()
    assert tutors.left.sum() == after.sum() > 0
    assert sorted(tutors.score) == sorted(outcomes["churn_probability"][~gone])


def test_who_left_later_than_asked_for_counts_as_staying(scenario: Scenario) -> None:
    longer = simulate(attrs.evolve(scenario, follow_up_days=FOLLOWED_DAYS + 60))
    left_at = longer.truth["truth_tutor_outcomes"]["left_at"]
    late = left_at >= pd.Timestamp(longer.log.metadata.window_end) + pd.Timedelta(days=FOLLOWED_DAYS)
    assert late.any()
    assert labelled(longer).left.sum() == labelled(simulate(scenario)).left.sum()


def test_features_are_numbers_of_the_documented_tables_alone(run: Simulation) -> None:
    known = {*run.tables["tutor_aggregates"].columns, *run.tables["tutor_profiles"].columns}
    assert set(FEATURES) < known
    assert {"avg_rating_7d", "months_experience", "signal_no_shows"} < set(FEATURES)
    assert not set(FEATURES) & {"tutor_id", "last_login", "region", "leave_probability_30d"}


def test_runs_are_labelled_in_the_order_of_their_seeds(scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    first, second = followed(scenario, [7, 8], 1, lambda done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]
    again = labelled(simulate(attrs.evolve(scenario, seed=8)))
    np.testing.assert_array_equal(second.figures, again.figures)
    assert not np.array_equal(first.score, second.score)


# ---------------------------------------------------------------- the model


def test_a_model_finds_what_makes_tutors_leave() -> None:
    tutors = some_tutors(2000, seed=1)
    model = ChurnModel.trained(tutors.figures, tutors.left)
    ((name, weight),) = model.heaviest(FEATURES, 1)
    assert name == FEATURES[0]
    assert weight == pytest.approx(1.5, abs=0.2)


def test_what_is_unknown_counts_as_average() -> None:
    tutors = some_tutors(500, seed=2)
    model = ChurnModel.trained(tutors.figures, tutors.left)
    average = np.array([model.means])
    np.testing.assert_allclose(model.scores(np.full_like(average, np.nan)), model.scores(average))


def test_a_figure_that_is_the_same_for_all_weighs_nothing() -> None:
    tutors = some_tutors(500, seed=3)
    tutors.figures[:, 5] = 1.0
    assert ChurnModel.trained(tutors.figures, tutors.left).weights[1 + 5] == 0


# ---------------------------------------------------------------- the grade


def test_the_area_is_the_share_of_pairs_that_are_ranked_rightly() -> None:
    scores = np.array([0.9, 0.4, 0.4, 0.1, 0.2])
    left = np.array([True, True, False, False, False])
    assert Area.under(scores, left).value == pytest.approx((3 + 2.5) / 6)
    assert Area.under(-scores, left).value == pytest.approx(0.5 / 6)


def test_the_standard_error_is_the_spread_of_areas_over_many_samples() -> None:
    areas = [Area.under(tutors.truth, tutors.left) for tutors in (some_tutors(300, seed) for seed in range(200))]
    spread = np.std([area.value for area in areas], ddof=1)
    assert np.mean([area.standard_error for area in areas]) == pytest.approx(spread, rel=0.15)


def test_nothing_is_graded_where_hardly_anybody_left() -> None:
    with pytest.raises(ValueError, match="of 3 tutors 1 left: too few"):
        Area.under(np.arange(3.0), np.array([True, False, False]))


def test_all_scores_are_graded_on_runs_that_the_model_has_not_seen() -> None:
    training, test = [some_tutors(800, seed=4)], [some_tutors(400, seed=5), some_tutors(400, seed=6)]
    grades = grade(training, test)
    documented, model, truth = (area.value for area in grades.areas.values())
    assert (grades.trained_on, grades.tested_on) == (800, 800)
    assert grades.leavers == sum(tutors.left.sum() for tutors in test)
    assert documented == pytest.approx(0.5, abs=0.06)
    assert truth + 0.02 > model > 0.7
    assert grade([some_tutors(800, seed=7, shift=0.0)], test).areas.keys() == grades.areas.keys()


def test_the_page_says_by_which_command_it_was_measured() -> None:
    text = as_text(grade([some_tutors(800, seed=4)], [some_tutors(400, seed=5)]), 10, "python -m tools.churn_labels")
    assert "python -m tools.churn_labels\n" in text
    assert f"`{FEATURES[0]}` +" in text
    assert text.count("\n| ") == 5


# ---------------------------------------------------------------- the page


def test_a_part_of_a_page_is_replaced_and_the_rest_stays(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Before.\n\n<!-- churn: begins -->\nold\n<!-- churn: ends -->\n\nAfter.\n", encoding="utf-8")
    for _ in range(2):
        replace_part(page, "churn", "new\n")
    expected = "Before.\n\n<!-- churn: begins -->\n\nnew\n\n<!-- churn: ends -->\n\nAfter.\n"
    assert page.read_text(encoding="utf-8") == expected


def test_a_page_without_the_part_stays_as_it_is(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("Nothing here.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"page\.md: has no part churn"):
        replace_part(page, "churn", "new")
    assert page.read_text(encoding="utf-8") == "Nothing here.\n"
