"""Conditions on a table's columns, written as Python writes them, and never run as Python.

The text is parsed, and comparisons of columns and values become an Arrow expression; anything else is refused.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import reduce
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from attrs import frozen

from simulation.lib.moments import moment_of
from simulation.lib.suggestions import hint, nearest

Row = Mapping[str, Any]

# The texts that columns can be.
Choices = Mapping[str, Sequence[str]]

_OPERATORS: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.And: operator.and_, ast.Or: operator.or_,
}  # fmt: skip
_ONE_SIGN = re.compile(r"[^=!<>]=[^=]")
_CONSTANTS = ("True", "False", "None")
_ALLOWED = "columns, numbers, 'text', == != < <= > >=, in (...), is None, and, or, not, brackets"


class ConditionError(ValueError):
    """A text that is no condition on the columns of a table."""


def expression(condition: str, table: pa.Table, choices: Choices = MappingProxyType({})) -> Any:
    """A condition as an Arrow expression on the columns of a table; a comparison with null is not met.

    `choices` has all values that columns can have. Raises ConditionError where the text is no condition, names an
    unknown column, or compares what cannot be compared.
    """
    try:
        parsed = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        meant = "; did you mean ==?" if _ONE_SIGN.search(condition) else ""
        raise ConditionError(f"{condition!r} is no condition; allowed are {_ALLOWED}{meant}") from None
    try:
        found = _Condition(table, choices).expression(parsed)
        table.slice(0, 0).filter(found)  # whether its types go together
    except (pa.ArrowException, OverflowError) as error:
        raise ConditionError(f"{condition!r} {_types(parsed, table.schema)}") from error
    except ValueError as error:
        raise ConditionError(str(error)) from None
    return found


def predicate(condition: str, table: pa.Table, choices: Choices = MappingProxyType({})) -> Callable[[Row], bool]:
    """The same condition as a function of a single row, which Arrow would take a thousand times as long for.

    A row has the columns' values by name. Raises ConditionError, likewise.
    """
    expression(condition, table, choices)
    parsed = ast.parse(condition.strip(), mode="eval").body
    return lambda row: _of_row(parsed, row) is True


def _of_row(node: ast.expr, row: Row) -> Any:
    """The value of a part of a valid condition; None where it is not known, as a comparison with null is not."""
    match node:
        case ast.BoolOp(op=op, values=parts):
            return _all(_of_row(part, row) for part in parts) if isinstance(op, ast.And) else _any(parts, row)
        case ast.UnaryOp(op=ast.Not(), operand=part):
            value = _of_row(part, row)
            return None if value is None else not value
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _all(_compare(*pair, row) for pair in zip([left, *others], ops, others, strict=False))
        case ast.Name(id=name):
            return row[name]
        case ast.UnaryOp(operand=ast.Constant(value=value)):
            return -value  # type: ignore[operator]
        case ast.Constant(value=value):
            return value
    raise _refused(node)


def _compare(one: ast.expr, op: ast.cmpop, other: ast.expr, row: Row) -> bool | None:
    value = _of_row(one, row)
    match op, other:
        case ast.Is() | ast.IsNot(), _:
            return (value is None) == isinstance(op, ast.Is)
        case ast.In(), ast.Tuple(elts=parts) | ast.List(elts=parts):
            return _any([ast.Compare(one, [ast.Eq()], [part]) for part in parts], row)
        case ast.NotIn(), _:
            found = _compare(one, ast.In(), other, row)
            return None if found is None else not found
    compared = _of_row(other, row)
    return None if value is None or compared is None else bool(_OPERATORS[type(op)](value, compared))


def _all(values: Iterable[bool | None]) -> bool | None:
    """Whether all are true: false where one is not, None where that is not known."""
    found = set(values)
    return False if False in found else None if None in found else True


def _any(parts: Sequence[ast.expr], row: Row) -> bool | None:
    found = {_of_row(part, row) for part in parts}
    return True if True in found else None if None in found else False


def columns_in(condition: str) -> list[str]:
    """The columns that a valid condition names, each once, in order."""
    parts = ast.walk(ast.parse(condition.strip(), mode="eval"))
    return list(dict.fromkeys(part.id for part in parts if isinstance(part, ast.Name)))


def there_are(columns: Sequence[str]) -> str:
    """The columns that there are, to end a line with."""
    return f"; there are {', '.join(columns)}"


@frozen
class _Condition:
    """Translates a parsed condition on the columns of a table. Raises ValueError with what is wrong with it."""

    table: pa.Table
    choices: Choices

    def expression(self, node: ast.expr) -> Any:
        """A part of a condition as an Arrow expression."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                return reduce(_OPERATORS[type(op)], map(self.expression, parts))
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return ~self.expression(part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                return reduce(operator.and_, map(self._compared, [left, *others], ops, others))
            case ast.Name(id=name) if name in self.table.column_names:
                return pc.field(name)
            case ast.Name(id=name):
                raise self._no_column(name)
            case ast.Constant(value=bool() | int() | float() | str() as value):
                return pc.scalar(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
                return pc.scalar(-value)
        raise _refused(node)

    def _compared(self, one: ast.expr, op: ast.cmpop, other: ast.expr) -> Any:
        match op, other:
            case ast.Is(), ast.Constant(value=None):
                return self.expression(one).is_null()
            case ast.IsNot(), ast.Constant(value=None):
                return self.expression(one).is_valid()
            case ast.In(), ast.Tuple(elts=parts) | ast.List(elts=parts):
                return reduce(operator.or_, [self._compared(one, ast.Eq(), part) for part in parts], pc.scalar(False))
            case ast.NotIn(), _:
                return ~self._compared(one, ast.In(), other)
        if type(op) not in _OPERATORS:
            raise _refused(other)
        exactly = isinstance(op, ast.Eq | ast.NotEq)
        return _OPERATORS[type(op)](self._side(one, other, exactly), self._side(other, one, exactly))

    def _side(self, node: ast.expr, other: ast.expr, exactly: bool) -> Any:
        """One side of a comparison with the other: with moments a moment, and `exactly`, a text that may be."""
        column = self._column(other)
        match node:
            case ast.Constant(value=str() as text) if column and pa.types.is_timestamp(column.type):
                return pc.scalar(moment_of(text))
            case ast.Constant(value=str() as text) if column and exactly:
                self._check_text(text, column)
            case ast.Name(id=word) if self._column(node) is None:
                raise self._no_column(word, self._texts(column))
        return self.expression(node)

    def _check_text(self, text: str, column: pa.Field) -> None:
        """Raise ValueError for a text that a column never has, or has with other capitals only."""
        known, texts = self.choices.get(column.name, ()), self._texts(column)
        if text not in texts and (known or text.casefold() in map(str.casefold, texts)):
            meant = hint(text, texts, quoted=True) or f"; allowed are {', '.join(map(repr, known))}"
            raise ValueError(f"{column.name} is never {text!r}{meant}")

    def _texts(self, column: pa.Field | None) -> Sequence[str]:
        """The texts that a column can be, or those that it is if it has no choices."""
        if column is None or not pa.types.is_string(column.type):
            return ()
        return self.choices.get(column.name) or self.table[column.name].unique().drop_null().to_pylist()

    def _column(self, node: ast.expr) -> pa.Field | None:
        """The column that is named, if one is."""
        match node:
            case ast.Name(id=name) if name in self.table.column_names:
                return self.table.schema.field(name)
        return None

    def _no_column(self, word: str, texts: Sequence[str] = ()) -> ValueError:
        """The error for an unknown column; the word may be a text that lacks quotes."""
        columns, meant = self.table.column_names, nearest(word, texts)
        told = f"; did you mean {meant!r}, in quotes?" if meant else hint(word, [*columns, *_CONSTANTS])
        return ValueError(f"there is no column {word!r}{told or there_are(columns)}")


def _refused(node: ast.expr) -> ValueError:
    return ValueError(f"{ast.unparse(node)!r} may not stand there; allowed are {_ALLOWED}")


def _types(node: ast.expr, schema: pa.Schema) -> str:
    """The types of a condition's columns, which cannot be compared as they are."""
    names = dict.fromkeys(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    if not names:
        return f"names no column{there_are(schema.names)}"
    return "compares what cannot be compared: " + ", ".join(f"{name} is {schema.field(name).type}" for name in names)
