"""Validating a run, a scenario over many seeds, and a scenario's mechanisms."""

import json
from pathlib import Path

import attrs
import pytest

from simulation.lib.staging import RunDirError
from simulation.runs import write_run
from simulation.scenario import HIGHEST_SEED, Scenario
from simulation.scenario.loading import check_scenario
from simulation.validation import RuleResult, Run
from simulation.validation.measures import measure_run, measures
from simulation.validation.validation import (
    MechanismsValidation,
    ScenarioValidation,
    choose_seeds,
    validate_mechanisms,
    validate_run,
    validate_scenario,
)
from simulation.validation.verdicts import Paired

SEEDS = (7, 11)


@pytest.fixture(scope="module")
def validated(tiny_scenario: Scenario) -> ScenarioValidation:
    return validate_scenario(tiny_scenario, SEEDS, workers=1)


# ---------------------------------------------------------------- a run


def declared(directory: Path, ledger: str) -> Path:
    """A run whose scenario declares a ledger."""
    path = directory / "run.json"
    record = json.loads(path.read_text())
    record["scenario"]["ledger"] = ledger
    path.write_text(json.dumps(record))
    return directory


def test_a_run_has_its_rules_checked_and_its_claims_measured(tiny_run: Path) -> None:
    validation = validate_run(tiny_run)
    figures = measure_run(Run.of_directory(tiny_run))
    assert validation.holds
    assert "files" in {rule.id for rule in validation.rules}
    assert {claim.id: claim.value for claim in validation.claims}.items() <= figures.items()
    assert {claim.holds for claim in validation.claims} == {None}


def test_a_run_of_a_scenario_that_declares_a_ledger_is_judged_failures_first(own_run: Path) -> None:
    validation = validate_run(declared(own_run, "production"))
    verdicts = {claim.id: claim.holds for claim in validation.claims}
    assert not validation.holds
    assert verdicts["volume.tutors"] is False
    assert verdicts["measure.camera.mean"] is True
    failed = [claim.holds is False for claim in validation.claims]
    assert failed == sorted(failed, reverse=True)


def test_a_run_that_says_dev_is_judged_by_devs_volumes(own_run: Path) -> None:
    verdicts = {claim.id: claim.holds for claim in validate_run(declared(own_run, "dev")).claims}
    assert set(verdicts) == {claim_id for claim_id in measures() if claim_id.startswith("volume.dev.")}
    assert verdicts["volume.dev.days"] is False


def test_a_run_that_breaks_a_rule_does_not_hold(own_run: Path) -> None:
    with (own_run / "students.csv").open("a") as file:
        file.write("one more\n")
    validation = validate_run(own_run)
    assert not validation.holds
    assert not validation.rules[0].holds


def test_a_directory_without_a_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RunDirError):
        validate_run(tmp_path)


# ---------------------------------------------------------------- a scenario


def test_each_run_is_measured_like_one_that_was_written(
    tiny_scenario: Scenario, validated: ScenarioValidation, tiny_run: Path, tmp_path: Path
) -> None:
    other = write_run(attrs.evolve(tiny_scenario, seed=SEEDS[1]), tmp_path / "other").directory
    first, second = (measure_run(Run.of_directory(directory)) for directory in (tiny_run, other))
    assert validated.seeds == SEEDS == (tiny_scenario.seed, 11)
    for claim in validated.claims:
        known = [value for value in (first[claim.id], second[claim.id]) if value is not None]
        assert claim.value == (pytest.approx(sum(known) / len(known)) if known else None)
        assert len(claim.undefined) == 2 - len(known)


def test_a_scenario_without_a_ledger_is_checked_and_not_judged(validated: ScenarioValidation) -> None:
    assert not validated.judged
    assert validated.holds
    assert validated.single_failures > 0.5 * validated.allowed_single_failures * validated.single_verdicts
    assert {rule.id for rule in validated.rules} >= {"event.valid", "whole.tables_from_log"}


def test_the_number_of_workers_changes_nothing(tiny_scenario: Scenario, validated: ScenarioValidation) -> None:
    assert validate_scenario(tiny_scenario, SEEDS, workers=2) == validated


