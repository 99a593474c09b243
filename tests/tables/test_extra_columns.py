"""Columns that a run's vocabulary adds to tables, filled from its log without code of an extension."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pytest

from simulation.contract import contract_for
from simulation.contract.checks import check_table
from simulation.contract.vocabulary import ExtraColumn
from simulation.log import Log
from simulation.tables import reduce_log
from simulation.tables.files import read_table, write_table
from simulation.tables.snapshots import reduce_tutor_snapshots
from tests.hand_made_log import LogBuilder, at, merged

MOVES = ExtraColumn("sessions", "moves", "integer", "session_rescheduled")
MOVED = ExtraColumn("sessions", "moved", "boolean", "session_rescheduled")
MOVER = ExtraColumn("sessions", "moved_last_by", "string", "session_rescheduled", "initiated_by")
LAST_RATING = ExtraColumn("tutor_aggregates", "last_rating", "float", "session_completed", "student_rating", decimals=1)
DEVICE = ExtraColumn("tutor_profiles", "device", "string", "login", "device")
LESSONS = ExtraColumn("students", "lessons", "integer", "session_completed")
COLUMNS = (MOVES, MOVED, MOVER, LAST_RATING, DEVICE, LESSONS)


def with_columns(log: Log, *columns: ExtraColumn) -> Log:
    """The same events, in a log whose vocabulary has these columns."""
    vocabulary = attrs.evolve(log.metadata.vocabulary, columns=columns)
    return Log(log.table, attrs.evolve(log.metadata, vocabulary=vocabulary))


@pytest.fixture
def story(log: LogBuilder) -> Log:
    """Two sessions, of which one was moved twice; a tutor without any."""
    log.tutor("T0002").session("S000100", at(25, 15), student_rating=4.5)
    log.booking("S000200", at(26, 9)).moved(at(24), "S000200", at(26, 15)).moved(
        at(25), "S000200", at(27), by="student"
    )
    return log.held("S000200", at(27), student_rating=3.9).observable


def test_columns_have_the_last_value_or_the_number_of_a_rows_events(story: Log) -> None:
    tables = reduce_log(with_columns(story, *COLUMNS))
    sessions = tables["sessions"].select(["session_id", "moves", "moved", "moved_last_by"]).to_pylist()
    assert [tuple(row.values()) for row in sessions] == [("S000100", 0, False, None), ("S000200", 2, True, "student")]
    assert tables["tutor_aggregates"]["last_rating"].to_pylist() == [3.9]
    assert tables["tutor_profiles"]["device"].to_pylist() == [None, None]
    assert tables["students"]["lessons"].to_pylist() == [2]


def test_they_come_last_and_leave_all_others_as_they_were(story: Log) -> None:
    plain, extended = reduce_log(story), reduce_log(with_columns(story, *COLUMNS))
    for name, table in plain.items():
        assert extended[name].select(table.column_names) == table
        added = tuple(one.name for one in COLUMNS if one.table == name)
        assert tuple(extended[name].column_names) == (*table.column_names, *added)


def test_snapshots_of_aggregates_have_them_as_they_stood(story: Log) -> None:
    log = with_columns(story, LAST_RATING)
    end = log.metadata.window[1]
    snapshots = reduce_tutor_snapshots(log, [end - timedelta(days=4), end])
    assert snapshots["last_rating"].to_pylist() == [4.5, 3.9]


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_files_and_checks_have_them(story: Log, suffix: str, tmp_path: Path) -> None:
    log = with_columns(story, *COLUMNS)
    contract = contract_for(log.metadata.vocabulary)
    for name, table in reduce_log(log).items():
        assert check_table(table, contract.tables[name]) == []
        write_table(table, contract.tables[name], tmp_path, [suffix])
        assert read_table(tmp_path, contract.tables[name]) == table


def test_values_are_rounded_as_stored_and_an_empty_text_is_null(log: LogBuilder) -> None:
    log.session("S000100", at(25, 15), overall_sentiment=0.3456)
    feeling = ExtraColumn("sessions", "feeling", "float", "session_completed", "overall_sentiment", decimals=2)
    table = with_columns(log.observable, feeling)
    assert reduce_log(table)["sessions"]["feeling"].to_pylist() == [0.35]
    place = table.schema.get_field_index("connection_quality")
    empty = pa.array([""] * len(table), pa.string())
    silent = Log(table.table.set_column(place, "connection_quality", empty), table.metadata)
    line = ExtraColumn("sessions", "line", "string", "session_completed", "connection_quality")
    assert reduce_log(with_columns(silent, line))["sessions"]["line"].to_pylist() == [None]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"field": "mood"}, "the log has no string mood, of which sessions.moved_last_by is made"),
        ({"type": "integer"}, "the log has no integer initiated_by"),
    ],
)
def test_a_field_that_the_log_lacks_is_named(story: Log, change: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        reduce_log(with_columns(story, attrs.evolve(MOVER, **change)))


def test_events_of_an_unknown_type_did_not_happen(story: Log) -> None:
    column = attrs.evolve(MOVED, event="session_disturbed")
    assert reduce_log(with_columns(story, column))["sessions"]["moved"].to_pylist() == [False, False]


def test_regions_have_them_each_for_its_own_rows(log_of: Callable[..., LogBuilder]) -> None:
    first = log_of(region=1).tutor("T0001").student("U00001").session("S000100", at(25, 15))
    second = (
        log_of(region=2)
        .tutor("T2001")
        .student("U20001")
        .session("S200100", at(26, 15), tutor="T2001", student="U20001")
    )
    log = with_columns(merged(first.observable, second.observable), LAST_RATING, LESSONS)
    tables = reduce_log(log)
    assert tables["students"]["lessons"].to_pylist() == [1, 1]
    assert tables["tutor_aggregates"].schema == contract_for(log.metadata.vocabulary).tables["tutor_aggregates"].schema
