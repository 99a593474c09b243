"""Scenarios with names of their own: whatever takes a run takes theirs, and documents show what they are made of."""

import json
import re
import shutil
import tomllib
from collections import Counter
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from simulation.scenario.loading import load_scenario
from simulation.scenario.plain import dotted
from tests.command_line import answer
from tests.documents import ROOT
from tests.examples.conftest import OWN_WORDS, Command
from tests.exports.databases.conftest import postgresql_server, postgresql_url  # noqa: F401 -- fixtures
from tests.scenarios import SCENARIOS

GUIDE = ROOT / "docs" / "extending.md"
BLOCK = re.compile(r"^```toml file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SHOWN_COMMANDS = re.compile(r"^```sh example=own-words\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# A month of forty tutors takes too long for every command.
SMALL = ("--set", "days=10", "--set", "warm_up_days=14", "--set", "population.tutors=20", "--set",
         "demand.sessions_per_day=60")  # fmt: skip


def test_the_guide_shows_what_the_files_state() -> None:
    shown = BLOCK.findall(GUIDE.read_text("utf-8"))
    assert {file for file, _ in shown} == {"mentors.toml", "music.toml", "rest.toml"}
    for file, block in shown:
        text = (OWN_WORDS / "own_words" / file).read_text("utf-8")
        assert block in text or dotted(tomllib.loads(block)).items() <= dotted(tomllib.loads(text)).items()


def test_the_guide_s_command_lines_do_what_they_show(installed: Command, tmp_path: Path) -> None:
    for file in (OWN_WORDS / "own_words").glob("*.toml"):
        shutil.copy(file, tmp_path)
    lines = [line for block in SHOWN_COMMANDS.findall(GUIDE.read_text("utf-8")) for line in block.splitlines()]
    assert len(lines) == 6
    for line in lines:
        python, *words = line.split()
        assert python == "python"
        installed.python(*words, folder=tmp_path)
    assert (tmp_path / "runs" / "music.html").exists()


@pytest.mark.parametrize("name", ["mentors", "music", "rest"])
def test_an_installed_scenario_runs_and_keeps_every_rule(installed: Command, name: str, tmp_path: Path) -> None:
    file = installed.python("-c", f"import own_words; print(own_words.scenario('{name}'))").stdout.strip()
    assert str(OWN_WORDS) not in file
    installed("run", file, "--out", tmp_path / "run")
    assert "40 rules, 0 broken" in installed("check", tmp_path / "run").stdout
    column, table, wanted = {
        "mentors": ("persona", "truth/truth_tutors", "mentor"), "music": ("subject", "sessions", "Piano"),
        "rest": ("intervention_type", "interventions", "rest"),
    }[name]  # fmt: skip
    found = Counter(pq.read_table(tmp_path / "run" / f"{table}.parquet")[column].to_pylist())
    assert found[wanted] >= 3
    if name == "music":
        assert set(found) == {"Piano", "Violin", "Voice"}


# ---------------------------------------------------------------- the conservatory, in every command


@pytest.fixture(scope="module")
def conservatory(tmp_path_factory: pytest.TempPathFactory, without: Command) -> Path:
    """The directory of a small run of it."""
    directory = tmp_path_factory.mktemp("conservatory") / "run"
    without("run", "conservatory", *SMALL, "--out", directory)
    return directory


def test_it_has_names_of_all_kinds_that_production_has_not() -> None:
    own, usual = load_scenario("conservatory"), load_scenario("production")
    assert not set(own.subjects) & set(usual.subjects)
    assert not set(own.students.grade_levels) & set(usual.students.grade_levels)
    for names, others in (
        (own.population.personas, usual.population.personas), (own.students.personas, usual.students.personas),
        (own.sessions.connection.qualities, usual.sessions.connection.qualities),
        (own.interventions.kinds, usual.interventions.kinds),
    ):  # fmt: skip
        assert set(names) > set(others)


def test_it_keeps_every_rule_and_comes_out_the_same_again(
    conservatory: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "41 rules, 0 broken" in answer(capsys, "check", conservatory, "--rerun").out


@pytest.mark.parametrize("kind", ["postgresql", "duckdb", "sqlite"])
def test_it_loads_into_databases_with_every_constraint(
    conservatory: Path, kind: str, request: pytest.FixtureRequest, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = request.getfixturevalue("postgresql_url") if kind == "postgresql" else f"{kind}:///{tmp_path / 'run.db'}"
    code, _, err = answer(capsys, "load", conservatory, "--to", url, "--with-truth")
    assert code == 0, err
    if kind == "duckdb":
        with duckdb.connect(str(tmp_path / "run.db")) as database:
            with pytest.raises(duckdb.ConstraintException):
                database.execute("UPDATE sessions SET subject = 'Math'")
            (subjects,) = zip(*database.execute("SELECT DISTINCT subject FROM sessions").fetchall(), strict=True)
            assert set(subjects) == {"Piano", "Violin", "Voice"}


@pytest.mark.parametrize("standard", ["frictionless", "odcs", "ocel-json", "ocel-sqlite"])
def test_it_goes_to_each_standard(
    conservatory: Path, standard: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = Path(shutil.copytree(conservatory, tmp_path / "run"))
    before = {*run.iterdir()}
    code, _, err = answer(capsys, "export", run, "--to", standard)
    assert code == 0, err
    (written,) = {*run.iterdir()} - before
    if standard in {"frictionless", "odcs"}:
        text = written.read_text("utf-8")
        assert "Violin" in text
        assert "Programming" not in text


def test_its_people_are_looked_into_and_reported(
    conservatory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert answer(capsys, "timeline", conservatory, "T0001", "--with-truth").code == 0
    code, _, err = answer(capsys, "report", conservatory, "--out", tmp_path / "report.html")
    assert code == 0, err
    page = (tmp_path / "report.html").read_text("utf-8")
    assert "orchestra player" in page


def test_it_is_compared_swept_and_gone_on_with(
    conservatory: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = tmp_path / "more.toml"
    more.write_text('extends = "conservatory"\n[subjects]\nVoice.share = 9', "utf-8")
    usual = str(SCENARIOS / "conservatory.toml")
    found = answer(capsys, "compare", usual, more, "--replications", "2", "--json", "--workers", "1", *SMALL)
    assert found.code == 0, found.err
    assert len(json.loads(found.out)["runs"]["more"]["mean_rating"]) == 2
    swept = ("--vary", "subjects.Piano.share=1,9", "--out", tmp_path / "swept", "--workers", "1")
    assert answer(capsys, "sweep", usual, *swept, *SMALL).code == 0
    code, _, err = answer(capsys, "run", "--resume-from", conservatory, "--days", "2", "--out", tmp_path / "later")
    assert code == 0, err
    assert "40 rules, 0 broken" in answer(capsys, "check", tmp_path / "later").out


def test_its_interventions_have_counterfactuals(without: Command, conservatory: Path, tmp_path: Path) -> None:
    without("counterfactuals", conservatory, "--workers", "1")
    effects = pq.read_table(conservatory / "truth" / "truth_intervention_effects.parquet")
    sent = pq.read_table(conservatory / "interventions.parquet")
    assert len(effects) == 2 * len(sent) > 0


# ---------------------------------------------------------------- names that nobody has


UNUSED = """
[subjects.Lute]
share = 0
[students.grade_levels.Kindergarten]
share = 0
[population.personas.ghost]
like = "rock_star"
share = 0
[population.edge_cases.nobody]
share = 0
[students.personas.ghost]
like = "diligent"
share = 0
[sessions.connection.qualities.Dead]
rank = 9
[interventions.kinds.never]
priority = 1
condition = "avg_rating_7d < 0"
subject = "Never"
content = "Never."
"""


def test_what_nobody_has_changes_no_value_of_any_table(
    tiny_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unused = tmp_path / "unused.toml"
    unused.write_text(f'extends = "{tiny_file.as_posix()}"\n{UNUSED}', "utf-8")
    for name, scenario in (("without", tiny_file), ("with", unused)):
        code, _, err = answer(capsys, "run", scenario, "--out", tmp_path / name, "--format", "parquet")
        assert code == 0, err
    names = {path.relative_to(tmp_path / "with") for path in (tmp_path / "with").rglob("*.parquet")}
    assert len(names) >= 14
    for path in names:
        one, other = (pq.read_table(tmp_path / run / path).replace_schema_metadata() for run in ("without", "with"))
        assert one.equals(other), path
