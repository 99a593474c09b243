"""Conditions on the figures of a churn score, as `agents --where` has them: parsed, and never run as Python."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import pyarrow as pa

from simulation.events import ChurnSignalsChanged
from simulation.lib.conditions import ConditionError, predicate
from simulation.log import OBSERVABLE_SCHEMA

_SCHEMA = pa.schema([OBSERVABLE_SCHEMA.field(name) for name in ChurnSignalsChanged._fields if name != "tutor_id"])
_CHOICES = {"churn_risk_level": ("Low", "Medium", "High")}


class ScoreCondition:
    """A condition that holds of some churn scores; an empty one holds of all.

    Raises ConditionError where the text is none, or names what is no figure of a score.
    """

    def __init__(self, text: str) -> None:
        self._holds = predicate(text, _SCHEMA.empty_table(), _CHOICES) if text else None

    def holds(self, score: Mapping[str, Any]) -> bool:
        """Whether it holds of a score, given by the names of its figures; a comparison with null does not."""
        return self._holds is None or self._holds(score)


@lru_cache(maxsize=1_024)
def score_condition(text: str) -> ScoreCondition:
    """A condition, translated once for all worlds of a process."""
    return ScoreCondition(text)


def condition_fault(text: str) -> str | None:
    """What is wrong with a condition; None where nothing is."""
    try:
        ScoreCondition(text)
    except ConditionError as fault:
        return str(fault)
    return None
