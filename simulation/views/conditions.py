"""The options of views that name columns: which rows, and which columns."""

from collections.abc import Sequence
from types import MappingProxyType

import pyarrow as pa

from simulation.lib.conditions import Choices, ConditionError, expression, there_are
from simulation.lib.suggestions import hint
from simulation.views import ViewError


def where(table: pa.Table, condition: str, choices: Choices = MappingProxyType({})) -> pa.Table:
    """The rows of a table that meet a condition, as `simulation.lib.conditions` has it. Raises ViewError."""
    try:
        return table.filter(expression(condition, table, choices))
    except ConditionError as error:
        raise ViewError(f"--where: {error}") from None


def require_columns(option: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Raise ViewError where a name is no column."""
    for name in names:
        if name not in known:
            raise ViewError(f"{option}: there is no column {name!r}{hint(name, known) or there_are(known)}")
