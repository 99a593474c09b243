"""Studies whose runs are simulated on a Dask cluster: the same results, to the byte."""

import json
import shutil
from pathlib import Path

import pytest

from simulation.contract import EVERY_RUN
from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from simulation.tables.files import read_table
from tests.cluster.dask_cluster import LocalCluster
from tests.command_line import answer, mistake
from tests.run_files import files_of

pytest.importorskip("distributed", reason="needs the extra `cluster`")

SHORT = ("--set", "days=2", "--set", "warm_up_days=2")


@pytest.fixture
def there(started: LocalCluster) -> tuple[str, str]:
    """The option for a cluster with two workers."""
    started.have_workers(2)
    return "--cluster", started.address


HERE = ("--workers", "1")


def test_scenarios_are_compared_with_the_same_result(
    there: tuple[str, str], tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calm = tmp_path / "calm.toml"
    calm.write_text(f'extends = "{tiny_file}"\nmechanisms.student_no_shows = false\n', encoding="utf-8")
    arguments = ("compare", tiny_file, calm, "--replications", "3", "--json", "--quiet", *SHORT)
    told = []
    for where in (HERE, there):
        found = answer(capsys, *arguments, *where)
        assert found.code == 0
        told.append({key: value for key, value in json.loads(found.out).items() if key != "command"})
    assert told[0] == told[1]


def test_a_sweep_comes_to_the_same_directory(
    there: tuple[str, str], tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("sweep", tiny_file, "--vary", "population.tutors=4,5", "--replications", "2", "--quiet", *SHORT)
    for name, where in (("here", HERE), ("there", there)):
        assert answer(capsys, *arguments, "--out", tmp_path / name, *where).code == 0
    assert files_of(tmp_path / "there") == files_of(tmp_path / "here")


def test_interventions_and_experiments_have_the_same_effects(
    there: tuple[str, str], tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    emails_soon = ["days=7", "warm_up_days=7", "interventions.pause_days=[2, 3]", "interventions.withheld=0"]
    here = write_run(load_scenario(tiny_file, emails_soon), tmp_path / "here", ["parquet"]).directory
    shutil.copytree(here, tmp_path / "there")
    emails = read_table(here, EVERY_RUN.tables["interventions"])["intervention_id"].to_pylist()[:3]
    experiment = read_table(here, EVERY_RUN.tables["experiments"])["experiment_id"][0].as_py()
    options = ("--interventions", ",".join(emails), "--experiments", experiment)
    for run, where in ((here, HERE), (tmp_path / "there", there)):
        assert answer(capsys, "counterfactuals", run, *options, *where).code == 0
    assert len(emails) == 3
    assert files_of(tmp_path / "there") == files_of(here)


@pytest.mark.parametrize(
    "command", ["compare FILE FILE", "sweep FILE --vary days=1,2 --out OUT", "counterfactuals RUN"]
)
def test_a_study_asks_the_cluster_that_is_named(
    command: str, tiny_file: Path, tiny_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places = {"FILE": str(tiny_file), "OUT": str(tmp_path / "out"), "RUN": str(tiny_run)}
    words = [places.get(word, word) for word in command.split()]
    told = "'here' is no address of a scheduler; it has the form tcp://HOST:PORT"
    assert mistake(capsys, *words, "--cluster", "here") == told
