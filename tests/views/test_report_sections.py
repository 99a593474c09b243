"""What the sections of a report show, against the tables of the run."""

from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pandas as pd
import pytest

from simulation.churn.signals import SIGNALS
from simulation.events import ChurnScored
from simulation.validation import Run
from simulation.validation.ledger import ledger
from simulation.validation.verdicts import Judged
from simulation.views.agents import STATUSES, status_of
from simulation.views.pages.report.experiments import conversions, lift, wilson
from simulation.views.pages.report.figures import (
    DISTRIBUTIONS,
    Distribution,
    histogram,
    measured,
    positions_of,
    values_of,
)
from simulation.views.pages.report.interventions import STAGES, blocks_of, ribbons_of, stages_of
from simulation.views.pages.report.personas import figures_of_tutors
from simulation.views.pages.report.risk import last_scores, levels_by_night, probabilities, tutors_by_signal
from simulation.views.pages.report.sessions import sessions_by_day, sessions_by_hour, tutors_by_hour
from simulation.views.pages.report.tutors import COLUMNS, rows_of_tutors, tutors_section
from simulation.views.timeline import timelines_of


@pytest.fixture(scope="module")
def run(tiny_run: Path) -> Run:
    """The tiny run."""
    return Run.of_directory(tiny_run)


def rows(run: Run, table: str) -> list[dict[str, Any]]:
    return run.tables[table].to_pylist()  # type: ignore[no-any-return]


