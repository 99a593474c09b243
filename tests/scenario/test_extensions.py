"""What scenarios say of extensions, and whose code is imported for it."""

import json
import pickle
import sys
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import attrs
import pytest

from simulation.contract.vocabulary import ExtraColumn
from simulation.scenario import Scenario
from simulation.scenario.changes import segments
from simulation.scenario.description import describe
from simulation.scenario.extension_code import Code, code_for, code_of, require_permission
from simulation.scenario.extensions import Extension, ExtensionError, Extensions, Source
from simulation.scenario.fields import param
from simulation.scenario.loading import ScenarioError, load_scenario, resolved, scenario_digest, scenario_from_dict
from simulation.scenario.vocabulary import vocabulary_of
from simulation.scenario.without_effect import without_effect

MODULE = '''
from attrs import frozen
from simulation.scenario.extensions import Extension
from simulation.scenario.fields import OPENING, param

@frozen
class Parameters:
    """What lamps have."""
    brightness: float = param(1.0, "how bright they are", unit="lumen", low=0, high=10)
    colour: str = param("green", "their colour", choices=("green", "red"), acts=OPENING)

extension = Extension("lamps", parameters=Parameters)
'''
NAMED = {"extensions": {"lamps": {"brightness": 2}}}


@pytest.fixture(scope="module")
def lamps(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A module with an extension, to be imported by its name."""
    folder = tmp_path_factory.mktemp("modules")
    (folder / "lamps_of_a_test.py").write_text(MODULE, encoding="utf-8")
    sys.path.append(str(folder))
    return "lamps_of_a_test"


@pytest.fixture
def scenario(lamps: str) -> Scenario:
    """A scenario that names it, whose code may be imported."""
    return scenario_from_dict(NAMED, extensions=[lamps])


class LampLit(NamedTuple):
    """A lamp is lit."""

    tutor_id: str
    colour: Annotated[str | None, "its colour"]


# ---------------------------------------------------------------- what is stated


def test_what_is_stated_is_checked_and_has_defaults(scenario: Scenario) -> None:
    assert scenario.extensions["lamps"] == {"on": True, "brightness": 2.0, "colour": "green"}
    told = {one.key: one for one in describe(scenario) if one.key.startswith("extensions.")}
    bright = told["extensions.lamps.brightness"]
    assert (bright.value, bright.default, bright.allowed) == (2.0, 1.0, "a number from 0 to 10 (lumen)")


@pytest.mark.parametrize(
    ("stated", "line"),
    [
        ({"brightness": 11}, "extensions.lamps.brightness is 11; allowed is a number from 0 to 10 (lumen)"),
        ({"brightnes": 1}, "extensions.lamps.brightnes is not a known key (did you mean extensions.lamps.brightness?)"),
        ({"on": 1}, "extensions.lamps.on is 1; allowed is true or false"),
        (
            {"colour": "gren"},
            'extensions.lamps.colour is "gren"; allowed is one of "green", "red"; did you mean green?',
        ),
        (3, "extensions.lamps is 3; it is a section, with keys of its own"),
    ],
)
def test_what_is_not_allowed_is_told_in_one_line(lamps: str, stated: Any, line: str) -> None:
    with pytest.raises(ScenarioError) as error:
        scenario_from_dict({"extensions": {"lamps": stated}}, extensions=[lamps])
    assert str(error.value) == f"scenario: {line}"


def test_a_file_and_overrides_state_it(lamps: str, tmp_path: Path) -> None:
    parent, child = tmp_path / "parent.toml", tmp_path / "child.toml"
    parent.write_text("[extensions.lamps]\nbrightness = 3\n", encoding="utf-8")
    child.write_text('extends = "parent.toml"\n[extensions.lamps]\ncolour = "red"\n', encoding="utf-8")
    loaded = load_scenario(child, ["extensions.lamps.on=false"], extensions=[lamps])
    assert loaded.extensions["lamps"] == {"on": False, "brightness": 3.0, "colour": "red"}
    assert "extensions.lamps.brightness has no effect: extensions.lamps.on is false" in without_effect(loaded)


def test_a_change_sets_its_parameters_and_keeps_the_permission(scenario: Scenario, lamps: str) -> None:
    change = {"day": 3, "ramp_days": 2, "set": {"extensions.lamps.brightness": 4}}
    changed = scenario_from_dict({**NAMED, "changes": [change]}, extensions=[lamps])
    parts = segments(changed)
    assert [one.scenario.extensions["lamps"]["brightness"] for one in parts] == [2.0, 3.0, 4.0]
    assert all(one.scenario.extensions.permitted == scenario.extensions.permitted for one in parts)


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"extensions.lamps.colour": "red"}, "set.extensions.lamps.colour is read as the world begins"),
        ({"extensions.others.on": True}, "set.extensions.others is named here alone"),
    ],
)
def test_what_cannot_change_is_refused(lamps: str, change: dict[str, Any], line: str) -> None:
    with pytest.raises(ScenarioError, match=line):
        scenario_from_dict({**NAMED, "changes": [{"day": 3, "set": change}]}, extensions=[lamps])


def test_it_is_the_same_after_a_journey_and_in_plain_data(scenario: Scenario, lamps: str) -> None:
    assert pickle.loads(pickle.dumps(scenario)) == scenario  # noqa: S301 -- made here
    again = scenario_from_dict(json.loads(json.dumps(resolved(scenario))), extensions=[lamps])
    assert again == scenario
    assert scenario_digest(again) == scenario_digest(scenario)
    assert "extensions" not in resolved(Scenario())


# ---------------------------------------------------------------- whose code


def test_without_permission_a_scenario_is_data_and_nothing_is_imported() -> None:
    name = "this_is_no_extension"
    told = scenario_from_dict({"extensions": {name: {"rate": 2}}})
    assert told.extensions[name] == {"on": True, "rate": 2}
    assert name not in sys.modules
    with pytest.raises(ExtensionError, match=f"names the extension {name}, whose code is not imported without"):
        require_permission(told.extensions, "run.json")
    with pytest.raises(ExtensionError, match="whose code is not imported without permission"):
        code_for(told.extensions)


def test_a_file_may_name_what_is_installed_alone(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[extensions.lanterns]\n", encoding="utf-8")
    with pytest.raises(ExtensionError, match=r"own.toml: extensions.lanterns is not known; .* named by --extension"):
        load_scenario(file)


@pytest.mark.parametrize("name", ["Lamps", "os.path", "lamps; import os", "a" * 51, ""])
def test_a_name_is_lower_case_letters_and_digits(name: str) -> None:
    with pytest.raises(ExtensionError, match="is no name of a column or an event"):
        scenario_from_dict({"extensions": {name: {}}})


def test_the_digest_tells_which_code_it_was(scenario: Scenario) -> None:
    source = scenario.extensions.sources["lamps"]
    others = {"lamps": Source("", "0" * 64)}
    assert source == code_of("lamps_of_a_test").source
    other = scenario_from_dict(NAMED, sources=others)
    assert scenario_digest(other) != scenario_digest(scenario)
    assert other != scenario


def test_other_code_than_was_recorded_or_sent_is_refused(scenario: Scenario, lamps: str) -> None:
    others = {"lamps": Source("1.0", "0" * 64)}
    with pytest.raises(ExtensionError, match=r"lamps was another \(1.0, source 0{12}\) than is here \(no version"):
        scenario_from_dict(NAMED, extensions=[lamps], sources=others)
    sent = attrs.evolve(scenario.extensions, sources=others)
    with pytest.raises(ExtensionError, match=r"lamps is another here \(no version, source .*\) than was sent"):
        code_for(sent)


@pytest.mark.parametrize(
    ("reference", "line"),
    [
        ("no_such_module_anywhere", "there is no such extension or module"),
        ("json", "has no extension; a module has it as its attribute `extension`"),
    ],
)
def test_what_is_no_extension_is_told_in_one_line(reference: str, line: str) -> None:
    with pytest.raises(ExtensionError, match=line):
        code_of(reference)


def test_extensions_that_do_not_go_together_are_named(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    two = {name: Code(Extension(name, observable=(LampLit,)), Source("", "0" * 64)) for name in ("lamps", "lanterns")}
    monkeypatch.setattr("simulation.scenario.vocabulary.code_of", two.__getitem__)
    both = Extensions({name: {} for name in two}, permitted={name: name for name in two})
    with pytest.raises(ExtensionError, match=r"extensions lamps, lanterns: events: 'lamp_lit' is there more than once"):
        vocabulary_of(attrs.evolve(scenario, extensions=both))


# ---------------------------------------------------------------- declarations


def test_events_are_told_as_data() -> None:
    extension = Extension("lamps", observable=(LampLit,), told={LampLit: "lights a {colour} lamp"})
    (event,) = extension.events
    assert (event.name, event.of_truth, event.description) == ("lamp_lit", False, "A lamp is lit.")
    assert [(one.name, one.type, one.nullable) for one in event.fields] == [
        ("tutor_id", "string", False), ("colour", "string", True)
    ]  # fmt: skip
    assert event.in_words({"colour": "green"}) == "lights a green lamp"


OF_NOTHING = ExtraColumn(table="sessions", name="lit", type="boolean", event="lamp_lit")


@attrs.frozen
class Switched:
    """Parameters that have a switch already."""

    on: bool = param(True, "whether it shines")


@attrs.frozen
class Undeclared:
    """Parameters that say nothing of themselves."""

    brightness: float = 1.0


@pytest.mark.parametrize(
    ("declared", "line"),
    [
        ({"name": "Lamps"}, "is no name of a column or an event"),
        ({"columns": (OF_NOTHING,)}, "column lit: lamp_lit is none of its events"),
        ({"parameters": dict}, "its parameters are no attrs class"),
        ({"parameters": Switched}, "its parameter on is the switch that every extension has"),
        ({"parameters": Undeclared}, "its parameter brightness is not declared by param and the like"),
        ({"observable": (LampLit,), "told": {LampLit: "{tutor_id.__class__}"}}, "which is none of its fields"),
    ],
)
def test_declarations_that_cannot_be_used_are_refused(declared: dict[str, Any], line: str) -> None:
    with pytest.raises(ExtensionError, match=line):
        Extension(**{"name": "lamps", **declared})
