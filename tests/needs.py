"""Tests that need a command of the system."""

import os
import shutil

import pytest

REQUIRE_ALL = "SIMULATION_REQUIRE_ALL"


def needs(command: str) -> str:
    """The path of a command; without it the test is skipped, or fails where nothing may be skipped."""
    path = shutil.which(command)
    if path is None:
        reason = f"needs the command {command}, which is not installed"
        if os.environ.get(REQUIRE_ALL):
            pytest.fail(reason)
        pytest.skip(reason)
    return path
