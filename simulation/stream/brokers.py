"""Brokers that take a stream's events, each acknowledged before the world goes on."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from simulation.spelling import hint
from simulation.stream import StreamError

TOPIC = "tutoring.marketplace"
"""The subject in NATS unless the URL has one, and the key in Redis."""

PATIENCE = 5
"""Seconds that a broker has to answer."""

Publish = Callable[[str, dict[str, Any]], None]


@contextmanager
def broker(url: str) -> Iterator[Callable[[str], None]]:
    """What sends a line to the broker at a URL, and returns when it is acknowledged. Raises StreamError."""
    address = urlsplit(url)
    if address.scheme not in _BROKERS:
        meant = hint(address.scheme, _BROKERS, ending="://")
        raise StreamError(f"--to: unknown scheme {address.scheme!r}; allowed are nats:// and redis://{meant}")
    try:
        port = address.port
    except ValueError as error:
        raise StreamError(f"--to: {error}") from None
    where = f"{address.scheme}://{address.hostname}" + (f":{port}" if port else "")
    last: str | None = None
    try:
        with _BROKERS[address.scheme](url, address) as publish:

            def send(line: str) -> None:
                nonlocal last
                event = json.loads(line)
                publish(line.rstrip("\n"), event)
                last = event["id"]

            yield send
    except ImportError as error:
        told = (
            f'--to {address.scheme}:// needs {error.name}; install it with: pip install "tutoring-simulation[stream]"'
        )
        raise StreamError(told) from None
    except _UnansweredError as error:
        reached = f"went away; go on with --from-event-id {last}" if last else "cannot be reached"
        raise StreamError(f"--to: {where} {reached} ({error})") from None


class _UnansweredError(Exception):
    """A broker did not acknowledge; the message names the kind of failure, and never the URL."""


@contextmanager
def _nats(url: str, address: SplitResult) -> Iterator[Publish]:
    import nats
    from nats.errors import Error

    subject = address.path.strip("/") or TOPIC

    async def quiet(_: Exception) -> None:
        """Whoever waits for an acknowledgement is told."""

    with asyncio.Runner() as loop:

        def ask(answer: Any) -> Any:
            try:
                return loop.run(answer)
            except (Error, OSError, TimeoutError) as error:
                raise _UnansweredError(type(error).__name__) from None

        client = ask(
            nats.connect(
                url.removesuffix(address.path),
                allow_reconnect=False,
                max_reconnect_attempts=1,
                reconnect_time_wait=0,
                connect_timeout=PATIENCE,
                error_cb=quiet,
            )
        )
        try:
            stream = client.jetstream(timeout=PATIENCE)
            ask(stream.add_stream(name=subject.replace(".", "_"), subjects=[subject]))
            yield lambda line, event: ask(
                stream.publish(subject, line.encode(), headers={"Nats-Msg-Id": event["id"]}),
            )
        finally:
            loop.run(client.close())


@contextmanager
def _redis(url: str, _: SplitResult) -> Iterator[Publish]:
    import redis

    client = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)

    def publish(_: str, event: dict[str, Any]) -> None:
        fields = {name: json.dumps(value) if name == "data" else value for name, value in event.items()}
        try:
            client.xadd(TOPIC, fields)
        except redis.RedisError as error:
            raise _UnansweredError(type(error).__name__) from None

    with client:
        try:
            client.ping()
        except redis.RedisError as error:
            raise _UnansweredError(type(error).__name__) from None
        yield publish


_BROKERS = {"nats": _nats, "redis": _redis}
