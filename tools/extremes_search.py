"""Looks for scenarios that are allowed and do not work: extremes of every parameter, one at a time and several at once.

    nice python -m tools.extremes_search --tries 300 --seed 1

Each is simulated in a small world and held against every rule; some are written, checked, measured, loaded into SQLite
with every constraint, exported and shown. Prints each that crashes, breaks a rule, or is refused by a line that does
not name what was stated, and how many were tried. Ends with 1 if there are any.
"""

import sys
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import attrs
import click
from attrs import frozen

from simulation.cli.progress import shown_progress
from simulation.execution.executors import executor_for
from simulation.scenario import Scenario
from simulation.scenario.loading import ScenarioError, load_scenario, resolved, scenario_from_dict
from simulation.scenario.plain import Document
from simulation.validation.rules import RuleResult
from tools.extremes import Change, changed, drawn_extremes, every_extreme

LIVELY = Path(__file__).parents[1] / "tests" / "world" / "lively.toml"
# Enough of that world for everything to happen in it, now and then.
SMALLER = ("days=6", "warm_up_days=6", "population.tutors=8", "demand.sessions_per_day=24")

FINE, REFUSED, FAULTY = "fine", "refused", "faulty"


@frozen
class Try:
    """What is tried: changes to a scenario in plain data, made together, and whether files are made of it, too."""

    document: Document
    changes: Sequence[Change]
    with_files: bool = False

    @property
    def together(self) -> Change:
        """All changes as one."""
        return {key: value for change in self.changes for key, value in change.items()}


@frozen
class Found:
    """What came of a change: fine, refused or faulty, and why."""

    change: Change
    verdict: str
    why: str = ""


def attempt(one: Try) -> list[Found]:
    """What comes of changes that are made together; where that is not fine, of each half of them by itself."""
    found = _attempt(one.document, one.together, with_files=one.with_files)
    if len(one.changes) == 1:
        return [found]
    if found.verdict == FINE:
        return [Found(change, FINE) for change in one.changes]
    middle = len(one.changes) // 2
    halves = [attrs.evolve(one, changes=half) for half in (one.changes[:middle], one.changes[middle:])]
    among = [part for half in halves for part in attempt(half)]
    explained = found.verdict == REFUSED or any(part.verdict == FAULTY for part in among)
    return among if explained else [*among, found]


def _attempt(document: Document, change: Change, *, with_files: bool) -> Found:
    """Load a scenario, simulate it, and look at what is made of it."""
    try:
        scenario = scenario_from_dict(changed(document, change))
    except ScenarioError as refusal:
        named = any(is_named(key, str(refusal)) for key in change)
        return Found(change, REFUSED if named else FAULTY, str(refusal))
    try:
        broken = _broken_by_files(scenario) if with_files else _broken_in_memory(scenario)
    except Exception as error:  # noqa: BLE001 -- whatever it is, it is what is looked for
        *_, place = traceback.extract_tb((error.__cause__ or error).__traceback__)
        return Found(change, FAULTY, f"{type(error).__name__}: {error} ({place.filename}:{place.lineno})")
    return Found(change, FAULTY, "; ".join(broken)) if broken else Found(change, FINE)


def is_named(key: str, message: str) -> bool:
    """Whether a message names a key, by its last part at least, or a section that it stands in."""
    parts = key.split(".")
    sections = [".".join(parts[:depth]) for depth in range(2, len(parts))]
    return any(name in message for name in (parts[-1], *sections))


def _broken_in_memory(scenario: Scenario) -> list[str]:
    from simulation.validation.rules import check_rules
    from simulation.validation.validation import simulated

    return _broken(check_rules(simulated(scenario)))


def _broken_by_files(scenario: Scenario) -> list[str]:
    from simulation.exports.databases.loading import load
    from simulation.exports.standards.exporting import export, formats
    from simulation.runs import write_run
    from simulation.studies.key_figures import figures_of
    from simulation.validation.run import Run
    from simulation.validation.validation import validate_run
    from simulation.views.pages.report import write_report

    with TemporaryDirectory() as scratch:
        directory = write_run(scenario, Path(scratch) / "run").directory
        broken = _broken(validate_run(directory).rules)
        figures_of(Run.of_directory(directory))
        load(directory, f"sqlite:///{scratch}/run.db", with_truth=True)
        for name, made in formats().items():
            export(directory, name, Path(scratch) / made.file)
        write_report(directory, Path(scratch) / "report.html")
    return broken


def _broken(rules: Iterable[RuleResult]) -> list[str]:
    return [f"{rule.id}: {rule.violations[0]}" for rule in rules if not rule.holds]


def tries(number: int, seed: int, together: int, files_of_each: int) -> Iterator[Try]:
    """Every extreme in a lively world, so many of them `together` (none by 0), and draws of several at once."""
    lively, plain = resolved(load_scenario(LIVELY, SMALLER)), resolved(Scenario())
    random = Random(seed)  # noqa: S311 -- no secret
    groups = [(lively, changes) for changes in _grouped(lively, together)] if together else []
    draws = [(base, [drawn_extremes(base, random)]) for base in random.choices((lively, plain), k=number)]
    for place, (document, changes) in enumerate((*groups, *draws)):
        yield Try(document, changes, with_files=place % files_of_each == 0)


def _grouped(document: Document, together: int) -> list[list[Change]]:
    """Every extreme, in groups that have each parameter once; those that are refused are by themselves."""
    accepted, refused = [], []
    for change in every_extreme(document):
        try:
            scenario_from_dict(changed(document, change))
        except ScenarioError:
            refused.append([change])
        else:
            accepted.append(change)
    count = -(-len(accepted) // together)
    # neighbours are extremes of one parameter
    return [*(accepted[first::count] for first in range(count)), *refused]


@click.command()
@click.option("--tries", "number", default=300, show_default=True, help="Draws of several extremes at once.")
@click.option("--seed", default=1, show_default=True, help="What they are drawn from.")
@click.option("--together", default=1, show_default=True, help="How many single extremes share a world; 0 for none.")
@click.option("--files-of-each", default=10, show_default=True, help="Make files of each so many-th.")
@click.option("--workers", default=2, show_default=True, help="Processes side by side.")
def main(number: int, seed: int, together: int, files_of_each: int, workers: int) -> None:
    """Try, and tell what was found."""
    planned = list(tries(number, seed, together, files_of_each))
    verdicts: Counter[str] = Counter()
    with shown_progress("runs") as on_run:
        for done, (_, parts) in enumerate(executor_for(workers).map(attempt, planned), 1):
            for found in parts:
                verdicts[found.verdict] += 1
                if found.verdict == FAULTY:
                    changes = (f"{key}={value}" for key, value in found.change.items())
                    click.echo("\n  ".join([*changes, found.why]))
            if on_run is not None:
                on_run(done, len(planned))
    with_files = sum(one.with_files for one in planned)
    told = ", ".join(f"{verdicts[verdict]} {verdict}" for verdict in (FINE, REFUSED, FAULTY))
    click.echo(f"{verdicts.total()} changes in {len(planned)} worlds, {with_files} of them with files: {told}")
    sys.exit(verdicts[FAULTY] > 0)


if __name__ == "__main__":
    main()
