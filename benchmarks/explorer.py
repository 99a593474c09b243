"""How long whoever opens the explorer waits: for its address, and for the figures of a first and of a further run."""

import json
import subprocess
from time import perf_counter
from urllib.parse import urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, build_opener

from benchmarks.costs import ROOT, simulation


def waits_in_explorer(scenario: str) -> dict[str, float]:
    """Seconds from the command to its address and to the first figures of a scenario, and those of a further run."""
    begun = perf_counter()
    command = simulation("explore", "--no-browser")
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        assert process.stdout is not None  # noqa: S101 -- it is a pipe
        address = process.stdout.readline().strip()
        told = perf_counter()
        reader = Reader(address)
        reader.run(scenario, seed=1)
        first = perf_counter()
        reader.wait(scenario, seed=1, until="done")
        again = perf_counter()
        reader.run(scenario, seed=2)
        further = perf_counter()
        process.terminate()
    return {"address": told - begun, "first figures": first - begun, "figures of a further run": further - again}


class Reader:
    """Somebody at the explorer's page."""

    def __init__(self, address: str) -> None:
        self._place = f"http://{urlsplit(address).netloc}"
        self._opened = build_opener(HTTPCookieProcessor()).open
        self._opened(address).close()

    def run(self, scenario: str, seed: int) -> None:
        """Press Run, and wait for the figures."""
        self._opened(f"{self._place}/scenario", _fields(scenario, seed).encode()).close()
        self.wait(scenario, seed, until="figures")

    def wait(self, scenario: str, seed: int, until: str) -> None:
        """Wait until the figures of a run are there, or all of it is done."""
        address = urlencode({"of": f"/scenario?{_fields(scenario, seed)}"})
        with self._opened(f"{self._place}/progress?{address}") as events:
            for line in events:
                told = json.loads(line.removeprefix(b"data: ").strip() or b"null")
                if told and (told["state"] == "done" or (until == "figures" and told["version"])):
                    return


def _fields(scenario: str, seed: int) -> str:
    return urlencode({"scenario": scenario, "seed": seed})
