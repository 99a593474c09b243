"""Where the tests of claims start from."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from simulation.validation import Run
from tests.validation.good_run import good_run
from tests.validation.run_directory import write_run

WriteRun = Callable[..., Path]


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    """The good run in a directory."""
    return write_run(tmp_path / "good", good_run())


@pytest.fixture
def written(tmp_path: Path) -> Callable[..., Path]:
    """Writes a run into a directory of that name."""

    def write(name: str, run: Run, **record: Any) -> Path:
        return write_run(tmp_path / name, run, **record)

    return write
