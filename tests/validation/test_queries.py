"""Queries about a run: what they may name, and what their macros mean."""

import json
import math
import sys
from datetime import datetime
from subprocess import run as command
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulation.contract import EVERY_RUN
from simulation.events import ParametersChanged
from simulation.log import EVENTS_PER_REGION
from simulation.scenario.loading import resolved, scenario_from_dict
from simulation.validation import Run
from simulation.validation.queries import FOLDER, HEADER, queries_in
from simulation.validation.rules import in_order, rules, sentence
from tests.hand_made_log import LogBuilder, at, merged
from tests.validation.good_run import good_run

FILES = ("selections", "measures_tutors", "measures_sessions", "measures_platform", "rules_tables", "rules_platform")


@pytest.fixture(scope="module")
def run() -> Run:
    return good_run()


def value(run: Run, expression: str) -> Any:
    ((found,),) = (row.values() for row in run.database.rows(f"SELECT {expression}"))
    return found


@pytest.mark.parametrize("file", FILES)
def test_queries_have_names_of_their_own(file: str) -> None:
    queries = queries_in(file)
    described = [line for line in (FOLDER / f"{file}.sql").read_text("utf-8").splitlines() if HEADER.match(line)]
    assert len(described) == len(queries) > 0
    assert all(query.startswith(("SELECT", "WITH", "--")) for query in queries.values())


def test_rows_have_their_position(run: Run) -> None:
    ids = run.tables["sessions"]["session_id"].to_pylist()
    rows = run.database.rows("SELECT session_id FROM sessions ORDER BY position")
    assert [row["session_id"] for row in rows] == ids


def test_events_are_read_from_the_part_of_the_log_that_is_named(run: Run) -> None:
    count = "SELECT count(*) AS n FROM {} WHERE intervention_id = 'INT0006'"
    assert run.database.rows(count.format("email_opened")) == [{"n": 0}]
    assert run.database.rows(count.format("truth_email_opened")) == [{"n": 1}]


def test_further_columns_of_events_are_read_when_a_query_names_them(run: Run) -> None:
    assert run.database.rows("SELECT count(*) AS n FROM message_sent") == [{"n": 1}]
    assert run.database.rows("SELECT tutor_id FROM message_sent") == [{"tutor_id": "T0002"}]


# ---------------------------------------------------------------- parameters that change


@pytest.fixture(scope="module")
def changing() -> Run:
    """A run of two regions whose rules change on days 3 and 5; the log says so after the 17th event of each region."""
    changes = [
        {"day": 3, "until": 5, "set": {"churn.high_risk": 0.7, "interventions.open_hours": [2, 3]}},
        {"day": 5, "set": {"churn.high_risk": 0.8, "interventions.engagement_effect.success": [0.5, 0.6]}},
    ]
    scenario = scenario_from_dict({"days": 9, "changes": changes})
    regions = []
    for region in (1, 2):
        log = LogBuilder(days=9, region=region)
        for number in range(1, 18):
            log.tutor(f"T{region}{number:03d}")
        for day, high_risk in ((3, 0.7), (5, 0.8)):
            log.event(at(day), ParametersChanged(json.dumps({"churn.high_risk": high_risk})))
        regions.append(log.observable)
    whole = merged(*regions)
    window = {"window_start": "2026-01-05T00:00:00", "window_end": "2026-01-14T00:00:00"}
    return Run.in_memory({}, whole, whole, {"scenario": resolved(scenario), **window})


@pytest.mark.parametrize(
    ("moment", "expected"), [("2026-01-07 23:59:59", 1), ("2026-01-08", 2), ("2026-01-09", 2), ("2026-01-10", 1)]
)
def test_a_parameter_at_a_moment_is_that_of_the_scenario_from_the_last_midnight_on(
    changing: Run, moment: str, expected: int
) -> None:
    query = "SELECT $interventions.open_hours@moment[1] AS v FROM (SELECT TIMESTAMP '{}' AS moment)"
    assert changing.database.rows(query.format(moment)) == [{"v": expected}]


@pytest.mark.parametrize(("number", "expected"), [(1, 0.5), (17, 0.5), (18, 0.7), (19, 0.8), (99, 0.8)])
@pytest.mark.parametrize("region", [1, 2])
def test_a_parameter_under_an_event_is_what_the_region_s_log_said_until_then(
    changing: Run, region: int, number: int, expected: float
) -> None:
    query = "SELECT $churn.high_risk@event_id AS v FROM (SELECT 'EV{:06d}' AS event_id)"
    rows = changing.database.rows(query.format((region - 1) * EVENTS_PER_REGION + number))
    assert rows == [{"v": expected}]


def test_a_parameter_without_a_moment_is_that_of_the_window_s_end(changing: Run, run: Run) -> None:
    assert value(changing, "$churn.high_risk") == 0.8
    assert changing.values_by_moment("churn.low_engagement") == [(changing.segments[0][0], 5.5)]
    assert value(run, "$churn.high_risk") == 0.5
    (only,) = run.values_by_event("churn.high_risk")
    assert only == (0, 0.5)


