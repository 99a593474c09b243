"""Measures what the methodology says, in many runs, and writes docs/validation.md and its picture.

    python -m tools.validation_study

Needs matplotlib (`pip install .[pictures]`). What was measured is kept in runs/validation.json, so that a part can be
measured anew by itself (`--part dev`), and the page be written again as it stands (`--part none`).
"""

import json
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import attrs
import click
from attrs import frozen

from simulation.cli.progress import shown_progress
from simulation.execution.executors import OnDone
from simulation.scenario import Scenario
from simulation.scenario.loading import load_scenario, scenario_digest
from simulation.validation.rules import RuleResult
from simulation.validation.validation import Measured, Runs, changed_scenarios, choose_seeds, measure_scenarios
from tools.far_scenarios import CROWDED, FAR
from tools.knock_outs import SWITCHES, switched_off
from tools.validation_page import UNCHANGED, Study, page

ROOT = Path(__file__).parents[1]
PRODUCTION, DEV = ROOT / "scenarios" / "production.toml", ROOT / "scenarios" / "dev.toml"
PAGE, PICTURE = ROOT / "docs" / "validation.md", ROOT / "docs" / "pictures" / "validation.png"
KEPT = ROOT / "runs" / "validation.json"

PARTS = ("production", "dev", "mechanisms", "far", "knock_outs")
NONE = "none"

# By part of the study, by name of the scenario, by seed.
Plan = Mapping[str, Mapping[str, Mapping[int, Scenario]]]
Part = Mapping[str, Runs]


@frozen
class Extent:
    """How many seeds each part has, and the text that they are drawn from."""

    seeds_from: str
    seeds: int
    mechanism_seeds: int
    far_seeds: int
    knock_out_seeds: int

    def command(self) -> str:
        """The command line that measures as much."""
        options = "".join(
            f" --{name.replace('_', '-')} {value}" for name, value in attrs.asdict(self).items() if name != "seeds_from"
        )
        return f"python -m tools.validation_study --seeds-from {shlex.quote(self.seeds_from)}{options}"


def plan(production: Path, dev: Path, extent: Extent) -> Plan:
    """What is simulated. Each part takes its seeds from the first on, so that parts share runs."""
    stated = load_scenario(production)
    of_parts = {
        "production": ({"production": stated}, extent.seeds),
        "dev": ({"dev": load_scenario(dev)}, extent.seeds),
        "mechanisms": ({UNCHANGED: stated, **changed_scenarios(stated)}, extent.mechanism_seeds),
        "far": (
            {name: load_scenario(production, changes) for name, changes in {**FAR, **CROWDED}.items()},
            extent.far_seeds,
        ),
        "knock_outs": (
            {UNCHANGED: stated, **{switch: switched_off(stated, switch) for switch in SWITCHES}},
            extent.knock_out_seeds,
        ),
    }
    return {
        part: {
            name: {seed: attrs.evolve(one, seed=seed) for seed in choose_seeds(one, number, extent.seeds_from)}
            for name, one in scenarios.items()
        }
        for part, (scenarios, number) in of_parts.items()
    }


def measure(planned: Plan, workers: int | None = None, on_run: OnDone | None = None) -> Iterator[tuple[str, Part]]:
    """Simulate and measure what is planned, part by part; what stands in several parts is simulated once."""
    known: dict[str, Measured] = {}
    for part, scenarios in planned.items():
        every = {scenario_digest(run): run for runs in scenarios.values() for run in runs.values()}
        wanted = {digest: run for digest, run in every.items() if digest not in known}
        if wanted:
            measured = measure_scenarios(list(wanted.values()), workers=workers, on_run=on_run)
            known.update(zip(wanted, measured, strict=True))
        yield (
            part,
            {
                name: {seed: known[scenario_digest(run)] for seed, run in runs.items()}
                for name, runs in scenarios.items()
            },
        )


# ---------------------------------------------------------------- what is kept


def keep(path: Path, extent: Extent, measured: Mapping[str, Part]) -> None:
    """Write what was measured into a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = {
        part: {name: {seed: attrs.asdict(of_run) for seed, of_run in runs.items()} for name, runs in scenarios.items()}
        for part, scenarios in measured.items()
    }
    path.write_text(json.dumps({"extent": attrs.asdict(extent), "parts": parts}), encoding="utf-8")


def kept(path: Path, extent: Extent) -> dict[str, Part]:
    """What was measured last time, to the same extent; nothing where there was no last time.

    Raises ClickException where it was measured to another.
    """
    if not path.exists():
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    last = Extent(**document["extent"])
    if last != extent:
        raise click.ClickException(
            f"{path}: was measured by {last.command()!r}; measure all parts anew, or state the same"
        )
    return {
        part: {
            name: {int(seed): _measured(of_run) for seed, of_run in runs.items()} for name, runs in scenarios.items()
        }
        for part, scenarios in document["parts"].items()
    }


def _measured(document: Mapping[str, object]) -> Measured:
    rules = [RuleResult(**rule) for rule in document["rules"]]  # type: ignore[attr-defined]
    return Measured(document["figures"], rules)  # type: ignore[arg-type]


# ---------------------------------------------------------------- the command


@click.command()
@click.option("--seeds", default=40, show_default=True, help="Runs of production, and of dev.")
@click.option("--mechanism-seeds", default=40, show_default=True, help="Runs for each mechanism changed.")
@click.option("--far-seeds", default=2, show_default=True, help="Runs of each scenario far from the defaults.")
@click.option("--knock-out-seeds", default=4, show_default=True, help="Runs for each mechanism switched off.")
@click.option("--seeds-from", default="validation", show_default=True, help="The text that all seeds are drawn from.")
@click.option("--part", "parts", type=click.Choice((*PARTS, NONE)), multiple=True,
              help="Measure this part only, the others stay as they are; repeatable.  [default: all]")  # fmt: skip
@click.option("--workers", type=click.IntRange(min=1), help="Processes.  [default: one per processor]")
def main(parts: Sequence[str], workers: int | None, **numbers: int) -> None:
    """Measure what the methodology says, and write docs/validation.md and its picture."""
    from tools.validation_picture import draw

    extent = Extent(**numbers)  # type: ignore[arg-type]
    measured = kept(KEPT, extent) if parts else {}
    wanted = {part: runs for part, runs in plan(PRODUCTION, DEV, extent).items() if part in (parts or PARTS)}
    with shown_progress("runs") as on_run:
        for part, runs in measure(wanted, workers, on_run):
            measured[part] = runs
            keep(KEPT, extent, measured)
    if missing := [part for part in PARTS if part not in measured]:
        raise click.ClickException(f"{', '.join(missing)}: not measured yet; add --part for each, or leave out --part")
    study = Study(extent.seeds_from, load_scenario(PRODUCTION), load_scenario(DEV), measured)
    PAGE.write_text(page(study, extent.command()), encoding="utf-8", newline="\n")
    draw(study.validation("production"), study.runs("production"), PICTURE)


if __name__ == "__main__":
    main()
