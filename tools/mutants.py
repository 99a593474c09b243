"""Mutants of a module: each is the module with one small change, as a slip of its author could have made it.

Annotations, texts and the conditions of errors are left alone: no test of the model could tell.
"""

import ast
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

_COMPARISONS: Mapping[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
_OPERATORS: Mapping[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
}
_EXTREMES = {"min": "max", "max": "min"}
# Names of these are exchanged for the next in the order given.
_MEMBERS: Mapping[str, tuple[str, ...]] = {
    "EventPriority": (
        "SETTLEMENT", "SCORING", "STATE", "BURNOUT", "INVITING", "LEAVING", "JOINING", "PLANNING", "SESSION_START",
        "RESCHEDULING", "PLATFORM", "INTERVENTION", "EMAIL", "COACHING", "EXPERIMENT",
    ),
    "Aspect": ("ENGAGEMENT", "SESSIONS_PER_WEEK", "QUALITY", "RESCHEDULING", "NO_SHOWS", "LOGINS"),
}  # fmt: skip
_LEFT_ALONE = {"annotation", "returns", "decorator_list"}


_Place = ast.stmt | ast.expr


@frozen
class Mutant:
    """A module's text with one change. `where` is the class and function that it is in, `change` what was and is."""

    module: str
    line: int
    where: str
    change: str
    text: str

    @property
    def key(self) -> tuple[str, str, str]:
        """What stays the same when lines move."""
        return self.module, self.where, self.change

    def __str__(self) -> str:
        return f"{self.module}:{self.line} in {self.where or 'the module'}: {self.change}"


def mutants_of(module: str, text: str) -> Iterator[Mutant]:
    """All mutants of a module."""
    lines = text.encode().splitlines(keepends=True)
    for node, where in _places(ast.parse(text), ""):
        for old, new in _exchanges(node):
            change = f"{ast.unparse(old)} -> {ast.unparse(new)}"
            yield Mutant(module, old.lineno, where, change, _with(lines, old, new))


def _places(node: ast.AST, where: str) -> Iterator[tuple[_Place, str]]:
    """What may be changed, and the class and function that it is in."""
    if isinstance(node, ast.Raise | ast.JoinedStr):
        return
    if isinstance(node, ast.ClassDef | ast.FunctionDef):
        where = f"{where}.{node.name}".lstrip(".")
    for field, value in ast.iter_fields(node):
        if field in _LEFT_ALONE:
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.stmt | ast.expr):
                yield child, where
            if isinstance(child, ast.AST):
                yield from _places(child, where)


def _with(lines: Sequence[bytes], old: _Place, new: ast.AST) -> str:
    """A module's text with something else in the place of a statement or an expression."""
    assert old.end_lineno is not None  # noqa: S101 -- what was parsed has an end
    before = b"".join(lines[: old.lineno - 1]) + lines[old.lineno - 1][: old.col_offset]
    after = lines[old.end_lineno - 1][old.end_col_offset :] + b"".join(lines[old.end_lineno :])
    other = ast.unparse(new)
    return before.decode() + (f"({other})" if isinstance(new, ast.expr) else other) + after.decode()


def _exchanges(node: _Place) -> Iterator[tuple[_Place, ast.AST]]:
    """What could be taken for what."""
    for other in (_other_values, _other_operators, _other_names, _other_statements):
        for new in other(node):
            yield node, new
    if isinstance(node, ast.If | ast.IfExp) and isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        yield node.test, ast.UnaryOp(ast.Not(), node.test)


def _other_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.Constant(value=float() as value):
            yield ast.Constant(2 * value or 1.0)


def _other_operators(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare():
            for place, comparison in enumerate(node.ops):
                for other in _COMPARISONS[type(comparison)]:
                    yield _changed(node, ops=[*node.ops[:place], other(), *node.ops[place + 1 :]])
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in _OPERATORS:
            yield _changed(node, op=_OPERATORS[type(operator)]())
        case ast.BoolOp(op=junction):
            yield _changed(node, op=ast.Or() if isinstance(junction, ast.And) else ast.And())
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand


def _other_names(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in _EXTREMES:
            yield _changed(node, func=ast.Name(_EXTREMES[name]))
        case ast.Attribute(value=ast.Name(id=name), attr=member) if member in _MEMBERS.get(name, ()):
            members = _MEMBERS[name]
            yield _changed(node, attr=members[(members.index(member) + 1) % len(members)])


def _other_statements(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield ast.Pass()
        case ast.Return(value=ast.expr() as value) if not (isinstance(value, ast.Constant) and value.value is None):
            yield ast.Return(ast.Constant(None))


def _changed(node: ast.AST, **fields: Any) -> ast.AST:
    other = copy.copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other
