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
STATED = [*PROJECT["dependencies"], *(stated for extra in EXTRAS.values() for stated in extra)]
TO_RUN, TO_DEVELOP = ((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "requirements-dev.lock"))


def locked(lock: str) -> dict[str, str]:
    """The release of each package in a lock file."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))


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
def test_the_lock_file_for_developers_has_every_dependency_within_its_bounds(stated: str) -> None:
    requirement = Requirement(stated)
    assert locked(TO_DEVELOP)[requirement.name] in requirement.specifier


def test_the_lock_file_for_runs_has_what_every_user_needs_at_the_same_releases() -> None:
    to_run, to_develop = locked(TO_RUN), locked(TO_DEVELOP)
    assert {Requirement(stated).name for stated in PROJECT["dependencies"]} <= to_run.keys()
    assert to_run.items() <= to_develop.items()
    assert "pytest" not in to_run


def test_the_lock_file_for_runs_has_one_release_of_each_package() -> None:
    assert len(locked(TO_RUN)) == len(re.findall("^[^ #]", TO_RUN, re.MULTILINE))


@pytest.mark.parametrize("lock", [TO_RUN, TO_DEVELOP], ids=["to run", "to develop"])
def test_a_lock_file_leaves_open_where_packages_come_from(lock: str) -> None:
    assert "://" not in lock
    assert "index" not in lock
