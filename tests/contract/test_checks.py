"""What is not as the contract says is told in one sentence each."""

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from simulation.contract import EVERY_RUN, Column, Table
from simulation.contract.checks import check_references, check_table, check_tables

PETS = Table(
    name="pets",
    key=("pet_id",),
    columns=(
        Column("pet_id", "string", pattern="P[0-9]+"),
        Column("legs", "integer", low=0, high=8),
        Column("weight", "float", low=0.0, high=90.0, decimals=2, nullable=True),
        Column("kind", "string", enum=("cat", "dog")),
        Column("rank", "integer", enum=(1, 2), nullable=True),
        Column("tricks", "json", nullable=True),
        Column("friends", "json", nullable=True, holds="array"),
        Column("home", "json", nullable=True, holds="object"),
        Column("tame", "boolean", nullable=True),
        Column("born", "datetime", nullable=True),
    ),
    ref={},
)


def pet(**values: Any) -> dict[str, Any]:
    """A pet as the contract wants it, but for some values."""
    return {
        "pet_id": "P1", "legs": 4, "weight": 4.25, "kind": "cat", "rank": 1, "tame": True,
        "tricks": '["sit"]', "friends": "[]", "home": "{}",
        "born": datetime(2020, 1, 1), **values,
    }  # fmt: skip


def faults(*pets: dict[str, Any]) -> list[str]:
    """What is wrong with a table of pets."""
    return check_table(pa.Table.from_pylist(list(pets), schema=PETS.schema), PETS)


def test_a_table_as_the_contract_says_has_no_faults() -> None:
    assert faults(pet(), pet(pet_id="P2", weight=None, rank=None, tricks=None, tame=None, born=None)) == []


def test_an_empty_table_has_no_faults() -> None:
    assert faults() == []


@pytest.mark.parametrize("table", EVERY_RUN.tables.values(), ids=lambda table: str(table.name))
def test_every_table_of_the_contract_may_be_empty(table: Table) -> None:
    assert check_table(table.schema.empty_table(), table) == []


@pytest.mark.parametrize(
    ("spoilt", "fault"),
    [
        ({"pet_id": "X1"}, "pets.pet_id: 1 value (X1) not like P[0-9]+"),
        ({"pet_id": "P1 "}, "pets.pet_id: 1 value (P1 ) not like P[0-9]+"),
        ({"legs": -1}, "pets.legs: 1 value (-1) below 0"),
        ({"legs": 9}, "pets.legs: 1 value (9) above 8"),
        ({"legs": None}, "pets.legs: 1 value (None) null, which may not be"),
        ({"weight": -0.5}, "pets.weight: 1 value (-0.5) below 0.0"),
        ({"weight": 90.01}, "pets.weight: 1 value (90.01) above 90.0"),
        ({"weight": 4.255}, "pets.weight: 1 value (4.255) not rounded to 2 decimals"),
        ({"weight": float("nan")}, "pets.weight: 1 value (nan) not finite"),
        ({"kind": "cow"}, "pets.kind: 1 value (cow) not one of cat, dog"),
        ({"rank": 3}, "pets.rank: 1 value (3) not one of 1, 2"),
        ({"tricks": "sit"}, "pets.tricks: 1 value (sit) not JSON"),
        ({"tricks": "NaN"}, "pets.tricks: 1 value (NaN) not JSON"),
        ({"friends": '{"P2":1}'}, 'pets.friends: 1 value ({"P2":1}) no JSON array'),
        ({"home": "[1]"}, "pets.home: 1 value ([1]) no JSON object"),
        ({"home": "here"}, "pets.home: 1 value (here) no JSON object"),
    ],
)
def test_a_value_that_may_not_be_is_told(spoilt: dict[str, Any], fault: str) -> None:
    assert faults(pet(**spoilt)) == [fault]


def test_bounds_and_decimals_may_be_reached() -> None:
    assert faults(pet(legs=0, weight=0.0), pet(pet_id="P2", legs=8, weight=90.0)) == []
    assert faults(*(pet(pet_id=f"P{cent}", weight=cent / 100) for cent in range(9000))) == []


def test_an_empty_string_is_told_for_a_csv_file_cannot_have_it() -> None:
    assert faults(pet(kind="")) == ["pets.kind: 1 value () empty strings where null is meant"]


