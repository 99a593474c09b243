"""A run's directory: what is in it, that it is the same every time, and that tables follow from the log alone."""

import hashlib
import shutil
from pathlib import Path

import attrs
import pyarrow.parquet as pq
import pytest

import simulation
from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.log import OBSERVABLE_FILE, SCHEMA_VERSION, TRUTH_FILE, Log, LogMetadata, read_log
from simulation.runs import RunDirError, changed_files, read_record, reduce_run, write_run
from simulation.runs.states import state_file
from simulation.scenario import Scenario
from simulation.scenario.loading import resolved, scenario_digest
from simulation.tables.files import read_table
from tests.run_files import files_of, lasting

DOCUMENTED = [name for name in TABLE_NAMES if not is_truth(name)]
OF_TRUTH = [name for name in TABLE_NAMES if is_truth(name)]


# ---------------------------------------------------------------- what is in it


def test_a_run_has_its_log_every_table_in_both_formats_and_run_json(tiny_run: Path) -> None:
    tables = {f"{name}.{suffix}" for name in DOCUMENTED for suffix in ("csv", "parquet")}
    truth = {f"truth/{name}.{suffix}" for name in OF_TRUTH for suffix in ("csv", "parquet")}
    assert set(files_of(tiny_run)) == {"run.json", OBSERVABLE_FILE, TRUTH_FILE, state_file(1)} | tables | truth


def test_run_json_says_what_was_simulated(tiny_run: Path, tiny_scenario: Scenario) -> None:
    record = read_record(tiny_run)
    assert record["schema_version"] == SCHEMA_VERSION
    assert record["version"] == simulation.__version__
    assert record["scenario_name"] == "tiny"
    assert record["seed"] == tiny_scenario.seed
    assert record["scenario"] == resolved(tiny_scenario)
    assert record["scenario_digest"] == scenario_digest(tiny_scenario)
    assert (record["window_start"], record["window_end"]) == ("2026-01-05T00:00:00", "2026-01-12T00:00:00")
    assert set(record["timings"]) == {"simulate", "reduce", "write", "digest"}
    assert all(seconds >= 0 for seconds in record["timings"].values())


def test_run_json_counts_the_rows_of_tables_and_log(tiny_run: Path) -> None:
    rows = read_record(tiny_run)["rows"]
    assert list(rows) == [*TABLE_NAMES, "event_log", "truth/event_log"]
    for name, contract in EVERY_RUN.tables.items():
        assert rows[name] == len(read_table(tiny_run / "truth" if contract.truth else tiny_run, contract))
    assert rows["event_log"] == len(read_log(tiny_run / OBSERVABLE_FILE).table)
    assert rows["truth/event_log"] == len(read_log(tiny_run / TRUTH_FILE, truth=True).table)
    assert rows["sessions"] > 0


def test_run_json_has_the_digest_of_every_other_file(tiny_run: Path) -> None:
    others = {name: hashlib.sha256(content).hexdigest() for name, content in files_of(tiny_run).items()}
    del others["run.json"]
    assert read_record(tiny_run)["files"] == dict(sorted(others.items()))


def test_files_carry_where_they_come_from(tiny_run: Path) -> None:
    log = read_log(tiny_run / OBSERVABLE_FILE)
    assert (log.metadata.scenario, log.metadata.seed) == ("tiny", 7)
    assert "personas" not in log.metadata.vocabulary.to_plain()
    for name in (OBSERVABLE_FILE, "sessions.parquet", "truth/truth_tutors.parquet"):
        assert LogMetadata.from_arrow(pq.read_schema(tiny_run / name).metadata) == log.metadata
    truth = read_log(tiny_run / TRUTH_FILE, truth=True).metadata
    assert (truth.observable(), len(truth.vocabulary.personas)) == (log.metadata, 6)


def test_formats_are_those_asked_for(tiny_scenario: Scenario, tmp_path: Path) -> None:
    summary = write_run(tiny_scenario, tmp_path / "run", ["csv"])
    assert {name for name in files_of(tmp_path / "run") if name.endswith(".parquet")} == {OBSERVABLE_FILE, TRUTH_FILE}
    assert summary.directory == tmp_path / "run"
    assert summary.record == read_record(tmp_path / "run")


