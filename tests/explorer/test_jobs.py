"""Runs and comparisons as the worker carries them out, one at a time, and what is left when all ends: nothing."""

import os
import signal
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest

from simulation.explorer.jobs import Job, Jobs
from tests.conftest import TINY
from tests.explorer.served import Served, served
from tests.waiting import until

SMALL = {"scenario": str(TINY), "days": "3", "warm_up_days": "4"}
LONG = {**SMALL, "days": "1000"}


def address(fields: dict[str, str]) -> str:
    return f"/scenario?{urlencode(fields)}"


def started(explorer: Served, path: str, fields: dict[str, str]) -> str:
    """The address of the page of a job that was begun."""
    answer = explorer.asked(path, fields, {"Origin": f"http://{explorer.host}"})
    assert answer.status == 303, answer.text
    return answer.headers["Location"]


def figures_shown(explorer: Served, fields: dict[str, str]) -> str:
    """The page of a run as soon as its figures are there; its report is not waited for."""
    page = started(explorer, "/scenario", fields)
    with closing(explorer.progress(page)) as told:
        until(lambda: next(told)["version"])
    text = explorer.text(page)
    assert explorer.asked("/cancel", {}).status == 303
    return text


def is_running(process: int) -> bool:
    """Whether a process is there, and no mere entry of one that ended."""
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_run_tells_its_days_and_then_shows_its_figures_and_tutors(explorer: Served) -> None:
    page = started(explorer, "/scenario", SMALL)
    days = []
    with closing(explorer.progress(page)) as told:
        for one in told:
            days.append(one["done"])
            if one["version"]:
                break
    assert days == sorted(days)
    assert days[-1] == 7
    text = explorer.text(page)
    assert "<dt>mean rating</dt>" in text
    assert "T0001" in text
    assert explorer.asked("/cancel", {}).status == 303


def test_a_mistake_in_a_scenario_starts_nothing(explorer: Served) -> None:
    answer = explorer.asked("/scenario", {**SMALL, "days": "0"})
    assert answer.status == 400
    assert answer.text == "--set: days is 0; allowed is a whole number from 1 to 1095 (days)\n"


def test_one_job_is_done_at_a_time_and_cancelled_at_once(explorer: Served) -> None:
    page = started(explorer, "/scenario", LONG)
    told = explorer.progress(page)
    until(lambda: next(told)["done"])
    busy = explorer.asked("/scenario", SMALL)
    assert busy.status == 409
    assert busy.text.startswith("one at a time: ")
    worker = explorer.worker
    assert explorer.asked("/cancel", {}).headers["Location"] == page
    assert not is_running(worker)
    assert next(told)["state"] == "cancelled"
    assert "Cancelled." in explorer.text(page)
    assert "<dt>mean rating</dt>" in figures_shown(explorer, {**SMALL, "seed": "8"})


def test_what_was_cancelled_runs_no_more_whatever_its_worker_still_tells(tmp_path: Path) -> None:
    jobs, job = Jobs(tmp_path), Job("/scenario?scenario=dev", "dev", {})
    jobs.current = job
    assert jobs.running is job
    job.hear({"over": "cancelled"})
    job.hear({"done": 3, "total": 7})
    assert (job.state, job.done) == ("cancelled", 0)
    assert jobs.running is None


def test_a_worker_that_is_lost_is_reported_and_replaced(explorer: Served) -> None:
    page = started(explorer, "/scenario", {**LONG, "seed": "9"})
    os.kill(explorer.worker, signal.SIGKILL)
    *_, last = explorer.progress(page)
    assert last["state"] == "failed"
    assert "is there enough memory?" in explorer.text(page)
    assert "<dt>mean rating</dt>" in figures_shown(explorer, {**SMALL, "seed": "10"})


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_whatever_ends_it_no_process_and_no_file_is_left(tmp_path: Path, number: int, code: int) -> None:
    with served(tmp_path) as explorer:
        with closing(explorer.progress(started(explorer, "/scenario", LONG))) as told:
            until(lambda: next(told)["done"])
        worker = explorer.worker
        assert list(tmp_path.iterdir())
        explorer.process.send_signal(number)
        assert explorer.process.wait() == code
        until(lambda: not is_running(worker))
        until(lambda: not list(tmp_path.iterdir()))


def test_a_comparison_has_two_sides(explorer: Served) -> None:
    same = urlencode(SMALL)
    answer = explorer.asked("/compare", {"base": same, "other": same, "pairs": "5"})
    assert (answer.status, answer.text) == (400, "both sides are the same; choose another for one of them\n")


def test_a_setting_is_saved_as_a_scenario_file(explorer: Served) -> None:
    saved = explorer.asked(f"/scenario.toml?{urlencode(SMALL)}")
    assert saved.headers["Content-Disposition"] == "attachment; filename*=UTF-8''tiny.toml"
    assert saved.text.endswith('tests/tiny.toml"\ndays = 3\nwarm_up_days = 4\n')
