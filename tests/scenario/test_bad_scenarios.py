"""Mistakes in scenarios: one line that names file, key, what was found and what is allowed."""

import re
import tomllib
from pathlib import Path

import attrs
import pytest

from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.loading import check_scenario, load_scenario, scenario_from_dict

# Pairs: what is stated, and what is said of it.
DOCUMENT = tomllib.loads(Path(__file__).with_name("mistakes.toml").read_text("utf-8"))
IN_FILES = [(entry["states"], entry["said"]) for entry in DOCUMENT["file"]]
IN_OVERRIDES = [(entry["given"], entry["said"]) for entry in DOCUMENT["override"]]


def mistake(path: Path, *overrides: str, seed: int | None = None) -> str:
    """What is said of a scenario."""
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path, overrides, seed)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    return write(tmp_path / "fine.toml", "")


@pytest.mark.parametrize(("text", "said"), IN_FILES)
def test_a_mistake_is_told_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    path = write(tmp_path / "x.toml", text)
    assert mistake(path) == f"{path}: {said}"


def test_a_mistake_in_a_parent_names_the_parent(tmp_path: Path) -> None:
    parent = write(tmp_path / "parent.toml", "days = 0")
    child = write(tmp_path / "child.toml", 'extends = "parent.toml"\ndays = 5')
    assert mistake(child) == f"{parent}: days is 0; allowed is a whole number from 1 to 1095 (days)"


def test_long_values_are_cut(tmp_path: Path) -> None:
    assert len(mistake(write(tmp_path / "x.toml", f"days = '{'9' * 1000}'"))) < len(str(tmp_path)) + 150


# ---------------------------------------------------------------- files


def test_what_is_no_toml_is_told_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", "seed = 1\ndays = = 3\n")
    assert re.fullmatch(re.escape(f"{path}: is not TOML: ") + r".*line 2.*", mistake(path))


def test_a_key_that_stands_twice(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", "seed = 1\nseed = 2\n")
    assert mistake(path).startswith(f"{path}: is not TOML: ")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    assert mistake(tmp_path / "no.toml") == f"{tmp_path}/no.toml: cannot be read (No such file or directory)"


def test_a_directory_in_place_of_a_file(tmp_path: Path) -> None:
    assert mistake(tmp_path) == f"{tmp_path}: cannot be read (Is a directory)"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(b"name = '\xff'")
    assert mistake(path) == f"{path}: is not UTF-8 text (at byte 8)"


def test_brackets_without_end(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", "days = " + "[" * 20_000)
    assert mistake(path).startswith(f"{path}: ")


def test_extends_that_cannot_be_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", 'extends = "parent.toml"')
    assert mistake(path) == f"{path}: extends {tmp_path}/parent.toml: cannot be read (No such file or directory)"


def test_extends_in_a_circle(tmp_path: Path) -> None:
    first, second = tmp_path / "first.toml", tmp_path / "second.toml"
    write(first, 'extends = "second.toml"')
    write(second, 'extends = "./first.toml"')
    assert mistake(first) == f"{first}: extends is cyclic: {first} extends {second} extends {first}"
    itself = write(tmp_path / "itself.toml", 'extends = "itself.toml"')
    assert mistake(itself) == f"{itself}: extends is cyclic: {itself} extends {itself}"


# ---------------------------------------------------------------- overrides


@pytest.mark.parametrize(("override", "said"), IN_OVERRIDES)
def test_a_mistake_in_an_override_names_the_option(fine: Path, override: str, said: str) -> None:
    assert mistake(fine, override) == f"--set: {said}"


def test_a_seed_out_of_range_names_its_option(fine: Path) -> None:
    assert mistake(fine, seed=-1) == "--seed: seed is -1; allowed is a whole number from 0 to 9223372036854775807"


def test_text_that_is_no_unicode(fine: Path) -> None:
    assert mistake(fine, "name=\udcff") == '--set: name is "\\udcff"; allowed is text'


# ---------------------------------------------------------------- Python


def test_plain_data_is_checked_like_a_file() -> None:
    with pytest.raises(ScenarioError, match=r"^scenario: days is 0; allowed is"):
        scenario_from_dict({"days": 0})


def test_a_scenario_made_in_python_is_checked_before_it_is_simulated() -> None:
    check_scenario(Scenario())
    with pytest.raises(ScenarioError, match=r"^scenario short: days is 0; allowed is"):
        check_scenario(attrs.evolve(Scenario(), name="short", days=0))
    with pytest.raises(ScenarioError, match=r"^scenario: churn\.medium_risk is 0\.6; allowed is"):
        check_scenario(attrs.evolve(Scenario(), churn=attrs.evolve(Scenario().churn, medium_risk=0.6)))