def tuples(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


def of_last_night(run: Run) -> list[dict[str, Any]]:
    """The scores taken when the window ends."""
    return [row for row in run.log.events(ChurnScored).to_pylist() if f"{row['timestamp']:%m-%d}" == "01-12"]


# ---------------------------------------------------------------- sessions


def test_each_session_is_counted_on_its_day_under_what_became_of_it(run: Run) -> None:
    by_day = sessions_by_day(run.tables["sessions"].to_pandas(), run)
    found = {(row.day, row.outcome): row.sessions for row in tuples(by_day)}
    assert len({day for day, _ in found}) == run.scenario["days"]
    names = {(True, True): "completed", (True, False): "student no-show", (False, True): "tutor no-show"}
    for (day, outcome), count in found.items():
        assert count == sum(
            f"{row['session_datetime']:%Y-%m-%d}" == day
            and names.get((bool(row["tutor_showed"]), bool(row["student_showed"])), "both no-show") == outcome
            for row in rows(run, "sessions")
        )


def test_each_session_is_counted_in_its_hour_of_the_week(run: Run) -> None:
    by_hour = sessions_by_hour(run.tables["sessions"].to_pandas())
    assert len(by_hour) == 7 * 24
    assert by_hour["sessions"].sum() == len(run.tables["sessions"])
    late_on_mondays = by_hour[(by_hour["weekday"] == "Mon") & (by_hour["hour"] == 18)]["sessions"].item()
    assert late_on_mondays == sum(f"{row['session_datetime']:%a %H}" == "Mon 18" for row in rows(run, "sessions"))


def test_a_tutor_prefers_the_hours_from_the_first_to_before_the_last_and_some_on_weekends_alone() -> None:
    tutors = pd.DataFrame({
        "active_status": [True, True, False], "preferred_start_hour": [8, 10, 8], "preferred_end_hour": [12, 12, 12],
        "weekend_only": [False, True, False],
    })  # fmt: skip
    hours = tutors_by_hour(tutors).set_index(["weekday", "hour"])["tutors"]
    assert [hours["Fri", hour] for hour in (7, 8, 11, 12)] == [0, 1, 1, 0]
    assert [hours["Sun", hour] for hour in (8, 9, 10, 12)] == [1, 1, 2, 0]


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize("shape", DISTRIBUTIONS, ids=lambda shape: shape.column)
def test_a_distribution_has_every_value_and_its_mark_is_the_mean(run: Run, shape: Distribution) -> None:
    values = values_of(run, shape)
    assert histogram(run, shape)["count"].sum() == len(values) > 0
    if shape.claim is not None:
        assert measured(run)[shape.claim] == pytest.approx(values.mean())
        assert ledger()[shape.claim].description.startswith("mean")


def test_the_bins_of_a_distribution_are_equally_wide(run: Run) -> None:
    for shape in DISTRIBUTIONS:
        bins = histogram(run, shape)
        widths = bins["high"] - bins["low"]
        assert widths.max() == pytest.approx(widths.min())


def test_the_values_of_a_distribution_are_those_of_the_tables(run: Run) -> None:
    found = {shape.column: sorted(values_of(run, shape)) for shape in DISTRIBUTIONS}
    sessions = rows(run, "sessions")
    leads = [(row["session_datetime"] - row["booked_at"]).total_seconds() / 86400 for row in sessions]
    completed = [
        mean(row["session_completed"] for row in sessions if row["tutor_id"] == tutor_id)
        for tutor_id in {row["tutor_id"] for row in sessions}
    ]
    assert found.pop("lead_time_days") == pytest.approx(sorted(leads))
    assert found.pop("completion_rate") == pytest.approx(sorted(completed))
    for shape in DISTRIBUTIONS:
        if shape.column in found:
            stored = [row[shape.column] for row in rows(run, shape.table) if row[shape.column] is not None]
            assert found[shape.column] == pytest.approx(sorted(map(float, stored)))


def test_figures_stand_where_they_lie_in_their_interval() -> None:
    claims = [
        Judged("volume.sessions", "rows of sessions", value, (100.0, 200.0), None)
        for value in (100.0, 150.0, 210.0, 900.0, None)
    ]
    positions = positions_of(claims)
    assert list(positions["place"]) == pytest.approx([0, 0.5, 1.1, 1.5])
    assert list(positions["verdict"]) == ["inside", "inside", "outside", "outside"]


# ---------------------------------------------------------------- personas, risk


def test_each_active_tutor_stands_under_its_persona(run: Run) -> None:
    personas = {row["tutor_id"]: str(row["persona"]).replace("_", " ") for row in rows(run, "truth_tutors")}
    shown = figures_of_tutors(run)
    assert set(shown["tutor_id"]) == {row["tutor_id"] for row in rows(run, "tutor_aggregates")}
    assert all(personas[row.tutor_id] == row.persona for row in tuples(shown))


def test_levels_are_those_of_each_nights_scores(run: Run) -> None:
    by_night = levels_by_night(run)
    assert sorted(set(by_night["day"])) == [f"2026-01-{day:02}" for day in range(5, 12)]
    last = by_night[by_night["day"] == "2026-01-11"].set_index("level")["tutors"]
    scored = run.log.events(ChurnScored).to_pylist()
    midnight = [row["churn_risk_level"] for row in scored if f"{row['timestamp']:%Y-%m-%d}" == "2026-01-12"]
    assert {level: midnight.count(level) for level in last.index} == last.to_dict()


def test_signals_are_counted_over_the_tutors_who_show_them(run: Run) -> None:
    counted = tutors_by_signal(last_scores(run)).groupby("signal")["tutors"].sum()
    for signal in SIGNALS:
        shown = sum(bool(row[signal.column]) for row in of_last_night(run))
        assert counted[signal.title.lower()] == shown
    assert counted.sum() > 0


def test_who_left_is_told_from_who_stayed(run: Run) -> None:
    fates = {row["tutor_id"]: row["left_at"] for row in rows(run, "truth_tutor_outcomes")}
    shown = probabilities(run)
    gone = {tutor for tutor, left in fates.items() if left is not None and left.isoformat() < run.record["window_end"]}
    assert set(shown["tutor_id"]) == set(fates) - gone
    for row in tuples(shown):
        assert row.outcome == ("stayed" if fates[row.tutor_id] is None else "left later")


# ---------------------------------------------------------------- interventions


EMAILS = pd.DataFrame({
    STAGES[0]: ["High", "High", "Medium", "Medium"], STAGES[1]: ["churn", "quality", "quality", "quality"],
    STAGES[2]: ["responded", "opened", "opened", "failed"], STAGES[3]: ["rose", "fell", "not known", "not known"],
})  # fmt: skip


def test_an_intervention_is_followed_from_its_risk_to_its_engagement(run: Run) -> None:
    stages = stages_of(run.tables["interventions"].to_pandas())
    assert len(stages) == len(rows(run, "interventions")) > 0
    for stage, email in zip(stages.itertuples(index=False), rows(run, "interventions"), strict=True):
        assert (stage[0], stage[2]) == (email["risk_level_at_trigger"], email["status"])
        known = email["engagement_before"] is not None and email["engagement_after"] is not None
        assert (stage[3] == "not known") != known


def test_blocks_of_a_stage_are_as_high_as_their_emails_are_many() -> None:
    blocks = blocks_of(EMAILS).assign(height=lambda block: block["high"] - block["low"])
    for _, stage in blocks.groupby("stage"):
        each = stage["height"] / stage["count"]
        assert each.max() == pytest.approx(each.min())
        assert stage["count"].sum() == len(EMAILS)
        assert (stage["high"].max(), stage["low"].min()) == pytest.approx((1, 0))


def test_ribbons_fill_the_blocks_at_both_of_their_ends_without_overlap() -> None:
    ribbons = ribbons_of(EMAILS)
    blocks = blocks_of(EMAILS)
    heights = (blocks["high"] - blocks["low"]).groupby(blocks["place"]).sum().to_list()
    ends = ribbons.groupby("ribbon").agg(["first", "last"])
    for place in range(len(STAGES) - 1):
        of_stage = ends[ends.index.str.startswith(f"{place}.")]
        assert of_stage[("emails", "first")].sum() == len(EMAILS)
        for side, at in (("first", place), ("last", place + 1)):
            spans = sorted(zip(of_stage[("low", side)], of_stage[("high", side)], strict=True))
            assert all(high <= low + 1e-3 for (_, high), (low, _) in pairwise(spans))
            covered = sum(high - low for low, high in spans)
            assert covered == pytest.approx(heights[at], abs=1e-3)


# ---------------------------------------------------------------- experiments, tutors


def test_wilsons_interval_is_scipys() -> None:
    from scipy.stats import binomtest

    for converted, exposed in ((0, 7), (3, 17), (12, 12)):
        theirs = binomtest(converted, exposed).proportion_ci(0.95, "wilson")
        assert wilson(converted, exposed) == pytest.approx((theirs.low, theirs.high))


def test_a_lift_is_the_difference_and_its_interval_holds_it(run: Run) -> None:
    variants = conversions(run.tables["experiments"].to_pandas(), run.tables["experiment_assignments"].to_pandas())
    assert variants["assigned"].sum() == len(rows(run, "experiment_assignments")) > 0
    known = [row for row in tuples(variants) if not pd.isna(row.rate)]
    found = lift(known[0], known[1])
    assert found is not None
    assert found[0] == pytest.approx(known[1].converted / known[1].exposed - known[0].converted / known[0].exposed)
    assert found[1] <= found[0] <= found[2]


def test_nobody_exposed_has_no_rate_and_no_lift() -> None:
    experiments = pd.DataFrame({"experiment_id": ["EXP001"], "name": ["one"], "variants": ['["control", "other"]']})
    assignments = pd.DataFrame({
        "experiment_id": ["EXP001"], "variant": ["control"], "exposed_at": [pd.NaT], "converted_at": [pd.NaT],
    })  # fmt: skip
    control, other = tuples(conversions(experiments, assignments))
    assert (control.assigned, control.exposed, other.assigned) == (1, 0, 0)
    assert lift(control, other) is None


def test_tutors_come_by_their_risk_as_the_platform_scored_them_last(run: Run) -> None:
    told = [dict(zip(COLUMNS, row, strict=True)) for row in rows_of_tutors(run)]
    known = {row["tutor_id"]: row for row in of_last_night(run)}
    assert len(told) == len(rows(run, "tutor_profiles"))
    risks = [float(str(row["churn probability"] or 0)) for row in told]
    assert risks == sorted(risks, reverse=True)
    for row in told:
        score = known.get(row["tutor"], {})
        assert row["risk"] == score.get("churn_risk_level")
        assert ("no-shows" in str(row["signals"])) == bool(score.get("signal_no_shows"))


def test_the_last_scores_of_a_report_are_where_its_timelines_end(run: Run, tiny_run: Path) -> None:
    timelines = timelines_of(tiny_run)
    for score in tuples(last_scores(run)):
        end = timelines[score.tutor_id].risk[-1]
        assert (end.probability, end.level) == (score.churn_probability, score.churn_risk_level)


def test_every_tutor_who_is_not_active_any_more_bears_a_mark(run: Run) -> None:
    section = tutors_section(run)
    status = COLUMNS.index("status")
    assert section.told["marks"] == {row[0]: row[status] for row in section.told["rows"] if row[status] != "active"}


@pytest.mark.parametrize(
    ("active", "left", "status"), [(True, (), "active"), (False, (), "inactive"), (True, ("T0001",), "left")]
)
def test_a_tutor_is_active_inactive_or_left(active: bool, left: tuple[str, ...], status: str) -> None:
    assert status_of({"tutor_id": "T0001", "active_status": active}, left) == status
    assert status in STATUSES
