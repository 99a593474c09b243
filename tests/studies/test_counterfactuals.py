"""What interventions and experiments changed: the same world without them, with the same random numbers."""

import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from simulation.clock import DAY
from simulation.contract import EVERY_RUN
from simulation.contract.checks import check_table
from simulation.events import ExperimentAssigned, InterventionMuted, InterventionSent, SessionCompleted
from simulation.execution.executors import InProcess, Processes
from simulation.log import OBSERVABLE_FILE, OBSERVABLE_SCHEMA, TRUTH_FILE, TRUTH_SCHEMA, Log, MemorySink, read_log
from simulation.runs import RunDirError, read_record, reduce_run, write_run
from simulation.scenario import Change, Scenario
from simulation.scenario.loading import load_scenario
from simulation.studies import replays
from simulation.studies.counterfactuals import DAYS, Treatment, compare, write_effects
from simulation.studies.outcomes import DaysOfTutor, Outcome, TutorNotes, spans_of
from simulation.studies.replays import Branch, Replay, replayed
from simulation.tables.files import read_table
from simulation.validation.check import check_run
from simulation.validation.comparisons import reproducible
from simulation.world import World, clock_of, log_metadata
from tests.command_line import answer, mistake
from tests.conftest import TINY
from tests.run_files import files_of

# Many interventions to few tutors, in a moment.
BUSY = [
    "days=10", "warm_up_days=7", "interventions.pause_days=[2, 3]", "interventions.withheld=0",
    "interventions.max_per_tutor=20",
]  # fmt: skip
ALL_SUCCEED = "interventions.outcomes=[1.0, 0.0, 0.0]"
ALL_IGNORED = "interventions.outcomes=[0.0, 0.0, 1.0]"
# What makes a tutor's students come to others, or a tutor's figures somebody else's business.
ALONE = [
    "mechanisms.switching=false", "mechanisms.student_churn=false", "mechanisms.keenness=false",
    "mechanisms.reputation=false", "mechanisms.experiments=false", "mechanisms.attrition=false",
    "interventions.sessions_effect.success=[0, 0]", "interventions.sessions_effect.partial=[0, 0]",
]  # fmt: skip
MEASURES = ("engagement", "sessions", "rating", "churn_probability")


def simulated(directory: Path, *changes: str) -> Path:
    return write_run(load_scenario(TINY, [*BUSY, *changes]), directory).directory


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load_scenario(TINY, [*BUSY, ALL_SUCCEED])


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which all interventions succeed, to be read only."""
    return simulated(tmp_path_factory.mktemp("busy") / "run", ALL_SUCCEED)


@pytest.fixture(scope="module")
def told(run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with the effects of its first three interventions, to be read only."""
    copy = Path(shutil.copytree(run, tmp_path_factory.mktemp("told") / "run"))
    write_effects(copy, InProcess(), interventions=sent(run)[:3])
    return copy


def sent(run: Path) -> list[str]:
    names: list[str] = read_table(run, EVERY_RUN.tables["interventions"])["intervention_id"].to_pylist()
    return names


def treatments(run: Path, *, ignored: bool = False) -> list[Treatment]:
    rows = read_table(run, EVERY_RUN.tables["interventions"]).to_pylist()
    return [
        Treatment(1, row["tutor_id"], row["sent_at"], intervention_id=row["intervention_id"], ignored=ignored)
        for row in rows
    ]


def effects(run: Path) -> list[dict[str, Any]]:
    contract = EVERY_RUN.requested["truth_intervention_effects"]
    rows: list[dict[str, Any]] = read_table(run / "truth", contract).to_pylist()
    return rows


def logs_of(scenario: Scenario, days: int, **changes: Any) -> tuple[Log, Log]:
    """Both parts of the log of a world whose window has so many days, with changes from the beginning."""
    scenario = attrs.evolve(scenario, days=days)
    observable, truth = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
    World(scenario, observable, truth, **changes).run()
    return Log(observable.table(), log_metadata(scenario)), Log(truth.table(), log_metadata(scenario))


def outcomes(scenario: Scenario, *spans: DaysOfTutor) -> tuple[Outcome, ...]:
    """How tutors fare in spans of days of a world."""
    (found,) = replayed([Replay(scenario, 1, spans)], InProcess())
    return found.observed


