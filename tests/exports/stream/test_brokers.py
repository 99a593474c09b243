"""Real brokers take a stream, each event once and in order."""

import asyncio
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import nats
import pytest
import redis

from simulation.exports.stream.brokers import TOPIC, broker
from simulation.exports.stream.streaming import Send, stream_world
from simulation.scenario import Scenario
from tests.command_line import answer, mistake
from tests.needs import needs
from tests.scenarios import SCENARIOS
from tests.waiting import until

DEV = SCENARIOS / "dev.toml"
BRIEF = ("--speed", "0", "--set", "days=1", "--set", "warm_up_days=1", "--set", "experiments=[]")


def free_port() -> int:
    with socket.socket() as any_port:
        any_port.bind(("127.0.0.1", 0))
        port: int = any_port.getsockname()[1]
    return port


def answers_or_ended(server: subprocess.Popen[bytes], port: int) -> bool:
    with socket.socket() as trial:
        return trial.connect_ex(("127.0.0.1", port)) == 0 or server.poll() is not None


def started(*command: str) -> tuple[int, subprocess.Popen[bytes]]:
    """A server on a port of its own, which comes last in its command."""
    while True:
        port = free_port()
        server = subprocess.Popen([*command, str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until(partial(answers_or_ended, server, port))
        if server.poll() is None:
            return port, server
        # else others have taken the port in the meantime


@pytest.fixture
def redis_server(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port, server = started(needs("redis-server"), "--save", "", "--dir", str(tmp_path), "--port")
    yield port, server
    server.kill()
    server.wait()


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    port, server = started(needs("nats-server"), "-js", "-a", "127.0.0.1", "-sd", str(tmp_path), "-p")
    yield port, server
    server.kill()
    server.wait()


@pytest.fixture
def nats_port(nats_server: tuple[int, subprocess.Popen[bytes]]) -> int:
    return nats_server[0]


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


def test_jetstream_keeps_the_events_of_worlds_that_share_ids_apart(nats_port: int) -> None:
    with broker(f"nats://127.0.0.1:{nats_port}/lessons") as send:
        for source in ("one", "other", "one"):
            send(json.dumps({"id": "EV000001", "source": source}))
    assert [event["source"] for event in asyncio.run(in_jetstream(nats_port))] == ["one", "other"]


def test_a_stream_that_is_kept_already_is_used_as_it_was_set_up(nats_port: int) -> None:
    async def set_up() -> None:
        client = await nats.connect(f"nats://127.0.0.1:{nats_port}")
        await client.jetstream().add_stream(name="lessons", subjects=["school.>"], max_msgs=2)
        await client.close()

    asyncio.run(set_up())
    with broker(f"nats://127.0.0.1:{nats_port}/school.lessons") as send:
        send('{"id":"EV000001","source":"one"}\n')
    assert len(asyncio.run(in_jetstream(nats_port))) == 1


@pytest.mark.parametrize("scheme", ["nats", "redis"])
def test_a_broker_that_goes_away_is_told_with_the_event_to_go_on_from(
    scheme: str,
    request: pytest.FixtureRequest,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    port, server = request.getfixturevalue(f"{scheme}_server")
    sent: list[str] = []

    def stream_until_killed(scenario: Scenario, send: Send, **options: Any) -> None:
        def counted(line: str) -> None:
            sent.append(json.loads(line)["id"])
            if len(sent) == 21:
                server.kill()
                server.wait()
            send(line)

        stream_world(scenario, counted, **options)

    monkeypatch.setattr("simulation.exports.stream.streaming.stream_world", stream_until_killed)
    code, out, told = answer(capsys, "stream", DEV, *BRIEF, "--to", f"{scheme}://127.0.0.1:{port}")
    assert (code, out) == (2, "")
    start = f"error: --to: {scheme}://127.0.0.1:{port} went away; go on with --from-event-id {sent[19]} ("
    assert told.startswith(start)
    assert told.count("\n") == 1


@pytest.mark.parametrize("scheme", ["nats", "redis"])
def test_a_broker_that_is_not_there_is_told_without_its_password(
    scheme: str, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    told = mistake(capsys, "stream", DEV, *BRIEF, "--to", f"{scheme}://me:secret@127.0.0.1:{port}")
    assert told.startswith(f"--to: {scheme}://127.0.0.1:{port} cannot be reached")
    assert "secret" not in told


@pytest.mark.parametrize(
    ("scheme", "command", "place", "reason"),
    [
        (
            "nats",
            ["nats-server", "-js", "-a", "127.0.0.1", "--user", "me", "--pass", "good"],
            ["-sd", "-p"],
            "Authorization",
        ),
        ("redis", ["redis-server", "--save", "", "--requirepass", "good"], ["--dir", "--port"], "AuthenticationError"),
    ],
)
def test_a_wrong_password_is_told_and_not_repeated(
    scheme: str, command: list[str], place: list[str], reason: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, at_port = place
    port, server = started(needs(command[0]), *command[1:], folder, str(tmp_path), at_port)
    try:
        for login in ("", "me:s3cret@"):
            told = mistake(capsys, "stream", DEV, *BRIEF, "--to", f"{scheme}://{login}127.0.0.1:{port}")
            assert told.startswith(f"--to: {scheme}://127.0.0.1:{port} cannot be reached (")
            assert reason in told
            assert "s3cret" not in told
    finally:
        server.kill()
        server.wait()


def test_an_unknown_scheme_is_told_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    told = mistake(capsys, "stream", DEV, "--to", "rediss-://here")
    assert told == "--to: unknown scheme 'rediss-'; allowed are nats:// and redis://; did you mean redis://?"


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "nats://localhost:99999",
            "--to: Port out of range 0-65535; allowed is nats://HOST:PORT[/SUBJECT] or redis://",
        ),
        ("redis://localhost:lessons", "--to: Port could not be cast to integer value as 'lessons'; allowed is nats://"),
        ("redis://", "--to: there is no host after redis://; an example is redis://localhost"),
        ("nats:///lessons", "--to: there is no host after nats://; an example is nats://localhost"),
        ("nats://localhost/les sons", "--to: 'les sons' is no subject; allowed are words of letters, digits, - and _"),
        ("nats://localhost/lessons.>", "--to: 'lessons.>' is no subject; allowed are words of letters"),
        ("redis://localhost?db=one", "--to: is no address of Redis (ValueError); allowed is redis://HOST:PORT"),
        ("nats://nowhere.invalid", "--to: nats://nowhere.invalid cannot be reached ("),
        ("redis://nowhere.invalid", "--to: redis://nowhere.invalid cannot be reached ("),
    ],
)
def test_a_wrong_address_is_answered_by_one_line(url: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert mistake(capsys, "stream", DEV, *BRIEF, "--to", url).startswith(told)


@pytest.mark.parametrize("library", ["nats", "redis"])
def test_a_missing_library_is_told_with_the_line_that_installs_it(
    library: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    told = mistake(capsys, "stream", DEV, "--to", f"{library}://localhost")
    assert told == f'--to {library}:// needs {library}; install it with: pip install "tutoring-simulation[stream]"'


@pytest.mark.parametrize(
    "url",
    [
        "nats://user:secret/word@host",
        "redis://user:secret#word@host",
        "nats://u:secret\u2100@host",
        "nats://u:1/secret@host",
    ],
)
def test_a_password_that_breaks_an_address_is_not_told(capsys: pytest.CaptureFixture[str], url: str) -> None:
    said = mistake(capsys, "stream", SCENARIOS / "dev.toml", "--to", url)
    assert "is no address; allowed is nats://HOST:PORT" in said
    assert "secret" not in said