def test_whoever_looks_on_is_told_of_every_day(tiny_scenario: Scenario, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_run(tiny_scenario, tmp_path / "run", ["csv"], on_day=lambda done, total: told.append((done, total)))
    days = tiny_scenario.warm_up_days + tiny_scenario.days
    assert told[-1] == (days, days)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


# ---------------------------------------------------------------- the same every time


def test_two_runs_of_a_scenario_are_the_same_bytes(tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path) -> None:
    write_run(tiny_scenario, tmp_path / "again", on_day=lambda _done, _total: None)
    assert lasting(tmp_path / "again") == lasting(tiny_run)


def test_another_seed_is_another_run(tiny_run: Path, tiny_scenario: Scenario, tmp_path: Path) -> None:
    write_run(attrs.evolve(tiny_scenario, seed=8), tmp_path / "other")
    before, after = files_of(tiny_run), files_of(tmp_path / "other")
    assert before.keys() == after.keys()
    for name in ("run.json", OBSERVABLE_FILE, TRUTH_FILE, "sessions.csv", "sessions.parquet", "tutor_profiles.csv"):
        assert before[name] != after[name]


# ---------------------------------------------------------------- never half a run, never someone else's


def test_parents_are_made(tiny_scenario: Scenario, tmp_path: Path) -> None:
    write_run(tiny_scenario, tmp_path / "some" / "where" / "run", ["csv"])
    assert (tmp_path / "some" / "where" / "run" / "run.json").exists()


def test_nothing_lies_beside_a_complete_run(tiny_run: Path) -> None:
    assert [path.name for path in tiny_run.parent.iterdir()] == ["run"]


def test_a_run_that_exists_is_kept(own_run: Path, tiny_scenario: Scenario) -> None:
    before = files_of(own_run)
    with pytest.raises(RunDirError, match=f"^{own_run}: exists; .* --force$"):
        write_run(tiny_scenario, own_run)
    assert files_of(own_run) == before


def test_a_run_that_exists_is_replaced_as_a_whole_with_force(own_run: Path, tiny_scenario: Scenario) -> None:
    write_run(attrs.evolve(tiny_scenario, seed=8), own_run, ["csv"], force=True)
    assert read_record(own_run)["seed"] == 8
    assert not (own_run / "sessions.parquet").exists()
    assert changed_files(own_run, read_record(own_run)) == []
    assert [path.name for path in own_run.parent.iterdir()] == [own_run.name]


def test_a_link_to_a_run_stays_a_link(own_run: Path, tiny_scenario: Scenario, tmp_path: Path) -> None:
    link = tmp_path / "latest"
    link.symlink_to(own_run)
    write_run(attrs.evolve(tiny_scenario, seed=8), link, ["csv"], force=True)
    assert link.is_symlink()
    assert read_record(own_run)["seed"] == 8


@pytest.mark.parametrize("content", [None, "", "{}", '{"name": "something else"}', "[1]"])
def test_a_directory_that_is_no_run_is_kept_even_with_force(
    tiny_scenario: Scenario, tmp_path: Path, content: str | None
) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.txt").write_text("years of work")
    if content is not None:
        (tmp_path / "thesis" / "run.json").write_text(content)
    before = files_of(tmp_path)
    with pytest.raises(RunDirError, match=r"thesis: exists and is no run, so it stays"):
        write_run(tiny_scenario, tmp_path / "thesis", force=True)
    assert files_of(tmp_path) == before


def test_a_run_that_fails_leaves_what_was_there(
    own_run: Path, tiny_scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files_of(own_run.parent)

    renamed = Path.rename

    def rename(path: Path, target: Path) -> None:
        if path.name.endswith(".partial"):
            raise PermissionError(13, "Permission denied")
        renamed(path, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(RunDirError, match="cannot be written: Permission denied"):
        write_run(attrs.evolve(tiny_scenario, seed=8), own_run, force=True)
    assert files_of(own_run.parent) == before


# ---------------------------------------------------------------- tables from the log alone


def test_tables_made_again_are_the_same_bytes(own_run: Path) -> None:
    before = files_of(own_run)
    for path in own_run.rglob("*"):
        if path.suffix in (".csv", ".parquet") and "event_log" not in path.name:
            path.unlink()
    reduce_run(own_run)
    assert files_of(own_run) == before


def test_tables_that_are_there_are_replaced(own_run: Path) -> None:
    before = files_of(own_run)
    (own_run / "sessions.csv").write_text("nonsense")
    assert changed_files(own_run, read_record(own_run)) == ["sessions.csv is not as run.json says"]
    reduce_run(own_run)
    assert files_of(own_run) == before


def test_the_log_is_all_it_takes(tiny_run: Path, tmp_path: Path) -> None:
    shutil.copy(tiny_run / OBSERVABLE_FILE, tmp_path)
    reduce_run(tmp_path)
    made = files_of(tmp_path)
    assert set(made) == {OBSERVABLE_FILE, *(f"{name}.{suffix}" for name in DOCUMENTED for suffix in ("csv", "parquet"))}
    assert all(content == (tiny_run / name).read_bytes() for name, content in made.items())


def test_tables_come_in_the_formats_that_they_had_or_those_asked_for(own_run: Path) -> None:
    before = files_of(own_run)
    reduce_run(own_run, ["csv"])
    assert not (own_run / "sessions.parquet").exists()
    assert changed_files(own_run, read_record(own_run)) == []
    reduce_run(own_run)
    assert not (own_run / "sessions.parquet").exists()
    reduce_run(own_run, ["csv", "parquet"])
    assert files_of(own_run) == before


def test_run_json_follows_the_tables_and_still_vouches_for_the_log_as_simulated(own_run: Path) -> None:
    record = read_record(own_run)
    log = read_log(own_run / OBSERVABLE_FILE)
    shorter = Log(log.table.filter(log.table["event_type"].to_numpy() != "login"), log.metadata)
    pq.write_table(shorter.table.replace_schema_metadata(log.metadata.to_arrow()), own_run / OBSERVABLE_FILE)
    reduce_run(own_run)
    changed = read_record(own_run)
    assert changed["rows"]["engagement_events"] < record["rows"]["engagement_events"]
    assert changed["files"][OBSERVABLE_FILE] == record["files"][OBSERVABLE_FILE]
    assert changed_files(own_run, changed) == [f"{OBSERVABLE_FILE} is not as run.json says"]


def test_files_that_changed_or_went_are_named(own_run: Path) -> None:
    record = read_record(own_run)
    assert changed_files(own_run, record) == []
    (own_run / "students.csv").unlink()
    (own_run / "experiments.csv").write_text("")
    assert changed_files(own_run, record) == ["experiments.csv is not as run.json says", "students.csv is missing"]