def before(log: Log, moment: str) -> pa.Table:
    end = pa.scalar(datetime.fromisoformat(moment), pa.timestamp("s"))
    return log.table.filter(pc.less(log.table["timestamp"], end))


def completed(*parts: Log) -> list[dict[str, Any]]:
    """What is told of each session that was held, in one part of a log or both."""
    rows = pa.concat_tables([part.events(SessionCompleted).drop_columns(["event_id"]) for part in parts])
    told: list[dict[str, Any]] = rows.sort_by("session_id").to_pylist()
    return told


def of_others(log: Log, tutor: str) -> pa.Table:
    """What is told of all tutors but one, without the ids, which count what is told of that one too."""
    rows = log.table.filter(pc.not_equal(log.table["tutor_id"], tutor))
    return rows.drop_columns(["event_id", "triggered_by_event_id"])


# ---------------------------------------------------------------- the world again


def test_muting_nothing_changes_no_byte(run: Path, scenario: Scenario) -> None:
    again = logs_of(scenario, 33)
    for log, file, is_truth in zip(again, (OBSERVABLE_FILE, TRUTH_FILE), (False, True), strict=True):
        own = read_log(run / file, truth=is_truth)
        assert log.metadata.window_end == "2026-02-07T00:00:00"
        assert before(log, own.metadata.window_end) == before(own, own.metadata.window_end)


def test_a_world_goes_on_as_the_runs_own_follow_up_does(scenario: Scenario, tmp_path: Path) -> None:
    followed = simulated(tmp_path / "run", ALL_SUCCEED, "follow_up_days=28")
    again, _ = logs_of(scenario, 38)
    own, truth = read_log(followed / OBSERVABLE_FILE), read_log(followed / TRUTH_FILE, truth=True)
    assert completed(again) == completed(own, truth)


def test_of_a_muted_intervention_nothing_is_written_but_that_it_was_due(run: Path, scenario: Scenario) -> None:
    (one, *_) = treatments(run)
    log, truth = logs_of(scenario, 38, muted=frozenset([one.intervention_id]))
    assert one.intervention_id not in log.table["intervention_id"].to_pylist()
    told = truth.table.filter(pc.equal(truth.table["intervention_id"], one.intervention_id))
    assert told["event_type"].to_pylist() == ["intervention_muted"]
    assert told["timestamp"].to_pylist() == [one.since]
    assert len(truth.events(InterventionMuted)) == 1


def test_a_muted_intervention_uses_up_its_pause_and_its_number(run: Path, scenario: Scenario) -> None:
    """Whether the next one is due at all is for the tutor's figures to say; its time and number are not."""
    sent = treatments(run)
    muted = next(one for one in sent if any(other.tutor_id == one.tutor_id for other in sent[sent.index(one) + 1 :]))
    log, _ = logs_of(scenario, 38, muted=frozenset([muted.intervention_id]))
    others = log.events(InterventionSent, columns=("tutor_id", "intervention_id", "timestamp"))
    later = [name for tutor, name, when in zip(*(c.to_pylist() for c in others.columns), strict=True)
             if tutor == muted.tutor_id and when > muted.since]  # fmt: skip
    first = int(muted.intervention_id.removeprefix("INT"))
    assert [int(name.removeprefix("INT")) for name in later] == list(range(first + 1, first + 1 + len(later)))
    assert later


# ---------------------------------------------------------------- worlds that share their past


def whole_world(scenario: Scenario, change: Branch) -> tuple[Outcome, ...]:
    """What comes of a change in a world that is simulated from its very beginning."""
    notes, nobody = TutorNotes(clock_of(scenario).log_start), MemorySink(OBSERVABLE_SCHEMA)
    longer = attrs.evolve(scenario, days=scenario.days + 30)
    World(
        longer, nobody, MemorySink(TRUTH_SCHEMA), muted=change.muted, assigned=change.assigned, on_event=notes.follow
    ).run()
    return notes.outcomes(change.spans)


def variants_swapped(scenario: Scenario, days: int) -> list[Branch]:
    """Tutors of experiments, each with another variant than was drawn: the first of each, and the last."""
    assigned = logs_of(scenario, days)[0].events(ExperimentAssigned).to_pylist()
    by_experiment = {row["experiment_id"]: [one for one in assigned if one["experiment_id"] == row["experiment_id"]]
                     for row in assigned}  # fmt: skip
    chosen = [row for rows in by_experiment.values() for row in (rows[0], rows[-1])]
    return [
        Branch(
            spans_of(row["tutor_id"], row["timestamp"], (3, 9)),
            assigned={
                (row["experiment_id"], row["tutor_id"]): "control" if row["variant"] != "control" else "week_view"
            },
        )
        for row in chosen
    ]


