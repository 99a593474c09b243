"""Pins what a small scenario gives: the SHA-256 of each file of a run of scenarios/dev.toml, per version.

Usage: python -m tools.pin_digests

Whoever cites a version and a seed is promised the same bytes. So a change of results is a decision: it raises the
version, the CHANGELOG says what changed, and this writes the new version's digests beside those of earlier ones.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import simulation
from simulation.runs import read_record, write_run
from simulation.scenario.loading import load_scenario

ROOT = Path(__file__).parents[1]
SCENARIO = ROOT / "scenarios" / "dev.toml"
PINNED = ROOT / "tests" / "world" / "digests.toml"

_HEADER = """\
# The SHA-256 of each file of a run of scenarios/dev.toml, by version, with the releases in requirements.lock.
# Made by `python -m tools.pin_digests`.
"""


def digests_now() -> dict[str, str]:
    """The SHA-256, in hex, of each file that a run of the scenario writes, by its path in the run."""
    with TemporaryDirectory() as scratch:
        run = write_run(load_scenario(SCENARIO), Path(scratch) / "run")
        files: dict[str, str] = read_record(run.directory)["files"]
        return files


def pinned() -> dict[str, dict[str, str]]:
    """The pinned digests, by version and file."""
    return tomllib.loads(PINNED.read_text(encoding="utf-8"))


def written(versions: Mapping[str, Mapping[str, str]]) -> str:
    """Digests as the file has them."""
    sections = (
        "\n".join((f'["{version}"]', *(f'"{name}" = "{digest}"' for name, digest in files.items())))
        for version, files in versions.items()
    )
    return "\n".join((_HEADER, *(f"{section}\n" for section in sections)))


def main() -> None:
    """Write the file with this version's digests as they are now."""
    PINNED.write_text(written({**pinned(), simulation.__version__: digests_now()}), encoding="utf-8")


if __name__ == "__main__":
    main()
