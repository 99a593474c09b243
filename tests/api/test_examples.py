"""Whatever the package shows its users has an example, and the examples are true."""

import doctest
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import simulation as sim
from simulation import ComparedScenarios, Counterfactual, SimulatedRun, SweptScenario

# Whose members are those of other rooms, or of Python; and what is no class or function of ours.
OF_OTHERS = {"Scenario", "UserError", "FollowUpWarning", "__version__"}
FLAGS = doctest.NORMALIZE_WHITESPACE


def documented() -> Iterator[tuple[str, Any]]:
    """Everything that is public, and the public methods of our classes, by name."""
    for name in sorted(set(sim.__all__) - OF_OTHERS):
        one = getattr(sim, name)
        yield name, one
        if inspect.isclass(one):
            for member, value in vars(one).items():
                if not member.startswith("_") and (inspect.isfunction(value) or isinstance(value, property)):
                    yield f"{name}.{member}", value


# Of these the docstring of the class, or of whoever returns it, has the example.
WITHOUT = {
    "Simulation", "Simulation.log", "Simulation.truth_log", "ComparedScenarios.of", "AgentTimeline.heading",
}  # fmt: skip


@pytest.mark.parametrize(("name", "one"), list(documented()), ids=lambda one: one if isinstance(one, str) else "")
def test_the_example_is_true(
    name: str,
    one: object,
    run: SimulatedRun,
    tiny_run: Path,
    tiny_file: Path,
    comparison: ComparedScenarios,
    swept: SweptScenario,
    counterfactual: Counterfactual,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(Path(__file__).parents[2])
    known = {
        "run": run, "run_directory": tiny_run, "tiny": tiny_file, "comparison": comparison, "swept": swept,
        "counterfactual": counterfactual, "folder": tmp_path, "sim": sim,
    }  # fmt: skip
    (test,) = doctest.DocTestFinder(recurse=False, exclude_empty=False).find(one, name, module=False, globs=known)
    assert test.docstring, f"{name} has no docstring"
    assert test.examples or name in WITHOUT, f"{name} has no example"
    report: list[str] = []
    doctest.DocTestRunner(optionflags=FLAGS).run(test, out=report.append)
    assert not report, "".join(report)
