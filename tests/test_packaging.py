"""What is installed is the whole package, at releases that the package allows."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
STATED = [*PROJECT["dependencies"], *EXTRAS["test"], *EXTRAS["lint"], *EXTRAS["cluster"]]
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
LOCKED = dict(re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, re.MULTILINE))


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The names of the files in the built package."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    with ZipFile(path) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_and_every_data_file(wheel: set[str]) -> None:
    present = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "simulation").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {"simulation/contract/tables.toml", "simulation/claims/ledger.toml", "simulation/py.typed"} <= present
    assert {name for name in wheel if name.startswith("simulation/")} == present


def test_the_wheel_installs_nothing_beside_the_package(wheel: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"simulation", "tutoring_simulation"}


@pytest.mark.parametrize("stated", [stated for stated in STATED if not stated.startswith(PROJECT["name"])])
def test_the_lock_file_has_every_dependency_within_its_bounds(stated: str) -> None:
    requirement = Requirement(stated)
    assert LOCKED[requirement.name] in requirement.specifier


def test_the_lock_file_has_one_release_of_each_package() -> None:
    assert len(LOCKED) == len(re.findall("^[^ #]", LOCK, re.MULTILINE))


def test_the_lock_file_leaves_open_where_packages_come_from() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK
