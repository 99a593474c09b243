"""What tests of timelines start from."""

from pathlib import Path

import pytest

from simulation.views.timeline import InterventionEntry, Timelines, timelines_of


@pytest.fixture(scope="module")
def timelines(tiny_run: Path) -> Timelines:
    """Those of the tiny run."""
    return timelines_of(tiny_run)


@pytest.fixture(scope="module")
def written_to(timelines: Timelines) -> str:
    """A tutor to whom the platform wrote in the window, on a score that the log has."""
    return next(
        tutor_id
        for tutor_id in timelines.tutor_ids
        if any(isinstance(entry, InterventionEntry) and entry.trigger for entry in timelines[tutor_id].entries)
    )


@pytest.fixture(scope="module")
def at_work(timelines: Timelines) -> str:
    """A tutor who teaches and logs in, is scored, and stays: not everybody is active when the window opens."""
    return next(
        tutor_id
        for tutor_id in timelines.tutor_ids
        if timelines[tutor_id].left_at is None
        and {"session", "login"} <= {entry.kind for entry in timelines[tutor_id].entries}
        and len(timelines[tutor_id].risk) > len(timelines[tutor_id].days)
    )
