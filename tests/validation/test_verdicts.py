"""How figures are judged by the ledger's intervals."""

import math

import pytest

from simulation.validation import ledger
from simulation.validation.verdicts import (
    LEFT_OUT,
    Figures,
    claims_of,
    judge_pair,
    judge_run,
    judge_runs,
    single_verdicts,
    within,
)

SESSIONS = "volume.sessions"  # 21,900 to 23,100 pooled, 21,000 to 24,000 single
LIFT = "experiment.conversion.lift"
(DECLINING,) = LEFT_OUT


def figures(changed: Figures | None = None) -> dict[str, float | None]:
    """Figures in the middle of their intervals, but for some."""
    return {claim.id: sum(claim.pooled) / 2 for claim in ledger().values() if claim.pooled} | dict(changed or {})


def sessions_of(*values: float | None) -> dict[int, Figures]:
    """Runs with so many sessions, under seeds from 1 on."""
    return {seed: figures({SESSIONS: value}) for seed, value in enumerate(values, start=1)}


@pytest.mark.parametrize(
    ("value", "inside"),
    [(0.1, True), (0.3, True), (0.1 + 0.2, True), (0.0999, False), (0.3001, False), (None, False)],
)
def test_an_interval_includes_its_ends_to_the_last_bit(value: float | None, inside: bool) -> None:
    assert within(value, (0.1, 0.3)) == inside


def test_slack_widens_an_interval_on_both_sides() -> None:
    assert within(0.35, (0.1, 0.3), 0.05)
    assert within(0.05, (0.1, 0.3), 0.05)
    assert not within(0.36, (0.1, 0.3), 0.05)


def test_dev_has_claims_of_its_own() -> None:
    dev, production, other = ({claim.id for claim in claims_of(name)} for name in ("dev", "production", ""))
    assert all(claim_id.startswith("volume.dev.") for claim_id in dev)
    assert production == other
    assert not dev & production
    assert dev | production == {claim.id for claim in ledger().values() if claim.pooled}


def test_a_run_is_judged_by_the_single_intervals() -> None:
    verdicts = {one.id: one for one in judge_run(figures({SESSIONS: 21_000, "tutor.left_share": 0.15}), "production")}
    assert verdicts[SESSIONS].holds is True
    assert list(verdicts[SESSIONS].interval) == [21_000, 24_000]
    assert verdicts[SESSIONS].description == "rows of sessions"
    assert [claim_id for claim_id, one in verdicts.items() if one.holds is False] == ["tutor.left_share"]


def test_a_run_without_a_ledger_is_shown_and_not_judged() -> None:
    verdicts = judge_run(figures({SESSIONS: 1}), "")
    assert {one.holds for one in verdicts} == {None}
    assert next(one.value for one in verdicts if one.id == SESSIONS) == 1


def test_what_is_not_defined_fails_unless_its_words_leave_it_out() -> None:
    verdicts = judge_run(dict.fromkeys(figures()), "production")
    assert [one.id for one in verdicts if one.holds is None] == [DECLINING]
    assert not any(one.holds for one in verdicts)
    assert [claim.id for claim in ledger().values() if "is left out" in claim.description] == [DECLINING]


def test_means_are_judged_by_the_pooled_intervals() -> None:
    verdicts = {one.id: one for one in judge_runs(sessions_of(21_500, 22_300, 24_001, None), "production")}
    sessions = verdicts[SESSIONS]
    assert sessions.value == pytest.approx((21_500 + 22_300 + 24_001) / 3)
    assert list(sessions.interval) == [21_900, 23_100]
    assert list(sessions.single) == [21_000, 24_000]
    assert (sessions.outside, sessions.undefined) == ((3,), (4,))
    assert sessions.holds is False  # one is not defined
    assert all(one.holds for claim_id, one in verdicts.items() if claim_id != SESSIONS)


def test_a_mean_has_a_standard_error() -> None:
    errors = {
        number: next(one.standard_error for one in judge_runs(runs, "production") if one.id == SESSIONS)
        for number, runs in enumerate([sessions_of(None), sessions_of(22_000), sessions_of(22_000, 22_200, 22_400)])
    }
    assert errors == {0: None, 1: None, 2: pytest.approx(200 / math.sqrt(3))}


