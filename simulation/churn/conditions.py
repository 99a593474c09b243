"""Conditions on the figures of a churn score, as `agents --where` has them: parsed, and never run as Python."""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa

from simulation.events import ChurnSignalsChanged, fields
from simulation.lib.conditions import ConditionError, expression

_TYPES = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
_SCHEMA = pa.schema(
    [pa.field(one.name, _TYPES[one.type]) for one in fields(ChurnSignalsChanged) if one.name != "tutor_id"]
)
_CHOICES = {"churn_risk_level": ("Low", "Medium", "High")}


class ScoreCondition:
    """A condition that holds of some churn scores; an empty one holds of all.

    Raises ConditionError where the text is none, or names what is no figure of a score.
    """

    def __init__(self, text: str) -> None:
        self._expression = expression(text, _SCHEMA.empty_table(), _CHOICES) if text else None

    def holds(self, score: Mapping[str, Any]) -> bool:
        """Whether it holds of a score, given by the names of its figures; a comparison with null does not."""
        return self._expression is None or self.holding(pa.Table.from_pylist([score], _SCHEMA)).num_rows == 1

    def holding(self, scores: pa.Table) -> pa.Table:
        """Those rows of a table of scores of which it holds."""
        return scores if self._expression is None else scores.filter(self._expression)


def condition_fault(text: str) -> str | None:
    """What is wrong with a condition; None where nothing is."""
    try:
        ScoreCondition(text)
    except ConditionError as fault:
        return str(fault)
    return None
