"""A stranger's run may name any extension: nothing is imported without permission, in any command.

The tripwire is an installed extension that leaves a file behind when it is imported. It has the name that the run
names; and where the run names the module itself, that is the module's.
"""

from pathlib import Path

import pytest

from simulation.cli import commands
from tests.examples.conftest import Command

READING: dict[str, tuple[tuple[str, ...], ...]] = {
    "agents": (("RUN",), ("RUN", "--students")),
    "check": (("RUN",),),
    "ddl": (("RUN", "--with-truth"),),
    "export": tuple(("RUN", "--to", to) for to in ("frictionless", "odcs", "ocel-json", "ocel-sqlite")),
    "load": (("RUN", "--to", "sqlite:///DIR/run.db", "--with-truth"), ("RUN", "--to", "duckdb:///DIR/run.duckdb")),
    "reduce": (("RUN",), ("RUN", "--as-of", "2026-01-08"), ("RUN", "--snapshots", "daily")),
    "report": (("RUN",), ("RUN", "RUN", "--out", "DIR/both.html"), ("DIR", "--reports")),
    "timeline": (("RUN", "T0001", "--with-truth"), ("RUN", "T0001", "--html", "DIR/timeline.html"),
                 ("RUN", "--trace", "DIR/trace.json")),
    "validate": (("RUN",),),
}  # fmt: skip
SIMULATING = {
    "check": ("RUN", "--rerun"),
    "counterfactuals": ("RUN",),
    "run": ("--resume-from", "RUN", "--out", "DIR/later"),
}
# What takes scenarios alone, which are their user's own, and what takes nothing.
OF_SCENARIOS = {"compare", "explore", "scenario", "scenarios", "stream", "sweep"}


@pytest.fixture(scope="session")
def trap(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the tripwire, installed under the example's name."""
    folder = tmp_path_factory.mktemp("trap")
    about = folder / "tripwire-1.0.dist-info"
    about.mkdir()
    sprung = 'from pathlib import Path\nPath(__file__).with_name("sprung").touch()\n'
    (folder / "tripwire.py").write_text(sprung, encoding="utf-8")
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: tripwire\nVersion: 1.0\n", encoding="utf-8")
    points = "[tutoring_simulation.extensions]\nvideo_outage = tripwire:extension\n"
    (about / "entry_points.txt").write_text(points, encoding="utf-8")
    return folder


@pytest.fixture
def careless(trap: Path) -> Command:
    """The command line where the tripwire is installed."""
    return Command((trap,))


def naming(run: Path, extension: str) -> Path:
    """A run, whose run.json names another extension."""
    record = run / "run.json"
    told = record.read_text(encoding="utf-8").replace('"video_outage"', f'"{extension}"')
    record.write_text(told, encoding="utf-8")
    return run


def words_of(words: tuple[str, ...], run: Path) -> list[str]:
    return [word.replace("RUN", str(run)).replace("DIR", str(run.parent)) for word in words]


def test_every_command_is_tried() -> None:
    assert {*READING, *SIMULATING, *OF_SCENARIOS} == {*commands.commands}


def test_the_tripwire_is_sprung_where_it_is_permitted(careless: Command, trap: Path, run: Path) -> None:
    found = careless("check", run, "--rerun", "--extension", "video_outage", code=2)
    assert "cannot be imported" in found.stderr
    (trap / "sprung").unlink()


@pytest.mark.parametrize("command", READING)
def test_what_reads_a_run_imports_nothing(careless: Command, trap: Path, own_copy: Path, command: str) -> None:
    for words in READING[command]:
        careless(command, *words_of(words, own_copy))
        assert not (trap / "sprung").exists()


def test_a_module_that_run_json_names_is_not_imported_either(careless: Command, trap: Path, own_copy: Path) -> None:
    careless("check", naming(own_copy, "tripwire"))
    assert not (trap / "sprung").exists()


@pytest.mark.parametrize("command", SIMULATING)
@pytest.mark.parametrize("named", ["video_outage", "tripwire"])
def test_what_simulates_again_says_which_extension_it_needs(
    careless: Command, trap: Path, own_copy: Path, command: str, named: str
) -> None:
    found = careless(command, *words_of(SIMULATING[command], naming(own_copy, named)), code=2)
    (line,) = found.stderr.splitlines()
    assert f"run.json: names the extension {named}, whose code is not imported without permission" in line
    assert f"--extension {named}" in line
    assert not (trap / "sprung").exists()
    assert found.stdout == ""


def test_a_run_in_python_is_read_without_code_and_not_simulated_again(careless: Command, trap: Path, run: Path) -> None:
    script = (
        "import sys, simulation as sim\n"
        "run = sim.load_run(sys.argv[1])\n"
        "print(run.tables['sessions']['video_outage'].sum(), len(run.timeline('T0001').timeline.entries))\n"
        "try:\n    sim.simulate(run.scenario)\n"
        "except sim.UserError as error:\n    print(error)\n"
    )
    found = careless.python("-c", script, run)
    assert "whose code is not imported without permission" in found.stdout
    assert not (trap / "sprung").exists()
