"""Changes the model in small ways, and looks which changes the tests let pass.

    python -m tools.mutation_search --sample 400 --seed 1

A change that no test fails under is a rule that no test holds, or makes no difference. Those that are known to make
none stand in tools/survivors.toml, with the reason; what survives besides is printed, and ends in exit code 1. Tests
are run in copies of the project. Most changes fail in the tests beside their module, which take a second or two; only
those that do not go on to the tests of all processes and tables, and then to those of whole worlds.
"""

import multiprocessing
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

import click
from attrs import frozen

from tools.mutants import Mutant, mutants_of

PROJECT = Path(__file__).parents[1]
SURVIVORS = Path(__file__).with_name("survivors.toml")
MODULES = ("simulation/processes", "simulation/churn", "simulation/formulas.py")
COPIED = ("simulation", "tests", "tools", "scenarios", "docs", "pyproject.toml", "README.md")

# Tests beside a module that are not named after it.
BESIDE = {
    "simulation/churn/__init__.py": ("tests/churn",),
    "simulation/processes/__init__.py": ("tests/world/test_regions.py",),
    "simulation/processes/email_texts.py": ("tests/processes/test_interventions.py",),
    "simulation/processes/context.py": ("tests/processes/test_agenda.py",),
    "simulation/marketplace.py": ("tests/marketplace",),
}
PROCESSES = (
    "tests/processes", "tests/test_formulas.py", "tests/churn/test_signals.py", "tests/churn/test_rolling_figures.py",
    "tests/tables/test_tutor_aggregates.py", "tests/tables/test_truth.py", "tests/world/test_event_priorities.py",
)  # fmt: skip
WORLDS = (
    "tests/world/test_terms.py", "tests/world/test_parameters.py",
    "tests/world/test_rules_hold.py", "tests/world/test_common_random_numbers.py",
    "tests/studies/test_counterfactuals.py", "tests/tables/test_against_plain_python.py",
)  # fmt: skip
# After the tests beside a module: how far a search goes with a mutant that they let pass.
REACHES: Mapping[str, tuple[Sequence[str], ...]] = {
    "beside": (), "processes": (PROCESSES,), "worlds": (PROCESSES, WORLDS),
}  # fmt: skip
# A change may make an endless loop. Tests take a tenth of so many seconds of a processor, however busy it is; whole
# worlds take longer.
PATIENCE = 40
PATIENCE_WITH_WORLDS = 1200
TOO_LONG = "it took too long"

# Each run of tests has a process of its own, for which the slow imports are done; none of them is of this project.
FRESH = multiprocessing.get_context("forkserver")
IMPORTED = [
    "attrs", "click", "hypothesis.strategies", "numpy", "pandas", "pyarrow.parquet", "pytest", "scipy.stats",
    "simpy", "structlog",
]  # fmt: skip


@frozen
class Explanation:
    """Why a change makes no difference that anybody could see."""

    module: str
    where: str
    change: str
    reason: str

    @property
    def key(self) -> tuple[str, str, str]:
        """As a mutant has it."""
        return self.module, self.where, self.change


def explanations(path: Path = SURVIVORS) -> list[Explanation]:
    """All explained survivors."""
    return [Explanation(**entry) for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("survivor", [])]


def files_of(modules: Sequence[str]) -> list[str]:
    """The modules in folders and by name, from the project's root."""
    found = []
    for name in modules:
        path = PROJECT / name
        found += sorted(path.glob("*.py")) if path.is_dir() else [path]
    return [path.relative_to(PROJECT).as_posix() for path in found]


def all_mutants(modules: Sequence[str]) -> list[Mutant]:
    """Every mutant of some modules."""
    return [
        mutant
        for module in files_of(modules)
        for mutant in mutants_of(module, (PROJECT / module).read_text(encoding="utf-8"))
    ]


def beside(module: str) -> tuple[str, ...]:
    """The tests beside a module, none if there are none."""
    if module in BESIDE:
        return BESIDE[module]
    named = Path("tests", *Path(module).parts[1:-1], f"test_{Path(module).name}").as_posix()
    return (named,) if (PROJECT / named).exists() else ()


