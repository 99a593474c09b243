"""What the methodology says, measured on runs: the ledger of claims, and the rules that no run may break.

Rules and most measures are queries (`sql/`) of the tables and the log alone, and share nothing with what simulated the
run or reduced its tables.
"""

from simulation.validation.ledger import Claim, ledger
from simulation.validation.rules import RuleResult, check_rules
from simulation.validation.run import Run

__all__ = ["Claim", "RuleResult", "Run", "check_rules", "ledger"]
