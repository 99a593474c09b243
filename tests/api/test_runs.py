"""A run as one works with it."""

import pickle
from datetime import datetime
from pathlib import Path

import pytest

import simulation as sim
from simulation import Counterfactual, SimulatedRun
from simulation.api.counterfactuals import DAYS, emails_left_out
from simulation.contract import EVERY_RUN
from simulation.execution.executors import InProcess
from simulation.runs import RunDirError
from simulation.runs.tables import read_table_of_run
from simulation.studies.counterfactuals import write_effects
from simulation.studies.key_figures import measure_scenario
from simulation.views import ViewError


def test_arrow_has_the_tables_of_the_contract(run: SimulatedRun) -> None:
    for arrow, of_truth in ((run.arrow, False), (run.truth_arrow, True)):
        names = [name for name, table in EVERY_RUN.tables.items() if table.truth == of_truth]
        assert list(arrow) == names
        assert all(arrow[name].schema.equals(EVERY_RUN.tables[name].schema) for name in names)


def test_key_figures_are_those_of_studies(run: SimulatedRun) -> None:
    figures = run.key_figures()
    assert figures.dropna().to_dict() == {
        name: value for name, value in measure_scenario(run.scenario).items() if value is not None
    }
    assert figures.name == "tiny"


def test_seed_days_and_changes_are_stated_where_it_is_simulated(tiny_file: Path) -> None:
    changes = {"population.tutors": 3, "warm_up_days": 0}
    told: list[tuple[int, int]] = []
    run = sim.simulate(tiny_file, lambda done, days: told.append((done, days)), seed=8, days=1, overrides=changes)
    assert (run.scenario.seed, run.scenario.days, len(run.tables["tutor_profiles"])) == (8, 1, 3)
    assert told[-1] == (1, 1)
    assert repr(run) == "<run of tiny: 3 tutors over 1 day, seed 8, from 2026-01-05>"


def test_progress_is_shown_where_it_is_wanted(tiny_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = sim.load_scenario(tiny_file, {"population.tutors": 3, "warm_up_days": 0}, days=1)
    sim.simulate(small)
    assert capsys.readouterr() == ("", "")
    sim.simulate(small, progress=True)
    assert "days" in capsys.readouterr().err


def test_a_run_is_sent_with_all_that_one_asks_of_it(run: SimulatedRun) -> None:
    other = pickle.loads(pickle.dumps(run))  # noqa: S301 -- made in this line
    assert repr(other) == repr(run)
    assert str(other.at_risk()) == str(run.at_risk())
    assert other.features().equals(run.features())


# ---------------------------------------------------------------- timelines and the report


def test_a_timeline_is_the_one_of_the_command_line(run: SimulatedRun) -> None:
    timeline = run.timeline("T0002")
    frame = timeline.frame()
    assert len(frame) == len(timeline.timeline.entries)
    assert frame["at"].is_monotonic_increasing
    for at, _, what, details in frame.itertuples(index=False, name=None):
        assert f"{at:%H:%M}  {what}" in str(timeline)
        assert all(line in str(timeline) for line in details.splitlines())


def test_an_unknown_agent_is_answered_with_the_nearest(run: SimulatedRun) -> None:
    with pytest.raises(ViewError, match="'T01' is no tutor of this run; there are 10 tutors, T0001 to T0010"):
        run.timeline("T01")


def test_the_report_is_that_of_the_run_s_directory_where_there_is_one(tiny_run: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.touch()
    loaded = sim.load_run(tiny_run)
    with pytest.raises(RunDirError, match="exists"):
        loaded.report(page)
    assert "<h1>run</h1>" in loaded.report(page, force=True).read_text("utf-8")


# ---------------------------------------------------------------- counterfactuals


def test_what_an_email_changed_is_what_the_truth_table_says(
    run: SimulatedRun, counterfactual: Counterfactual, tmp_path: Path
) -> None:
    run.write(tmp_path / "run", ["parquet"])
    email = run.tables["interventions"]["intervention_id"].iloc[0]
    summary = write_effects(tmp_path / "run", InProcess(), interventions=[email])
    effects = read_table_of_run(summary.directory, summary.record, "truth_intervention_effects").to_pylist()
    frame = counterfactual.frame()
    for row in effects:
        for name in ("engagement", "sessions", "rating", "churn_probability"):
            found = frame.loc[(row["days"], name)]
            stated = (row[f"observed_{name}"], row[f"counterfactual_{name}"], row[f"effect_{name}"])
            assert (found["with"], found["without"], found["difference"]) == pytest.approx(stated, nan_ok=True)
        assert frame.loc[(row["days"], "others_sessions"), "difference"] == row["spillover_sessions"]
    assert [row["days"] for row in effects] == list(DAYS)


def test_what_an_email_changed_is_told_in_words(counterfactual: Counterfactual) -> None:
    tutor = counterfactual.emails.tutor_id
    title, membership, *changes = counterfactual.sentences()
    assert title == f"Without {counterfactual.emails.told}, in the 28 days after it:"
    assert membership == f"{tutor} stays, with it as without it"
    measures = counterfactual.frame().loc[DAYS[-1]].fillna(-1)
    differing = int((measures["with"] != measures["without"]).sum())
    told = (
        sum(" instead of " in change for change in changes)
        if differing
        else changes.count("nothing else would have been different")
    )
    assert told == len(changes) == max(differing, 1)
    assert str(counterfactual).splitlines() == [title, *(f"  {line}" for line in (membership, *changes))]


@pytest.mark.parametrize(
    ("left", "would_leave", "told"),
    [
        (None, 20, "would have left on 20 January, and stays with it"),
        (26, 20, "would have left on 20 January, and leaves on 26 January with it"),
        (26, None, "would have stayed, and leaves on 26 January with it"),
        (26, 26, "leaves on 26 January, with it as without it"),
    ],
)
def test_whether_a_tutor_left_and_would_have_is_told(
    counterfactual: Counterfactual, left: int | None, would_leave: int | None, told: str
) -> None:
    days = [None if day is None else datetime(2026, 1, day) for day in (left, would_leave)]
    assert counterfactual._membership(*days) == f"{counterfactual.emails.tutor_id} {told}"


def test_without_a_tutor_s_emails_the_first_of_the_window_and_all_later_ones_are_left_out(run: SimulatedRun) -> None:
    emails = run.tables["interventions"].sort_values("sent_at")
    tutor = emails["tutor_id"].iloc[-1]
    own = emails[emails["tutor_id"] == tutor]
    left_out = emails_left_out(run.log, tutor)
    assert (left_out.tutor_id, left_out.since) == (tutor, own["sent_at"].iloc[0])
    assert set(own["intervention_id"]) <= left_out.muted
    assert left_out.told == f"the emails to {tutor} from {own['sent_at'].iloc[0]:%d %B} on"


def test_an_unknown_email_is_answered_with_the_nearest(run: SimulatedRun) -> None:
    known = run.tables["interventions"]["intervention_id"].iloc[0]
    with pytest.raises(sim.UserError) as raised:
        run.without(known.lower())
    assert str(raised.value).endswith(f"; did you mean {known}?")
