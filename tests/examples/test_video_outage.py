"""The example extension, from its scenario to tables, studies and exports, as its users would have it."""

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from simulation.execution.cluster import Cluster
from tests.cluster.conftest import cluster, started  # noqa: F401 -- fixtures
from tests.cluster.dask_cluster import LocalCluster
from tests.examples.conftest import EXAMPLE, Command
from tools.resume_anywhere import drawn_stops, faults

NAME = "video_outage"
OFF = "extensions.video_outage.on=false"


def test_its_parameters_stand_in_the_scenario_like_all_others(installed: Command, outages: Path) -> None:
    told = installed("scenario", outages).stdout
    assert "[extensions.video_outage]  # the extension video_outage" in told
    assert "per_week = 7.0  # outages in a week, on average | a number from 0 to 7 (outages) | default 1.0" in told


@pytest.mark.parametrize(
    ("override", "line"),
    [
        (
            "extensions.video_outage.per_week=8",
            "per_week is 8; allowed is a number from 0 to 7 (outages)",
        ),
        ("extensions.video_outage.per_wek=1", "(did you mean extensions.video_outage.per_week?)"),
        ("extensions.video_outge.per_week=1", "installed are video_outage, and a module is named by --extension"),
    ],
)
def test_a_mistake_in_them_is_told_in_one_line(installed: Command, outages: Path, override: str, line: str) -> None:
    (told,) = installed("scenario", outages, "--set", override, code=2).stderr.splitlines()
    assert line in told


def test_an_extension_that_is_permitted_and_not_named_is_told_in_one_line(installed: Command, tiny_file: Path) -> None:
    (told,) = installed("run", tiny_file, "--extension", NAME, code=2).stderr.splitlines()
    assert "does not name the extension video_outage; [extensions.video_outage] does, or --set" in told


def test_its_code_is_written_down_and_its_events_fill_log_and_tables(run: Path, without: Command) -> None:
    record = json.loads((run / "run.json").read_text(encoding="utf-8"))
    assert record["extensions"][NAME]["version"] == "0.1.0"
    events = pq.read_table(run / "event_log.parquet").to_pandas()
    began = events[events.event_type == "video_outage_began"]
    disturbed = events[events.event_type == "session_disturbed"]
    assert len(began) == 21
    sessions = pq.read_table(run / "sessions.parquet").to_pandas().set_index("session_id")
    hit = sessions[sessions.video_outage]
    assert set(hit.index) <= set(disturbed.session_id)
    assert set(hit.connection_quality) == {"Poor"}
    assert hit[hit.session_completed].had_technical_issues.all()
    truth = pq.read_table(run / "truth" / "event_log.parquet").to_pandas()
    assert set(truth[truth.event_type == "video_outage_explained"].cause) <= {"overload", "update", "power cut"}
    tutor = disturbed[disturbed.session_id.isin(hit.index)].tutor_id.iloc[0]
    assert "video fails (outage" in without("timeline", run, tutor).stdout


def test_a_run_of_it_keeps_every_rule_and_comes_out_the_same_again(installed: Command, run: Path) -> None:
    assert "41 rules, 0 broken" in installed("check", run, "--rerun", "--extension", NAME).stdout


def test_switched_off_a_world_is_as_without_it(
    installed: Command, without: Command, outages: Path, tiny_file: Path, tmp_path: Path
) -> None:
    installed("run", outages, "--set", OFF, "--out", tmp_path / "off", "--format", "parquet")
    without("run", tiny_file, "--out", tmp_path / "none", "--format", "parquet")
    for name in ("event_log", "sessions", "tutor_aggregates", "truth/event_log", "truth/truth_tutors"):
        plain = pq.read_table(tmp_path / "none" / f"{name}.parquet")
        assert pq.read_table(tmp_path / "off" / f"{name}.parquet").select(plain.column_names).equals(plain)


def test_outages_lower_ratings_in_a_comparison(installed: Command, outages: Path, tmp_path: Path) -> None:
    off = tmp_path / "off.toml"
    off.write_text(f'extends = "{outages.as_posix()}"\n[extensions.video_outage]\non = false\n', encoding="utf-8")
    found = json.loads(installed("compare", off, outages, "--replications", "3", "--json", "--workers", "2").stdout)
    runs = found["runs"]
    pairs = zip(runs["off"]["mean_rating"], runs["outages"]["mean_rating"], strict=True)
    assert all(without > with_outages for without, with_outages in pairs)


