"""What can have no effect is told of in a line that names the key, and nothing else is."""

from collections.abc import Sequence

import attrs
import pytest

from simulation.scenario import Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import load_scenario
from simulation.scenario.partition import copied
from simulation.scenario.without_effect import without_effect
from tests.conftest import TINY
from tests.scenarios import SCENARIOS

NO_EMAILS = "mechanisms.interventions=false"


def told(name: str, *overrides: str) -> Sequence[str]:
    return without_effect(load_scenario(SCENARIOS / f"{name}.toml", overrides))


@pytest.mark.parametrize("path", [*sorted(SCENARIOS.glob("*.toml")), TINY], ids=lambda path: path.stem)
def test_no_scenario_of_the_project_states_what_has_no_effect(path: str) -> None:
    assert without_effect(load_scenario(path)) == ()


@pytest.mark.parametrize(
    "overrides",
    [
        ("population.tutors=25", "demand.sessions_per_day=82", "days=14"),
        ("days=1", "warm_up_days=0"),
        *((f"mechanisms.{field.name}=false",) for field in attrs.fields(type(Scenario().mechanisms))
          if field.name not in {"interventions", "churn_monitor"}),
    ],
)  # fmt: skip
def test_defaults_that_a_switch_or_a_short_window_makes_void_are_not_told_of(overrides: tuple[str, ...]) -> None:
    assert told("production", *overrides) == ()


@pytest.mark.parametrize(
    ("name", "overrides", "key", "why"),
    [
        ("exam-season", ["start_date=2027-05-04"], "regions.0.terms.0",
         "it lasts from 2026-05-11 to 2026-05-24, and simulated is 2027-04-02 to 2027-06-02"),
        ("exam-season", ["regions.0.terms.0.demand=1"], "regions.0.terms.0", "its demand is 1, as on other days"),
        ("production", [NO_EMAILS, "interventions.withheld=0.5"], "interventions.withheld",
         "mechanisms.interventions is false"),
        ("no-interventions", ["coaching.boost=0.5"], "coaching.boost", "mechanisms.interventions is false"),
        ("no-interventions", ["mechanisms.coaching=false"], "mechanisms.coaching", "mechanisms.interventions is false"),
        ("production", ["interventions.max_per_tutor=0", "interventions.bounced=0.5"], "interventions.bounced",
         "interventions.max_per_tutor is 0"),
        ("production", ["mechanisms.tutor_no_shows=false", "mechanisms.student_no_shows=false",
                        "sessions.attendance.waiting_minutes=10"], "sessions.attendance.waiting_minutes",
         "mechanisms.tutor_no_shows is false, mechanisms.student_no_shows is false"),
        ("production", ["students.personas.demanding.share=0", "students.personas.diligent.share=0.35",
                        "students.personas.demanding.leniency=1"], "students.personas.demanding.leniency",
         "students.personas.demanding.share is 0.0"),
        ("production", ["population.edge_cases.new_high_performer.share=0",
                        "population.edge_cases.new_high_performer.traits.rating=[4, 5]"],
         "population.edge_cases.new_high_performer.traits.rating",
         "population.edge_cases.new_high_performer.share is 0.0"),
        ("dev", ["mechanisms.experiments=false"], "experiments", "mechanisms.experiments is false"),
        ("dev", ["experiments.2.start_day=30"], "experiments.2",
         "its start_day is 30, and the last simulated day is 13"),
        ("dev", ["experiments.0.exposed=0"], "experiments.0.engagement_change", "experiments.0.exposed is 0.0"),
        ("production", ["sessions.burnout.tipping_days=[40, 50]"], "sessions.burnout.tipping_days",
         "it begins with 40, and the last simulated day is 29"),
        ("production", ["population.tutors=50", "regions.0.population.tutors=60"], "population.tutors",
         "every region states its own"),
        ("two-regions", ["regions.1.demand.sessions_per_day=0"], "regions.1.demand.hours.weekend_share",
         "demand.sessions_per_day is 0.0"),
    ],
)  # fmt: skip
def test_what_can_have_no_effect_is_told_with_its_key_and_the_reason(
    name: str, overrides: list[str], key: str, why: str
) -> None:
    assert told(name, *overrides) == (f"{key} has no effect: {why}",)


def test_what_has_an_effect_in_one_region_is_not_told_of() -> None:
    changed = ["demand.lead_days=2", "regions.1.demand.sessions_per_day=0", "regions.1.demand.hours={}"]
    assert [line for line in told("two-regions", *changed) if line.startswith("demand.")] == []


def test_a_term_just_after_the_window_is_asked_for_within_it() -> None:
    days = ["regions.0.terms.0.first=2026-06-05", "regions.0.terms.0.last=2026-06-20"]
    assert told("exam-season", *days) == ()


def test_every_need_is_a_parameter() -> None:
    known = {key for key, _ in known_keys(Scenario)}
    needs = {
        one for _, field in known_keys(Scenario) for need in field.metadata.get("needs", ()) for one in need.split("|")
    }  # fmt: skip
    assert needs
    assert {need for need in needs if not need.startswith(".")} <= known


def test_many_regions_are_told_of_like_one() -> None:
    scenario = copied(load_scenario(SCENARIOS / "no-interventions.toml", ["coaching.boost=0.5"]), 2_000)
    assert without_effect(scenario) == ("coaching.boost has no effect: mechanisms.interventions is false",)


def test_an_edge_case_of_more_tutors_than_may_have_it_is_told() -> None:
    warriors = "population.edge_cases.weekend_warrior.share"
    told = without_effect(load_scenario("production", [f"{warriors}=0.2"]))
    assert told == (f"{warriors} is 0.2, and unclassified are 0.12 of all: each is one",)
    told = without_effect(load_scenario("two-regions", ["population.personas.mentor.share=0.5"]))
    assert told == (
        f"{warriors} is 0.1, and unclassified are 0.08 of all: each is one",
        f"regions.1.{warriors} is 0.1, and unclassified are 0.08 of all: each is one",
    )
