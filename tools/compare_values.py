"""Compares what two versions of the code make of the same scenarios and seeds: the same values, in the same order?

Usage: python -m tools.compare_values BEFORE [--scenario PATH ...] [--seed N ...]

BEFORE is a checkout of the earlier version (`git worktree add BEFORE COMMIT`), or a directory in which it left runs
called SCENARIO-SEED. Every table, truth included, and both parts of the log are compared column by column: names,
types, values and their order. Only the log's metadata and run.json, which name version and digests, may differ. For a
change that must not change results, such as moving code; `tools.pin_digests` is for those that may.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
import pyarrow as pa
import pyarrow.parquet as pq

ROOT = Path(__file__).parents[1]
SCENARIOS = ("production", "dev", "two-regions", "holdout")
SEEDS = (11, 2027, 90210)


def differences(before: Path, after: Path) -> list[str]:
    """What differs between two runs' directories, a line each: files, columns, types, rows, values."""
    files = {run: {path.relative_to(run) for path in run.rglob("*.parquet")} for run in (before, after)}
    missing = [f"{path}: in one run only" for path in sorted(files[before] ^ files[after])]
    return missing + [
        f"{path}: {difference}"
        for path in sorted(files[before] & files[after])
        for difference in _of_tables(pq.read_table(before / path), pq.read_table(after / path))
    ]


def _of_tables(before: pa.Table, after: pa.Table) -> Iterator[str]:
    if before.schema.remove_metadata() != after.schema.remove_metadata():
        yield "other columns or types, or in another order"
    elif before.num_rows != after.num_rows:
        yield f"{before.num_rows:,} rows and {after.num_rows:,}"
    else:
        for name in before.column_names:
            if not before[name].equals(after[name]):
                yield f"{name}: other values"


def simulated(checkout: Path, scenario: str, seed: int, out: Path) -> Path:
    """The directory of a run that a checkout makes of its own scenario: others may have keys that it does not know."""
    options = ["--seed", str(seed), "--format", "parquet", "--workers", "1", "--quiet", "--out", str(out)]
    path = Path("scenarios", f"{scenario}.toml")
    command = [sys.executable, "-m", "simulation", "run", str(path), *options]
    subprocess.run(command, cwd=checkout, check=True)  # noqa: S603 -- both are checkouts of this project
    return out


@click.command()
@click.argument("before", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--scenario", "scenarios", multiple=True, default=SCENARIOS, show_default=True)
@click.option("--seed", "seeds", type=int, multiple=True, default=SEEDS, show_default=True)
def main(before: Path, scenarios: Sequence[str], seeds: Sequence[int]) -> None:
    """Compare the values that an earlier version gives with those of this one."""
    differing = 0
    for scenario in scenarios:
        for seed in seeds:
            name = f"{scenario}-{seed}"
            with TemporaryDirectory() as scratch:
                earlier = before / name
                if not earlier.is_dir():
                    earlier = simulated(before, scenario, seed, Path(scratch) / "before")
                found = differences(earlier, simulated(ROOT, scenario, seed, Path(scratch) / "after"))
            click.echo("\n- ".join((f"{name}: {'differs' if found else 'the same'}", *found)))
            differing += bool(found)
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
