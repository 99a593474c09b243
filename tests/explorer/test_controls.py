"""Controls for parameters, made of how these are declared."""

from pathlib import Path

import pytest

from simulation.explorer.controls import FIRST, at_fault, controls_of, found_keys
from simulation.explorer.serving import scenarios_to_explore
from simulation.explorer.setting import Setting, parameters_of

SCENARIOS = scenarios_to_explore(None)[1]
TWO_REGIONS = Setting("two-regions", SCENARIOS["two-regions"])
DEV = Setting("dev", SCENARIOS["dev"], (("population.tutors", "30"),))


@pytest.mark.parametrize("setting", [DEV, TWO_REGIONS], ids=["dev", "two-regions"])
def test_every_parameter_of_a_scenario_has_a_control_that_says_its_value(setting: Setting) -> None:
    parameters = parameters_of(setting.file)
    controls = controls_of(setting, list(parameters))
    assert [control.key for control in controls] == list(parameters)
    assert {control.kind for control in controls} == {"switch", "choice", "number", "date", "text"}
    for control in controls:
        if control.slider is not None:
            assert control.slider.low <= float(control.base) <= control.slider.high
            assert (control.slider.high - control.slider.low) / control.slider.step >= 20 or control.slider.step == 1


def test_a_control_says_what_is_changed_and_what_the_file_has() -> None:
    (tutors,) = controls_of(DEV, ["population.tutors"])
    assert (tutors.title, tutors.kind, tutors.value, tutors.base) == ("Population: tutors", "number", "30", "25")
    assert tutors.slider is not None
    assert (tutors.slider.low, tutors.slider.high, tutors.slider.step) == (1, 100, 1)


@pytest.mark.parametrize(
    ("key", "ends"),
    [("interventions.withheld", (0, 1)), ("attrition.hazard_per_day", (0, 0.005)), ("seed", (0, 200))],
)
def test_a_slider_ends_where_values_are_allowed_or_far_from_what_they_are(key: str, ends: tuple[float, float]) -> None:
    (control,) = controls_of(DEV, [key])
    assert control.slider is not None
    assert (control.slider.low, control.slider.high) == ends


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("subjects.Test Prep.share", "number"),
        ("population.personas.unclassified.experience_distribution", "choice"),
        ("population.edge_cases.weekend_warrior.traits.weekend_only", "switch"),
        ("population.edge_cases.chronic_rescheduler.traits.reschedule_rate", "text"),
        ("interventions.kinds.quality.condition", "text"),
        ("interventions.kinds.quality.priority", "number"),
    ],
)
def test_parameters_of_named_tables_have_the_controls_that_they_are_declared_for(key: str, kind: str) -> None:
    (control,) = controls_of(DEV, [key])
    assert control.kind == kind


def test_names_that_a_scenario_states_itself_have_controls(tmp_path: Path) -> None:
    file = tmp_path / "chess.toml"
    file.write_text(f'extends = "{SCENARIOS["dev"]}"\n[subjects.Chess]\nshare = 2.0\n')
    (control,) = controls_of(Setting("chess", file, (("subjects.Chess.share", "3"),)), ["subjects.Chess.share"])
    assert (control.kind, control.base, control.value) == ("number", "2.0", "3")


def test_all_scenarios_have_the_first_controls() -> None:
    for name, file in SCENARIOS.items():
        assert [control.key for control in controls_of(Setting(name, file), FIRST)] == list(FIRST)


def test_words_find_keys_before_descriptions() -> None:
    found = found_keys(DEV, "Reputation")
    assert found[:3] == ["matching.reputation_memory", "matching.reputation_weight", "mechanisms.reputation"]
    assert "sessions.scores.first_session_penalty" in found_keys(DEV, "penalty first")
    assert found_keys(DEV, "no such words") == found_keys(DEV, "") == []


def test_a_fault_is_that_of_the_changed_parameter_which_is_named() -> None:
    changed = Setting("dev", SCENARIOS["dev"], (("days", "0"), ("experiments.0.days", "-1")))
    assert at_fault("--set: experiments.0.days is -1; allowed is", changed) == "experiments.0.days"
    assert at_fault("--set: days is 0; allowed is", changed) == "days"
    assert at_fault("something else", changed) is None
