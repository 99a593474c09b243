"""What the search for faulty scenarios tries, and what it takes for a fault."""

from operator import attrgetter
from random import Random
from typing import Any

import pytest

from simulation.scenario import Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import resolved, scenario_from_dict
from simulation.world import World
from tools.extremes import CONDITIONS, FURTHER, SIZES, changed, drawn_extremes, extremes_by_key
from tools.extremes_search import FAULTY, FINE, REFUSED, Try, attempt, is_named

PLAIN = resolved(Scenario())
TINY = {"days": 1, "warm_up_days": 0, "population": {"tutors": 1}, "demand": {"sessions_per_day": 1.0}}


def extremes(key: str) -> list[Any]:
    return [change[key] for change in extremes_by_key(PLAIN)[key]]


def test_every_parameter_but_sizes_regions_and_changes_has_extremes() -> None:
    assert {key for key, _ in known_keys(Scenario)} - set(extremes_by_key(PLAIN)) == {*SIZES, "regions", "changes"}


def test_a_number_has_both_ends_the_next_inside_each_and_zero() -> None:
    assert extremes("students.personas.anxious.sentiment_offset") == [-1, -0.9999999999999999, 0.9999999999999999, 1, 0]
    assert extremes("churn.no_show_limit") == [0, 1, 99, 100]


def test_a_range_is_all_that_is_allowed_or_a_single_point() -> None:
    assert extremes("population.traits.morning_hours") == [[8, 12], [8, 8], [12, 12], [10, 10]]


def test_one_of_several_shares_is_all() -> None:
    assert extremes("population.traits.certifications") == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_everybody_may_be_of_one_kind() -> None:
    document = changed(PLAIN, extremes_by_key(PLAIN)["population.personas"][0])
    assert scenario_from_dict(document).population.personas["rock_star"].share == 1


@pytest.mark.parametrize(
    ("key", "count"),
    [("subjects", 7), ("population.personas", 7), ("interventions.kinds", 6), ("sessions.connection.qualities", 5)],
)
def test_named_tables_get_one_more_a_copy_or_are_replaced(key: str, count: int) -> None:
    *_, more, copied, replaced = (scenario_from_dict(changed(PLAIN, change)) for change in extremes_by_key(PLAIN)[key])
    tables = [attrgetter(key)(scenario) for scenario in (more, copied, replaced)]
    assert [len(of_one) for of_one in tables] == [count, count, 1]
    assert tables[1][FURTHER] == next(iter(tables[1].values()))


def test_a_part_of_a_named_table_has_the_extremes_of_what_it_states_or_of_all_that_it_may() -> None:
    stated = "population.edge_cases.chronic_rescheduler.traits.reschedule_rate"
    assert [0, 0.35] in extremes(stated)
    effect = "interventions.kinds.quality.engagement_effect"
    changes = extremes_by_key(PLAIN)[effect]
    assert {key for change in changes for key in change} == {f"{effect}.success", f"{effect}.partial"}


def test_a_condition_holds_of_all_of_some_or_is_none() -> None:
    assert set(extremes("interventions.kinds.quality.condition")) == set(CONDITIONS)


def test_a_switch_is_off_and_on_and_a_word_each_of_its_choices() -> None:
    assert extremes("mechanisms.coaching") == [False, True]
    assert extremes("experiments.0.risk_levels") == [[], ["Low", "Medium", "High"]]


def test_a_change_leaves_what_it_is_made_to_as_it_is() -> None:
    regions = [*PLAIN["regions"], {"name": "Second", "population": {}}]
    document = changed(PLAIN, {"regions": regions, "regions.1.population.traits.morning": 1.0})
    assert document["regions"][1]["population"] == {"traits": {"morning": 1.0}}
    assert resolved(Scenario()) == PLAIN


def test_the_same_seed_draws_the_same() -> None:
    first, again, other = (drawn_extremes(PLAIN, Random(seed)) for seed in (1, 1, 2))  # noqa: S311 -- no secret
    assert first == again != other


@pytest.mark.parametrize(
    ("key", "message", "named"),
    [
        ("churn.high_risk", "churn.medium_risk is 0.3; allowed is up to that of high_risk, 0.2", True),
        (
            "population.personas.rock_star.share",
            "population.personas has no share above 0; allowed is at least one",
            True,
        ),
        ("population.traits.morning", "population.personas has no share above 0; allowed is at least one", False),
    ],
)
def test_a_refusal_names_the_key_or_its_section(key: str, message: str, named: bool) -> None:
    assert is_named(key, message) is named


def verdicts(*changes: dict[str, Any]) -> list[str]:
    document = resolved(scenario_from_dict(TINY))
    return [found.verdict for found in attempt(Try(document, changes))]


def test_changes_that_work_together_are_fine() -> None:
    assert verdicts({"seed": 1}, {"mechanisms.coaching": False}) == [FINE, FINE]


def test_of_changes_that_do_not_each_half_is_tried_alone() -> None:
    assert verdicts({"seed": 1}, {"days": 0}) == [FINE, REFUSED]


def test_what_crashes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: World) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(World, "run", fail)
    assert verdicts({"seed": 1}, {"mechanisms.coaching": False}) == [FAULTY, FAULTY]


def test_what_is_faulty_only_together_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    run = World.run

    def fail(world: World, until: int | None = None) -> None:
        if world.context.scenario.seed == 1 and not world.context.scenario.mechanisms.coaching:
            raise ZeroDivisionError
        run(world, until)

    monkeypatch.setattr(World, "run", fail)
    assert verdicts({"seed": 1}, {"mechanisms.coaching": False}) == [FINE, FINE, FAULTY]
