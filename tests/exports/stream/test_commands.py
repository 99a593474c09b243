"""A stream through a real pipe: readers that stop, that leave, and streams that are interrupted."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.command_line import answer, mistake
from tests.scenarios import SCENARIOS

DEV = SCENARIOS / "dev.toml"
SMALL_PIPE = 4096


def command(*options: str) -> list[str]:
    return [sys.executable, "-m", "simulation", "stream", str(DEV), *options]


@pytest.fixture(scope="module")
def whole() -> bytes:
    return subprocess.run(command("--speed", "0"), check=True, capture_output=True).stdout


@pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="pipes have one size here")
def test_nothing_is_lost_when_the_reader_stops_for_ten_seconds(whole: bytes, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, SMALL_PIPE)
    with (tmp_path / "read").open("wb") as kept:
        reader = subprocess.Popen(
            ["cat"],  # noqa: S607 -- wherever it is
            stdin=reading,
            stdout=kept,
        )
        os.kill(reader.pid, signal.SIGSTOP)
        with subprocess.Popen(command("--speed", "0"), stdout=writing) as streaming:
            os.close(reading)
            os.close(writing)
            time.sleep(10)
            assert streaming.poll() is None, "it waits for its reader"
            assert (tmp_path / "read").stat().st_size == 0
            os.kill(reader.pid, signal.SIGCONT)
            assert (streaming.wait(), reader.wait()) == (0, 0)
    assert (tmp_path / "read").read_bytes() == whole


@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_stream_ends_in_order_and_goes_on_where_it_was(
    whole: bytes, sent: signal.Signals, code: int
) -> None:
    with subprocess.Popen(
        command("--speed", "36000"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as streaming:
        assert streaming.stdout
        assert streaming.stderr
        first = [streaming.stdout.readline() for _ in range(100)]
        streaming.send_signal(sent)
        read = "".join(first) + streaming.stdout.read()
        assert streaming.wait() == code
        assert "Traceback" not in streaming.stderr.read()
    lines = read[: read.rindex("\n") + 1]
    last_read = json.loads(lines.splitlines()[-1])["id"]
    rest = subprocess.run(
        command("--speed", "0", "--from-event-id", last_read), check=True, capture_output=True, text=True
    ).stdout
    assert lines + rest == whole.decode()


def test_a_reader_that_leaves_ends_the_stream_without_a_word() -> None:
    with subprocess.Popen(command("--speed", "0"), stdout=subprocess.PIPE, stderr=subprocess.PIPE) as streaming:
        assert streaming.stdout
        assert streaming.stderr
        streaming.stdout.readline()
        streaming.stdout.close()
        assert (streaming.stderr.read(), streaming.wait()) == (b"", 0)


def test_several_regions_are_streamed_together_or_one_of_them_alone(capsys: pytest.CaptureFixture[str]) -> None:
    brief = (
        SCENARIOS / "two-regions.toml",
        "--speed",
        "0",
        "--set",
        "days=1",
        "--set",
        "warm_up_days=1",
        "--set",
        "experiments=[]",
    )
    together = answer(capsys, "stream", *brief).out.splitlines()
    alone = answer(capsys, "stream", *brief, "--only-region", "2").out.splitlines()
    assert json.loads(together[0])["id"] == "EV000001"
    assert json.loads(alone[0])["id"] == "EV1000000000001"
    assert [line for line in together if line in set(alone)] == alone
    told = mistake(capsys, "stream", *brief, "--only-region", "3")
    assert told == "--only-region: there is no region 3; allowed is from 1 to 2"


@pytest.mark.parametrize("speed", ["nan", "inf", "1e-9"])
def test_a_speed_at_which_nothing_would_come_is_a_mistake(capsys: pytest.CaptureFixture[str], speed: str) -> None:
    assert "allowed is 0, or a number from 0.001 on" in mistake(capsys, "stream", DEV, "--speed", speed)
