"""Where the tests of tables start from."""

from collections.abc import Callable

import pytest

from tests.hand_made_log import LogBuilder


@pytest.fixture
def log() -> LogBuilder:
    """The log of a world of one tutor, T0001, and one student, U00001, who were there from the start."""
    return LogBuilder().tutor("T0001").student("U00001")


@pytest.fixture
def log_of() -> Callable[..., LogBuilder]:
    """A maker of empty logs, for windows of other lengths and for several regions."""
    return LogBuilder
