"""Changes at a moment: which parameters hold from which midnight on, and what may change."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import attrs
import pytest

from simulation.scenario import Change, Scenario
from simulation.scenario.changes import difference, segments
from simulation.scenario.checking import ScenarioError, check_scenario
from simulation.scenario.fields import ALWAYS, JOINERS, OPENING, acting
from simulation.scenario.loading import load_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.scenario.plain import dotted, plain
from simulation.scenario.regions import regional
from simulation.scenario.showing import changes_in_words
from simulation.scenario.without_effect import without_effect
from tests.scenarios import SCENARIOS

OUTAGE = {"day": 3, "until": 5, "set": {"demand.factor": 0.25}}


def changing(*changes: Mapping[str, Any], **others: Any) -> Scenario:
    return scenario_from_dict({"changes": list(changes), **others})


def factors(scenario: Scenario) -> list[tuple[int, float]]:
    """The days of a scenario's segments, each with its factor of demand."""
    return [(segment.day, segment.scenario.demand.factor) for segment in segments(scenario)]


# ---------------------------------------------------------------- segments


def test_without_changes_there_is_one_segment_from_the_start_of_the_warm_up() -> None:
    (only,) = segments(Scenario())
    assert (only.day, only.scenario) == (-32, Scenario())


def test_what_changes_for_good_stays() -> None:
    assert factors(changing({"day": 3, "set": {"demand.factor": 2}})) == [(-32, 1.0), (3, 2.0)]


def test_what_changes_until_a_day_returns_to_what_it_was() -> None:
    assert factors(changing(OUTAGE)) == [(-32, 1.0), (3, 0.25), (5, 1.0)]


def test_moments_are_days_from_the_opening_or_local_dates() -> None:
    by_date = {"date": "2026-03-05", "until": "2026-03-07", "set": OUTAGE["set"]}
    assert factors(changing(by_date, start_date="2026-03-02")) == factors(changing(OUTAGE))


def test_on_the_first_day_agents_are_drawn_before_anything_changes() -> None:
    now = {"day": 0, "set": {"demand.factor": 2}}
    assert factors(changing(now, warm_up_days=0)) == [(0, 1.0), (0, 2.0)]


def test_a_ramp_takes_equal_steps_and_what_ends_returns_at_once() -> None:
    ramp = {"day": 2, "until": 9, "ramp_days": 4, "set": {"demand.factor": 3}}
    assert factors(changing(ramp)) == [(-32, 1.0), (2, 1.5), (3, 2.0), (4, 2.5), (5, 3.0), (9, 1.0)]


def test_on_a_ramp_whole_numbers_stay_whole_and_lists_move_item_by_item() -> None:
    ramp = {"day": 0, "ramp_days": 2, "set": {"interventions": {"max_per_tutor": 9, "pause_days": [2, 4]}}}
    found = [segment.scenario.interventions for segment in segments(changing(ramp))[1:]]
    assert [rules.max_per_tutor for rules in found] == [6, 9]
    assert [rules.pause_days for rules in found] == [(6.0, 10.0), (2.0, 4.0)]


def test_of_changes_that_overlap_later_ones_in_the_list_win() -> None:
    long = {"day": 1, "until": 9, "set": {"demand.factor": 2, "churn.low_engagement": 6}}
    short = {"day": 3, "until": 5, "set": {"demand.factor": 4}}
    assert factors(changing(long, short)) == [(-32, 1.0), (1, 2.0), (3, 4.0), (5, 2.0), (9, 1.0)]
    assert factors(changing(short, long)) == [(-32, 1.0), (1, 2.0), (9, 1.0)]


def test_a_ramp_goes_from_what_the_changes_before_it_left() -> None:
    shock = {"day": 2, "set": {"demand.factor": 0.5}}
    recovery = {"day": 4, "ramp_days": 2, "set": {"demand.factor": 1}}
    assert factors(changing(shock, recovery)) == [(-32, 1.0), (2, 0.5), (4, 0.75), (5, 1.0)]


