"""A run.json that was edited by hand: one line says which entry is wrong, in every command that reads it."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from simulation.log import SCHEMA_VERSION
from simulation.runs import RunDirError, read_record, write_run
from simulation.runs.record import ENTRIES
from simulation.scenario import Scenario
from tests.command_line import answer, mistake
from tests.run_files import files_of

REQUIRED = [key for key, entry in ENTRIES.items() if not entry.optional]
READERS = [
    ("reduce", "RUN"),
    ("reduce", "RUN", "--snapshots", "daily"),
    ("check", "RUN"),
    ("check", "RUN", "--rerun"),
    ("validate", "RUN"),
    ("counterfactuals", "RUN"),
    ("agents", "RUN"),
    ("report", "RUN"),
    ("run", "--resume-from", "RUN", "--out", "OUT"),
    ("load", "RUN", "--to", "sqlite:///OUT"),
    ("export", "RUN", "--to", "frictionless"),
]
SIMULATING = [
    ("check", "RUN"),
    ("check", "RUN", "--rerun"),
    ("validate", "RUN"),
    ("counterfactuals", "RUN"),
    ("run", "--resume-from", "RUN", "--out", "OUT"),
]
WRONG: dict[str, Any] = {
    "schema_version": 1, "version": "0.1\n0", "scenario_name": "\ud800", "seed": "7", "scenario_digest": "abc",
    "region": 0, "window_start": "2026-01-05", "window_end": "2026-01-04T00:00:00", "rows": [],
    "files": {"sessions.csv": 3}, "scenario": "tiny", "timings": {"simulate": "long"}, "warnings": "none",
    "extensions": {"lamps": {"version": "1.0"}},
}  # fmt: skip


def edit(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    record = json.loads((run / "run.json").read_text("utf-8"))
    change(record)
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")


def placed(command: tuple[str, ...], run: Path) -> list[str]:
    """A command with its run, and with a file beside it to write to."""
    return [word.replace("RUN", str(run)).replace("OUT", str(run.parent / "out")) for word in command]


@pytest.mark.parametrize("key", REQUIRED)
def test_an_entry_that_is_missing_is_named(capsys: pytest.CaptureFixture[str], own_run: Path, key: str) -> None:
    edit(own_run, lambda record: record.pop(key))
    missing = f"{key} is missing; it is {ENTRIES[key].allowed}"
    said = "is no run.json of ours" if key == "schema_version" else missing
    assert mistake(capsys, "agents", own_run) == f"{own_run}/run.json: {said}"


@pytest.mark.parametrize("key", ENTRIES)
def test_an_entry_that_is_not_what_it_may_be_is_named(
    capsys: pytest.CaptureFixture[str], own_run: Path, key: str
) -> None:
    edit(own_run, lambda record: record.update({key: WRONG[key]}))
    said = mistake(capsys, "agents", own_run)
    if key == "schema_version":
        assert said == f'{own_run}/run.json: has schema version 1; this version reads "{SCHEMA_VERSION}"'
    else:
        assert said.startswith(f"{own_run}/run.json: {key}")
        assert "; allowed is " in said


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_every_command_that_reads_it_says_so_and_changes_nothing(
    capsys: pytest.CaptureFixture[str], own_run: Path, command: tuple[str, ...]
) -> None:
    edit(own_run, lambda record: record.pop("window_end"))
    before = files_of(own_run.parent)
    said = mistake(capsys, *placed(command, own_run))
    assert said == f"{own_run}/run.json: window_end is missing; it is {ENTRIES['window_end'].allowed}"
    assert files_of(own_run.parent) == before


@pytest.mark.parametrize("command", SIMULATING, ids=" ".join)
@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda scenario: scenario.update(days="7"), 'days is "7"; allowed is a whole number from 1 to 1095 (days)'),
        (lambda scenario: scenario["churn"].update(high_rsk=0.6), "churn.high_rsk is not a known key (did you mean "),
        (lambda scenario: scenario.update(churn=[]), "churn is []; it is a section, with keys of its own"),
    ],
    ids=["type", "key", "section"],
)
def test_a_scenario_that_is_none_is_one_line_wherever_it_is_needed(
    capsys: pytest.CaptureFixture[str],
    own_run: Path,
    command: tuple[str, ...],
    change: Callable[[dict[str, Any]], object],
    said: str,
) -> None:
    edit(own_run, lambda record: change(record["scenario"]))
    assert mistake(capsys, *placed(command, own_run)).startswith(f"{own_run}/run.json: {said}")


@pytest.mark.parametrize("command", ["check", "validate"])
@pytest.mark.parametrize("section", ["churn", "interventions", "ledger"])
def test_what_the_scenario_does_not_state_has_its_default(
    capsys: pytest.CaptureFixture[str], own_run: Path, command: str, section: str
) -> None:
    expected = answer(capsys, command, own_run)
    edit(own_run, lambda record: record["scenario"].pop(section))
    assert answer(capsys, command, own_run) == expected


def test_a_byte_order_mark_is_no_part_of_it(own_run: Path) -> None:
    record = read_record(own_run)
    path = own_run / "run.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert read_record(own_run) == record


def test_a_region_that_the_scenario_does_not_have_is_one_line(
    capsys: pytest.CaptureFixture[str], tiny_scenario: Scenario, tmp_path: Path
) -> None:
    (region,) = tiny_scenario.regions
    two = attrs.evolve(tiny_scenario, regions=(region, attrs.evolve(region, name="another")))
    run = write_run(two, tmp_path / "run", ["parquet"], only_region=2).directory
    edit(run, lambda record: record.pop("region"))
    said = mistake(capsys, "counterfactuals", run)
    assert said == f"{run}/run.json: its scenario has 1 region; the log has one of number 2"


def test_a_table_without_its_rows_cannot_be_loaded(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    edit(own_run, lambda record: record["rows"].pop("sessions"))
    said = mistake(capsys, "load", own_run, "--to", f"sqlite:///{own_run.parent / 'out'}")
    assert said == f"{own_run}/run.json: rows.sessions is missing; `reduce` counts them again"
    assert answer(capsys, "reduce", own_run).code == 0
    assert "sessions" in read_record(own_run)["rows"]


@pytest.mark.parametrize("end", ["2026-01-05T00:00:00", "2029-01-05T00:00:00"])
def test_a_window_is_neither_empty_nor_longer_than_any_may_be(
    capsys: pytest.CaptureFixture[str], own_run: Path, end: str
) -> None:
    edit(own_run, lambda record: record.update(window_end=end))
    said = mistake(capsys, "check", own_run)
    assert said == f'{own_run}/run.json: window_end is "{end}"; allowed is up to 1095 days after window_start'


@pytest.mark.parametrize("name", ["../thesis.csv", "/thesis.csv", "truth/../../thesis.csv", "x" * 300])
def test_no_file_outside_the_run_is_taken_for_one_of_its_tables(
    capsys: pytest.CaptureFixture[str], own_run: Path, name: str
) -> None:
    (own_run.parent / "thesis.csv").write_text("years of work")
    edit(own_run, lambda record: record["files"].update({name: "0" * 64}))
    assert ": files is a table; allowed is a table of digests by file in the run" in mistake(capsys, "reduce", own_run)
    assert (own_run.parent / "thesis.csv").is_file()


# ---------------------------------------------------------------- whatever JSON can say

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(key=st.sampled_from([*ENTRIES, "anything else"]), inside=st.booleans(), name=st.text(), value=ANYTHING)
@example(key="rows", inside=True, name="a\nb", value="many")
def test_whatever_an_entry_is_changed_to_it_is_read_or_refused_in_one_line(
    tiny_run: Path, tmp_path_factory: pytest.TempPathFactory, key: str, inside: bool, name: str, value: Any
) -> None:
    run = tmp_path_factory.mktemp("edited")
    record = deepcopy(read_record(tiny_run))
    if inside and isinstance(record.get(key), dict):
        record[key][name] = value
    else:
        record[key] = value
    (run / "run.json").write_text(json.dumps(record), encoding="utf-8")
    said = refusal_of(run)
    assert said is None or (said.startswith(f"{run}/run.json: ") and len(said.splitlines()) == 1 and said.encode())


def refusal_of(run: Path) -> str | None:
    try:
        read_record(run)
    except RunDirError as refused:
        return str(refused)
    return None
