"""The vocabulary is open: what a scenario names is data, and nothing outside the defaults knows a name."""

import re
from pathlib import Path

import pytest

from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.scenario.vocabulary import vocabulary_of

PACKAGE = Path(__file__).parents[2] / "simulation"
# The ledger's claims are about the personas and qualities of the methodology, for scenarios that declare it.
CLAIMS = (
    "validation/ledger.toml",
    "validation/mechanisms.py",
    "validation/regressions.py",
    "validation/sql/macros.sql",
    "validation/sql/measures_",
)
# Words that mean something else, too.
OTHER_WORDS = {"quality", "churn", "technical", "engagement"}


def default_names() -> list[str]:
    vocabulary = vocabulary_of(Scenario())
    kinds = (
        vocabulary.subjects, vocabulary.grade_levels, vocabulary.connection_qualities, vocabulary.intervention_types,
        vocabulary.personas, vocabulary.edge_cases, vocabulary.student_personas,
    )  # fmt: skip
    return [name for names in kinds for name in names if name not in OTHER_WORDS]


def test_the_core_names_no_subject_persona_quality_or_kind_of_email() -> None:
    named = re.compile("|".join(rf"""["'`]{re.escape(name)}["'`]""" for name in default_names()))
    sources = [path for path in PACKAGE.rglob("*") if path.suffix in {".py", ".sql", ".toml", ".js", ".html"}]
    outside = [
        path for path in sources
        if path.relative_to(PACKAGE).parts[0] != "scenario"
        and not path.relative_to(PACKAGE).as_posix().startswith(CLAIMS)
    ]  # fmt: skip
    assert len(outside) > 200
    assert [(path.name, found[0]) for path in outside if (found := named.search(path.read_text("utf-8")))] == []


# ---------------------------------------------------------------- what a file states


CHILD = """
extends = "production"
[subjects]
replace = true
Piano.share = 2
Voice = {}
[population.personas]
rock_star.share = 0.3
[population.personas.mentor]
like = "rock_star"
reliability = [0.9, 0.95]
[students.grade_levels]
Adult.share = 0.5
"""


def test_a_child_adds_changes_replaces_and_copies_entries(tmp_path: Path) -> None:
    (tmp_path / "child.toml").write_text(CHILD, "utf-8")
    child, parent = load_scenario(tmp_path / "child.toml"), load_scenario("production")
    assert {name: subject.share for name, subject in child.subjects.items()} == {"Piano": 2.0, "Voice": 1.0}
    personas = child.population.personas
    assert [*personas] == [*parent.population.personas, "mentor"]
    assert (personas["rock_star"].share, personas["mentor"].share) == (0.3, 0.3)  # a copy of what the file makes of it
    assert personas["mentor"].reliability == (0.9, 0.95)
    assert personas["mentor"].experience == parent.population.personas["rock_star"].experience
    assert child.students.grade_levels["Adult"].share == 0.5
    assert child.students.grade_levels["Adult"].grown_up


def test_a_grandchild_goes_on_from_what_its_parents_left(tmp_path: Path) -> None:
    (tmp_path / "child.toml").write_text(CHILD, "utf-8")
    (tmp_path / "grandchild.toml").write_text(
        'extends = "child.toml"\n[subjects.Cello]\nlike = "Piano"\n[population.personas]\nguide.like = "mentor"',
        "utf-8",
    )
    grandchild = load_scenario(tmp_path / "grandchild.toml")
    assert {name: subject.share for name, subject in grandchild.subjects.items()} == {
        "Piano": 2.0, "Voice": 1.0, "Cello": 2.0,
    }  # fmt: skip
    assert grandchild.population.personas["guide"].reliability == (0.9, 0.95)


def test_copies_of_copies_begin_with_what_these_state(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(
        "[subjects]\nCello.like = 'Viola'\nViola = { like = 'Violin', share = 3 }\nViolin.share = 2", "utf-8"
    )
    subjects = load_scenario(tmp_path / "a.toml").subjects
    assert [subjects[name].share for name in ("Violin", "Viola", "Cello")] == [2.0, 3.0, 3.0]


@pytest.mark.parametrize("overrides", [
    ["subjects.replace=true", "subjects.Piano.share=2", "population.personas.mentor.like=rock_star"],
    ["population.personas.mentor.like=rock_star", "subjects.Piano.share=2", "subjects.replace=true"],
])  # fmt: skip
def test_the_command_line_replaces_and_copies_before_it_changes(overrides: list[str]) -> None:
    scenario = load_scenario("production", [*overrides, "population.personas.mentor.share=0.2"])
    assert {name: subject.share for name, subject in scenario.subjects.items()} == {"Piano": 2.0}
    mentor = scenario.population.personas["mentor"]
    assert (mentor.share, mentor.rating) == (0.2, scenario.population.personas["rock_star"].rating)


def test_a_scenario_in_plain_data_is_read_back_even_where_it_lacks_what_is_usual(tmp_path: Path) -> None:
    (tmp_path / "child.toml").write_text(CHILD, "utf-8")
    for scenario in (load_scenario(tmp_path / "child.toml"), load_scenario("conservatory")):
        again = scenario_from_dict(resolved(scenario))
        assert again == scenario
        assert [*again.subjects] == [*scenario.subjects]


def test_a_digest_tells_entries_that_are_added_changed_or_missing_and_no_order() -> None:
    subjects: list[dict[str, object]] = [
        {}, {"Piano": {}}, {"Piano": {"share": 2}}, {"replace": True, "Piano": {}}, {"Math": {"share": 2}},
    ]  # fmt: skip
    digests = [scenario_digest(scenario_from_dict({"subjects": one})) for one in subjects]
    assert len({*digests}) == len(subjects)
    assert digests[0] == scenario_digest(Scenario())
    order: list[dict[str, object]] = [{"A": {}, "B": {}}, {"B": {}, "A": {}}]
    assert len({scenario_digest(scenario_from_dict({"subjects": one})) for one in order}) == 1


def test_an_entry_that_states_less_than_the_usual_one_is_read_back_as_it_is() -> None:
    cases = {name: {"share": 0.05, "among": ["unclassified"]} for name in Scenario().population.edge_cases}
    scenario = scenario_from_dict({"population": {"edge_cases": {"replace": True, **cases}}})
    assert not any(case.traits for case in scenario.population.edge_cases.values())
    assert scenario_from_dict(resolved(scenario)) == scenario
    assert scenario_digest(scenario) != scenario_digest(scenario_from_dict({"population": {"edge_cases": cases}}))