def test_a_change_that_changes_nothing_makes_no_segment() -> None:
    assert len(segments(changing({"day": 3, "set": {"demand.factor": 1}}))) == 1


def test_each_segment_is_whole_and_allowed_and_has_no_changes() -> None:
    for segment in segments(changing(OUTAGE, population={"tutors": 7})):
        check_scenario(segment.scenario)
        assert segment.scenario.changes == ()
        assert segment.scenario.population.tutors == 7


def test_a_change_goes_for_regions_that_state_the_same_themselves_as_for_each_alone() -> None:
    regions = [{"name": "Here"}, {"name": "There", "demand": {"factor": 2.0}}]
    scenario = changing({**OUTAGE, "ramp_days": 2}, regions=regions)
    for number in (1, 2):
        whole = [attrs.evolve(segment, scenario=regional(segment.scenario, number)) for segment in segments(scenario)]
        assert tuple(whole) == segments(regional(scenario, number))
    assert factors(regional(scenario, 2)) == [(-32, 2.0), (3, 1.125), (4, 0.25), (5, 2.0)]


# ---------------------------------------------------------------- files, overrides, Python


def test_a_child_s_changes_replace_those_of_its_parent(tmp_path: Any) -> None:
    (tmp_path / "parent.toml").write_text("[[changes]]\nday = 1\nset.demand.factor = 2", "utf-8")
    (tmp_path / "same.toml").write_text('extends = "parent.toml"', "utf-8")
    (tmp_path / "other.toml").write_text(
        'extends = "parent.toml"\n[[changes]]\nday = 4\nset = {"demand.factor" = 3}', "utf-8"
    )
    assert factors(load_scenario(tmp_path / "same.toml")) == [(-32, 1.0), (1, 2.0)]
    assert factors(load_scenario(tmp_path / "other.toml")) == [(-32, 1.0), (4, 3.0)]


def test_an_override_states_changes_or_a_part_of_one() -> None:
    overrides = ["ledger=", "changes=[{day=3, set={demand.factor=2}}]", "changes.0.set.demand.factor=0.5"]
    assert factors(load_scenario("dev", [*overrides, "changes.0.until=4"])) == [(-32, 1.0), (3, 0.5), (4, 1.0)]


def test_a_change_made_in_python_is_that_of_a_file() -> None:
    made = Change(day=3, until=5, set={"demand.factor": 0.25})
    assert attrs.evolve(Scenario(), changes=(made,)) == changing(OUTAGE)
    assert Change(date=date(2026, 1, 8), set={"demand": {"factor": 0.25}}).begins(date(2026, 1, 5)) == 3


def test_what_a_run_says_of_its_scenario_is_the_same_scenario() -> None:
    scenario = changing(OUTAGE, {"date": "2026-01-20", "until": "2026-01-22", "set": {"churn.low_engagement": 6}})
    assert scenario_from_dict(resolved(scenario)) == scenario


def test_without_changes_a_scenario_says_nothing_of_them_and_keeps_its_digest() -> None:
    assert "changes" not in resolved(Scenario())
    assert scenario_digest(Scenario()) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of {}
    assert scenario_digest(changing(OUTAGE)) != scenario_digest(Scenario())


def test_a_difference_of_two_scenarios_can_be_a_change() -> None:
    one = scenario_from_dict({"name": "one"})
    other = scenario_from_dict({"name": "other", "demand": {"factor": 0.5}, "students": {"leaving": {"per_day": 0}}})
    found = difference(one, other)
    assert found == {"demand.factor": 0.5, "students.leaving.per_day": 0.0}
    assert segments(attrs.evolve(one, changes=(Change(day=1, set=found),)))[1].scenario == attrs.evolve(
        other, name="one"
    )


def test_changes_are_told_in_a_line_each() -> None:
    ramp = {"date": "2026-01-10", "ramp_days": 3, "set": {"churn": {"low_engagement": 6, "high_risk": 0.6}}}
    assert changes_in_words(changing(OUTAGE, ramp)) == (
        "from day 3 (2026-01-08) until day 5 (2026-01-10): demand.factor = 0.25",
        "from day 5 (2026-01-10): churn.low_engagement = 6.0, churn.high_risk = 0.6, in 3 daily steps",
    )
    assert "Changes from day 3 (2026-01-08)" in changing(OUTAGE)._repr_html_()


