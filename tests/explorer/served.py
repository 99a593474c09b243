"""The explorer as a program of its own, and plain requests to it."""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from email.message import Message
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlencode, urlsplit

from attrs import frozen

from tests.conftest import TINY

ROOT = Path(__file__).parents[2]


class Answer(NamedTuple):
    """What a request came to."""

    status: int
    headers: Message
    text: str


@frozen(eq=False)
class Served:
    """An explorer that is served, and the folder in which it keeps its own."""

    process: "subprocess.Popen[str]"
    address: str
    folder: Path

    @property
    def host(self) -> str:
        return urlsplit(self.address).netloc

    @property
    def token(self) -> str:
        return parse_qs(urlsplit(self.address).query)["token"][0]

    @property
    def cookie(self) -> str:
        return f"explorer-{self.host.rpartition(':')[2]}={self.token}"

    @property
    def worker(self) -> int:
        """The number of the worker's process."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text(encoding="ascii")
        (worker,) = [child for child in children.split() if "explorer.work" in _command(child)]
        return int(worker)

    def asked(
        self, path: str, fields: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """The answer to a request for a path, which sends fields if there are any, with the cookie of the token."""
        with closing(HTTPConnection(self.host)) as connection:
            sent = None if fields is None else urlencode(fields)
            with_cookie = {"Host": self.host, "Cookie": self.cookie, **(headers or {})}
            connection.request("GET" if fields is None else "POST", path, sent, with_cookie)
            with connection.getresponse() as response:
                return Answer(response.status, response.headers, response.read().decode())

    def text(self, path: str) -> str:
        """The page at a path."""
        answer = self.asked(path)
        assert answer.status == 200, answer.text
        return answer.text

    def progress(self, of: str) -> Generator[dict[str, Any], None, None]:
        """What is told of a job, until it is over."""
        with closing(HTTPConnection(self.host)) as connection:
            connection.request("GET", f"/progress?{urlencode({'of': of})}", headers={"Cookie": self.cookie})
            with connection.getresponse() as response:
                for line in response:
                    if line.startswith(b"data: "):
                        yield json.loads(line.removeprefix(b"data: "))


def _command(process: str) -> str:
    return Path(f"/proc/{process}/cmdline").read_text(encoding="utf-8")


@contextmanager
def served(folder: Path, *arguments: str) -> Iterator[Served]:
    """The explorer, opened on a tiny scenario as long as the block lasts."""
    command = [sys.executable, "-m", "simulation", "explore", str(TINY), "--no-browser", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, cwd=ROOT, env={**os.environ, "TMPDIR": str(folder)}
    )
    with process:
        assert process.stdout is not None
        yield Served(process, process.stdout.readline().strip(), folder)
        process.terminate()
