"""Whether a run, a scenario over many seeds, and its mechanisms are what the methodology says."""

import hashlib
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs
from attrs import field, frozen

from simulation.execution.executors import OnDone, executor_for
from simulation.scenario import HIGHEST_SEED, Scenario
from simulation.scenario.loading import changed_into, resolved, with_seed
from simulation.scenario.plain import plain_values
from simulation.scenario.without_effect import without_effect
from simulation.validation.ledger import ledger
from simulation.validation.mechanisms import mechanisms
from simulation.validation.rules import RuleResult
from simulation.validation.verdicts import (
    Figures,
    Judged,
    Paired,
    Pooled,
    judge_pair,
    judge_run,
    judge_runs,
    single_verdicts,
)

if TYPE_CHECKING:
    from simulation.validation.run import Run


Result = TypeVar("Result", bound=Judged)

# Of all verdicts on single runs, so many may fail: intervals are narrow enough to be left now and then.
SINGLE_FAILURES = 0.01

_DRAWN_SEEDS = 2**31


@frozen
class Measured:
    """What a simulated run came to: the figures of all claims, the paired ones too, and all rules."""

    figures: Figures = field(hash=False)
    rules: list[RuleResult] = field(hash=False)


# Runs of one scenario, by their seeds.
Runs = Mapping[int, Measured]


@frozen
class RunValidation:
    """The rules and claims of one run, and what can have no effect in its scenario."""

    rules: list[RuleResult] = field(hash=False)
    claims: list[Judged] = field(hash=False)
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no rule is broken and no judged claim fails."""
        return all(rule.holds for rule in self.rules) and all(claim.holds is not False for claim in self.claims)


@frozen
class ScenarioValidation:
    """The rules and claims of a scenario over many seeds. Violations of rules begin with their seed."""

    scenario: str
    judged: bool
    seeds: tuple[int, ...]
    rules: list[RuleResult] = field(hash=False)
    claims: list[Pooled] = field(hash=False)
    single_verdicts: int
    single_failures: int
    allowed_single_failures: float
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no rule is broken, no mean misses its interval, and few enough runs leave theirs."""
        rules = all(rule.holds for rule in self.rules)
        pooled = all(claim.holds is not False for claim in self.claims)
        return rules and pooled and (not self.judged or self.singles_hold)

    @property
    def singles_hold(self) -> bool:
        """Whether no more of the verdicts on single runs fail than may."""
        return self.single_failures <= self.allowed_single_failures * self.single_verdicts


