"""The contract's conditions on single values, in SQL: databases keep them, and DuckDB checks tables by them."""

import re
from collections.abc import Iterator

from simulation.contract import Column

_NUMBERED = re.compile(r"([A-Z]+)\[0-9\]\{(\d+),\}")


def conditions(column: Column, dialect: str = "duckdb") -> Iterator[tuple[str, str]]:
    """What holds of a column's values in any database, and what a value is for which it does not hold.

    `dialect` is that of the statement: `postgresql`, `duckdb` or `sqlite`. Null breaks no condition.
    """
    value = quoted(column.name)
    if column.low is not None:
        yield f"{value} >= {column.low}", f"below {column.low}"
    if column.high is not None:
        yield f"{value} <= {column.high}", f"above {column.high}"
    if column.enum:
        allowed = ", ".join(repr(one) if isinstance(one, int) else text(one) for one in column.enum)
        yield f"{value} IN ({allowed})", f"not one of {', '.join(map(str, column.enum))}"
    if column.pattern is not None:
        yield _is_like(value, column.pattern, dialect), f"not like {column.pattern}"
    if dialect == "sqlite" and column.type == "boolean":
        yield f"{value} IN (0, 1)", "not 0 or 1"
    if dialect == "sqlite" and column.type == "json":
        # Older releases do not take null for valid JSON.
        yield f"{value} IS NULL OR json_valid({value}) = 1", "not JSON"


def conditions_of_files(column: Column) -> Iterator[tuple[str, str]]:
    """The same of what files could hold, and no database does: for DuckDB with a function `is_json(text, holds)`."""
    value = quoted(column.name)
    if column.type in ("string", "json"):
        yield f"{value} <> ''", "empty strings where null is meant"  # A CSV file has one empty field, and it is null.
    if column.list_of:
        named = ", ".join(map(text, column.list_of))
        yield f"list_has_all([{named}], string_split({value}, ','))", f"not of {', '.join(column.list_of)}"
    if column.type == "float":
        yield f"isfinite({value})", "not finite"
    if column.decimals is not None:
        yield f"round({value}, {column.decimals}) = {value}", f"not rounded to {column.decimals} decimals"
    if column.type == "json":
        fault = "not JSON" if column.holds is None else f"no JSON {column.holds}"
        yield f"is_json({value}, '{column.holds or 'value'}')", fault


def quoted(*names: str | None) -> str:
    """A name, or a name within another, quoted for a statement of any dialect."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names if name is not None)


def text(value: str) -> str:
    """A text as it is written in a statement of any dialect."""
    return "'" + value.replace("'", "''") + "'"


def _is_like(value: str, pattern: str, dialect: str) -> str:
    if dialect != "sqlite":
        return f"{value} ~ '^{pattern}$'"
    # SQLite has no regular expressions, but these patterns are letters followed by digits.
    if (found := _NUMBERED.fullmatch(pattern)) is None:
        raise ValueError(f"SQLite cannot check the pattern {pattern}")
    letters, least = found.group(1), int(found.group(2))
    return f"{value} GLOB '{letters}{'[0-9]' * least}*' AND {value} NOT GLOB '{letters}*[^0-9]*'"