@pytest.mark.parametrize(("standard_errors", "holds"), [(0.0, False), (0.9, False), (1.1, True)])
def test_a_mean_may_miss_by_some_of_its_standard_errors(standard_errors: float, holds: bool) -> None:
    # the mean, 23,200, is 100 above what is allowed, and its standard error is 100
    verdicts = judge_runs(sessions_of(23_100, 23_300), "production", standard_errors=standard_errors)
    assert [one.holds for one in verdicts if one.id == SESSIONS] == [holds]


def test_runs_in_which_it_may_be_undefined_are_left_out_of_a_mean() -> None:
    runs = {1: figures(), 2: figures({DECLINING: None})}
    verdicts = judge_runs(runs, "production")
    (declining,) = [one for one in verdicts if one.id == DECLINING]
    assert declining.value == pytest.approx(0.35)
    assert declining.undefined == (2,)
    assert declining.holds
    assert single_verdicts(verdicts, 2) == (2 * len(verdicts) - 1, 0)


def test_a_claim_that_is_undefined_in_every_run_fails() -> None:
    verdicts = judge_runs({1: figures({DECLINING: None})}, "production")
    assert [one.holds for one in verdicts if one.id == DECLINING] == [False]


def test_verdicts_on_single_runs_are_counted() -> None:
    verdicts = judge_runs(sessions_of(20_000, 22_000, None), "production")
    assert single_verdicts(verdicts, 3) == (3 * len(verdicts), 2)


HALVED = ledger()["mechanism.demand_halved"]  # 0.45 to 0.56
NO_TRENDS = ledger()["mechanism.no_trends"]  # -0.025 to 0.025


def test_a_pair_is_judged_by_the_mean_of_the_changed_scenario() -> None:
    pair = judge_pair(NO_TRENDS, [0.04, -0.02], [-0.1, -0.2], "production", relative=False)
    assert pair.value == pytest.approx(0.01)
    assert pair.unchanged == pytest.approx(-0.15)
    assert pair.holds
    assert judge_pair(NO_TRENDS, [0.04, 0.02], [0, 0], "production", relative=False).holds is False


def test_a_relative_pair_is_judged_by_the_ratio_of_means() -> None:
    pair = judge_pair(HALVED, [10, 40], [40, 60], "production", relative=True)
    assert (pair.value, pair.unchanged, pair.holds) == (0.5, 50, True)


def test_a_pair_has_the_standard_error_of_what_counts() -> None:
    alone = judge_pair(NO_TRENDS, [0.04, -0.02], [-0.1, -0.2], "production", relative=False)
    assert alone.standard_error == pytest.approx(0.03)
    in_step = judge_pair(HALVED, [20, 30], [40, 60], "production", relative=True)
    assert in_step.standard_error == pytest.approx(0)
    # halves of 50 that are missed by 10, to both sides
    out_of_step = judge_pair(HALVED, [10, 40], [40, 60], "production", relative=True)
    assert out_of_step.standard_error == pytest.approx(10 / 50)
    assert judge_pair(HALVED, [20], [40], "production", relative=True).standard_error is None


@pytest.mark.parametrize(("changed", "unchanged"), [([1, None], [2, 2]), ([1, 1], [2, None]), ([0, 0], [0, 0])])
def test_a_pair_that_is_not_defined_under_each_seed_fails(
    changed: list[float | None], unchanged: list[float | None]
) -> None:
    pair = judge_pair(HALVED, changed, unchanged, "production", relative=True)
    assert (pair.value, pair.holds) == (None, False)


@pytest.mark.parametrize("ledger_name", ["", "dev"])
def test_pairs_of_other_scenarios_than_production_are_not_judged(ledger_name: str) -> None:
    assert judge_pair(HALVED, [1], [1], ledger_name, relative=True).holds is None


def test_a_rule_has_no_interval_to_be_judged_by() -> None:
    with pytest.raises(ValueError, match="no such interval"):
        judge_pair(ledger()["event.valid"], [1], [1], "production", relative=True)
