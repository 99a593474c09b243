"""Processor time of `python -m simulation run`, from the command to the written files.

    python benchmarks/production.py [--scenario FILE] [--repetitions N]

Prints user and system time of each run's whole process, its peak memory, and the phases that the run itself timed;
then the median of each.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def measure(scenario: Path, directory: Path) -> dict[str, float]:
    """One run in a process of its own, written to a directory that does not exist: what it cost, by name."""
    command = [sys.executable, "-m", "simulation", "run", str(scenario), "--out", str(directory), "--quiet"]
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the run failed: {' '.join(command)}")
    record = json.loads((directory / "run.json").read_text("utf-8"))
    phases = {f"{phase} s": seconds for phase, seconds in record["timings"].items()}
    # the kernel counts memory in KiB
    return {"processor s": used.ru_utime + used.ru_stime, "peak MB": used.ru_maxrss / 1024} | phases


def line(label: str, values: dict[str, float]) -> str:
    """A row of the printed table."""
    return f"{label:>8}" + "".join(f"{value:>{max(len(name), 8) + 2}.2f}" for name, value in values.items())


def main() -> None:
    """Measure as often as asked, and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", type=Path, default=ROOT / "scenarios" / "production.toml")
    parser.add_argument("--repetitions", type=int, default=5)
    options = parser.parse_args()
    runs: list[dict[str, float]] = []
    with tempfile.TemporaryDirectory() as folder:
        for number in range(1, options.repetitions + 1):
            runs.append(measure(options.scenario.resolve(), Path(folder, str(number))))
            if number == 1:
                print(" " * 8 + "".join(f"{name:>{max(len(name), 8) + 2}}" for name in runs[0]))
            print(line(str(number), runs[-1]), flush=True)
    print(line("median", {name: statistics.median(run[name] for run in runs) for name in runs[0]}))


if __name__ == "__main__":
    main()
