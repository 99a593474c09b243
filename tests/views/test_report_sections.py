"""What the sections of a report show, against the tables of the run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pyarrow as pa
import pytest

from simulation.churn.signals import SIGNALS
from simulation.contract import TABLE_NAMES
from simulation.events import ChurnScored
from simulation.validation import Run
from simulation.validation.bounds import BOUNDS
from simulation.validation.ledger import ledger
from simulation.validation.queries import queries_in
from simulation.views.agents import status_of, table_of_agents
from simulation.views.pages.report.figures import DISTRIBUTIONS, bins_of, chart_of_claims, claims_of, measured
from simulation.views.pages.report.page import ReportedRun, reported
from simulation.views.pages.report.queries import FOLDER, SHOWN, query, rows_of
from simulation.views.timeline import timelines_of

Found = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="module")
def run(tiny_run: Path) -> Run:
    """The tiny run."""
    return Run.of_directory(tiny_run)


@pytest.fixture(scope="module")
def shown(tiny_run: Path) -> ReportedRun:
    """What its report shows."""
    return reported(tiny_run)


def rows(run: Run, table: str) -> list[dict[str, Any]]:
    return run.tables[table].to_pylist()  # type: ignore[no-any-return]


def found(run: Run, name: str) -> Found:
    return rows_of(run, name)[name]


def of_last_night(run: Run) -> list[dict[str, Any]]:
    """The scores taken when the window ends."""
    return [row for row in run.log.events(ChurnScored).to_pylist() if f"{row['timestamp']:%m-%d}" == "01-12"]


# ---------------------------------------------------------------- queries


def test_no_query_has_the_name_of_anything_else_that_queries_read() -> None:
    own = queries_in("report", FOLDER)
    assert own.keys().isdisjoint({*TABLE_NAMES, *BOUNDS, *queries_in("selections")})
    assert set(SHOWN) <= own.keys()


def test_names_come_in_the_order_of_the_scenario(run: Run) -> None:
    names = run.vocabulary
    assert [row["persona"] for row in found(run, "persona_names")] == [one.replace("_", " ") for one in names.personas]
    ranks = {row["value"]: row["rank"] for row in found(run, "stages") if row["stage"] == "type of the email"}
    assert ranks
    assert all(names.intervention_types[rank - 1] == kind.replace(" ", "_") for kind, rank in ranks.items())


def test_a_query_comes_after_all_that_it_names_and_after_nothing_else() -> None:
    assert query("tutors_by_hour").startswith("WITH hours AS (")
    steps = [one for one in queries_in("report", FOLDER) if f"{one} AS (" in query("ribbons")]
    assert steps == ["stages", "blocks", "flows"]


# ---------------------------------------------------------------- sessions


def test_each_session_is_counted_on_its_day_under_what_became_of_it(run: Run) -> None:
    names = {(True, True): "completed", (True, False): "student no-show", (False, True): "tutor no-show"}
    expected = Counter(
        (f"{row['session_datetime']:%Y-%m-%d}", names.get((row["tutor_showed"], row["student_showed"]), "both no-show"))
        for row in rows(run, "sessions")
    )
    by_day = {(row["day"], row["outcome"]): row["sessions"] for row in found(run, "sessions_by_day")}
    assert {place: count for place, count in by_day.items() if count} == expected
    assert len({day for day, _ in by_day}) == run.scenario["days"]


def test_days_without_a_session_have_their_place(run: Run) -> None:
    few = pa.Table.from_pylist(rows(run, "sessions")[:1], schema=run.tables["sessions"].schema)
    with_few = Run.in_memory({**run.tables, "sessions": few}, run.log, run.truth_log, run.record)
    assert sorted(row["sessions"] for row in found(with_few, "sessions_by_day")) == [0, 0, 0, 0, 0, 0, 1]


def test_each_session_is_counted_in_its_hour_of_the_week(run: Run) -> None:
    by_hour = {(row["weekday"], row["hour"]): row["sessions"] for row in found(run, "sessions_by_hour")}
    assert len(by_hour) == 7 * 24
    expected = Counter(f"{row['session_datetime']:%a %-H}" for row in rows(run, "sessions"))
    assert {f"{weekday} {hour}": count for (weekday, hour), count in by_hour.items() if count} == expected


def test_a_tutor_prefers_the_hours_from_the_first_to_before_the_last_and_some_on_weekends_alone(run: Run) -> None:
    tutors = pa.table({
        "tutor_id": ["T0001", "T0002", "T0003"], "active_status": [True, True, False],
        "preferred_start_hour": [8, 10, 8], "preferred_end_hour": [12, 12, 12], "weekend_only": [False, True, False],
    })  # fmt: skip
    made = Run.in_memory({"tutor_profiles": tutors}, run.log, run.truth_log, run.record)
    hours = {(row["weekday"], row["hour"]): row["tutors"] for row in found(made, "tutors_by_hour")}
    assert [hours["Fri", hour] for hour in (7, 8, 11, 12)] == [0, 1, 1, 0]
    assert [hours["Sun", hour] for hour in (8, 9, 10, 12)] == [1, 1, 2, 0]


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_a_distribution_has_every_value_in_bins_of_one_width_and_its_mark_is_the_mean(run: Run, name: str) -> None:
    distribution = DISTRIBUTIONS[name]
    (values,) = run.database.columns(f"SELECT {distribution.value} FROM {distribution.source}")  # noqa: S608 -- our own
    known = values[values == values]  # noqa: PLR0124 -- not a number is not itself
    bins = bins_of(run, distribution)
    assert sum(one["count"] for one in bins) == len(known) > 0
    for one in bins:
        assert one["high"] - one["low"] == pytest.approx(distribution.width)
        inside = (known > one["low"] - 1e-9) & (known < one["high"] + 1e-9)
        assert inside.sum() >= one["count"]
        assert one["mean"] == pytest.approx(known.mean())
    if distribution.claim is not None:
        assert measured(run)[distribution.claim] == pytest.approx(bins[0]["mean"])
        assert ledger()[distribution.claim].description.startswith("mean")


def test_the_values_of_a_distribution_are_those_of_the_tables(run: Run) -> None:
    sessions = rows(run, "sessions")
    leads = [(row["session_datetime"] - row["booked_at"]).total_seconds() / 86400 for row in sessions]
    completed = [
        mean(row["session_completed"] for row in sessions if row["tutor_id"] == tutor_id)
        for tutor_id in {row["tutor_id"] for row in sessions}
    ]
    assert bins_of(run, DISTRIBUTIONS["lead_time"])[0]["mean"] == pytest.approx(mean(leads))
    assert bins_of(run, DISTRIBUTIONS["completed"])[0]["mean"] == pytest.approx(mean(completed))


def test_claims_stand_where_they_lie_in_their_interval_and_undefined_ones_nowhere(run: Run) -> None:
    claims = claims_of(run)
    assert len(claims) > 0
    for claim in claims:
        if claim["figure"] is None:
            assert (claim["place"], claim["verdict"]) == (None, "not defined")
        elif claim["low"] < claim["high"] and 0 < claim["place"] < 1:
            middle = claim["low"] + claim["place"] * (claim["high"] - claim["low"])
            assert claim["figure"] == pytest.approx(middle, abs=1e-4)
            assert claim["verdict"] == "inside"
    assert chart_of_claims([claim for claim in claims if claim["place"] is None]) == {}


# ---------------------------------------------------------------- personas, risk


def test_each_active_tutor_stands_under_its_persona(run: Run) -> None:
    personas = {row["tutor_id"]: row["persona"].replace("_", " ") for row in rows(run, "truth_tutors")}
    shown = found(run, "personas")
    assert {row["tutor_id"] for row in shown} == {row["tutor_id"] for row in rows(run, "tutor_aggregates")}
    assert all(personas[row["tutor_id"]] == row["persona"] for row in shown)


def test_levels_are_those_of_each_nights_scores(run: Run) -> None:
    by_night = {(row["day"], row["level"]): row["tutors"] for row in found(run, "levels_by_night")}
    assert sorted({day for day, _ in by_night}) == [f"2026-01-{day:02}" for day in range(5, 12)]
    expected = Counter(
        (f"{row['timestamp'] - timedelta(days=1):%Y-%m-%d}", row["churn_risk_level"])
        for row in run.log.events(ChurnScored).to_pylist()
        if row["timestamp"] > datetime.fromisoformat(run.record["window_start"])
    )
    assert by_night == expected


def test_signals_are_counted_over_the_tutors_who_show_them(run: Run) -> None:
    counted: Counter[str] = Counter()
    for row in found(run, "tutors_by_signal"):
        counted[row["signal"]] += row["tutors"]
    expected = {signal.column: sum(row[signal.column] for row in of_last_night(run)) for signal in SIGNALS}
    assert counted == expected
    assert counted.total() > 0


def test_who_left_is_told_from_who_stayed(run: Run) -> None:
    fates = {row["tutor_id"]: row["left_at"] for row in rows(run, "truth_tutor_outcomes")}
    gone = {tutor for tutor, left in fates.items() if left is not None and left.isoformat() < run.record["window_end"]}
    shown = {row["tutor_id"]: row["outcome"] for row in found(run, "probabilities")}
    assert shown == {
        tutor: "stayed" if left is None else "left later" for tutor, left in fates.items() if tutor not in gone
    }


# ---------------------------------------------------------------- interventions


def test_an_intervention_is_followed_from_its_risk_to_its_engagement(run: Run) -> None:
    stages: dict[str, dict[int, str]] = {}
    for row in found(run, "stages"):
        stages.setdefault(row["intervention_id"], {})[row["place"]] = row["value"]
    emails = {row["intervention_id"]: row for row in rows(run, "interventions")}
    assert stages.keys() == emails.keys() != set()
    for intervention_id, email in emails.items():
        assert stages[intervention_id][0] == email["risk_level_at_trigger"]
        assert stages[intervention_id][2] == email["status"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [(5.0, 5.01, "rose"), (5.0, 4.9, "fell"), (5.0, 5.0, "stayed"), (5.0, None, "not known")],
)
def test_engagement_rose_fell_stayed_or_is_not_known(run: Run, before: float, after: float | None, told: str) -> None:
    known = rows(run, "interventions")[0]
    asked = {**known, "intervention_id": "INT9999"}
    emails = [{**known, "engagement_before": 1.0, "engagement_after": 2.0},
              {**asked, "engagement_before": before, "engagement_after": after}]  # fmt: skip
    table = pa.Table.from_pylist(emails, schema=run.tables["interventions"].schema)
    made = Run.in_memory({"interventions": table}, run.log, run.truth_log, run.record)
    last = [row for row in found(made, "stages") if row["intervention_id"] == asked["intervention_id"]][-1]
    assert (last["place"], last["value"]) == (3, told)


def test_a_window_too_short_for_engagement_before_and_after_an_email_does_not_ask_for_it(shown: ReportedRun) -> None:
    stages = dict.fromkeys(block["stage"] for block in shown.rows["blocks"])
    assert list(stages) == ["risk when triggered", "type of the email", "how far it came"]
    assert {len(way) for way in shown.ways} == {4}


def test_the_ways_of_interventions_are_those_of_all(run: Run, shown: ReportedRun) -> None:
    assert sum(way[-1] for way in shown.ways) == len(rows(run, "interventions"))


def test_blocks_of_a_stage_are_as_high_as_their_emails_are_many(run: Run) -> None:
    emails = len(rows(run, "interventions"))
    for place in range(3):
        blocks = [block for block in found(run, "blocks") if block["place"] == place]
        assert sum(block["emails"] for block in blocks) == emails
        each = [(block["high"] - block["low"]) / block["emails"] for block in blocks]
        assert each == pytest.approx([each[0]] * len(each))
        assert (blocks[0]["high"], blocks[-1]["low"]) == pytest.approx((1, 0), abs=1e-9)


def test_ribbons_fill_the_blocks_at_both_of_their_ends_without_overlap(run: Run) -> None:
    emails, blocks = len(rows(run, "interventions")), found(run, "blocks")
    ribbons: dict[str, list[Mapping[str, Any]]] = {}
    for point in found(run, "ribbons"):
        ribbons.setdefault(point["ribbon"], []).append(point)
    for place in range(2):
        own = [points for ribbon, points in ribbons.items() if ribbon.startswith(f"{place}.")]
        assert sum(points[0]["emails"] for points in own) == emails
        for end, at in ((0, place), (-1, place + 1)):
            spans = sorted((points[end]["low"], points[end]["high"]) for points in own)
            assert all(high <= low + 1e-3 for (_, high), (low, _) in pairwise(spans))
            height = sum(block["high"] - block["low"] for block in blocks if block["place"] == at)
            assert sum(high - low for low, high in spans) == pytest.approx(height, abs=1e-3 * len(spans))


# ---------------------------------------------------------------- experiments


def of_experiment(run: Run, converted_of_exposed: Mapping[str, tuple[int, int]]) -> Run:
    """A run of one experiment, of each of whose variants so many tutors converted, of so many exposed."""
    moment = datetime(2026, 1, 6)
    assigned: list[dict[str, Any]] = [
        {"experiment_id": "EXP001", "tutor_id": f"T{nth:04}", "variant": variant, "assigned_at": moment,
         "exposed_at": moment if nth < exposed else None, "converted_at": moment if nth < converted else None}
        for variant, (converted, exposed) in converted_of_exposed.items()
        for nth in range(exposed + 1)
    ]  # fmt: skip
    names = ", ".join(f'"{variant}"' for variant in converted_of_exposed)
    experiment = {"experiment_id": "EXP001", "name": "one", "variants": f"[{names}]", "status": "completed"}
    tables = {
        name: pa.Table.from_pylist(made, schema=run.tables[name].schema)
        for name, made in (("experiments", [experiment]), ("experiment_assignments", assigned))
    }
    return Run.in_memory(tables, run.log, run.truth_log, run.record)


def test_the_interval_of_a_rate_is_wilsons_as_scipy_has_it(run: Run) -> None:
    from scipy.stats import binomtest

    counts = {"control": (0, 7), "some": (3, 17), "all": (12, 12)}
    for row in found(of_experiment(run, counts), "variants"):
        converted, exposed = counts[row["variant"]]
        theirs = binomtest(converted, exposed).proportion_ci(0.95, "wilson")
        assert (row["assigned"], row["exposed"], row["converted"]) == (exposed + 1, exposed, converted)
        assert (row["low"], row["high"]) == pytest.approx((theirs.low, theirs.high))
        assert row["role"] == ("control" if row["variant"] == "control" else "treatment")


def test_a_lift_is_the_difference_from_the_control_in_newcombes_interval(run: Run) -> None:
    (experiment,) = found(of_experiment(run, {"control": (3, 10), "new": (9, 15)}), "conversions")
    control, new = found(of_experiment(run, {"control": (3, 10), "new": (9, 15)}), "variants")
    (lift,) = experiment["lifts"]
    below = ((new["rate"] - new["low"]) ** 2 + (control["high"] - control["rate"]) ** 2) ** 0.5
    above = ((new["high"] - new["rate"]) ** 2 + (control["rate"] - control["low"]) ** 2) ** 0.5
    assert lift["variant"] == "new"
    assert lift["difference"] == pytest.approx(9 / 15 - 3 / 10)
    assert (lift["low"], lift["high"]) == pytest.approx((lift["difference"] - below, lift["difference"] + above))
    assert (experiment["tutors"], experiment["exposed"]) == (27, "10, 15")


def test_nobody_exposed_has_no_rate_and_no_lift(run: Run) -> None:
    nobody = of_experiment(run, {"control": (0, 0), "other": (0, 0)})
    assert {(row["assigned"], row["rate"], row["low"], row["high"]) for row in found(nobody, "variants")} == {
        (1, None, None, None)
    }
    (experiment,) = found(nobody, "conversions")
    assert experiment["lifts"] == [{"variant": "other", "difference": None, "low": None, "high": None}]


def test_every_assignment_of_a_run_is_counted(run: Run) -> None:
    assigned = sum(row["assigned"] for row in found(run, "variants"))
    assert assigned == len(rows(run, "experiment_assignments")) > 0


# ---------------------------------------------------------------- tutors


def test_tutors_come_by_their_risk_as_the_platform_scored_them_last(run: Run, shown: ReportedRun) -> None:
    tutors = shown.rows["tutors"]
    known = {row["tutor_id"]: row for row in of_last_night(run)}
    assert len(tutors) == len(rows(run, "tutor_profiles"))
    risks = [tutor["probability"] or 0 for tutor in tutors]
    assert risks == sorted(risks, reverse=True)
    for tutor in tutors:
        score = known.get(tutor["tutor_id"], {})
        assert tutor["risk"] == score.get("churn_risk_level")
        assert ("no-shows" in str(tutor["signals"])) == bool(score.get("signal_no_shows"))
        assert (tutor["signals"] is None) == (not score)


def test_emails_are_counted_for_each_tutor(run: Run, shown: ReportedRun) -> None:
    emails = Counter(row["tutor_id"] for row in rows(run, "interventions"))
    assert {tutor["tutor_id"]: tutor["emails"] for tutor in shown.rows["tutors"]} == {
        row["tutor_id"]: emails[row["tutor_id"]] for row in rows(run, "tutor_profiles")
    }


def test_the_last_scores_of_a_report_are_where_its_timelines_end(run: Run, tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run)
    for score in found(run, "last_scores"):
        end = timelines[score["tutor_id"]].risk[-1]
        assert (end.probability, end.level) == (score["churn_probability"], score["churn_risk_level"])


def test_every_tutor_who_is_not_active_any_more_bears_a_mark(run: Run, tiny_run: Path, shown: ReportedRun) -> None:
    statuses = {row["tutor_id"]: row["status"] for row in table_of_agents(tiny_run).to_pylist()}
    assert {tutor["tutor_id"]: tutor["status"] for tutor in shown.rows["tutors"]} == statuses
    assert shown.marks == {tutor: status for tutor, status in statuses.items() if status != "active"} != {}


@pytest.mark.parametrize(
    ("active", "left", "status"), [(True, (), "active"), (False, (), "inactive"), (True, ("T0001",), "left")]
)
def test_a_tutor_is_active_inactive_or_left(active: bool, left: tuple[str, ...], status: str) -> None:
    assert status_of({"tutor_id": "T0001", "active_status": active}, left) == status
