"""The rules of the ledger: each gives the rows of a run that break it.

Most are queries in `sql/rules_*.sql`, named after their claims; what is no single query is a function.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from typing import Any

from attrs import field, frozen

from simulation.validation.ledger import ledger
from simulation.validation.queries import queries_in
from simulation.validation.run import Run

# Rules that compare runs have functions of their own, in `comparisons`.
OF_SEVERAL_RUNS = ("whole.prefix", "whole.follow_up_inert", "whole.reproducible")

# How many of the rows that break a rule are worth reading.
SHOWN = 20

_FILES = ("rules_tables", "rules_platform")
_MODULES = ("rules_nulls", "rules_interventions", "rules_experiments", "rules_log")

# The columns that name a row and show what is wrong with it; `fault` says it in words where a rule has several parts.
Row = dict[str, Any]
Check = Callable[[Run], list[Row]]

_REGISTERED: dict[str, Check] = {}


@frozen
class RuleResult:
    """What came of a rule: `violations` are sentences about the rows that break it, and are empty where it holds.

    `rows` are the first of these as plain values, where the rule is about rows, and `total` is how many there are.
    """

    id: str
    description: str
    violations: list[str] = field(hash=False)
    rows: list[Row] = field(factory=list, hash=False)
    total: int = field(default=0, hash=False)

    @classmethod
    def of_rows(cls, claim_id: str, rows: Sequence[Row]) -> "RuleResult":
        """What came of a rule of the ledger, by the rows that break it."""
        shown = [{name: _plain(value) for name, value in row.items()} for row in rows[:SHOWN]]
        violations = [sentence(row) for row in shown]
        if len(rows) > SHOWN:
            violations.append(f"and {len(rows) - SHOWN} more")
        return cls(claim_id, ledger()[claim_id].description, violations, shown, len(rows))

    @property
    def holds(self) -> bool:
        """Whether nothing breaks the rule."""
        return not self.violations


def rule(claim_id: str) -> Callable[[Check], Check]:
    """Register a function as the measurement of one of the ledger's rules."""

    def register(check: Check) -> Check:
        if claim_id in _REGISTERED:
            raise ValueError(f"the rule {claim_id} has two functions")
        _REGISTERED[claim_id] = check
        return check

    return register


def rules() -> dict[str, Check]:
    """All rules that one run can show, by the ids of their claims, in the ledger's order."""
    for module in _MODULES:
        import_module(f"simulation.validation.{module}")
    known = _REGISTERED | {name: _query(query) for file in _FILES for name, query in queries_in(file).items()}
    return {claim_id: known[claim_id] for claim_id in ledger() if claim_id in known}


def check_rules(run: Run) -> list[RuleResult]:
    """Measure every rule on a run. Raises TableError or LogError where files are missing or damaged."""
    return [RuleResult.of_rows(claim_id, check(run)) for claim_id, check in rules().items()]


def in_order(rows: list[Row]) -> list[Row]:
    """Rows in the order of their position in the table or log, which is then left out."""
    placed = sorted(rows, key=lambda row: row["position"])
    return [{name: value for name, value in row.items() if name != "position"} for row in placed]


def sentence(row: Mapping[str, Any]) -> str:
    """A row that breaks a rule in words: the fault, if it is named, and each column with its value."""
    told = ", ".join(f"{name} {_told(value)}" for name, value in row.items() if name != "fault")
    return f"{row['fault']}: {told}" if told and "fault" in row else row.get("fault", told)


def faults(sentences: Sequence[str]) -> list[Row]:
    """Rows that are told in words alone."""
    return [{"fault": told} for told in sentences]


def _query(query: str) -> Check:
    return lambda run: in_order(run.database.rows(query))


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _told(value: Any) -> str:
    if value is None:
        return "null"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
