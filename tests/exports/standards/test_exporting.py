"""A run is written in the formats of standards, by whose own validators it passes, and faults do not."""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import attrs
import pytest
import yaml

from simulation.cli.program import Exit
from simulation.events import SessionBooked
from simulation.execution.executors import InProcess
from simulation.exports.standards.exporting import export
from simulation.log import OBSERVABLE_FILE, read_log
from simulation.runs import changed_files, read_record, write_run
from simulation.runs.in_memory import load_run
from simulation.scenario import Region
from simulation.scenario.loading import load_scenario
from tests.command_line import answer, mistake
from tests.exports.standards import validators
from tests.run_files import files_of
from tests.scenarios import SCENARIOS

SCHEMA = Path(__file__).with_name("ocel20.schema.json")
FORMATS = {
    "frictionless": "datapackage.json",
    "odcs": "datacontract.odcs.yaml",
    "ocel-json": "event_log.jsonocel",
    "ocel-sqlite": "event_log.sqlite",
}


def _spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


# ---------------------------------------------------------------- on disk


@pytest.mark.parametrize("name", FORMATS)
def test_an_export_is_one_file_with_the_same_bytes_each_time_and_leaves_the_run_as_it_was(
    own_run: Path, name: str
) -> None:
    before = files_of(own_run)
    first = export(own_run, name).read_bytes()
    assert files_of(own_run) == {**before, FORMATS[name]: first}
    assert changed_files(own_run, read_record(own_run)) == []
    assert export(own_run, name, force=True).read_bytes() == first


