"""The scenarios that come with the project: each asks something, and is known by its name."""

from pathlib import Path

import pytest

from simulation.scenario.checking import ScenarioError
from simulation.scenario.gallery import FOLDER, file_of, names
from simulation.scenario.loading import load_scenario
from tests.scenarios import SCENARIOS


@pytest.mark.parametrize("name", names())
def test_every_scenario_has_a_title_a_question_and_figures_that_answer_it(name: str) -> None:
    scenario = load_scenario(name)
    assert 2 <= len(scenario.title.split()) <= 5
    assert scenario.question.endswith("?")
    assert len(scenario.question) <= 100
    assert 3 <= len(set(scenario.figures)) == len(scenario.figures) <= 5


def test_no_two_ask_the_same() -> None:
    scenarios = [load_scenario(name) for name in names()]
    assert len({one.title for one in scenarios}) == len({one.question for one in scenarios}) == len(names())


def test_all_files_are_known_and_those_of_the_methodology_come_first() -> None:
    assert FOLDER == SCENARIOS
    assert sorted(names()) == sorted(path.stem for path in SCENARIOS.glob("*.toml"))
    assert names()[:2] == ("production", "dev")


def test_a_name_is_as_good_as_its_file() -> None:
    assert load_scenario("high-no-show") == load_scenario(SCENARIOS / "high-no-show.toml")
    assert load_scenario(Path("dev"), ["days=3"], seed=5) == load_scenario(SCENARIOS / "dev.toml", ["days=3"], seed=5)


def test_a_path_that_exists_goes_before_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "dev").write_text("days = 3")
    assert file_of("dev") == Path("dev")
    assert load_scenario("dev").days == 3
    assert file_of("production") == SCENARIOS / "production.toml"
    assert file_of("folder/production") == Path("folder/production")


def test_a_scenario_of_ones_own_extends_a_file_beside_it_or_else_a_known_one(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('extends = "high-no-show"\ndays = 9', "utf-8")
    scenario = load_scenario(own)
    assert (scenario.name, scenario.days, scenario.population.tutors) == ("own", 9, 150)
    assert scenario.sessions.attendance.no_show_probability_cap == 0.30
    (tmp_path / "high-no-show").write_text("population.tutors = 7", "utf-8")
    assert load_scenario(own).population.tutors == 7


def test_a_name_that_is_unknown_is_answered_with_the_nearest_or_with_where_they_are_listed() -> None:
    with pytest.raises(ScenarioError, match=r"^high_noshow: .*; did you mean high-no-show\?$"):
        load_scenario("high_noshow")
    with pytest.raises(ScenarioError, match=r"^xyzzy: .*; the known names are listed by: .* scenarios$"):
        load_scenario("xyzzy")


def test_labels_of_who_leaves_after_the_window_are_those_of_the_same_world() -> None:
    labels, production = load_scenario("churn-labels"), load_scenario("production")
    assert (labels.follow_up_days, production.follow_up_days) == (30, 0)
    told = [load_scenario(name, ["follow_up_days=0", "name=x", "title=", "question=", "figures=[]", "ledger="])
            for name in ("churn-labels", "production")]  # fmt: skip
    assert told[0] == told[1]
