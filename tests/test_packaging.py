"""What is installed is the whole package, at releases that the package allows."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement

from tests.needs import needs

ROOT = Path(__file__).parents[1]
COMMAND = "tutoring-simulation"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
EXTRAS = PROJECT["optional-dependencies"]
STATED = [*PROJECT["dependencies"], *(stated for extra in EXTRAS.values() for stated in extra)]
TO_RUN, TO_DEVELOP = ((ROOT / name).read_text("utf-8") for name in ("requirements.lock", "requirements-dev.lock"))


def locked(lock: str) -> dict[str, str]:
    """The release of each package in a lock file."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, re.MULTILINE))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built package."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def wheel(built: Path) -> set[str]:
    """The names of the files in it."""
    with ZipFile(built) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where it is installed, with its command in bin/; what it needs is that of this environment."""
    place = tmp_path_factory.mktemp("installed")
    install = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--target", str(place), str(built)]
    subprocess.run(install, check=True, capture_output=True)
    return place


def called_in(where: Path, installed: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The installed command, called in a folder."""
    return subprocess.run(
        [installed / "bin" / COMMAND, *words], cwd=where, check=False, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(installed), **environment},
    )  # fmt: skip


def called(installed: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The same, called in the checkout."""
    return called_in(ROOT, installed, *words, **environment)


def completed(installed: Path, *words: str, kind: str = "bash") -> list[str]:
    """What a shell is told of the last word of a command line that is not finished."""
    line = {"COMP_WORDS": " ".join((COMMAND, *words)), "COMP_CWORD": str(len(words))}
    if kind == "fish":
        line["COMP_CWORD"] = words[-1]  # the word itself
    told = called(installed, _TUTORING_SIMULATION_COMPLETE=f"{kind}_complete", **line)
    assert (told.returncode, told.stderr) == (0, "")
    return told.stdout.split()


def test_the_wheel_holds_every_module_and_every_data_file(wheel: set[str]) -> None:
    present = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "simulation").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {
        "simulation/contract/tables.toml",
        "simulation/validation/ledger.toml",
        "simulation/validation/sql/macros.sql",
        "simulation/py.typed",
    } <= present
    scenarios = {f"simulation/scenarios/{path.name}" for path in (ROOT / "scenarios").glob("*.toml")}
    assert len(scenarios) > 10
    assert {name for name in wheel if name.startswith("simulation/")} == present | scenarios


def test_the_wheel_installs_nothing_beside_the_package(wheel: set[str]) -> None:
    assert {name.split("/")[0].split("-")[0] for name in wheel} == {"simulation", "tutoring_simulation"}


# ---------------------------------------------------------------- the installed command


def test_the_installed_command_goes_by_its_own_name_and_the_module_by_its_own(installed: Path) -> None:
    assert called(installed, "run", "--help").stdout.startswith(f"Usage: {COMMAND} run ")
    assert called(installed, "check", "scenarios/dev.toml").stderr == (
        "error: scenarios/dev.toml: is no directory; it is a scenario, which is simulated by: "
        f"{COMMAND} run scenarios/dev.toml\n"
    )
    module = [sys.executable, "-m", "simulation"]
    told = subprocess.run([*module, "run", "--help"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert told.stdout.startswith("Usage: python -m simulation run ")


def test_the_installed_command_knows_its_scenarios_by_name_wherever_it_is_called(
    installed: Path, tmp_path: Path
) -> None:
    listed = json.loads(called_in(tmp_path, installed, "scenarios", "--json").stdout)
    assert {one["scenario"] for one in listed} == {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
    assert {Path(one["file"]).parent for one in listed} == {installed / "simulation" / "scenarios"}
    (tmp_path / "own.toml").write_text('extends = "two-regions"\ndays = 3\n', encoding="utf-8")
    for own in ("two-regions", "own.toml"):
        told = called_in(tmp_path, installed, "scenario", own)
        assert (told.returncode, told.stderr) == (0, "")
        assert 'name = "US-West"' in told.stdout
    assert called_in(tmp_path, installed, "run", "tworegions").stderr.endswith("; did you mean two-regions?\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_is_told_how_to_complete_the_installed_command(installed: Path, shell: str) -> None:
    if shell == "bash":
        needs("bash")  # click asks for its version
    told = called(installed, _TUTORING_SIMULATION_COMPLETE=f"{shell}_source")
    assert told.returncode == 0
    assert f"_TUTORING_SIMULATION_COMPLETE={shell}_complete" in told.stdout


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("ch",), ["plain,check"]),
        (("comp",), ["plain,compare"]),
        (("run", "--se"), ["plain,--seed", "plain,--set"]),
        (("sweep", "--design", "s"), ["plain,sobol"]),
        (("run", "scenarios/dev"), ["plain,scenarios/dev.toml"]),
        (("run", "tu"), ["plain,tutor-shortage"]),
        (("run", "./tu"), ["dir,./tu"]),
        (("compare", "scenarios/dev.toml", "./scenarios/pro"), ["plain,./scenarios/production.toml"]),
        (("run", "simul"), ["dir,simul"]),
        (("timeline", "nowhere", "T"), []),
    ],
)
def test_commands_options_choices_and_scenarios_are_completed(
    installed: Path, words: tuple[str, ...], found: list[str]
) -> None:
    assert completed(installed, *words) == found


def test_runs_and_the_ids_in_them_are_completed_in_every_shell(installed: Path, tiny_run: Path) -> None:
    begun = str(tiny_run)[:-1]
    assert completed(installed, "check", begun) == [f"plain,{tiny_run}"]
    assert completed(installed, "timeline", str(tiny_run), "T000") == [f"plain,T000{digit}" for digit in range(1, 10)]
    assert "plain,U00001" in completed(installed, "timeline", str(tiny_run), "T0001", "U0000")
    assert completed(installed, "check", begun, kind="zsh") == ["plain", str(tiny_run), "_"]
    assert completed(installed, "check", begun, kind="fish") == [f"plain,{tiny_run}"]


# ---------------------------------------------------------------- what it needs


def imports_of(module: Path) -> Iterator[str]:
    """The names at the top of all that a module imports, in functions, too."""
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


def test_what_the_package_imports_is_stated() -> None:
    """Whoever installs it with what all commands need has what it imports, and not by chance."""
    extras = Requirement(EXTRAS["all"][0]).extras
    needed = [*PROJECT["dependencies"], *(stated for extra in extras for stated in EXTRAS[extra])]
    stated = {Requirement(one).name.lower() for one in needed}
    names = {name for module in (ROOT / "simulation").rglob("*.py") for name in imports_of(module)}
    providers = {**packages_distributions(), "markupsafe": ["jinja2"]}  # whose own type of text it is
    unknown = names - set(sys.stdlib_module_names) - {"simulation"}
    assert [name for name in unknown if not stated & {one.lower() for one in providers.get(name, ())}] == []


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
