"""Keys of earlier versions are refused, with what they are called now."""

from pathlib import Path

import pytest

from simulation.scenario.loading import ScenarioError, load_scenario
from tests.conftest import TINY

CASES = "population.edge_cases"

RENAMED = {
    **{
        f"{CASES}.{name}s = 0.1": f"{CASES}.{name}.share"
        for name in ("new_high_performer", "chronic_rescheduler", "technical_issue_victim", "weekend_warrior")
    },
    **{
        f"{CASES}.new_high_performer.{trait} = {value}": f"{CASES}.new_high_performer.traits.{trait}"
        for trait, value in {
            "experience": "[1, 5]", "reliability": "[0.8, 0.9]", "rating": "[4, 5]", "reschedule_rate": "[0, 0.1]",
            "no_show_count": "[1, 2]", "rating_offset": "0.3", "reschedule_offset": "0.1", "empathy_offset": "0.2",
            "clarity_offset": "0.2", "engagement_offset": "0.2", "burns_out": "true",
        }.items()
    },
    f"{CASES}.chronic_reschedule_rate = [0.2, 0.3]": f"{CASES}.chronic_rescheduler.traits.reschedule_rate",
    f"{CASES}.technical_issue_probability = [0.2, 0.3]":
        f"{CASES}.technical_issue_victim.traits.technical_issue_probability",
    "population.traits.technical_issue_probability = [0.1, 0.2]":
        "population.personas.NAME.technical_issue_probability, for each persona",
    "students.traits.grade_levels = [1, 0, 0, 0, 0]": "students.grade_levels.NAME.share, for each grade level",
    **{
        f"sessions.connection.{time} = [1, 0, 0, 0]": f"sessions.connection.qualities.NAME.{time}, for each quality"
        for time in ("peak", "weekend", "normal")
    },
    "sessions.scores.connection_penalties = [0, 0, 0, 0]":
        "sessions.connection.qualities.NAME.penalty, for each quality",
    "interventions.quality_rating = 3.5":
        'interventions.kinds.quality.condition, as in "avg_rating_7d < 3.8"',
    "interventions.technical_rate = 0.2":
        'interventions.kinds.technical.condition, as in "technical_issue_rate > 0.15"',
}  # fmt: skip


@pytest.mark.parametrize("stated", RENAMED)
def test_a_file_with_a_key_of_an_earlier_version_is_told_the_new_one(stated: str, tmp_path: Path) -> None:
    path = tmp_path / "older.toml"
    path.write_text(f"{stated}\n")
    key = stated.partition(" ")[0]
    with pytest.raises(ScenarioError) as refused:
        load_scenario(path)
    assert str(refused.value) == f"{path}: {key} is not a known key any more: it is called {RENAMED[stated]} now"


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("interventions.technical_rate=0.2", "interventions.kinds.technical.condition"),
        ("regions.0.population.edge_cases.weekend_warriors=0.1", "population.edge_cases.weekend_warrior.share"),
    ],
)
def test_so_are_overrides_and_regions(override: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=rf"is not a known key any more: it is called {said}"):
        load_scenario(TINY, [override])


def test_a_key_that_is_misspelt_was_none_of_an_earlier_version() -> None:
    with pytest.raises(ScenarioError, match=r"did you mean population\.edge_cases\.new_high_performer\.share\?"):
        load_scenario(TINY, [f"{CASES}.new_high_performer.shrae=0.1"])