def test_sweeps_and_counterfactuals_take_it(installed: Command, outages: Path, own_copy: Path, tmp_path: Path) -> None:
    varied = "extensions.video_outage.per_week=0,7"
    installed("sweep", outages, "--vary", varied, "--out", tmp_path / "swept", "--workers", "2")
    runs = pq.read_table(tmp_path / "swept" / "sweep.parquet").to_pandas()
    assert runs["error"].isna().all()
    assert runs["bad_lines"].iloc[0] < runs["bad_lines"].iloc[1]
    installed("counterfactuals", own_copy, "--extension", NAME, "--workers", "1")
    assert (own_copy / "truth" / "truth_intervention_effects.parquet").exists()


def test_a_run_goes_on_as_if_nobody_had_stopped_it(
    installed: Command, outages: Path, run: Path, tmp_path: Path
) -> None:
    installed("run", "--resume-from", run, "--days", "3", "--extension", NAME, "--out", tmp_path / "later")
    installed("run", outages, "--set", "days=10", "--out", tmp_path / "whole")
    whole, later = (pq.read_table(tmp_path / one / "event_log.parquet") for one in ("whole", "later"))
    assert later.equals(whole)


def test_a_run_that_other_code_made_is_not_gone_on_with(installed: Command, own_copy: Path, tmp_path: Path) -> None:
    record = own_copy / "run.json"
    told = json.loads(record.read_text(encoding="utf-8"))
    told["extensions"][NAME]["sha256"] = "0" * 64
    record.write_text(json.dumps(told), encoding="utf-8")
    found = installed("run", "--resume-from", own_copy, "--extension", NAME, "--out", tmp_path / "later", code=2)
    (line,) = found.stderr.splitlines()
    assert "the extension video_outage was another (0.1.0, source 000000000000) than is here (0.1.0, source" in line


def test_a_change_in_mid_month_switches_it_off(installed: Command, outages: Path, tmp_path: Path) -> None:
    file = tmp_path / "until.toml"
    change = "[[changes]]\nday = 3\nset = {extensions.video_outage.on = false}\n"
    file.write_text(f'extends = "{outages.as_posix()}"\n{change}', encoding="utf-8")
    installed("run", file, "--out", tmp_path / "run")
    events = pq.read_table(tmp_path / "run" / "event_log.parquet").to_pandas()
    days = events[events.event_type == "video_outage_began"].timestamp.dt.strftime("%Y-%m-%d")
    assert max(days) == "2026-01-07"


def test_databases_and_exports_have_its_columns(without: Command, own_copy: Path, tmp_path: Path) -> None:
    without("load", own_copy, "--to", f"duckdb:///{tmp_path}/run.duckdb", "--with-truth")
    with duckdb.connect(str(tmp_path / "run.duckdb")) as database:
        found = database.execute("SELECT count(*) FROM sessions WHERE video_outage").fetchone()
        caused = database.execute("SELECT count(cause) FROM truth_event_log").fetchone()
    assert found is not None
    assert found[0] > 0
    assert caused == (21,)
    without("export", own_copy, "--to", "ocel-json")
    assert '"type":"session_disturbed"' in (own_copy / "event_log.jsonocel").read_text(encoding="utf-8")
    without("export", own_copy, "--to", "frictionless")
    assert "whether the session began while the video service failed" in (own_copy / "datapackage.json").read_text()


def test_it_is_streamed_as_it_happens(installed: Command, outages: Path) -> None:
    lines = installed("stream", outages, "--speed", "0", "--set", "days=1").stdout.splitlines()
    kinds = {json.loads(line)["type"] for line in lines}
    assert {"tutoring.marketplace.video_outage_began", "tutoring.marketplace.session_disturbed"} <= kinds


def test_worlds_with_it_go_on_in_a_fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(EXAMPLE)
    monkeypatch.setenv("PYTHONPATH", str(EXAMPLE))
    lively = [f"extensions.video_outage.{one}" for one in ("per_week=6", "hours=[8, 20]", "minutes=[60, 600]")]
    assert list(faults(drawn_stops(6, 21, lively, [NAME]))) == []


def test_regions_are_simulated_on_a_cluster_that_has_it(
    installed: Command, outages: Path, site: Path, started: LocalCluster, cluster: Cluster,  # noqa: F811 -- fixtures
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    short = ("--regions", "2", "--set", "days=2", "--set", "warm_up_days=1")
    told = installed("run", outages, *short, "--cluster", cluster.address, "--out", tmp_path / "run", code=2).stderr
    assert "failed: video_outage: there is no such extension or module; none is installed" in told
    started.stop_workers()
    monkeypatch.setenv("PYTHONPATH", str(site))
    started.have_workers(2)
    installed("run", outages, *short, "--cluster", cluster.address, "--out", tmp_path / "run")
    started.stop_workers()
    installed("run", outages, *short, "--out", tmp_path / "here", "--workers", "1")
    assert (tmp_path / "run" / "event_log.parquet").read_bytes() == (
        tmp_path / "here" / "event_log.parquet"
    ).read_bytes()
