"""Conditions on a table's columns, written as Python writes them, and never run as Python.

The text is parsed, and comparisons of columns and values become an Arrow expression; anything else is refused.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import reduce
from types import MappingProxyType
from typing import Any, TypeGuard

import pyarrow as pa
import pyarrow.compute as pc

from simulation.lib.moments import moment_of
from simulation.lib.suggestions import hint, nearest
from simulation.views import ViewError

# The texts that columns can be.
Choices = Mapping[str, Sequence[str]]

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
_JOINED: dict[type[ast.boolop], Callable[[Any, Any], Any]] = {ast.And: operator.and_, ast.Or: operator.or_}
_ONE_SIGN = re.compile(r"[^=!<>]=[^=]")
_CONSTANTS = ("True", "False", "None")
_ALLOWED = "columns, numbers, 'text', == != < <= > >=, in (...), is None, and, or, not, brackets"


def where(table: pa.Table, condition: str, choices: Choices = MappingProxyType({})) -> pa.Table:
    """The rows of a table that meet a condition; a comparison with null is not met.

    `choices` has all values that columns can have. Raises ViewError where the text is no condition, names an unknown
    column, or compares what cannot be compared.
    """
    try:
        parsed = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        meant = "; did you mean ==?" if _ONE_SIGN.search(condition) else ""
        raise ViewError(f"--where: {condition!r} is no condition; allowed are {_ALLOWED}{meant}") from None
    try:
        return table.filter(_Condition(table, choices).expression(parsed))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise ViewError(f"--where: {condition!r} {_types(parsed, table.schema)}") from error


def require_columns(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Raise ViewError where a name is no column."""
    for name in names:
        if name not in known:
            raise ViewError(f"{option}: there is no column {name!r}{hint(name, known) or _there_are(known)}")


def _there_are(columns: Sequence[str]) -> str:
    return f"; there are {', '.join(columns)}"


class _Condition:
    """Translates a parsed condition on the columns of a table."""

    def __init__(self, table: pa.Table, choices: Choices) -> None:
        self._table = table
        self._choices = choices
        self._schema = table.schema

    def expression(self, node: ast.expr) -> Any:
        """A part of a condition as an Arrow expression."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                return reduce(_JOINED[type(op)], [self.expression(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return ~self.expression(part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [left, *others]
                pairs = zip(sides, ops, others, strict=False)
                return reduce(operator.and_, [self._compared(one, op, other) for one, op, other in pairs])
            case ast.Name(id=name) if name in self._schema.names:
                return pc.field(name)
            case ast.Name(id=name):
                raise _no_column(name, self._schema.names)
            case _:
                return pc.scalar(_value(node))

    def _compared(self, one: ast.expr, op: ast.cmpop, other: ast.expr) -> Any:
        match op, other:
            case (ast.Is(), ast.Constant(value=None)):
                return self.expression(one).is_null()
            case (ast.IsNot(), ast.Constant(value=None)):
                return self.expression(one).is_valid()
            case (ast.In() | ast.NotIn(), ast.Tuple(elts=parts) | ast.List(elts=parts)):
                for part in parts:
                    self._check_text(part, one)
                among = self.expression(one).isin([self._value(part, one) for part in parts])
                return among if isinstance(op, ast.In) else ~among
            case _ if type(op) in _COMPARED:
                if isinstance(op, ast.Eq | ast.NotEq):
                    self._check_text(one, other)
                    self._check_text(other, one)
                return _COMPARED[type(op)](self._side(one, other), self._side(other, one))
        raise _refused(other)

    def _side(self, node: ast.expr, other: ast.expr) -> Any:
        """One side of a comparison with the other."""
        return self.expression(node) if self._is_column(node) else pc.scalar(self._value(node, other))

    def _value(self, node: ast.expr, other: ast.expr) -> Any:
        """What is compared with a column or a value; with moments, a moment."""
        column = other.id if self._is_column(other) else ""
        match node:
            case ast.Constant(value=str() as text) if column and pa.types.is_timestamp(self._schema.field(column).type):
                return _moment(text)
            case ast.Name(id=word):
                raise _no_column(word, self._schema.names, self._texts(column) if self._has_texts(column) else ())
        return _value(node)

    def _check_text(self, node: ast.expr, other: ast.expr) -> None:
        """Raise ViewError for a text that the compared column never has, or has with other capitals only."""
        match node, other:
            case ast.Constant(value=str() as text), ast.Name(id=column) if self._has_texts(column):
                known, texts = self._choices.get(column, ()), self._texts(column)
                if text not in texts and (known or text.casefold() in map(str.casefold, texts)):
                    meant = hint(text, texts, quoted=True) or f"; allowed are {', '.join(map(repr, known))}"
                    raise ViewError(f"--where: {column} is never {text!r}{meant}")

    def _texts(self, column: str) -> Sequence[str]:
        """The values that a column can have, or those it has if it has no choices."""
        found = self._table[column].unique().to_pylist()
        return self._choices.get(column) or [text for text in found if text is not None]

    def _has_texts(self, column: str) -> bool:
        return column in self._schema.names and pa.types.is_string(self._schema.field(column).type)

    def _is_column(self, node: ast.expr) -> TypeGuard[ast.Name]:
        return isinstance(node, ast.Name) and node.id in self._schema.names


def _no_column(word: str, columns: Sequence[str], texts: Sequence[str] = ()) -> ViewError:
    """The error for an unknown column; the word may be a text that lacks quotes."""
    meant = nearest(word, texts)
    told = f"; did you mean {meant!r}, in quotes?" if meant else hint(word, [*columns, *_CONSTANTS])
    return ViewError(f"--where: there is no column {word!r}{told or _there_are(columns)}")


def _moment(text: str) -> datetime:
    try:
        return moment_of(text)
    except ValueError as error:
        raise ViewError(f"--where: {error}") from None


def _value(node: ast.expr) -> Any:
    """A number, a text, True or False."""
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return -value
    raise _refused(node)


def _refused(node: ast.expr) -> ViewError:
    return ViewError(f"--where: {ast.unparse(node)!r} may not stand there; allowed are {_ALLOWED}")


def _types(node: ast.expr, schema: pa.Schema) -> str:
    """The types of a condition's columns, which cannot be compared as they are."""
    names = dict.fromkeys(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    if not names:
        return f"names no column{_there_are(schema.names)}"
    return "compares what cannot be compared: " + ", ".join(f"{name} is {schema.field(name).type}" for name in names)
