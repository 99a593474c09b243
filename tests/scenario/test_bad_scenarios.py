"""Mistakes in scenarios: one line that names file, key, what was found and what is allowed."""

import os
import re
import tomllib
from datetime import date
from pathlib import Path

import attrs
import pytest

from simulation.runs import default_directory
from simulation.scenario import HIGHEST_SEED, Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.figures import KEY_FIGURES
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


def test_a_name_is_short_enough_for_a_directory_whatever_a_run_adds(tmp_path: Path) -> None:
    day = "\u65e5"  # three bytes
    path = write(tmp_path / "x.toml", f"name = '{day * 60}'")
    assert load_scenario(path).name == day * 60
    longest = attrs.evolve(load_scenario(path), seed=HIGHEST_SEED, earlier_days=1825, start_date=date(2199, 12, 31))
    assert len(default_directory(longest, 10_000).name.encode()) < 255 - len(".partial")
    write(path, f"name = '{day * 61}'")
    assert mistake(path).endswith("which has 183 bytes; allowed are up to 180")


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
    assert mistake(path) == f"{path}: is not UTF-8 text (at byte 8); save it as UTF-8"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_a_file_in_another_encoding_says_which_and_what_to_do(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("days = 5".encode(encoding))
    assert mistake(path) == f"{path}: is saved as {encoding.upper()}; save it as UTF-8"


def test_a_file_with_null_characters(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes("days = 5".encode("utf-16-le"))
    assert mistake(path) == f"{path}: has a null character (at byte 1); save it as UTF-8 text"


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    os.mkfifo(path)
    assert mistake(path) == f"{path}: is a pipe into which nobody has written anything"


def test_a_device_is_no_scenario() -> None:
    assert mistake(Path("/dev/zero")) == "/dev/zero: is a device; save the scenario to a file"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", "")
    os.truncate(path, 1 << 40)
    assert mistake(path) == f"{path}: has more than the 16,777,216 bytes that are allowed"


def test_links_in_a_circle(tmp_path: Path) -> None:
    path, other = tmp_path / "x.toml", tmp_path / "y.toml"
    path.symlink_to(other)
    other.symlink_to(path)
    assert mistake(path) == f"{path}: cannot be read (Too many levels of symbolic links)"


def test_a_name_of_several_lines_is_told_in_one(tmp_path: Path) -> None:
    path = write(tmp_path / "x\ny.toml", '"da\\nys" = 5')
    assert mistake(path).startswith(f"{tmp_path}/x\\ny.toml: da\\nys is not a known key")


def test_a_number_that_python_does_not_write_out(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", "days = 0x" + "f" * 10_000)
    assert mistake(path).startswith(f"{path}: days is 0xffffff")


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
    link = tmp_path / "link.toml"
    link.symlink_to(write(tmp_path / "linked.toml", 'extends = "link.toml"'))
    assert mistake(link) == f"{link}: extends is cyclic: {link} extends {link}"


def test_extends_that_can_be_no_path(tmp_path: Path) -> None:
    path = write(tmp_path / "x.toml", 'extends = "a\\u0000b"')
    assert mistake(path) == f"{path}: extends {tmp_path}/a\\x00b: cannot be read (embedded null byte)"


def test_a_figure_that_is_like_none_is_answered_with_all_of_them(tmp_path: Path) -> None:
    said = mistake(write(tmp_path / "x.toml", 'figures = ["happiness"]'))
    assert said.endswith(f"; allowed is a list of names of key figures; known are {', '.join(KEY_FIGURES)}")


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
