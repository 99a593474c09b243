"""Where the tests of behaviours start from."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.processes.stage import Stage


@pytest.fixture
def stage() -> Iterator[Callable[..., Stage]]:
    """A maker of stages; whatever was written on them must fit the log."""
    stages: list[Stage] = []

    def make(*details: Any, **options: Any) -> Stage:
        stages.append(Stage(*details, **options))
        return stages[-1]

    yield make
    for made in stages:
        made.diary.close()
