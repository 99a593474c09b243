"""Each mechanism switched off: which claims of production fall with it, and which stand."""

import attrs
from attrs import frozen

from simulation.claims.validation import Runs
from simulation.claims.verdicts import Pooled, judge_runs
from simulation.scenario import Scenario
from simulation.scenario.platform import Mechanisms

SWITCHES = tuple(field.name for field in attrs.fields(Mechanisms))


@frozen
class Fallen:
    """A claim that holds with a mechanism and fails without it, by the means of the same seeds."""

    id: str
    with_it: float | None
    without_it: float | None


def switched_off(scenario: Scenario, switch: str) -> Scenario:
    """A scenario without a mechanism."""
    return attrs.evolve(scenario, mechanisms=attrs.evolve(scenario.mechanisms, **{switch: False}))


def fallen_claims(with_it: Runs, without_it: Runs, ledger_name: str) -> list[Fallen]:
    """The claims that fall with a mechanism, in the ledger's order."""
    return [
        Fallen(on.id, on.value, off.value)
        for on, off in zip(_judged(with_it, ledger_name), _judged(without_it, ledger_name), strict=True)
        if on.holds and off.holds is False
    ]


def _judged(runs: Runs, ledger_name: str) -> list[Pooled]:
    return judge_runs({seed: of_run.figures for seed, of_run in runs.items()}, ledger_name)
