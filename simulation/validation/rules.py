"""The rules of the ledger: each a function that lists what in a run breaks it."""

from collections.abc import Callable
from importlib import import_module

from attrs import field, frozen

from simulation.validation.ledger import ledger
from simulation.validation.run import Run

# Rules that compare runs have functions of their own, in `comparisons`.
OF_SEVERAL_RUNS = ("whole.prefix", "whole.follow_up_inert", "whole.reproducible")

_MODULES = ("rules_tutors", "rules_sessions", "rules_aggregates", "rules_events", "rules_interventions",
            "rules_experiments", "rules_log")  # fmt: skip

Check = Callable[[Run], list[str]]

_REGISTERED: dict[str, Check] = {}


@frozen
class RuleResult:
    """What came of a rule: `violations` are sentences that name the rows, and are empty where it holds."""

    id: str
    says: str
    violations: list[str] = field(hash=False)

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
    return {claim_id: _REGISTERED[claim_id] for claim_id in ledger() if claim_id in _REGISTERED}


def check_rules(run: Run) -> list[RuleResult]:
    """Measure every rule on a run. Raises TableError or LogError where files are missing or damaged."""
    return [RuleResult(claim_id, ledger()[claim_id].says, check(run)) for claim_id, check in rules().items()]
