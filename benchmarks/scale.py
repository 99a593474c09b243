"""What worlds of many tutors would take, worked out from a measured run of a few regions.

    python benchmarks/scale.py [--regions N] [--tutors N]

Simulates N regions like the one of scenarios/production.toml, one after the other on one processor, merges them, and
prints the figures of one region and what follows from them.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "production.toml"

# As scenarios/production.toml and the most regions that a scenario may have.
TUTORS_PER_REGION = 150
REGIONS_PER_RUN = 10_000


class Region(NamedTuple):
    """What one region costs: processor seconds, and bytes of its parts."""

    simulating: float
    merging: float
    log: float
    tables: float
    store: float


class World(NamedTuple):
    """What a world of many regions costs."""

    regions: int
    runs: int
    core_hours: float
    regions_per_core_hour: float
    merging_hours: float
    log: float
    tables: float
    store: float


def world_of(tutors: int, region: Region) -> World:
    """What so many tutors take. Regions are simulated side by side; each run is merged by one process per table."""
    regions = math.ceil(tutors / TUTORS_PER_REGION)
    return World(
        regions=regions,
        runs=math.ceil(regions / REGIONS_PER_RUN),
        core_hours=regions * region.simulating / 3600,
        regions_per_core_hour=3600 / region.simulating,
        merging_hours=regions * region.merging / 3600,
        log=regions * region.log,
        tables=regions * region.tables,
        store=regions * region.store,
    )


def measured(regions: int, folder: Path) -> Region:
    """What one region costs on the average of a run of several."""
    run, store = folder / "run", folder / "store"
    command = [
        sys.executable, "-m", "simulation", "run", str(SCENARIO), "--regions", str(regions), "--workers", "1",
        "--format", "parquet", "--quiet", "--out", str(run), "--shared", str(store),
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT)
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"the run failed: {' '.join(command)}")
    timings = json.loads((run / "run.json").read_text("utf-8"))["timings"]
    seconds = (used.ru_utime + used.ru_stime) / regions
    merging = seconds * timings["merge"] / sum(timings.values())
    log = _size(run, "event_log.parquet")
    tables = _size(run) - log - _size(run, "*.state")
    return Region(seconds - merging, merging, log / regions, tables / regions, _size(store) / regions)


def _size(directory: Path, names: str = "*") -> int:
    return sum(path.stat().st_size for path in directory.rglob(names) if path.is_file())


def main() -> None:
    """Measure, and print what follows."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--regions", type=int, default=4, help="at least 2")
    parser.add_argument("--tutors", type=int, default=10_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        region = measured(options.regions, Path(folder))
    world = world_of(options.tutors, region)
    print(f"a region of {TUTORS_PER_REGION} tutors, the mean of {options.regions}:")
    print(f"  {region.simulating:.2f} s simulating and reducing, {region.merging:.2f} s merging, of one processor")
    print(f"  {region.log / 1e6:.2f} MB log, {region.tables / 1e6:.2f} MB tables, {region.store / 1e6:.1f} MB stored")
    print(f"{options.tutors:,} tutors:")
    print(f"  {world.regions:,} regions, in {world.runs} runs; {world.regions_per_core_hour:.0f} regions per core-hour")
    print(f"  {world.core_hours:,.0f} core-hours, and {world.merging_hours:,.0f} to merge")
    print(f"  {world.log / 1e12:.2f} TB log, {world.tables / 1e12:.2f} TB tables, {world.store / 1e12:.2f} TB stored")


if __name__ == "__main__":
    main()
