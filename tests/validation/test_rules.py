"""Every rule holds in the good run, and finds what breaks it."""

import ast
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from simulation.scenario import Scenario
from simulation.scenario.loading import resolved, scenario_from_dict
from simulation.tables import reduce_log
from simulation.validation import Run, check_rules, ledger, rules_log
from simulation.validation.queries import queries_in
from simulation.validation.rules import OF_SEVERAL_RUNS, RuleResult, rule, rules, sentence
from tests.hand_made_log import LogBuilder, at, merged
from tests.validation import violations_of_tables, violations_of_the_platform, violations_of_the_whole
from tests.validation.good_run import good_run, record_of, run_of, student, tutor
from tests.validation.run_directory import read_run
from tests.validation.spoiling import Spoiled, Violations, findings
from tools.extremes import changed

VIOLATIONS: Violations = {
    **violations_of_tables.VIOLATIONS,
    **violations_of_the_platform.VIOLATIONS,
    **violations_of_the_whole.VIOLATIONS,
}


@pytest.fixture(scope="module")
def run() -> Run:
    return good_run()


def test_every_rule_of_the_ledger_is_measured() -> None:
    assert {*rules(), *OF_SEVERAL_RUNS} == {claim.id for claim in ledger().values() if claim.always}


def test_rules_are_in_the_order_of_the_ledger() -> None:
    assert list(rules()) == [claim_id for claim_id in ledger() if claim_id in rules()]


def test_a_rule_has_one_measurement() -> None:
    with pytest.raises(ValueError, match=r"experiment\.valid has two functions"):
        rule("experiment.valid")(lambda _: [])


@pytest.mark.parametrize("claim_id", rules())
def test_a_rule_holds_in_the_good_run(run: Run, claim_id: str) -> None:
    assert rules()[claim_id](run) == []


@pytest.mark.parametrize("claim_id", rules())
def test_a_rule_has_violations_planted(claim_id: str) -> None:
    assert VIOLATIONS.get(claim_id)


@pytest.mark.parametrize(
    ("claim_id", "story"), [(claim_id, story) for claim_id, stories in VIOLATIONS.items() for story in stories]
)
def test_a_planted_violation_is_found_and_named(run: Run, claim_id: str, story: str) -> None:
    spoil, names = VIOLATIONS[claim_id][story]
    found = findings(claim_id, spoil, run)
    assert any(names in finding for finding in found), found


def test_results_come_with_the_words_of_the_ledger(run: Run) -> None:
    results = {result.id: result for result in check_rules(run)}
    assert list(results) == list(rules())
    assert all(result.holds for result in results.values())
    assert results["measure.recommend.rule"].description == "would_recommend is student_satisfaction >= 7.0, as stored"


def test_a_broken_rule_does_not_hold(run: Run) -> None:
    spoiled = Spoiled.of(run).set("sessions", {"session_id": "S000100250"}, subject="History").run()
    results = {result.id: result for result in check_rules(spoiled)}
    assert not results["session.subject_of_tutor"].holds
    assert results["event.valid"].holds


def test_rules_hold_where_nothing_happens() -> None:
    log = LogBuilder(days=3)
    tutor(log, "T0001", days=3)
    assert [result for result in check_rules(run_of(log)) if not result.holds] == []


def test_rules_hold_in_a_window_shorter_than_a_week() -> None:
    log = LogBuilder(days=3)
    tutor(log, "T0001", days=3)
    student(log, "U00001")
    log.session("S000100", at(1, 16))
    assert [result for result in check_rules(run_of(log)) if not result.holds] == []


def test_rules_hold_for_regions_with_times_of_their_own() -> None:
    east, west = LogBuilder(region=1, utc_hours=-5), LogBuilder(region=2, utc_hours=-8)
    tutor(east, "T0001")
    student(east, "U00001")
    east.session("S000100", at(1, 16))
    tutor(west, "T2001")
    student(west, "U20001")
    west.session("S200100", at(1, 14), tutor="T2001", student="U20001")
    log, truth = merged(east.observable, west.observable), merged(east.truth, west.truth)
    record = record_of(log.metadata.window_start, log.metadata.window_end)
    run = Run.in_memory(reduce_log(log, truth), log, truth, record)
    assert [result for result in check_rules(run) if not result.holds] == []


def test_thresholds_are_those_of_the_scenario(run: Run) -> None:
    spoiled = Spoiled.of(run)
    spoiled.record["scenario"] = resolved(
        scenario_from_dict({"churn": {"low_engagement": 5.1}, "interventions": {"max_per_tutor": 3}})
    )
    stricter = spoiled.run()
    assert rules()["aggregate.signals_add_up"](stricter)[0]["tutor_id"] == "T0001"
    assert rules()["intervention.max_four"](stricter)[0]["intervention_id"] == "INT0004"