def test_of_many_values_the_first_are_told() -> None:
    (fault,) = faults(*(pet(pet_id=f"P{number}", legs=-number) for number in range(1, 6)))
    assert fault == "pets.legs: 5 values (-1, -2, -3, ...) below 0"


def test_a_key_that_occurs_twice_is_told() -> None:
    assert faults(pet(), pet()) == ["pets: 1 keys occur more than once, the first is (P1)"]


def test_keys_of_two_columns_are_told_as_pairs() -> None:
    table = EVERY_RUN.tables["experiment_assignments"]
    row = {"experiment_id": "EXP001", "tutor_id": "T0001", "variant": "control", "assigned_at": datetime(2026, 1, 1)}
    twice = pa.Table.from_pylist([row, row, row | {"tutor_id": "T0002"}], schema=table.schema)
    assert check_table(twice, table) == [
        "experiment_assignments: 1 keys occur more than once, the first is (EXP001, T0001)"
    ]


def test_missing_and_undeclared_columns_are_told() -> None:
    table = pa.Table.from_pylist([pet()], schema=PETS.schema)
    assert check_table(table.drop_columns(["legs", "kind"]), PETS) == [
        "pets: lacks the column legs",
        "pets: lacks the column kind",
    ]
    assert check_table(table.append_column("owner", pa.array(["Ann"])), PETS) == [
        "pets: has the undeclared column owner"
    ]


def test_columns_in_another_order_are_told() -> None:
    table = pa.Table.from_pylist([pet()], schema=PETS.schema)
    assert check_table(table.select(PETS.schema.names[::-1]), PETS) == [
        "pets: its columns are not in the contract's order"
    ]


def test_a_column_of_another_type_is_told() -> None:
    table = pa.Table.from_pylist([pet()], schema=PETS.schema)
    texts = table.set_column(1, "legs", pa.array(["four"]))
    assert check_table(texts, PETS) == ["pets: column legs has the type string, not int64"]


def test_several_tables_are_checked_one_after_another() -> None:
    good, lame = (pa.Table.from_pylist([pet(legs=legs)], schema=PETS.schema) for legs in (4, 9))
    assert check_tables([(good, PETS), (lame, PETS), (good.select(["legs"]), PETS), (lame, PETS)]) == [
        *check_table(lame, PETS), *check_table(good.select(["legs"]), PETS), *check_table(lame, PETS),
    ]  # fmt: skip


class TestReferences:
    """Foreign keys."""

    @staticmethod
    def tables(**values: Any) -> dict[str, pa.Table]:
        """An assignment of T0001 to EXP001, which are both there, but for some values of the assignment."""
        row = {"experiment_id": "EXP001", "tutor_id": "T0001"} | values
        return {
            "experiment_assignments": _only("experiment_assignments", row),
            "tutor_profiles": _only("tutor_profiles", {"tutor_id": "T0001"}),
            "experiments": _only("experiments", {"experiment_id": "EXP001"}),
        }

    def test_keys_that_are_there_have_no_faults(self) -> None:
        assert check_references(self.tables()) == []

    def test_a_key_that_is_nowhere_is_told(self) -> None:
        assert check_references(self.tables(tutor_id="T0009")) == [
            "experiment_assignments.tutor_id: 1 value (T0009) in no row of tutor_profiles.tutor_id"
        ]

    def test_a_key_that_is_null_refers_to_nothing(self) -> None:
        rows = {
            "interventions": _only("interventions", {"experiment_id": None}),
            "experiments": _only("experiments", {}),
        }
        assert check_references(rows) == []

    def test_tables_that_are_not_given_are_passed_over(self) -> None:
        tables = self.tables(tutor_id="T0009")
        del tables["tutor_profiles"]
        assert check_references(tables) == []

    def test_a_column_of_another_type_is_left_to_the_check_of_its_table(self) -> None:
        tables = self.tables()
        tables["experiment_assignments"] = pa.table({"tutor_id": [1], "experiment_id": [1]})
        assert check_references(tables) == []


def _only(name: str, values: dict[str, Any]) -> pa.Table:
    """The key columns of a table of the contract, and those that refer, with one row of them."""
    names = [column for column in EVERY_RUN.tables[name].column_names if column in values]
    schema = pa.schema([EVERY_RUN.tables[name].schema.field(column) for column in names])
    return pa.Table.from_pylist([values], schema=schema)
