"""docs/tables.md describes what the contract and the events declare."""

from simulation.contract import EVERY_RUN
from simulation.events import OBSERVABLE, TRUTH, fields, type_name
from tools.make_table_docs import TARGET, document


def test_the_document_is_up_to_date() -> None:
    assert TARGET.read_text(encoding="utf-8") == document(), "run python -m tools.make_table_docs"


def test_every_table_and_column_is_described() -> None:
    text = document()
    for table in EVERY_RUN.tables.values():
        _, _, section = text.partition(f"\n### {table.name}\n")
        section = section.partition("\n### ")[0]
        assert all(f"\n| `{column.name}`" in section for column in table.columns)


def test_every_event_and_field_is_described() -> None:
    lines = {line.split("`")[1]: line for line in document().splitlines() if line.startswith("| `")}
    for event in (*OBSERVABLE, *TRUTH):
        assert all(f"`{field.name}`:" in lines[type_name(event)] for field in fields(event))
