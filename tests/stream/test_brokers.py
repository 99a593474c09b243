"""Real brokers take a stream, each event once and in order."""

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nats
import pytest
import redis

from simulation.stream import StreamError
from simulation.stream.brokers import TOPIC, broker
from tests.command_line import answer, mistake
from tests.needs import needs
from tests.scenarios import SCENARIOS

DEV = SCENARIOS / "dev.toml"
BRIEF = ("--speed", "0", "--set", "days=1", "--set", "warm_up_days=1")


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
    return port


def started(command: list[str], port: int) -> subprocess.Popen[bytes]:
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(100):
        with socket.socket() as trial:
            if trial.connect_ex(("127.0.0.1", port)) == 0:
                return server
        time.sleep(0.1)
    server.kill()
    server.wait()
    pytest.fail(f"{command[0]} does not answer")


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port = free_port()
    server = started([needs("redis-server"), "--port", str(port), "--save", "", "--dir", str(tmp_path)], port)
    yield port, server
    server.kill()
    server.wait()


@pytest.fixture
def nats_port(tmp_path: Path) -> Iterator[int]:
    port = free_port()
    server = started([needs("nats-server"), "-js", "-a", "127.0.0.1", "-p", str(port), "-sd", str(tmp_path)], port)
    yield port
    server.kill()
    server.wait()


async def in_jetstream(port: int) -> list[Any]:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    stream = client.jetstream()
    count = (await stream.stream_info("lessons")).state.messages
    events = [json.loads((await stream.get_msg("lessons", place + 1)).data or b"") for place in range(count)]
    await client.close()
    return events


def test_jetstream_has_each_event_once_also_where_it_is_sent_twice(
    nats_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    to = f"nats://127.0.0.1:{nats_port}/lessons"
    for _ in range(2):
        assert answer(capsys, "stream", DEV, *BRIEF, "--to", to) == (0, "", "")
    printed = answer(capsys, "stream", DEV, *BRIEF).out
    assert asyncio.run(in_jetstream(nats_port)) == [json.loads(line) for line in printed.splitlines()]


def test_a_redis_stream_has_the_fields_of_each_event_and_goes_on(
    redis_server: tuple[int, subprocess.Popen[bytes]], capsys: pytest.CaptureFixture[str]
) -> None:
    port, _ = redis_server
    printed = [json.loads(line) for line in answer(capsys, "stream", DEV, *BRIEF).out.splitlines()]
    with broker(f"redis://127.0.0.1:{port}") as send:
        for event in printed[:20]:
            send(json.dumps(event))
    to = ("--to", f"redis://127.0.0.1:{port}", "--from-event-id", printed[19]["id"])
    assert answer(capsys, "stream", DEV, *BRIEF, *to) == (0, "", "")
    with redis.Redis(port=port, decode_responses=True) as client:
        kept: Any = client.xrange(TOPIC)
    assert [{**fields, "data": json.loads(fields["data"])} for _, fields in kept] == printed


def test_a_broker_that_goes_away_is_told_with_the_event_to_go_on_from(
    redis_server: tuple[int, subprocess.Popen[bytes]],
) -> None:
    port, server = redis_server
    with (  # noqa: PT012 -- it goes away in the middle
        pytest.raises(StreamError, match=f"redis://127.0.0.1:{port} went away; go on with --from-event-id EV000001 "),
        broker(f"redis://127.0.0.1:{port}") as send,
    ):
        send('{"id":"EV000001","data":{}}\n')
        server.kill()
        server.wait()
        send('{"id":"EV000002","data":{}}\n')


@pytest.mark.parametrize("scheme", ["nats", "redis"])
def test_a_broker_that_is_not_there_is_told_without_its_password(
    scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    told = mistake(capsys, "stream", DEV, *BRIEF, "--to", f"{scheme}://me:secret@127.0.0.1:{port}")
    assert told.startswith(f"--to: {scheme}://127.0.0.1:{port} cannot be reached")
    assert "secret" not in told


def test_an_unknown_scheme_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    told = mistake(capsys, "stream", DEV, "--to", "rediss-://here")
    assert told == "--to: unknown scheme 'rediss-'; allowed are nats:// and redis://; did you mean redis://?"