def test_a_world_that_goes_on_from_the_shared_past_is_the_one_simulated_from_its_beginning(
    run: Path, scenario: Scenario
) -> None:
    changes = [change for one in (treatments(run)[0], *treatments(run)[-2:]) for change in one.branches]
    changes += variants_swapped(scenario, 10)
    (found,) = replayed([Replay(scenario, 1, branches=tuple(changes))], InProcess())
    assert found.changed == tuple(whole_world(scenario, change) for change in changes)
    assert found.observed == ()


def test_where_parameters_change_in_mid_month_a_branch_changes_with_them(run: Path, scenario: Scenario) -> None:
    busier = (
        Change(day=2, set={"demand.factor": 2.0}),
        Change(day=9, set={"churn.low_engagement": 6.0}),
    )
    changing = attrs.evolve(scenario, changes=busier)
    branches = tuple(branch for one in treatments(run)[:2] for branch in one.branches)
    (found,) = replayed([Replay(changing, 1, branches=branches)], InProcess())
    assert found.changed == tuple(whole_world(changing, branch) for branch in branches)
    (without_changes,) = replayed([Replay(scenario, 1, branches=branches)], InProcess())
    assert found != without_changes


def test_the_world_as_it_was_goes_on_from_there_too(run: Path, scenario: Scenario) -> None:
    spans = tuple(span for one in treatments(run) for span in one.spans)
    change = Branch(treatments(run)[-1].spans)
    (found,) = replayed([Replay(scenario, 1, spans, (change,), of_run=run)], InProcess())
    assert found.observed == whole_world(scenario, Branch(spans))
    assert found.changed == (found.observed[-len(DAYS) :],)


