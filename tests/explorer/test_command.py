"""The command `explore`: what is answered in a line before anything is served."""

import socket
import sys

import pytest

from tests.command_line import mistake


@pytest.mark.parametrize("library", ["starlette", "uvicorn", "jinja2", "vl_convert"])
def test_a_missing_library_is_named_with_what_installs_it(
    library: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    line = mistake(capsys, "explore")
    assert line == f'the explorer needs {library}; install it with: pip install "tutoring-simulation[explore]"'


def test_a_port_that_somebody_has_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert (
            mistake(capsys, "explore", "--port", str(port)) == f"--port: {port} cannot be used: Address already in use"
        )


def test_a_scenario_that_is_not_there_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert "did you mean production?" in mistake(capsys, "explore", "productoin")
