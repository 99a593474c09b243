"""Jobs: what the worker is asked for, one at a time, how far it is, and what it has found."""

import asyncio
import json
import sys
from asyncio import StreamReader, StreamWriter
from asyncio.subprocess import PIPE, Process
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, cast

from attrs import define, field

from simulation.explorer.work import end_group

_BEGINNING = """
import sys
sys.path.insert(0, {package!r})
from simulation.explorer.work import main
main({folder!r})
"""
# The longest message: charts of a window of years.
_LONGEST = 1 << 28


@define(eq=False)
class Job:
    """A run, or pairs of runs, for the page with an address.

    `query` says the setting of a run. `state` is running, done, cancelled or failed, the last with a line of why.
    `found` is None until there is something to show; `page` is the file that tells all of it, once it is written.
    `version` counts what there is to show anew.
    """

    address: str
    title: str
    task: dict[str, Any]
    query: str = ""
    done: int = 0
    total: int = 0
    state: str = "running"
    error: str = ""
    found: dict[str, Any] | None = None
    page: str | None = None
    version: int = 0

    @property
    def progress(self) -> dict[str, Any]:
        """How far it is."""
        return {"done": self.done, "total": self.total, "state": self.state, "version": self.version}

    def hear(self, message: dict[str, Any]) -> None:
        """Take in what the worker tells, unless it is over: what was cancelled may still be told of."""
        if self.state != "running":
            return
        for name, value in message.items():
            setattr(self, {"over": "state"}.get(name, name), value)
        self.version += message.keys() != {"done", "total"}


@define(eq=False)
class Jobs:
    """All jobs of an explorer by their addresses, and the worker that does one of them at a time.

    `news` is an event that is set, and replaced, whenever a job has changed.
    """

    folder: Path
    known: dict[str, Job] = field(factory=dict)
    current: Job | None = None
    news: asyncio.Event = field(factory=asyncio.Event)
    _numbers: Iterator[int] = field(factory=count)
    _worker: Process | None = None
    _changing: asyncio.Lock = field(factory=asyncio.Lock)
    _following: "asyncio.Task[None] | None" = None

    @property
    def running(self) -> Job | None:
        """The running job, without one that was cancelled and whose worker is about to end."""
        return self.current if self.current is not None and self.current.state == "running" else None

    async def open(self) -> None:
        """Start a worker, which gets ready for its first task."""
        package = str(Path(__file__).parents[2])
        self._worker = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _BEGINNING.format(package=package, folder=str(self.folder)),
            stdin=PIPE, stdout=PIPE, limit=_LONGEST, start_new_session=True,
        )  # fmt: skip
        self._following = asyncio.create_task(self._follow(self._worker, cast(StreamReader, self._worker.stdout)))

    async def start(self, job: Job) -> bool:
        """Begin a job, unless another is running; whether it has begun."""
        async with self._changing:
            if self.current is not None:
                return False
            self.known[job.address] = self.current = job
            job.task["name"] = f"job-{next(self._numbers)}"
            if self._worker is None:
                await self.open()
            cast(StreamWriter, cast(Process, self._worker).stdin).write(json.dumps(job.task).encode() + b"\n")
            return True

    async def cancel(self) -> None:
        """End the running job at once, and its worker; another worker takes its place."""
        async with self._changing:
            if self.current is not None:
                self.current.hear({"over": "cancelled"})
                await self.close()
                await self.open()

    async def close(self) -> None:
        """End the worker, and wait until it has ended."""
        self.end()
        if self._following is not None:
            await self._following

    def end(self) -> None:
        """Tell the worker, and all that it started, to end at once."""
        if self._worker is not None and self._worker.returncode is None:
            end_group(self._worker.pid)

    async def _follow(self, worker: Process, messages: StreamReader) -> None:
        """Take in what a worker tells, until it ends."""
        async for line in messages:
            self._hear(json.loads(line))
        await worker.wait()
        self._worker = None
        self._hear({"over": "failed", "error": "the process that worked on it has ended; is there enough memory?"})

    def _hear(self, message: dict[str, Any]) -> None:
        if self.current is None:
            return
        self.current.hear(message)
        if self.current.state != "running":
            self.current = None
        self.news.set()
        self.news = asyncio.Event()
