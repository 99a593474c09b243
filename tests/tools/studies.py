"""Studies out of figures that are stated, with nothing simulated."""

from collections.abc import Mapping
from pathlib import Path

from simulation.scenario.loading import load_scenario
from simulation.validation import RuleResult, ledger
from simulation.validation.validation import Measured, Runs
from simulation.validation.verdicts import Figures
from tools.knock_outs import SWITCHES
from tools.validation_page import UNCHANGED, Study

SCENARIOS = Path(__file__).parents[2] / "scenarios"


def middles() -> dict[str, float | None]:
    """Every claim in the middle of its interval."""
    return {claim.id: sum(claim.pooled or claim.paired or (0.0, 0.0)) / 2 for claim in ledger().values()}


def measured(changed: Figures | None = None, broken: str | None = None) -> Measured:
    """A run in which all holds, but for some figures and a rule."""
    rules = [RuleResult("event.valid", "", []), RuleResult("tutor.subjects.valid", "", [])]
    return Measured(
        {**middles(), **(changed or {})},
        [RuleResult(rule.id, "", ["it does not"] if rule.id == broken else []) for rule in rules],
    )


def runs_of(*several: Measured) -> Runs:
    """Runs under seeds from 1 on."""
    return dict(enumerate(several, start=1))


def study(**parts: Mapping[str, Runs]) -> Study:
    """A study in which all holds, but for some parts."""
    good = runs_of(measured(), measured())
    paired = [claim.id for claim in ledger().values() if claim.paired]
    usual: dict[str, Mapping[str, Runs]] = {
        "production": {"production": good},
        "dev": {"dev": good},
        "mechanisms": {UNCHANGED: runs_of(*[measured(dict.fromkeys(paired, 1.0))] * 2), **dict.fromkeys(paired, good)},
        "far": {"5 tutors": good, "3 days": good},
        "knock_outs": {UNCHANGED: good, **dict.fromkeys(SWITCHES, good)},
    }
    production, dev = (load_scenario(SCENARIOS / f"{name}.toml") for name in ("production", "dev"))
    return Study("a text", production, dev, {**usual, **parts})