# ---------------------------------------------------------------- when parameters act


ACTS = dict(acting(plain(Scenario()), Scenario))


def test_every_parameter_says_when_it_acts() -> None:
    values = dotted(plain(Scenario()))
    assert {*ACTS} == {*values} - {"extensions"}  # which none names by default
    assert set(ACTS.values()) == {OPENING, JOINERS, ALWAYS}


def test_what_agents_are_drawn_from_acts_at_the_opening_and_what_decides_later_acts_always() -> None:
    assert {acts for key, acts in ACTS.items() if key.startswith("population.")} == {OPENING}
    assert {acts for key, acts in ACTS.items() if key.startswith("students.personas.")} == {JOINERS}
    assert {acts for key, acts in ACTS.items() if key.startswith(("coaching.", "students.leaving."))} == {ALWAYS}


@pytest.mark.parametrize("key", [key for key, acts in ACTS.items() if acts == OPENING])
def test_what_acts_at_the_opening_cannot_change_later(key: str) -> None:
    value = dotted(plain(Scenario()))[key]
    with pytest.raises(ScenarioError, match=rf"^scenario: changes\.0\.set\.{key} is read as the world begins; allowed"):
        changing({"day": 3, "set": {key: value}})


def test_what_acts_on_joiners_is_warned_about_and_what_acts_always_is_not() -> None:
    told = without_effect(changing({"day": 3, "set": {"demand.factor": 2, "students.traits.leniency_shift": 0.5}}))
    key = "changes.0.set.students.traits.leniency_shift"
    assert told == (f"{key} has no effect on students who are there already: it acts on those who join later",)


def test_a_change_after_the_last_day_is_warned_about() -> None:
    late = {"day": 30, "set": {"demand.factor": 2}}
    assert without_effect(changing(late)) == (
        "changes.0 has no effect: it begins on day 30, and the last simulated day is 29",
    )
    assert without_effect(changing(late, follow_up_days=1)) == ()


def test_what_needs_a_mechanism_that_a_change_switches_on_is_not_warned_about() -> None:
    switched_off: dict[str, Any] = {"mechanisms": {"interventions": False}, "interventions": {"withheld": 0.5}}
    assert len(without_effect(scenario_from_dict(switched_off))) == 1
    assert without_effect(changing({"day": 9, "set": {"mechanisms.interventions": True}}, **switched_off)) == ()
    assert without_effect(changing({"day": 9, "set": {"interventions.bounced": 0.5}}, **switched_off))[0] == (
        "changes.0.set.interventions.bounced has no effect: mechanisms.interventions is false"
    )


@pytest.mark.parametrize("path", sorted(SCENARIOS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_segment_of_the_project_s_scenarios_is_allowed(path: Any) -> None:
    for segment in segments(load_scenario(path)):
        check_scenario(segment.scenario)


# ---------------------------------------------------------------- what parameters come to together


def test_a_midnight_that_brings_what_is_not_allowed_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"^scenario: changes, from day 4 on: churn\.medium_risk is 0\.6; allowed"):
        changing({"day": 4, "set": {"churn.medium_risk": 0.6}})


def test_demand_s_factor_counts_with_terms() -> None:
    term = {"name": "Exams", "first": "2026-01-10", "last": "2026-01-10", "demand": 4.0}
    with pytest.raises(
        ScenarioError, match=r"multiply demand by 80 together and with demand\.factor, 5, on 2026-01-10"
    ):
        scenario_from_dict({"demand": {"factor": 5}, "regions": [{"terms": [term, term]}]})


def test_a_scenario_with_changes_is_judged_by_no_ledger() -> None:
    with pytest.raises(ScenarioError, match=r"^scenario: changes are stated; allowed are none with a ledger, dev"):
        changing(OUTAGE, ledger="dev")