# Ranges that a scenario may state and the good run leaves, by the rule that is held to them, and whom it names.
LEFT_RANGES = {
    "activity.scheduling_minutes": ("event.scheduled_after_login", [31, 39], "30"),
    "activity.post_session_minutes": ("event.completed_after_session", [0, 9], "S000100100"),
    "interventions.open_hours": ("event.email_timing", [1, 47], "INT0005"),
    "interventions.click_minutes": ("event.email_timing", [11, 30], "INT0001"),
    "interventions.latency_minutes": ("intervention.latency", [2, 42], "INT0001"),
    "interventions.engagement_effect.success": ("intervention.effect.ranges", [0.4, 0.4], "0.12"),
    "interventions.sessions_effect.partial": ("intervention.effect.ranges", [2, 2], "INT0002"),
    "sessions.measures.duration_factor": ("time.duration.actual_range", [1.1, 1.15], "S000100100"),
    "population.traits.morning_hours": ("time.preferred_windows", [9, 12], "T0002"),
    "population.traits.evening_hours": ("time.preferred_windows", [15, 20], "T0001"),
    "regions.0.population": ("time.preferred_windows", {"traits": {"evening_hours": [16, 21]}}, "T0001"),
    "churn.score_offset": ("aggregate.probability_formula", [0.06, 0.1], "T0001"),
    "experiments.0.exposure_hours": ("experiment.valid", [6, 48], "T0001"),
    "experiments.0.conversion_days": ("experiment.valid", [2, 7], "T0001"),
    "experiments.0.conversion_value": ("experiment.valid", [0.2, 0.3], "0.123"),
}


@pytest.mark.parametrize("key", LEFT_RANGES)
def test_ranges_are_those_of_the_scenario(run: Run, key: str) -> None:
    claim_id, stated, names = LEFT_RANGES[key]
    spoiled = Spoiled.of(run)
    spoiled.record["scenario"] = changed(resolved(Scenario()), {key: stated})
    found = [sentence(row) for row in rules()[claim_id](spoiled.run())]
    assert any(names in finding for finding in found), found


def test_few_of_many_violations_are_told(run: Run) -> None:
    spoiled = Spoiled.of(run)
    for session in run.tables["sessions"]["session_id"].to_pylist():
        spoiled.set("sessions", {"session_id": session}, subject="History")
    result = RuleResult.of_rows("session.subject_of_tutor", rules()["session.subject_of_tutor"](spoiled.run()))
    sessions = run.tables["sessions"]["session_id"].to_pylist()
    assert result.total == len(sessions)
    assert [row["session_id"] for row in result.rows] == sessions[:20]
    assert len(result.violations) == 21
    assert result.violations[-1] == f"and {len(sessions) - 20} more"
    assert sessions[0] in result.violations[0]


def test_a_run_in_a_directory_is_measured_like_one_in_memory(run_directory: Path) -> None:
    assert [result for result in check_rules(read_run(run_directory)) if not result.holds] == []


@pytest.mark.parametrize("file", ["sessions.csv", "sessions.parquet", "truth/truth_tutors.csv"])
def test_a_file_that_is_not_the_log_reduced_is_found(run_directory: Path, file: str) -> None:
    path = run_directory / file
    good = path.read_bytes()
    path.write_bytes(good.replace(b"\n", b"\r\n") if path.suffix == ".csv" else _written_otherwise(path))
    (finding,) = rules()["whole.tables_from_log"](read_run(run_directory))
    assert file in sentence(finding)


def _written_otherwise(path: Path) -> bytes:
    """The same table in a Parquet file of other bytes."""
    with pq.ParquetFile(path) as file:
        table = file.read()
    pq.write_table(table, path, compression="none")
    return path.read_bytes()


def test_rules_share_nothing_with_what_simulates_and_reduces() -> None:
    measured_by = {path.name: path for path in Path(rules_log.__file__).parent.glob("rules*.py")}
    read = {name for file in ("rules_tables", "rules_platform") for name in queries_in(file)}
    assert len(read) > 30
    forbidden = {"agents", "marketplace", "processes", "quality", "rolling", "signals", "tables", "world"}
    opened = {name: _rooms(path) & forbidden for name, path in measured_by.items()}
    assert {name: rooms for name, rooms in opened.items() if rooms} == {"rules_log.py": {"tables"}}


def _rooms(path: Path) -> set[str]:
    """The rooms of the package that a module opens."""
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {module.split(".")[1] for module in modules if module.startswith("simulation.")}