def test_the_past_is_simulated_once(run: Path, scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    began: list[int] = []

    class Counted(World):
        def run(self, until: int | None = None) -> None:
            began.append(self.context.agenda.now // DAY)
            super().run(until)

    monkeypatch.setattr(replays, "World", Counted)
    compare(run, {1: scenario}, treatments(run)[-3:], InProcess())
    midnights = sorted({(one.since - datetime(2025, 12, 29)).days for one in treatments(run)[-3:]})
    assert began[0] == 0
    assert set(began[1:]) == set(midnights)
    assert len(began) == len(midnights) + 4


def test_workers_and_regions_make_no_difference_to_what_is_found(run: Path, scenario: Scenario) -> None:
    both = {1: scenario, 2: scenario}
    elsewhere = [attrs.evolve(one, region=2) for one in treatments(run)[:2]]
    worlds = [
        Replay(both[one.region], one.region, one.spans, one.branches) for one in (*treatments(run)[:2], *elsewhere)
    ]
    assert replayed(worlds, Processes(2)) == replayed(worlds, InProcess())


# ---------------------------------------------------------------- effects


def test_an_intervention_that_succeeds_raises_engagement_and_brings_sessions(run: Path) -> None:
    compared = compare(run, {1: load_scenario(TINY, [*BUSY, ALL_SUCCEED])}, treatments(run)[:6], InProcess())
    lifts = [
        here[0].engagement - there[0].engagement
        for _, here, (there,) in compared
        if here[0].engagement is not None and there[0].engagement is not None
    ]
    assert len(lifts) > 3
    assert sum(lifts) / len(lifts) > 0.1
    assert sum(here[1].sessions - there[1].sessions for _, here, (there,) in compared) > 0


@pytest.mark.parametrize("why", [ALL_IGNORED, "interventions.effect_factor=0"])
def test_an_intervention_without_effect_has_an_effect_of_exactly_zero(why: str, tmp_path: Path) -> None:
    run = simulated(tmp_path / "run", why)
    tried = treatments(run)[:3]
    compared = compare(run, {1: load_scenario(TINY, [*BUSY, why])}, tried, InProcess())
    assert len(compared) == 3
    for _, observed, others in compared:
        assert others == [observed]


def test_what_was_never_opened_is_not_simulated_again(tmp_path: Path) -> None:
    run = simulated(tmp_path / "run", ALL_IGNORED)
    told: list[tuple[int, int]] = []
    write_effects(run, InProcess(), interventions=None, on_run=lambda done, total: told.append((done, total)))
    assert told == [(0, 1), (1, 1)]
    rows = effects(run)
    assert len(rows) == 2 * len(sent(run)) > 4
    assert {row[f"effect_{name}"] for row in rows for name in MEASURES} <= {0, None}
    assert {row["spillover_sessions"] for row in rows} == {0}


def test_where_no_students_are_shared_other_tutors_live_exactly_as_they_did(tmp_path: Path) -> None:
    scenario = load_scenario(TINY, [*BUSY, *ALONE, ALL_SUCCEED])
    run = write_run(scenario, tmp_path / "run").directory
    (one, *_) = treatments(run)
    as_it_was, _ = logs_of(scenario, 38)
    without, _ = logs_of(scenario, 38, muted=frozenset([one.intervention_id]))
    assert of_others(without, one.tutor_id) == of_others(as_it_was, one.tutor_id)
    assert without.table != as_it_was.table
    ((_, observed, (changed,)),) = compare(run, {1: scenario}, [one], InProcess())
    assert [outcome.others_sessions for outcome in changed] == [outcome.others_sessions for outcome in observed]
    assert changed != observed


def test_an_outcome_is_what_the_tables_say_of_the_same_days(run: Path, scenario: Scenario) -> None:
    sent = read_table(run, EVERY_RUN.tables["interventions"]).to_pylist()
    rows = [row for row in sent if row["sessions_after_count"]]
    assert rows
    spans = tuple(DaysOfTutor(row["tutor_id"], row["sent_at"], 7) for row in rows)
    for row, outcome in zip(rows, outcomes(scenario, *spans), strict=True):
        assert outcome.sessions == row["sessions_after_count"]
        assert outcome.engagement == pytest.approx(row["engagement_after"], abs=0.006)
        assert 0 <= (outcome.churn_probability or 0) <= 0.85


def test_a_tutor_without_sessions_has_no_means(scenario: Scenario) -> None:
    (outcome,) = outcomes(scenario, DaysOfTutor("T9999", datetime(2026, 1, 6), 1))
    assert (outcome.engagement, outcome.sessions, outcome.rating, outcome.churn_probability) == (None, 0, None, None)
    assert outcome.others_sessions > 0


# ---------------------------------------------------------------- experiments


def test_one_tutor_gets_another_variant_and_all_others_theirs(scenario: Scenario) -> None:
    drawn, _ = logs_of(scenario, 8)
    assigned = drawn.events(ExperimentAssigned).select(["experiment_id", "tutor_id", "variant"]).to_pylist()
    one = next(row for row in assigned if row["variant"] == "control")
    other = {**one, "variant": "week_view"}
    key = (one["experiment_id"], one["tutor_id"])
    changed, _ = logs_of(scenario, 8, assigned={key: other["variant"]})
    again = changed.events(ExperimentAssigned).select(["experiment_id", "tutor_id", "variant"]).to_pylist()
    assert again == [other if row == one else row for row in assigned]


def test_a_tutor_fares_under_each_variant_and_as_it_was_under_the_own_one(own_run: Path) -> None:
    write_effects(own_run, InProcess(), experiments=["EXP004"])
    assert "truth_intervention_effects" not in read_record(own_run)["rows"]
    rows = read_table(own_run / "truth", EVERY_RUN.requested["truth_experiment_effects"]).to_pylist()
    assigned = {
        row["tutor_id"]: row["variant"]
        for row in read_table(own_run, EVERY_RUN.tables["experiment_assignments"]).to_pylist()
        if row["experiment_id"] == "EXP004"
    }
    assert assigned
    assert {(row["tutor_id"], row["variant"]) for row in rows if row["assigned"]} == set(assigned.items())
    assert len(rows) == len(assigned) * 2 * len(DAYS)
    assert {row["variant"] for row in rows} == {"control", "week_view"}


# ---------------------------------------------------------------- regions


def test_regions_have_the_effects_that_each_has_alone(tmp_path: Path) -> None:
    scenario = load_scenario(TINY, [*BUSY, ALL_SUCCEED])
    regions = tuple(
        attrs.evolve(scenario.regions[0], name=name, utc_offset_hours=off) for name, off in (("A", -5), ("B", -8))
    )
    several = attrs.evolve(scenario, regions=regions)
    both = write_run(several, tmp_path / "both", executor=InProcess()).directory
    second = write_run(several, tmp_path / "second", only_region=2).directory
    chosen = sent(second)[:2]
    for directory in (both, second):
        write_effects(directory, InProcess(), interventions=chosen)
    assert effects(both) == effects(second)


# ---------------------------------------------------------------- in the run's directory


def test_effects_add_up_and_are_as_the_contract_says(told: Path, run: Path) -> None:
    rows = effects(told)
    table = read_table(told / "truth", EVERY_RUN.requested["truth_intervention_effects"])
    assert check_table(table, EVERY_RUN.requested["truth_intervention_effects"]) == []
    assert [(row["intervention_id"], row["days"]) for row in rows] == [
        (name, days) for name in sent(run)[:3] for days in DAYS
    ]
    for row in rows:
        for name in MEASURES:
            here, there = row[f"observed_{name}"], row[f"counterfactual_{name}"]
            if here is not None and there is not None:
                assert row[f"effect_{name}"] == pytest.approx(here - there, abs=1e-9)


def test_zero_has_no_sign(told: Path) -> None:
    text = (told / "truth" / "truth_intervention_effects.csv").read_text(encoding="utf-8")
    assert "-0.000" not in text


def test_a_run_with_effects_is_whole_and_still_the_same_run(told: Path, run: Path) -> None:
    record = read_record(told)
    assert record["rows"]["truth_intervention_effects"] == 6
    assert {f"truth/truth_intervention_effects.{name}" for name in ("csv", "parquet")} <= record["files"].keys()
    assert all(rule.holds for rule in check_run(told))
    assert reproducible(told, run) == []


def test_a_reduction_leaves_effects_alone(told: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(told, tmp_path / "copy"))
    reduce_run(copy)
    assert files_of(copy) == files_of(told)


def test_effects_that_are_there_are_replaced_only_if_asked_for(told: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(told, tmp_path / "copy"))
    chosen = [row["intervention_id"] for row in effects(copy)][::2]
    with pytest.raises(RunDirError, match=r"truth_intervention_effects: exists; replace it with --force$"):
        write_effects(copy, InProcess(), interventions=chosen)
    write_effects(copy, InProcess(), interventions=chosen, force=True)
    assert files_of(copy) == files_of(told)


def spoilt(table: pa.Table) -> pa.Table:
    """A log in which one session was rated otherwise."""
    ratings = table["student_rating"].to_pylist()
    place = next(place for place, rating in enumerate(ratings) if rating is not None)
    ratings[place] = 1.0
    where = table.schema.get_field_index("student_rating")
    return table.set_column(where, table.schema.field(where), pa.array(ratings))


def test_a_log_that_does_not_come_out_again_has_no_effects(run: Path, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    copy = Path(shutil.copytree(run, tmp_path / "copy"))
    stored = pq.read_table(copy / OBSERVABLE_FILE)
    pq.write_table(spoilt(stored), copy / OBSERVABLE_FILE)
    before_it = files_of(copy)
    with pytest.raises(RunDirError, match=r"event_log\.parquet is not what version .* simulates from its run\.json"):
        write_effects(copy, InProcess(), interventions=sent(run)[:1])
    assert files_of(copy) == before_it


# ---------------------------------------------------------------- the command


def test_the_command_adds_effects_and_says_so(capsys: pytest.CaptureFixture[str], own_run: Path) -> None:
    code, out, err = answer(capsys, "counterfactuals", own_run, "--workers", "1")
    assert code == 0
    assert "truth_intervention_effects" in out
    assert err == ""
    assert [row["intervention_id"] for row in effects(own_run)[::2]] == sent(own_run)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--interventions", "INT1"], "--interventions: INT1 is none of the run's; allowed are INT"),
        (["--experiments", "EXP777"], "--experiments: EXP777 is none of the run's; allowed are EXP001, EXP00"),
        (["--experiments", " , "], "--experiments: ' , ' names none; allowed is ID,ID"),
    ],
)
def test_the_command_answers_mistakes_in_one_line(
    capsys: pytest.CaptureFixture[str], own_run: Path, options: Sequence[str], message: str
) -> None:
    before_it = files_of(own_run)
    assert mistake(capsys, "counterfactuals", own_run, *options, "--workers", "1").startswith(message)
    assert files_of(own_run) == before_it
    assert "has no run.json" in mistake(capsys, "counterfactuals", own_run.parent)
