"""All tables of a run together."""

from collections.abc import Callable

import pyarrow as pa
import pytest

from simulation.contract import EVERY_RUN, TABLE_NAMES, is_truth
from simulation.contract.checks import check_references, check_table
from simulation.events import (
    EmailOpened,
    ExperimentCompleted,
    Login,
    StudentChurned,
    StudentTraitsDrawn,
    TutorLeft,
    TutorStateRecorded,
    TutorTraitsDrawn,
)
from simulation.events import InterventionOutcomeDrawn as OutcomeDrawn
from simulation.log import Log
from simulation.tables import reduce_log
from tests.hand_made_log import LogBuilder, at

NO_OFFSETS = (0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.08, 3.0)
DOCUMENTED = [name for name in TABLE_NAMES if not is_truth(name)]


@pytest.fixture
def month(log: LogBuilder) -> LogBuilder:
    """A month in which a little of everything happens, and two weeks that follow."""
    log.tutor("T0002").tutor("T0003", active=False).student("U00002", joined=at(2)).close_window_at_end()
    for n, persona in enumerate(("solid_performer", "burned_out_veteran", "unclassified"), start=1):
        log.event(0, TutorTraitsDrawn(f"T000{n}", persona, None, *NO_OFFSETS, tipping_day=None))
    for n in (1, 2):
        log.event(max(0, at(2) * (n - 1)), StudentTraitsDrawn(f"U0000{n}", "keen", *[0.0] * 7))
    for day in range(-20, 40):
        tutor, student = ("T0001", "U00001") if day % 2 or day < 3 else ("T0002", "U00002")
        session = f"S{student[1:]}{day + 20:04d}"
        if day == 5:
            log.no_show(session, at(day, 17), "tutor", tutor=tutor, student=student)
        else:
            log.session(session, at(day, 17), booked=max(0, at(day - 2)), tutor=tutor, student=student)
        log.event(at(day, 8), Login(tutor, "web", "192.0.2.7"))
    log.session("S000010099", at(29, 23, 40)).event(at(29, 22), StudentChurned("U00002", None))
    log.intervention("INT000101", at(11)).event(at(12), EmailOpened("T0001", "INT000101"))
    log.event(at(11), OutcomeDrawn("T0001", "INT000101", "success", 0.1, 2)).event(at(33), TutorLeft("T0002"))
    log.experiment("EXP001", at(-4)).event(at(10), ExperimentCompleted("EXP001"))
    log.assigned("EXP001", "T0001", "control", at(-3), exposed=at(-2))
    log.assigned("EXP001", "T0002", "coaching", at(-3), exposed=at(-2), converted=at(1))
    for tutor in ("T0001", "T0002"):
        log.event(at(30), TutorStateRecorded(tutor, 0.5, 0.5, 0.0, 0.0, 0.04))
    return log


def documented(log: Log) -> dict[str, pa.Table]:
    return reduce_log(log)


def test_documented_tables_are_made_of_the_observable_part_alone(month: LogBuilder) -> None:
    assert list(documented(month.observable)) == DOCUMENTED


def test_truth_tables_come_with_the_truth_in_the_contracts_order(month: LogBuilder) -> None:
    assert list(reduce_log(month.observable, month.truth)) == list(TABLE_NAMES)


def test_the_truth_part_changes_no_documented_table(month: LogBuilder) -> None:
    tables = reduce_log(month.observable, month.truth)

    assert {name: tables[name] for name in DOCUMENTED} == documented(month.observable)


def test_tables_are_as_the_contract_says(month: LogBuilder) -> None:
    tables = reduce_log(month.observable, month.truth)

    assert {name: table.schema for name, table in tables.items()} == {
        name: contract.schema for name, contract in EVERY_RUN.tables.items()
    }
    assert [fault for name, table in tables.items() for fault in check_table(table, EVERY_RUN.tables[name])] == []
    assert check_references(tables) == []
    assert all(len(table) for table in tables.values())


def test_of_an_empty_log_are_empty_and_have_all_columns(log_of: Callable[..., LogBuilder]) -> None:
    nothing = log_of()

    tables = reduce_log(nothing.observable, nothing.truth)

    assert list(tables) == list(TABLE_NAMES)
    for name, table in tables.items():
        assert table.schema == EVERY_RUN.tables[name].schema
        assert len(table) == 0


def test_of_tutors_whom_nothing_happens_to_are_profiles_alone(log: LogBuilder) -> None:
    sizes = {name: len(table) for name, table in documented(log.observable).items() if len(table)}

    assert sizes == {"tutor_profiles": 1}


def test_what_follows_the_window_changes_no_documented_table(month: LogBuilder) -> None:
    """Whether it is told in the truth part, or in a log that goes on."""
    told_apart = documented(month.observable)
    month._follow_up = False

    assert documented(month.observable) == told_apart


@pytest.mark.parametrize("rows_at_once", [1, 7])
def test_how_the_log_was_cut_into_chunks_changes_no_table(month: LogBuilder, rows_at_once: int) -> None:
    whole, truth = month.observable, month.truth

    def cut(log: Log) -> Log:
        return Log(pa.Table.from_batches(log.table.to_batches(max_chunksize=rows_at_once)), log.metadata)

    assert reduce_log(cut(whole), cut(truth)) == reduce_log(whole, truth)


def test_tables_come_in_one_piece(month: LogBuilder) -> None:
    for table in reduce_log(month.observable, month.truth).values():
        assert all(column.num_chunks == 1 for column in table.columns)