@frozen
class Bench:
    """A copy of the project in which mutants are tried. `stages` are tests, the quicker ones first."""

    root: Path
    stages: tuple[Sequence[str], ...]

    def copy_from(self, project: Path) -> None:
        """Lay out the copy."""
        for name in COPIED:
            if (project / name).is_dir():
                shutil.copytree(project / name, self.root / name, ignore=shutil.ignore_patterns("pictures"))
            else:
                shutil.copy2(project / name, self.root / name)

    def killer(self, mutant: Mutant) -> str | None:
        """The first test that fails under a mutant, None if none does."""
        module = self.root / mutant.module
        original, age = module.read_text(encoding="utf-8"), module.stat()
        module.write_text(mutant.text, encoding="utf-8")
        try:
            return next(filter(None, (self.failure(tests) for tests in (beside(mutant.module), *self.stages))), None)
        finally:
            module.write_text(original, encoding="utf-8")
            os.utime(module, ns=(age.st_atime_ns, age.st_mtime_ns))

    def failure(self, tests: Sequence[str], *, compiled: bool = False) -> str | None:
        """The first of some tests that fails, None if none does. What Python compiles is kept where `compiled`."""
        if not tests:
            return None
        told = self.root / "told.txt"
        process = FRESH.Process(target=_test, args=(self.root, tests, told, compiled))
        process.start()
        process.join()
        if process.exitcode == -signal.SIGXCPU:
            return TOO_LONG
        text = told.read_text(encoding="utf-8")
        failed = [line.split(" - ")[0] for line in text.splitlines() if line.startswith(("FAILED", "ERROR"))]
        return None if process.exitcode == 0 else failed[0] if failed else text[-500:]


def _test(root: Path, tests: Sequence[str], told: Path, compiled: bool) -> None:
    """Run tests in a process of their own, which ends with it."""
    patience = PATIENCE_WITH_WORLDS if set(WORLDS) & set(tests) else PATIENCE
    resource.setrlimit(resource.RLIMIT_CPU, (patience, patience + 1))
    # What is compiled of a module that changes twice in a second would be taken for current.
    sys.dont_write_bytecode = not compiled
    os.chdir(root)
    sys.path[:] = [str(root), *(folder for folder in sys.path if folder != str(PROJECT))]
    with told.open("w", encoding="utf-8") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    import hypothesis
    import pytest

    # That an example fails is enough: the simplest one need not be found.
    phases = hypothesis.settings(phases=(hypothesis.Phase.explicit, hypothesis.Phase.generate))
    hypothesis.settings.register_profile("brief", phases)
    hypothesis.settings.load_profile("brief")
    sys.exit(pytest.main(["-x", "-q", "-p", "no:cacheprovider", *tests]))


def tried(
    mutants: Sequence[Mutant], stages: tuple[Sequence[str], ...], workers: int
) -> Iterator[tuple[Mutant, str | None]]:
    """Each mutant with what killed it, in their order."""
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder, ThreadPoolExecutor(workers) as pool:
        benches = [Bench(Path(folder, str(number)), stages) for number in range(workers)]
        first, *others = benches
        first.copy_from(PROJECT)
        FRESH.set_forkserver_preload(IMPORTED)
        if failed := first.failure(
            [test for tests in dict.fromkeys((PROCESSES, *stages)) for test in tests], compiled=True
        ):
            raise click.ClickException(f"the tests fail without any change: {failed}")
        for bench in others:
            bench.copy_from(first.root)
        free = SimpleQueue[Bench]()
        for bench in benches:
            free.put(bench)

        def killer(mutant: Mutant) -> str | None:
            bench = free.get()
            try:
                return bench.killer(mutant)
            finally:
                free.put(bench)

        yield from zip(mutants, pool.map(killer, mutants), strict=True)


@click.command()
@click.option("--modules", multiple=True, help=f"Module or folder; repeatable.  [default: {', '.join(MODULES)}]")
@click.option("--sample", type=click.IntRange(min=1), help="So many mutants, drawn evenly.  [default: all]")
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option("--workers", type=click.IntRange(1, 2), default=2, show_default=True, help="Tried at a time.")
@click.option("--reach", type=click.Choice(list(REACHES)), default="worlds", show_default=True,
              help="Tests that a mutant meets at most.")  # fmt: skip
@click.option("--list", "only_list", is_flag=True, help="Print the mutants and try none.")
def main(modules: Sequence[str], sample: int | None, seed: int, workers: int, reach: str, *, only_list: bool) -> None:
    """Change the model in small ways, and print which changes no test fails under."""
    mutants = all_mutants(modules or MODULES)
    explained = {explanation.key for explanation in explanations()}
    unexplained = [mutant for mutant in mutants if mutant.key not in explained]
    chosen = unexplained
    if sample is not None and sample < len(unexplained):
        places = sorted(random.Random(seed).sample(range(len(unexplained)), sample))  # noqa: S311
        chosen = [unexplained[place] for place in places]
    click.echo(f"{len(mutants)} mutants, {len(mutants) - len(unexplained)} of them explained; {len(chosen)} are tried")
    if only_list:
        click.echo("\n".join(map(str, chosen)))
        return
    started, counts = time.monotonic(), Counter[str]()
    for mutant, killer in tried(chosen, REACHES[reach], workers):
        fate = "survived" if killer is None else "ran too long" if killer == TOO_LONG else "killed"
        counts[fate] += 1
        if fate != "killed":
            click.echo(f"{fate}: {mutant}")
    minutes = (time.monotonic() - started) / 60
    click.echo(f"{', '.join(f'{count} {fate}' for fate, count in counts.items())}, in {minutes:.0f} minutes")
    sys.exit(1 if counts["survived"] else 0)


if __name__ == "__main__":
    main()
