"""Brokers that receive a stream's events; each is acknowledged before the simulation goes on."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import SplitResult, urlsplit

from simulation.exports.stream import StreamError
from simulation.lib.extras import require
from simulation.lib.suggestions import hint

TOPIC = "tutoring.marketplace"
"""The subject in NATS unless the URL has one, and the key in Redis."""

PATIENCE = 5
"""Seconds that a broker has to answer."""

Publish = Callable[[str, dict[str, Any]], Any]


@contextmanager
def broker(url: str) -> Iterator[Callable[[str], None]]:
    """A function that sends a line to the broker at a URL and returns when it is acknowledged.

    Raises StreamError where the broker cannot be reached, and where it goes away later: with the last event that it
    acknowledged.
    """
    address = _checked(url)
    where = f"{address.scheme}://{address.hostname}" + (f":{address.port}" if address.port else "")
    last: str | None = None
    try:
        with _BROKERS[address.scheme](url, address) as publish:

            def send(line: str) -> None:
                nonlocal last
                event = json.loads(line)
                publish(line.rstrip("\n"), event)
                last = event["id"]

            yield send
    except _UnansweredError as error:
        if last is None:
            raise StreamError(f"--to: {where} cannot be reached ({error})") from None
        raise StreamError(f"--to: {where} went away; go on with --from-event-id {last} ({error})") from None


def _checked(url: str) -> SplitResult:
    """A URL in its parts. Raises StreamError, whose message never holds a password."""
    allowed = "allowed is nats://HOST:PORT[/SUBJECT] or redis://HOST:PORT"
    if "@" in url and not re.fullmatch(r"[^/?#@]*://[^/?#@]*@[^@]*", url):
        raise StreamError(f"--to: is no address; {allowed}, with /, ?, # and @ in a password as %2F, %3F, %23 and %40")
    try:
        address = urlsplit(url)
        _ = address.port
    except ValueError as error:
        # The error may quote the password.
        raise StreamError(f"--to: {'is no address' if '@' in url else error}; {allowed}") from None
    if address.scheme not in _BROKERS:
        meant = hint(address.scheme, _BROKERS, ending="://")
        raise StreamError(f"--to: unknown scheme {address.scheme!r}; allowed are nats:// and redis://{meant}")
    if not address.hostname:
        raise StreamError(
            f"--to: there is no host after {address.scheme}://; an example is {address.scheme}://localhost"
        )
    return address


class _UnansweredError(Exception):
    """A broker did not acknowledge; the message names the kind of failure, and never the URL."""


@contextmanager
def _nats(url: str, address: SplitResult) -> Iterator[Publish]:
    nats = require("nats", "stream", "--to nats:// needs", StreamError)
    from nats.errors import Error

    subject = _subject(address.path.strip("/"))

    async def quiet(_: Exception) -> None:
        """Say nothing: whoever waits for an acknowledgement gets the error."""

    with asyncio.Runner() as loop:
        client = nats.NATS()
        try:
            loop.run(
                client.connect(
                    url.removesuffix(address.path),
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=PATIENCE,
                    error_cb=quiet,
                )
            )
            stream = client.jetstream(timeout=PATIENCE)
            loop.run(_keep(stream, subject))
            # Ids are unique within one world: what JetStream drops as a repetition has to be of the same world.
            yield lambda line, event: loop.run(
                stream.publish(subject, line.encode(), headers={"Nats-Msg-Id": f"{event['source']}:{event['id']}"}),
            )
        except (Error, OSError, TimeoutError) as error:
            # What the server itself reports, as a wrong password, has no error class of its own.
            raise _UnansweredError(str(error) if type(error) is Error else type(error).__name__) from None
        finally:
            loop.run(client.close())


async def _keep(stream: Any, subject: str) -> None:
    """Make a stream that keeps a subject, unless there is one."""
    from nats.js.errors import NotFoundError

    try:
        await stream.find_stream_name_by_subject(subject)
    except NotFoundError:
        await stream.add_stream(name=subject.replace(".", "_"), subjects=[subject])


def _subject(path: str) -> str:
    """The subject that a URL names, or the default. Raises StreamError."""
    if path and not re.fullmatch(r"[\w-]+(\.[\w-]+)*", path, re.ASCII):
        raise StreamError(
            f"--to: {path!r} is no subject; allowed are words of letters, digits, - and _ with dots between"
        )
    return path or TOPIC


@contextmanager
def _redis(url: str, _: SplitResult) -> Iterator[Publish]:
    redis = require("redis", "stream", "--to redis:// needs", StreamError)
    try:
        client = redis.Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)
    except (TypeError, ValueError) as error:
        raise StreamError(
            f"--to: is no address of Redis ({type(error).__name__}); allowed is redis://HOST:PORT"
        ) from None

    try:
        with client:
            client.ping()
            yield lambda _, event: client.xadd(TOPIC, event | {"data": json.dumps(event["data"])})
    except redis.RedisError as error:
        raise _UnansweredError(type(error).__name__) from None


_BROKERS = {"nats": _nats, "redis": _redis}
