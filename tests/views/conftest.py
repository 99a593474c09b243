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
