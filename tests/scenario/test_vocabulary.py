"""The vocabulary of a scenario's runs: its named tables, in the order in which tables and charts have them."""

from simulation.contract.vocabulary import Vocabulary
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_from_dict
from simulation.scenario.vocabulary import vocabulary_of


def test_the_default_names_are_those_of_the_methodology() -> None:
    assert vocabulary_of(Scenario()) == Vocabulary(
        subjects=("Math", "Science", "English", "History", "Test Prep", "Programming"),
        grade_levels=("Elementary", "Middle School", "High School", "College", "Adult"),
        connection_qualities=("Excellent", "Good", "Fair", "Poor"),
        intervention_types=("first_session", "churn", "quality", "technical", "engagement"),
        personas=("rock_star", "solid_performer", "struggling_newbie", "burned_out_veteran", "no_show_problem",
                  "unclassified"),
        edge_cases=("new_high_performer", "chronic_rescheduler", "technical_issue_victim", "weekend_warrior"),
        student_personas=("diligent", "easy_going", "anxious", "explorer", "demanding"),
    )  # fmt: skip


def test_qualities_come_by_rank_and_kinds_by_priority() -> None:
    scenario = scenario_from_dict(
        {
            "subjects": {"replace": True, "Piano": {"share": 1.0}},
            "sessions": {"connection": {"qualities": {"Superb": {"rank": -0, "peak": 0.1}, "Dim": {"rank": 2}}}},
            "interventions": {"kinds": {"call": {"priority": 15, "subject": "a", "content": "b"}}},
        }
    )
    names = vocabulary_of(scenario)
    assert names.subjects == ("Piano",)
    assert names.connection_qualities == ("Excellent", "Superb", "Good", "Dim", "Fair", "Poor")
    assert names.intervention_types[:3] == ("first_session", "call", "churn")


def test_the_names_of_single_regions_are_among_them() -> None:
    own = {"personas": {"local_hero": {"share": 0.1, "experience": [12, 36]}}}
    scenario = scenario_from_dict({"regions": [{"name": "a"}, {"name": "b", "population": own}]})
    assert vocabulary_of(scenario).personas[-2:] == ("unclassified", "local_hero")
