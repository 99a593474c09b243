"""Conditions on a table's columns, written as Python writes them, and never run as Python.

The text is parsed, and what is a comparison of columns and values becomes an Arrow expression; all else is refused.
"""

import ast
import operator
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import reduce
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from simulation.spelling import hint
from simulation.views import ViewError

_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}  # fmt: skip
_JOINED: dict[type[ast.boolop], Callable[[Any, Any], Any]] = {ast.And: operator.and_, ast.Or: operator.or_}
_ALLOWED = "columns, numbers, 'text', == != < <= > >=, in (...), is None, and, or, not, brackets"


def where(table: pa.Table, condition: str) -> pa.Table:
    """The rows of a table that meet a condition; a comparison with null is not met.

    Raises ViewError where the condition is none, names no column of the table, or compares what cannot be compared.
    """
    try:
        parsed = ast.parse(condition.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise ViewError(f"--where: {condition!r} is no condition; allowed are {_ALLOWED}") from None
    try:
        return table.filter(_Condition(table.schema).expression(parsed))
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, pa.ArrowTypeError) as error:
        raise ViewError(f"--where: {condition!r} {_types(parsed, table.schema)}") from error


def require_columns(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Raise ViewError where a name is no column."""
    for name in names:
        if name not in known:
            meant = hint(name, known) or f"; there are {', '.join(known)}"
            raise ViewError(f"{option}: there is no column {name!r}{meant}")


class _Condition:
    """Translates a parsed condition on some columns."""

    def __init__(self, schema: pa.Schema) -> None:
        self._schema = schema

    def expression(self, node: ast.expr) -> Any:
        """What a part of a condition is in Arrow."""
        match node:
            case ast.BoolOp(op=op, values=parts):
                return reduce(_JOINED[type(op)], [self.expression(part) for part in parts])
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return ~self.expression(part)
            case ast.Compare(left=left, ops=ops, comparators=others):
                sides = [left, *others]
                pairs = zip(sides, ops, others, strict=False)
                return reduce(operator.and_, [self._compared(one, op, other) for one, op, other in pairs])
            case ast.Name(id=name):
                require_columns("--where", [name], self._schema.names)
                return pc.field(name)
            case _:
                return pc.scalar(_value(node))

    def _compared(self, one: ast.expr, op: ast.cmpop, other: ast.expr) -> Any:
        match op, other:
            case (ast.Is(), ast.Constant(value=None)):
                return self.expression(one).is_null()
            case (ast.IsNot(), ast.Constant(value=None)):
                return self.expression(one).is_valid()
            case (ast.In() | ast.NotIn(), ast.Tuple(elts=parts) | ast.List(elts=parts)):
                among = self.expression(one).isin([_value(part) for part in parts])
                return among if isinstance(op, ast.In) else ~among
            case _ if type(op) in _COMPARED:
                return _COMPARED[type(op)](self._side(one, other), self._side(other, one))
        raise _refused(other)

    def _side(self, node: ast.expr, other: ast.expr) -> Any:
        """One side of a comparison; a text beside a column of moments is a moment."""
        match node, other:
            case ast.Constant(value=str() as text), ast.Name(id=name) if name in self._schema.names:
                if pa.types.is_timestamp(self._schema.field(name).type):
                    return pc.scalar(_moment(text))
        return self.expression(node)


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ViewError(f"--where: {text!r} is no moment; allowed are YYYY-MM-DD and YYYY-MM-DDTHH:MM") from None


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
    """Of what types the columns in a condition are, which cannot be compared as they are."""
    names = dict.fromkeys(part.id for part in ast.walk(node) if isinstance(part, ast.Name))
    if not names:
        return f"names no column; there are {', '.join(schema.names)}"
    return "compares what cannot be compared: " + ", ".join(f"{name} is {schema.field(name).type}" for name in names)