def test_an_export_is_replaced_with_force_alone(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = export(own_run, "frictionless")
    told = mistake(capsys, "export", own_run, "--to", "frictionless", expected=Exit.EXISTS)
    assert told == f"{path}: exists; name another file, or replace it with --force"
    assert answer(capsys, "export", own_run, "--to", "frictionless", "--force") == (0, f"{path}\n", "")


def test_force_replaces_nothing_that_is_no_such_export(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = files_of(own_run)
    asked = ("export", own_run, "--to", "frictionless", "--out", own_run / "run.json", "--force")
    told = mistake(capsys, *asked, expected=Exit.EXISTS)
    assert "is no such export, so it stays" in told
    assert files_of(own_run) == before


def test_an_unknown_format_is_told_with_the_nearest_that_there_is(
    own_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = mistake(capsys, "export", own_run, "--to", "ocel-sqlit")
    allowed = ", ".join(FORMATS)
    assert told == f"--to: 'ocel-sqlit' is no format; did you mean ocel-sqlite? allowed are {allowed}"


def test_a_data_package_is_refused_where_it_could_not_name_its_files(
    own_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    elsewhere = tmp_path / "elsewhere" / "datapackage.json"
    told = mistake(capsys, "export", own_run, "--to", "frictionless", "--out", elsewhere)
    assert "beside or above the files it describes" in told
    assert not elsewhere.parent.exists()


@pytest.mark.parametrize("name", ["frictionless", "odcs"])
def test_files_that_were_changed_are_not_described(
    own_run: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (own_run / "sessions.csv").write_text("nothing\n")
    assert "sessions.csv is not as run.json says" in mistake(capsys, "export", own_run, "--to", name)
    assert not (own_run / FORMATS[name]).exists()


def test_a_damaged_log_leaves_no_export_behind(own_run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (own_run / "event_log.parquet").write_bytes(b"PAR1")
    before = files_of(own_run)
    assert "is not a whole Parquet file" in mistake(capsys, "export", own_run, "--to", "ocel-json")
    assert files_of(own_run) == before


@pytest.mark.parametrize("name", FORMATS)
def test_no_export_names_what_only_the_simulator_knows(own_run: Path, name: str) -> None:
    content = export(own_run, name).read_bytes()
    assert b"truth" not in content
    assert b"persona" not in content


def test_a_missing_library_is_told_with_what_installs_it(
    own_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    told = mistake(capsys, "export", own_run, "--to", "odcs")
    assert told == 'the format odcs needs PyYAML; install it with: pip install "tutoring-simulation[standards]"'


# ---------------------------------------------------------------- Frictionless

# A tutor whom sessions refer to: not everybody teaches.
WHO_TAUGHT = "who taught"


def test_frictionless_finds_the_package_and_its_files_in_order(own_run: Path) -> None:
    assert validators.of_data_package(export(own_run, "frictionless")) == set()


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("T0001", "X0001", "constraint-error"),
        ("True", "perhaps", "type-error"),
        ("T0002", "T0001", "primary-key"),
        (WHO_TAUGHT, "T9999", "foreign-key"),
        ("T0001", "T0001", "hash-count"),
    ],
)
def test_frictionless_catches_a_planted_fault(own_run: Path, old: str, new: str, fault: str) -> None:
    package = export(own_run, "frictionless")
    if old == new:
        _spoil(package, '"hash": "sha256:', '"hash": "sha256:00')
    else:
        named = load_run(own_run).tables["sessions"]["tutor_id"].iloc[0] if old == WHO_TAUGHT else old
        _spoil(own_run / "tutor_profiles.csv", named, new)
        described = json.loads(package.read_text("utf-8"))
        for resource in described["resources"]:
            del resource["hash"], resource["bytes"]  # so that the fault is found by itself
        package.write_text(json.dumps(described), "utf-8")
    assert fault in validators.of_data_package(package)


def test_a_data_package_says_which_columns_hold_json_objects_and_arrays(own_run: Path) -> None:
    package = json.loads(export(own_run, "frictionless").read_text("utf-8"))
    types = {
        (table["name"], field["name"]): field["type"]
        for table in package["resources"]
        for field in table["schema"]["fields"]
        if field["type"] in ("object", "array")
    }
    assert types == {
        ("engagement_events", "event_data"): "object",
        ("experiments", "variants"): "array",
        ("experiments", "target_segment"): "object",
        ("experiments", "secondary_metrics"): "array",
    }


# ---------------------------------------------------------------- Open Data Contract


def test_the_open_data_contract_says_which_texts_are_json(own_run: Path) -> None:
    contract = yaml.safe_load(export(own_run, "odcs").read_text("utf-8"))
    columns = {
        (table["name"], column["name"])
        for table in contract["schema"]
        for column in table["properties"]
        if column.get("logicalTypeOptions", {}).get("format") == "json"
    }
    names = ("variants", "target_segment", "secondary_metrics")
    assert columns == {("engagement_events", "event_data"), *(("experiments", name) for name in names)}


@pytest.mark.parametrize("server", ["csv", "parquet"])
def test_the_files_keep_the_open_data_contract(own_run: Path, server: str) -> None:
    assert validators.of_data_contract(export(own_run, "odcs"), server) == (True, [])


def test_the_open_data_contract_catches_planted_faults(own_run: Path) -> None:
    contract = export(own_run, "odcs")
    _spoil(own_run / "tutor_profiles.csv", load_run(own_run).tables["sessions"]["tutor_id"].iloc[0], "X0001")
    _, failed = validators.of_data_contract(contract, "csv")
    assert "Check that field tutor_id matches regex pattern ^(?:T[0-9]{4,})$" in failed
    assert "Check that field tutor_id has no values missing from tutor_profiles.tutor_id" in failed


# ---------------------------------------------------------------- OCEL


@pytest.mark.parametrize("name", ["ocel-json", "ocel-sqlite"])
def test_pm4py_reads_the_whole_log_and_discovers_the_process(own_run: Path, name: str) -> None:
    found = validators.of_ocel(export(own_run, name), SCHEMA)
    with closing(sqlite3.connect(export(own_run, "ocel-sqlite", own_run / "asked.sqlite"))) as database:
        (events,) = database.execute("SELECT count(*) FROM event").fetchone()
        objects = dict(database.execute("SELECT ocel_type, count(*) FROM object GROUP BY 1"))
        types = {kind for (kind,) in database.execute("SELECT DISTINCT ocel_type FROM event")}
    assert found["broken"] == []
    assert (found["events"], found["objects"]) == (events, objects)
    assert found["events"] > 100
    assert set(found["activities"]) == types
    assert {"session", "student", "tutor"} <= set(found["nets"])
    assert min(found["relations"], found["changes"], found["between_objects"]) > 0


@pytest.fixture(scope="module")
def coasts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two regions whose local times differ from UTC and from each other; to be read only."""
    regions = (Region(name="East", utc_offset_hours=-5.0), Region(name="West", utc_offset_hours=-8.0))
    scenario = attrs.evolve(load_scenario(SCENARIOS / "dev.toml", ["days=3", "warm_up_days=7"]), regions=regions)
    return write_run(scenario, tmp_path_factory.mktemp("coasts") / "run", ["csv"], executor=InProcess()).directory


@pytest.mark.parametrize("name", ["ocel-json", "ocel-sqlite"])
def test_pm4py_reads_the_log_of_several_regions(coasts: Path, tmp_path: Path, name: str) -> None:
    found = validators.of_ocel(export(coasts, name, tmp_path / FORMATS[name]), SCHEMA)
    assert found["broken"] == []
    assert found["events"] == read_record(coasts)["rows"]["event_log"]
    assert found["objects"]["tutor"] == 2 * 25


def test_all_moments_are_in_utc_whatever_a_regions_offset(coasts: Path, tmp_path: Path) -> None:
    booked = read_log(coasts / OBSERVABLE_FILE).events(SessionBooked).to_pylist()
    expected = {
        row["event_id"]: (row["region"], *(f"{time.isoformat()}Z" for time in (
            row["time_utc"], row["scheduled_start"] + timedelta(hours={1: 5, 2: 8}[row["region"]]),
        )))
        for row in booked
    }  # fmt: skip
    with closing(sqlite3.connect(export(coasts, "ocel-sqlite", tmp_path / "log.sqlite"))) as database:
        rows = database.execute("SELECT ocel_id, region, ocel_time, scheduled_start FROM event_session_booked")
        assert {id_: tuple(said) for id_, *said in rows} == expected
    assert {region for region, _, _ in expected.values()} == {1, 2}


def test_an_experiment_of_several_regions_is_one_object_with_the_events_of_all(coasts: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(export(coasts, "ocel-sqlite", tmp_path / "log.sqlite"))) as database:
        regions = database.execute(
            "SELECT ocel_object_id, group_concat(DISTINCT region) FROM event_experiment_started "
            "JOIN event_object ON ocel_event_id = ocel_id GROUP BY 1"
        ).fetchall()
        described = database.execute("SELECT count(*) FROM object_experiment WHERE ocel_changed_field IS NULL")
        assert described.fetchone() == (len(regions),)
    assert regions
    assert {told for _, told in regions} == {"1,2"}


def test_the_databases_keys_hold(own_run: Path) -> None:
    with closing(sqlite3.connect(export(own_run, "ocel-sqlite"))) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_session_changes_its_status_from_requested_on(own_run: Path) -> None:
    with closing(sqlite3.connect(export(own_run, "ocel-sqlite"))) as database:
        steps = database.execute(
            "SELECT ocel_time, ocel_changed_field, status FROM object_session WHERE status IS NOT NULL AND ocel_id = "
            "(SELECT min(ocel_id) FROM object_session WHERE status = 'completed') ORDER BY rowid"
        ).fetchall()
        (ended,) = database.execute(
            "SELECT ocel_time FROM event_session_completed JOIN event_object ON ocel_event_id = ocel_id "
            "WHERE ocel_object_id = (SELECT min(ocel_id) FROM object_session WHERE status = 'completed')"
        ).fetchone()
    assert [status for _, _, status in steps] == ["requested", "booked", "completed"]
    assert steps[0][:2] == ("1970-01-01T00:00:00Z", None)
    assert steps[-1][:2] == (ended, "status")


def test_pm4py_catches_a_database_without_a_declared_key(own_run: Path) -> None:
    path = export(own_run, "ocel-sqlite")
    with closing(sqlite3.connect(path)) as database:
        database.executescript(
            "CREATE TABLE copy AS SELECT * FROM event_login; DROP TABLE event_login; "
            "ALTER TABLE copy RENAME TO event_login"
        )
    broken = validators.of_ocel(path, SCHEMA)["broken"]
    assert {"const_18_primary_key_event_type_spec_tables", "const_23_foreign_key_event_type_specific"} <= set(broken)


def test_the_schema_catches_a_value_that_is_no_string(own_run: Path) -> None:
    path = export(own_run, "ocel-json")
    _spoil(path, '{"name":"region","value":"1"}', '{"name":"region","value":1}')
    assert validators.of_ocel(path, SCHEMA)["broken"] == ["the schema"]
