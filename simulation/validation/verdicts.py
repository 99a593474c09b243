"""Judging figures by the intervals of the ledger: one run, many runs, and changed scenarios against unchanged ones."""

import math
from collections.abc import Mapping, Sequence
from statistics import fmean, stdev

from attrs import frozen

from simulation.validation.ledger import Claim, ledger

Figures = Mapping[str, float | None]
Interval = tuple[float, float]

# Runs in which these are not defined are left out, as their words say.
LEFT_OUT = ("aggregate.declining_raises_churn",)

_DEV = "dev"
_PRODUCTION = "production"
_DEV_CLAIMS = "volume.dev."
# Shares of whole numbers that lie on a bound may miss it by their last bit.
_LAST_BIT = 1e-9


@frozen
class Judged:
    """What came of a claim. `holds` is None where it is not judged: the scenario does not declare a ledger."""

    id: str
    description: str
    value: float | None
    interval: Interval
    holds: bool | None


@frozen
class Pooled(Judged):
    """A claim over many runs: `value` is the mean of the figures that are defined.

    `standard_error` is that of the mean, None for fewer than two figures; `outside` are the seeds of the runs that
    left `single`, `undefined` of those without a figure, and `values` the figures in the order of the seeds.
    """

    standard_error: float | None
    single: Interval
    outside: tuple[int, ...]
    undefined: tuple[int, ...]
    values: tuple[float | None, ...]


@frozen
class Paired(Judged):
    """A claim about a changed scenario; `unchanged` is the same figure of the scenario as it is.

    `standard_error` is that of the value, None for fewer than two seeds.
    """

    unchanged: float | None
    standard_error: float | None


def claims_of(ledger_name: str) -> list[Claim]:
    """The claims with intervals that a scenario of a ledger has: dev has its volumes, any other all but these."""
    wanted = ledger_name == _DEV
    return [claim for claim in ledger().values() if claim.pooled and claim.id.startswith(_DEV_CLAIMS) == wanted]


def judge_run(figures: Figures, ledger_name: str) -> list[Judged]:
    """Judge one run by `single`."""
    return [_judge_single(claim, figures[claim.id], ledger_name) for claim in claims_of(ledger_name)]


def _judge_single(claim: Claim, value: float | None, ledger_name: str) -> Judged:
    interval = _interval(claim.single)
    judged = bool(ledger_name) and not (value is None and claim.id in LEFT_OUT)
    return Judged(claim.id, claim.description, value, interval, within(value, interval) if judged else None)


def judge_runs(figures: Mapping[int, Figures], ledger_name: str, *, standard_errors: float = 0.0) -> list[Pooled]:
    """Judge the figures of many runs, by their seeds: the means by `pooled`, and each by `single`.

    A mean may miss its interval by so many of its standard errors.
    """
    return [_judge_pooled(claim, figures, ledger_name, standard_errors) for claim in claims_of(ledger_name)]


def _judge_pooled(claim: Claim, figures: Mapping[int, Figures], ledger_name: str, standard_errors: float) -> Pooled:
    values = {seed: of_run[claim.id] for seed, of_run in figures.items()}
    undefined = tuple(seed for seed, value in values.items() if value is None)
    single, pooled = _interval(claim.single), _interval(claim.pooled)
    outside = tuple(seed for seed, value in values.items() if value is not None and not within(value, single))
    mean, error = _mean_and_error([value for value in values.values() if value is not None])
    holds = within(mean, pooled, standard_errors * (error or 0.0)) and (not undefined or claim.id in LEFT_OUT)
    return Pooled(
        claim.id, claim.description, mean, pooled, holds if ledger_name else None, error, single, outside, undefined,
        tuple(values.values()),
    )  # fmt: skip


def judge_pair(
    claim: Claim,
    changed: Sequence[float | None],
    unchanged: Sequence[float | None],
    ledger_name: str,
    *,
    relative: bool,
) -> Paired:
    """Judge a figure of a changed scenario over the same seeds as the unchanged one, by `paired`.

    Where it is `relative`, what counts is the mean of the figures over the mean of the unchanged ones. Production is
    judged only: it is what the claims are about.
    """
    (value, error), (reference, _) = _mean_of_all(changed), _mean_of_all(unchanged)
    interval = _interval(claim.paired)
    if relative:
        value, error = _ratio_of_means(changed, unchanged)
    holds = within(value, interval) if ledger_name == _PRODUCTION else None
    return Paired(claim.id, claim.description, value, interval, holds, reference, error)


def within(value: float | None, interval: Interval, slack: float = 0.0) -> bool:
    """Whether a value lies in an interval, both ends included, or misses it by no more than the slack."""
    slack += _LAST_BIT
    return value is not None and interval[0] - slack <= value <= interval[1] + slack


def single_verdicts(results: Sequence[Pooled], runs: int) -> tuple[int, int]:
    """How many single verdicts a number of runs comes to, and how many of them fail."""
    left_out = sum(len(result.undefined) for result in results if result.id in LEFT_OUT)
    failed = sum(len(result.outside) for result in results)
    failed += sum(len(result.undefined) for result in results if result.id not in LEFT_OUT)
    return len(results) * runs - left_out, failed


def _interval(interval: Interval | None) -> Interval:
    if interval is None:
        raise ValueError("the claim has no such interval")
    return interval


def _mean_of_all(values: Sequence[float | None]) -> tuple[float | None, float | None]:
    """The mean and its standard error; None where a value is not defined."""
    known = [value for value in values if value is not None]
    return _mean_and_error(known) if len(known) == len(values) else (None, None)


def _ratio_of_means(parts: Sequence[float | None], wholes: Sequence[float | None]) -> tuple[float | None, float | None]:
    """The mean of some figures over that of others, pair by pair, and its standard error (to first order)."""
    (part, _), (whole, _) = _mean_of_all(parts), _mean_of_all(wholes)
    if part is None or not whole:
        return None, None
    ratio = part / whole
    known = [(over, under) for over, under in zip(parts, wholes, strict=True) if over is not None and under is not None]
    _, error = _mean_and_error([(over - ratio * under) / whole for over, under in known])
    return ratio, error


def _mean_and_error(values: Sequence[float]) -> tuple[float | None, float | None]:
    """The mean and its standard error; None where there are too few values for it."""
    mean = fmean(values) if values else None
    return mean, stdev(values) / math.sqrt(len(values)) if len(values) > 1 else None
