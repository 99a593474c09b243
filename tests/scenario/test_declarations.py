"""Every parameter is declared with what a reader needs, and refuses what it does not allow."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest

from simulation.scenario import Change, Experiment, Region, Scenario
from simulation.scenario.checking import ScenarioError, allowed, check_consistency, check_document
from simulation.scenario.description import as_toml, describe
from simulation.scenario.fields import Field, kind_of, known_keys
from simulation.scenario.loading import load_scenario, resolved, scenario_from_dict

SCENARIOS = Path(__file__).parents[2] / "scenarios"

PARAMETERS = {key: field for key, field in known_keys(Scenario) if "list_of" not in field.metadata}
ITEMS = {
    f"{name}.0.{key}": field for name, kind in (("changes", Change), ("experiments", Experiment), ("regions", Region))
    for key, field in known_keys(kind)
}  # fmt: skip
ALL = {**PARAMETERS, **ITEMS}
NUMBERS = {
    key: field for key, field in ALL.items()
    if kind_of(field) in (int, float) or (get_origin(kind_of(field)) is tuple and get_args(kind_of(field))[0] is float)
}  # fmt: skip


def document(key: str, value: Any) -> dict[str, Any]:
    """Plain data that states one parameter."""
    for part in reversed(key.split(".")):
        value = [value] if part.isdigit() else {part: value}
    return dict(value)


def stated(scenario: Scenario) -> Iterator[tuple[str, Any]]:
    return ((parameter.key, parameter.value) for parameter in describe(scenario))


def test_every_default_is_allowed() -> None:
    check_document(resolved(Scenario()), "defaults")
    check_consistency(Scenario(), "defaults")


@pytest.mark.parametrize("key", ALL)
def test_every_parameter_has_a_meaning_and_a_range(key: str) -> None:
    declared = ALL[key].metadata
    assert declared["description"]
    assert allowed(ALL[key])
    if key in NUMBERS:
        assert declared["low"] <= declared["high"]


def test_what_looks_like_a_share_says_so() -> None:
    for key, field in NUMBERS.items():
        if field.metadata["unit"] == "share":
            assert field.metadata["high"] <= 1, key


def beyond(field: Field) -> list[Any]:
    low, high = field.metadata["low"], field.metadata["high"]
    single = [low - 1, high + 1, float("nan"), float("inf"), float("-inf"), "1", True, None]
    if "kind" in field.metadata:
        single.remove(None)  # it is optional
    if kind_of(field) is int:
        single.append(low + 0.5)
    if get_origin(kind_of(field)) is not tuple:
        return single
    size = len(get_args(kind_of(field))) if get_args(kind_of(field))[-1] is not ... else field.metadata["min_items"]
    return [[low] * size, *([value] * size for value in single), [low] * (size - 1), [low] * (size + 1), low][1:]


@pytest.mark.parametrize("key", NUMBERS)
def test_every_number_refuses_what_lies_outside_or_is_none(key: str) -> None:
    for value in beyond(NUMBERS[key]):
        with pytest.raises(ScenarioError, match=rf"^here: {key} .*; allowed is .*[0-9]") as caught:
            check_document(document(key, value), "here")
        assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", [key for key, field in ALL.items() if field.metadata.get("span")])
def test_every_span_refuses_to_be_reversed(key: str) -> None:
    low, high = ALL[key].metadata["low"], ALL[key].metadata["high"]
    check_document(document(key, [low, high]), "here")
    with pytest.raises(ScenarioError, match=f"here: {key} is .* reversed; allowed is two numbers"):
        check_document(document(key, [high, low]), "here")


@pytest.mark.parametrize("key", [key for key, field in ALL.items() if field.metadata.get("sums_to_one")])
def test_shares_that_do_not_sum_to_one_are_refused(key: str) -> None:
    count = len(get_args(kind_of(ALL[key])))
    check_document(document(key, [1 / count] * count), "here")
    check_document(document(key, [1.0] + [0.0] * (count - 1)), "here")
    with pytest.raises(ScenarioError, match=f"here: {key} .* sums to .*; allowed is {count} numbers"):
        check_document(document(key, [1 / count + 1e-6] + [1 / count] * (count - 1)), "here")


@pytest.mark.parametrize("key", [key for key, field in ALL.items() if kind_of(field) is bool])
def test_switches_are_true_or_false(key: str) -> None:
    for value in (1, 0, "true", None):
        with pytest.raises(ScenarioError, match=f"here: {key} is .*; allowed is true or false"):
            check_document(document(key, value), "here")


@pytest.mark.parametrize("key", [key for key, field in ALL.items() if field.metadata["choices"]])
def test_choices_are_named_where_another_is_refused(key: str) -> None:
    field = ALL[key]
    value: Any = "something else"
    with pytest.raises(ScenarioError, match="allowed is") as caught:
        check_document(document(key, value if kind_of(field) is str else [value]), "here")
    words = re.findall(r"\w+", str(caught.value))
    assert all(choice in words for choice in filter(None, field.metadata["choices"]))


# ---------------------------------------------------------------- told to a reader


@pytest.mark.parametrize("name", ["production", "dev"])
def test_the_description_has_every_parameter_once(name: str) -> None:
    scenario = load_scenario(SCENARIOS / f"{name}.toml")
    keys = [key for key, _ in stated(scenario)]
    without_changes = 1  # an empty list is a value
    assert len(keys) == len(set(keys)) == len(PARAMETERS) + without_changes + sum(
        len(items) * sum(key.startswith(f"{name}.") for key in ITEMS)
        for name, items in (("experiments", scenario.experiments), ("regions", scenario.regions))
    )  # fmt: skip
    for key, value in stated(scenario):
        if not any(part.isdigit() for part in key.split(".")):
            check_document(document(key, value), "described")


def test_the_description_tells_defaults_from_what_is_stated() -> None:
    described = {parameter.key: parameter for parameter in describe(scenario_from_dict({"days": 14}))}
    assert not described["days"].is_default
    assert (described["days"].value, described["days"].default, described["days"].unit) == (14, 30, "days")
    assert described["days"].allowed == "a whole number from 1 to 1095 (days)"
    assert described["seed"].is_default


@pytest.mark.parametrize("experiments", [[], [{"name": 'A "quoted"\x7f\\ name', "notes": "two\nlines"}]])
def test_a_scenario_written_out_in_full_is_the_same_scenario(tmp_path: Path, experiments: list[Any]) -> None:
    scenario = scenario_from_dict(
        {"name": "full", "seed": 9, "experiments": experiments, "start_date": "2026-03-02",
         "mechanisms": {"burnout": False}, "demand": {"joining": 1e-7},
         "changes": [
             {"day": 3, "ramp_days": 2, "set": {"demand.factor": 0.5, "interventions.pause_days": [3, 5]}},
             {"date": "2026-03-09", "until": "2026-03-10", "set": {"mechanisms": {"student_churn": False}}},
             {"day": 9, "until": 12, "set": {"demand": {"factor": 2}}},
         ],
         "regions": [
             {"name": "Here", "population": {"tutors": 9, "edge_cases": {"weekend_warrior": {"share": 0}}}},
             {"name": "There", "terms": [{"name": "Exams", "first": "2026-03-02", "last": "2026-03-06", "demand": 2}]},
         ]}
    )  # fmt: skip
    path = tmp_path / "another.toml"
    path.write_text(as_toml(scenario), "utf-8")
    assert load_scenario(path) == scenario
