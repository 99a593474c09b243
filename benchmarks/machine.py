"""The machine on which something was measured."""

import os
import platform
import shutil
import subprocess
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from simpy import Environment, Timeout

from benchmarks.costs import ROOT

LIBRARIES = ("simpy", "numpy", "pyarrow", "attrs", "click")

_TIMEOUTS = 100_000


def described() -> dict[str, Any]:
    """What a machine is: processor, cores, memory, kernel, Python and the libraries that matter."""
    return {
        "processor": _line_of("/proc/cpuinfo", "model name") or platform.processor() or platform.machine(),
        "cores": len(os.sched_getaffinity(0)),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "kernel": f"{platform.system()} {platform.release()}",
        "Python": platform.python_version(),
        **{library: version(library) for library in LIBRARIES},
    }


def _nanoseconds_a_timeout() -> int:
    """How long SimPy takes for a bare timeout now, in ns of processor time: what other machines are compared by."""

    def sleeper(environment: Environment) -> Any:
        while True:
            yield Timeout(environment, 1)

    environment = Environment()
    environment.process(sleeper(environment))
    times = [process_time()]
    for _ in range(5):
        environment.run(until=environment.now + _TIMEOUTS)
        times.append(process_time())
    return round(median(after - before for before, after in pairwise(times)) / _TIMEOUTS * 1e9)


def conditions() -> dict[str, Any]:
    """How quick and how busy the machine is now."""
    return {"load": round(os.getloadavg()[0], 1), "ns_a_timeout": _nanoseconds_a_timeout()}


def commit() -> str:
    """What is measured, as git names it; "unknown" without git."""
    git = shutil.which("git")
    if git is None:
        return "unknown"
    command = [git, "describe", "--always", "--dirty"]
    named = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return named.stdout.strip() or "unknown"


def _line_of(file: str, key: str) -> str:
    try:
        lines = Path(file).read_text().splitlines()
    except OSError:
        return ""
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(key)), "")