def test_progress_is_told_run_by_run(tiny_scenario: Scenario) -> None:
    told: list[tuple[int, int]] = []
    short = attrs.evolve(tiny_scenario, days=1, warm_up_days=0)
    validate_scenario(short, [1, 2, 3], workers=1, on_run=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


def test_broken_rules_come_first_with_the_seeds_that_break_them(
    tiny_scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    def check_rules(run: Run) -> list[RuleResult]:
        seed = run.record["seed"]
        return [RuleResult("one", "holds", []), RuleResult("two", "breaks", ["it does"] * (seed == 2))]

    monkeypatch.setattr("simulation.validation.rules.check_rules", check_rules)
    short = attrs.evolve(tiny_scenario, days=1, warm_up_days=0)
    validation = validate_scenario(short, [1, 2], workers=1)
    assert [(rule.id, rule.violations) for rule in validation.rules] == [("two", ["seed 2: it does"]), ("one", [])]
    assert not validation.holds


@pytest.mark.parametrize(("failures", "judged", "holds"), [(1, True, True), (2, True, False), (2, False, True)])
def test_few_single_runs_may_leave_their_intervals(failures: int, judged: bool, holds: bool) -> None:
    validation = ScenarioValidation(
        scenario="production", judged=judged, seeds=(1,), rules=[], claims=[], single_verdicts=100,
        single_failures=failures, allowed_single_failures=0.01,
    )  # fmt: skip
    assert validation.holds == holds


def test_what_is_allowed_reaches_the_verdicts(tiny_scenario: Scenario) -> None:
    short = attrs.evolve(tiny_scenario, ledger="production", days=1, warm_up_days=0)
    strict = validate_scenario(short, SEEDS, workers=1)
    lenient = validate_scenario(short, SEEDS, workers=1, standard_errors=1e6, single_failures=1.0)
    assert strict.judged
    assert not strict.holds
    assert not strict.singles_hold
    assert lenient.singles_hold
    assert sum(claim.holds is False for claim in lenient.claims) < sum(claim.holds is False for claim in strict.claims)


# ---------------------------------------------------------------- its seeds


def test_seeds_are_those_that_follow_the_scenarios(tiny_scenario: Scenario) -> None:
    assert choose_seeds(tiny_scenario, 3) == [7, 8, 9]


def test_the_lowest_seed_follows_on_the_highest(tiny_scenario: Scenario) -> None:
    last = attrs.evolve(tiny_scenario, seed=HIGHEST_SEED)
    assert choose_seeds(last, 3) == [HIGHEST_SEED, 0, 1]
    for seed in choose_seeds(last, 3):
        check_scenario(attrs.evolve(last, seed=seed))


def test_seeds_that_are_drawn_are_all_different(tiny_scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulation.validation.validation._DRAWN_SEEDS", 10)
    assert sorted(choose_seeds(tiny_scenario, 10, "a commit")) == list(range(10))


def test_seeds_can_be_drawn_from_a_text_that_is_no_unicode(tiny_scenario: Scenario) -> None:
    assert len(choose_seeds(tiny_scenario, 3, "\udcff")) == 3


def test_seeds_can_be_drawn_from_a_text(tiny_scenario: Scenario) -> None:
    drawn = choose_seeds(tiny_scenario, 20, "a commit")
    assert drawn == choose_seeds(attrs.evolve(tiny_scenario, seed=1), 20, "a commit")
    assert drawn[:10] == choose_seeds(tiny_scenario, 10, "a commit")
    assert len(set(drawn)) == 20
    assert not set(drawn) & set(choose_seeds(tiny_scenario, 20, "another commit"))
    assert all(0 <= seed < 2**31 for seed in drawn)


# ---------------------------------------------------------------- its mechanisms


@pytest.fixture(scope="module")
def changed(tiny_scenario: Scenario) -> MechanismsValidation:
    return validate_mechanisms(tiny_scenario, [7], workers=2)


def test_mechanisms_are_compared_under_the_same_seeds(
    tiny_scenario: Scenario, changed: MechanismsValidation, tiny_run: Path
) -> None:
    claims = {claim.id: claim for claim in changed.claims}
    figures = measure_run(Run.of_directory(tiny_run))
    assert claims["mechanism.demand_halved"].unchanged == figures["volume.sessions"]
    assert claims["mechanism.no_daily_variance"].unchanged == figures["trend.daily.engagement"]
    (halved,) = validate_scenario(
        attrs.evolve(tiny_scenario, demand=attrs.evolve(tiny_scenario.demand, sessions_per_day=15.0)), [7], workers=1
    ).claims[1:2]
    assert halved.id == "volume.sessions"
    assert halved.value is not None
    assert claims["mechanism.demand_halved"].value == halved.value / len(Run.of_directory(tiny_run).tables["sessions"])


def test_mechanisms_of_a_scenario_that_is_not_production_are_not_judged(changed: MechanismsValidation) -> None:
    assert {claim.holds for claim in changed.claims} == {None}
    assert changed.holds


@pytest.mark.parametrize(("second", "holds"), [(True, True), (None, True), (False, False)])
def test_one_mechanism_that_fails_is_enough(second: bool | None, holds: bool) -> None:
    claims = [Paired(str(verdict), "", 1.0, (0.0, 2.0), verdict, 1.0, None) for verdict in (True, second)]
    assert MechanismsValidation("production", (1,), claims).holds == holds
