"""The contract as it is read: tables, columns and the log."""

import attrs
import pyarrow as pa
import pytest

from simulation.contract import COLUMN_TYPES, EVERY_RUN, TABLE_NAMES, Column, Table, contract_for, is_truth
from simulation.contract.vocabulary import ExtraColumn, Vocabulary, VocabularyError
from simulation.events import OBSERVABLE, fields
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA
from simulation.scenario import Scenario
from simulation.scenario.vocabulary import vocabulary_of

TABLES = [*EVERY_RUN.tables.values(), *EVERY_RUN.requested.values()]
COLUMNS = [(table, column) for table in TABLES for column in table.columns]


def test_the_documented_tables_and_those_of_the_truth_are_there() -> None:
    documented = [name for name in TABLE_NAMES if not is_truth(name)]
    assert documented == [
        "tutor_profiles", "sessions", "students", "tutor_aggregates", "engagement_events", "interventions",
        "experiments", "experiment_assignments",
    ]  # fmt: skip
    truth = [name for name in TABLE_NAMES if is_truth(name)]
    assert truth == ["truth_tutors", "truth_students", "truth_interventions", "truth_tutor_outcomes"]


def test_enums_are_the_names_of_a_run() -> None:
    names = Vocabulary(
        subjects=("Piano", "Violin"), grade_levels=("Grown-up",), connection_qualities=("Dim",),
        intervention_types=("call",), personas=("star",), edge_cases=("owl",), student_personas=("shy",),
    )  # fmt: skip
    contract = contract_for(names)
    for place, enum in {
        "tutor_profiles.primary_subject": ("Piano", "Violin"), "sessions.subject": ("Piano", "Violin"),
        "sessions.grade_level": ("Grown-up",), "students.grade_level": ("Grown-up",),
        "sessions.connection_quality": ("Dim",), "interventions.intervention_type": ("call",),
        "truth_tutors.persona": ("star",), "truth_students.persona": ("shy",),
    }.items():  # fmt: skip
        table, column = place.split(".")
        assert contract.table(table).column(column).enum == enum
    assert contract.table("tutor_profiles").column("subjects_taught").list_of == ("Piano", "Violin")
    assert contract.table("truth_tutors").column("edge_cases").list_of == ("owl",)
    assert contract_for(attrs.evolve(names)) is contract


def test_without_names_whatever_is_named_is_allowed() -> None:
    seen = contract_for(Vocabulary(personas=("star",)).observable())
    assert seen.table("truth_tutors").column("persona").enum == ()


def test_all_but_names_and_extra_columns_is_the_contract_of_every_run() -> None:
    for table in contract_for(vocabulary_of(Scenario())).tables.values():
        every = EVERY_RUN.table(table.name)
        assert (table.schema, table.key, table.ref, table.truth) == (every.schema, every.key, every.ref, every.truth)
        assert is_truth(table.name) == table.truth


def test_columns_of_extensions_come_last_and_are_marked() -> None:
    column = ExtraColumn("tutor_aggregates", "outages", "integer", "video_outage", description="how many")
    contract = contract_for(Vocabulary(columns=(column,)))
    for name in ("tutor_aggregates", "tutor_snapshots"):
        assert contract.table(name).columns[:-1] == EVERY_RUN.table(name).columns
        assert contract.table(name).columns[-1] == Column("outages", "integer", extra=True, description="how many")
    assert contract.table("sessions").schema == EVERY_RUN.table("sessions").schema


@pytest.mark.parametrize("name", ["churn_probability", "as_of"])
def test_an_extension_adds_no_column_that_is_there(name: str) -> None:
    column = ExtraColumn("tutor_aggregates", name, "integer", "video_outage")
    with pytest.raises(VocabularyError, match=f"an extension adds the column {name}, which tutor_"):
        contract_for(Vocabulary(columns=(column,)))


def test_tables_on_request_are_no_tables_of_every_run() -> None:
    assert not EVERY_RUN.requested.keys() & EVERY_RUN.tables.keys()
    assert [EVERY_RUN.table(table.name) for table in TABLES] == TABLES
    with pytest.raises(KeyError):
        EVERY_RUN.table("moods")


def test_a_table_that_extends_another_has_its_columns_after_its_own() -> None:
    assert EVERY_RUN.requested["tutor_snapshots"].columns[1:] == EVERY_RUN.tables["tutor_aggregates"].columns


def test_a_column_is_read_with_all_that_is_declared() -> None:
    assert EVERY_RUN.tables["sessions"].column("empathy_score") == Column(
        "empathy_score", "float", nullable=True, low=1, high=10, decimals=2
    )
    chronotype = EVERY_RUN.tables["tutor_profiles"].column("chronotype")
    assert chronotype == Column("chronotype", "string", enum=("morning", "evening"), extra=True)
    assert EVERY_RUN.tables["students"].column("student_id").pattern == "U[0-9]{5,}"


def test_a_schema_has_the_columns_in_order_with_their_types() -> None:
    assert EVERY_RUN.tables["experiment_assignments"].schema == pa.schema(
        [
            pa.field("experiment_id", pa.string(), nullable=False),
            pa.field("tutor_id", pa.string(), nullable=False),
            pa.field("variant", pa.string(), nullable=False),
            pa.field("assigned_at", pa.timestamp("s"), nullable=False),
            pa.field("exposed_at", pa.timestamp("s")),
            pa.field("converted_at", pa.timestamp("s")),
            pa.field("conversion_value", pa.float64()),
        ]
    )


def test_a_column_that_is_not_there_is_not_made_up() -> None:
    with pytest.raises(KeyError):
        EVERY_RUN.tables["sessions"].column("mood")


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=lambda part: str(part.name))
def test_a_columns_declaration_makes_sense(table: Table, column: Column) -> None:
    assert column.type in COLUMN_TYPES
    assert table.column_names.count(column.name) == 1
    assert (column.low is None) == (column.high is None)
    if column.low is not None and column.high is not None:
        assert column.type in ("integer", "float")
        assert column.low < column.high
    if column.decimals is not None or column.type == "float":
        assert (column.type, column.decimals is None) == ("float", False)


@pytest.mark.parametrize("table", EVERY_RUN.tables.values(), ids=lambda table: str(table.name))
def test_a_tables_key_and_references_name_columns(table: Table) -> None:
    assert set(table.key) <= set(table.column_names)
    assert not any(table.column(name).nullable for name in table.key)
    for column, target in table.ref.items():
        other, key = target.split(".")
        assert EVERY_RUN.tables[other].column(key).type == table.column(column).type


@pytest.mark.parametrize("table", EVERY_RUN.tables.values(), ids=lambda table: str(table.name))
def test_further_columns_come_after_the_documented_ones(table: Table) -> None:
    further = [column.extra for column in table.columns]
    assert further == sorted(further)


def test_the_log_begins_with_the_promised_columns() -> None:
    for schema in (OBSERVABLE_SCHEMA, TRUTH_SCHEMA):
        promised = [column.name for column in EVERY_RUN.event_log.columns]
        assert schema.names[: len(promised)] == promised


def test_payloads_hold_nothing_that_a_reduction_can_derive() -> None:
    derived = {"is_first_session", "reschedule_count", "last_login", "significance", "engagement_before", "winner"}
    assert not derived & set(OBSERVABLE_SCHEMA.names)


def test_nothing_of_the_truth_is_declared_in_observable_events() -> None:
    observable = {field.name for event in OBSERVABLE for field in fields(event)}
    assert not observable & {"persona", "outcome", "engagement_effect", "sessions_effect", "reason_left", "morale"}