def test_drawn_effects_may_lie_in_the_range_of_any_segment(changing: Run) -> None:
    rows = changing.database.rows("SELECT DISTINCT engagement FROM outcome_bounds WHERE outcome = 'success'")
    assert rows == [{"engagement": [0.05, 0.6]}]


def test_parameters_are_what_the_scenario_states_and_the_moments_of_the_run(run: Run) -> None:
    assert value(run, "$churn.rating_drop") == run.stated("churn.rating_drop")
    assert value(run, "$interventions.open_hours[2]") == run.stated("interventions.open_hours")[1]
    assert value(run, "$window_start") == run.window_start
    assert value(run, "epoch($window_end - $week_start)") == 7 * 86400


def test_parameters_are_numbers_moments_and_lists_of_them(run: Run) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        value(run, "$name")


def test_numbers_come_as_columns_in_which_null_is_nan(run: Run) -> None:
    first, second = run.database.columns("SELECT * FROM (VALUES (1, 2.5), (2, NULL))")
    assert first.tolist() == [1.0, 2.0]
    assert second[0] == 2.5
    assert math.isnan(second[1])


def test_of_nothing_shares_and_ratios_are_null(run: Run) -> None:
    assert value(run, "share(flag) FROM (VALUES (true), (NULL), (false), (true)) AS t (flag)") == 0.5
    assert value(run, "share(session_completed) FROM sessions WHERE false") is None
    assert value(run, "ratio(1, 0)") is None


@pytest.mark.parametrize(
    ("stored", "exact", "decimals", "differ"),
    [
        (4.15, 4.1549, 2, False),
        (4.15, 4.1551, 2, True),
        (4.15, 4.145, 2, False),
        (3.0, 3.0, 0, False),
        (3.0, 4.0, 0, True),
        ("NULL", "NULL", 2, False),
        ("NULL", 1.0, 2, True),
        (1.0, "NULL", 2, True),
    ],
)
def test_stored_figures_are_compared_to_their_decimals(
    run: Run, stored: object, exact: object, decimals: int, differ: bool
) -> None:
    assert value(run, f"differs({stored}, {exact}, {decimals})") is differ


@settings(deadline=None, max_examples=50)
@given(tenths=st.lists(st.integers(0, 50), min_size=1, max_size=40))
def test_means_are_the_doubles_nearest_to_the_exact_ones(tenths: list[int]) -> None:
    values = ", ".join(f"({tenth / 10}::DOUBLE)" for tenth in tenths)
    found = value(RUN, f"mean_among(x, true) FROM (VALUES {values}) AS t (x)")
    assert found == sum(tenths) / (10 * len(tenths))


RUN = good_run()


def test_all_documented_figures_of_aggregates_are_recomputed(run: Run) -> None:
    run.database.rows("SELECT 1 FROM recomputed")
    known = {row["column_name"] for row in run.database.rows("DESCRIBE recomputed")}
    elsewhere = {"churn_signals_detected", "churn_probability", "churn_risk_level"}
    documented = {column.name for column in EVERY_RUN.tables["tutor_aggregates"].columns if not column.extra}
    assert documented - elsewhere <= known


def test_rows_that_break_a_rule_come_in_their_order_and_are_told_in_words() -> None:
    rows = [{"position": 2, "id": "A2", "score": None}, {"position": 0, "id": "A10", "score": 1 / 3}]
    assert in_order(rows) == [{"id": "A10", "score": 1 / 3}, {"id": "A2", "score": None}]
    assert sentence({"id": "A10", "score": 1 / 3, "at": datetime(2026, 1, 5)}) == (
        "id A10, score 0.333333, at 2026-01-05 00:00:00"
    )
    assert sentence({"fault": "is late", "id": "A2", "score": None}) == "is late: id A2, score null"
    assert sentence({"fault": "all is wrong"}) == "all is wrong"


def test_a_slow_query_draws_no_bar_in_the_processes_of_an_executor_either() -> None:
    code = (
        "from tests.validation.good_run import good_run;"
        "print(good_run().database.rows(\"SELECT current_setting('enable_progress_bar') AS drawn\"))"
    )
    # Without a file of its own a process is a prompt to DuckDB, as those of an executor are.
    told = command([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert told.stdout == "[{'drawn': False}]\n"


def test_rules_import_no_pandas() -> None:
    code = (
        "import sys; from simulation.lib.arrow import import_arrow_alone; import_arrow_alone();"
        "from simulation.validation.rules import rules; from tests.validation.good_run import good_run;"
        "run = good_run(); [check(run) for check in rules().values()]; sys.exit('pandas' in sys.modules)"
    )
    assert command([sys.executable, "-c", code], check=False).returncode == 0
    assert rules()