@frozen
class MechanismsValidation:
    """The paired claims over many seeds."""

    scenario: str
    seeds: tuple[int, ...]
    claims: list[Paired] = field(hash=False)
    warnings: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no judged claim fails."""
        return all(claim.holds is not False for claim in self.claims)


Validation = RunValidation | ScenarioValidation | MechanismsValidation


def validate_run(directory: str | Path) -> RunValidation:
    """Check the rules of a run in a directory, and judge it by `single` where its scenario declares a ledger.

    Raises RunDirError where the directory is no run or its files cannot be read, and ScenarioError for its scenario.
    """
    from simulation.validation.check import check_rules_of
    from simulation.validation.measures import measure_run
    from simulation.validation.run import Run

    directory = Path(directory)
    run = Run.of_directory(directory)
    rules = check_rules_of(run, directory)
    claims = judge_run(measure_run(run), run.scenario["ledger"])
    return RunValidation(rules, _failures_first(claims), tuple(run.record.get("warnings", ())))


def validate_scenario(
    scenario: Scenario,
    seeds: Sequence[int],
    *,
    workers: int | None = None,
    standard_errors: float = 0.0,
    single_failures: float = SINGLE_FAILURES,
    on_run: OnDone | None = None,
) -> ScenarioValidation:
    """Simulate a scenario under many seeds, check the rules in each run, and judge the figures of all together.

    A mean may miss `pooled` by so many of its `standard_errors`, and a share of `single_failures` of all runs' claims
    may lie outside `single`. `on_run` is told how many runs of how many are over. The number of `workers`, processes
    that simulate side by side (one per processor, unless stated), changes no result.
    """
    seeds = plain_values(seeds)
    runs = [with_seed(scenario, seed) for seed in seeds]
    measured = dict(zip(seeds, measure_scenarios(runs, workers=workers, on_run=on_run), strict=True))
    return judge_scenario(scenario, measured, standard_errors=standard_errors, single_failures=single_failures)


def judge_scenario(
    scenario: Scenario,
    measured: Runs,
    *,
    standard_errors: float = 0.0,
    single_failures: float = SINGLE_FAILURES,
) -> ScenarioValidation:
    """Judge runs of a scenario, by their seeds, as `validate_scenario` does."""
    figures = {seed: of_run.figures for seed, of_run in measured.items()}
    claims = judge_runs(figures, scenario.ledger, standard_errors=standard_errors)
    verdicts, failed = single_verdicts(claims, len(measured))
    return ScenarioValidation(
        scenario.name, bool(scenario.ledger), tuple(measured), rules_of_all(measured), _failures_first(claims),
        verdicts, failed, single_failures, without_effect(scenario),
    )  # fmt: skip


def validate_mechanisms(
    scenario: Scenario, seeds: Sequence[int], *, workers: int | None = None, on_run: OnDone | None = None
) -> MechanismsValidation:
    """Simulate a scenario, and what becomes of it when each mechanism is changed, under the same seeds."""
    changed, seeds = changed_scenarios(scenario), plain_values(seeds)
    runs = [with_seed(one, seed) for one in (scenario, *changed.values()) for seed in seeds]
    measured = iter(measure_scenarios(runs, workers=workers, on_run=on_run))
    unchanged, *others = [{seed: next(measured) for seed in seeds} for _ in (scenario, *changed)]
    return judge_mechanisms(scenario, unchanged, dict(zip(changed, others, strict=True)))


def judge_mechanisms(scenario: Scenario, unchanged: Runs, changed: Mapping[str, Runs]) -> MechanismsValidation:
    """Judge runs with mechanisms changed, by their claims, against runs of the scenario under the same seeds."""
    claims = [
        judge_pair(
            ledger()[claim_id],
            [of_run.figures[claim_id] for of_run in runs.values()],
            [unchanged[seed].figures[claim_id] for seed in runs],
            scenario.ledger,
            relative=mechanisms()[claim_id].relative,
        )
        for claim_id, runs in changed.items()
    ]
    return MechanismsValidation(scenario.name, tuple(unchanged), _failures_first(claims), without_effect(scenario))


def changed_scenarios(scenario: Scenario) -> dict[str, Scenario]:
    """A scenario with each mechanism changed, by the ids of their claims."""
    document = resolved(scenario)
    changed = {claim_id: mechanism.changed(document) for claim_id, mechanism in mechanisms().items()}
    return {claim_id: changed_into(scenario, one) for claim_id, one in changed.items()}


def choose_seeds(scenario: Scenario, number: int, text: str | None = None) -> list[int]:
    """So many seeds, all different: from the scenario's on, where 0 follows on the highest that there may be.

    Where a text is given, they are drawn from it, so that nobody chose them.
    """
    if text is None:
        return [(scenario.seed + place) % (HIGHEST_SEED + 1) for place in range(number)]
    seeds: dict[int, None] = {}
    places = count()
    while len(seeds) < number:
        seeds[_drawn_seed(text, next(places))] = None
    return list(seeds)


def _drawn_seed(text: str, place: int) -> int:
    digest = hashlib.sha256(f"{text}/{place}".encode(errors="surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") % _DRAWN_SEEDS


# ---------------------------------------------------------------- many runs


def measure_scenarios(
    scenarios: Sequence[Scenario], *, workers: int | None = None, on_run: OnDone | None = None
) -> list[Measured]:
    """Simulate scenarios side by side and measure each run; what comes of them is in their order."""
    return executor_for(workers).in_order(_measure, scenarios, on_run)


def _measure(scenario: Scenario) -> Measured:
    """Simulate a scenario in memory and measure it."""
    from simulation.validation.measures import measure_run
    from simulation.validation.rules import check_rules

    run = simulated(scenario)
    paired = {claim_id: mechanism.figure(run) for claim_id, mechanism in mechanisms().items()}
    return Measured({**measure_run(run), **paired}, check_rules(run))


def simulated(scenario: Scenario) -> "Run":
    """A scenario simulated in memory, to be measured."""
    from simulation.runs.in_memory import simulate
    from simulation.tables import reduce_log
    from simulation.validation.run import Run

    simulated = simulate(scenario, state=False)
    log, truth_log = simulated.log, simulated.truth_log
    return Run.simulated(scenario, reduce_log(log, truth_log), log, truth_log)


# ---------------------------------------------------------------- results


def rules_of_all(measured: Runs) -> list[RuleResult]:
    """The rules of many runs, each with the violations of all, those that are broken first."""
    merged: dict[str, RuleResult] = {}
    for seed, of_run in measured.items():
        for rule in of_run.rules:
            known = merged.get(rule.id, RuleResult(rule.id, rule.description, []))
            merged[rule.id] = attrs.evolve(
                known,
                violations=[*known.violations, *(f"seed {seed}: {violation}" for violation in rule.violations)],
                rows=[*known.rows, *({"seed": seed, **row} for row in rule.rows)],
                total=known.total + rule.total,
            )
    return sorted(merged.values(), key=lambda rule: rule.holds)


def _failures_first(results: Sequence[Result]) -> list[Result]:
    return sorted(results, key=lambda result: result.holds is not False)
