"""What was measured, kept in a file: by machine and part."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import attrs
import click
from attrs import frozen

FOLDER = Path(__file__).with_name("results")


@frozen
class Results:
    """Parts that were measured of a scenario on one machine.

    A part has its `figures` by row and name, the `runs` behind them, the `commit` that was measured, and of the machine
    just before it the `load`, and `ns_a_timeout`, how long a bare SimPy timeout took.
    """

    scenario: str
    machine: Mapping[str, Any]
    parts: Mapping[str, Mapping[str, Any]]

    @property
    def figures(self) -> dict[str, dict[str, dict[str, float]]]:
        """The figures by part, row and name."""
        return {name: part["figures"] for name, part in self.parts.items()}


def read_results(path: Path) -> Results:
    """The results in a file. Raises ClickException where there are none."""
    try:
        return Results(**json.loads(path.read_text("utf-8")))
    except FileNotFoundError:
        raise click.ClickException(f"{path}: there is no such file") from None
    except (ValueError, TypeError):
        raise click.ClickException(f"{path}: holds no results of ours") from None


def keep(results: Results, path: Path) -> Results:
    """Write results to a file; parts that were measured earlier and not now stay in it.

    Raises ClickException where those belong to another scenario, machine or release.
    """
    if path.exists():
        earlier = read_results(path)
        if (earlier.scenario, earlier.machine) != (results.scenario, results.machine):
            raise click.ClickException(
                f"{path}: was measured with another scenario, machine or release; keep this under another --label"
            )
        results = attrs.evolve(results, parts={**earlier.parts, **results.parts})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(attrs.asdict(results), indent=2, ensure_ascii=False) + "\n", "utf-8")
    return results
