"""The reference of Python: what a user of the package meets, from its docstrings."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

from tools.site.markdown import first_line

FUNCTIONS = (
    "simulation.simulate",
    "simulation.load_scenario",
    "simulation.load_run",
    "simulation.compare",
    "simulation.sweep",
    "simulation.divergence",
    "simulation.runs.write_run",
    "simulation.runs.reduce_run",
    "simulation.validation.check.check_run",
    "simulation.scenario.description.describe",
    "simulation.execution.executors.executor_for",
    "simulation.views.timeline.timelines_of",
)
CLASSES = (
    "simulation.SimulatedRun",
    "simulation.TutorsAtRisk",
    "simulation.AgentTimeline",
    "simulation.Counterfactual",
    "simulation.ComparedScenarios",
    "simulation.SweptScenario",
    "simulation.Divergence",
    "simulation.studies.divergence.FirstDifference",
    "simulation.world.World",
    "simulation.Picture",
    "simulation.Simulation",
    "simulation.runs.in_memory.DataFrames",
    "simulation.log.Log",
    "simulation.log.LogMetadata",
    "simulation.runs.RunSummary",
    "simulation.Scenario",
    "simulation.scenario.Region",
    "simulation.scenario.Term",
    "simulation.scenario.Experiment",
    "simulation.scenario.description.Parameter",
    "simulation.studies.comparison.Comparison",
    "simulation.studies.differences.Difference",
    "simulation.studies.key_figures.KeyFigure",
    "simulation.execution.executors.Executor",
    "simulation.views.timeline.Timelines",
    "simulation.views.timeline.Timeline",
    "simulation.views.timeline.TimelineEntry",
    "simulation.views.timeline.InterventionEntry",
)
ERRORS = (
    "simulation.UserError",
    "simulation.FollowUpWarning",
    "simulation.scenario.checking.ScenarioError",
    "simulation.runs.RunDirError",
    "simulation.log.LogError",
    "simulation.studies.StudyError",
    "simulation.api.moments.ArgumentError",
)
# Their fields are parameters, which have a page of their own.
_DECLARED = ("Scenario", "Region", "Term", "Experiment")

_INTRODUCTION = """\
Python
======

One import has what most need. Data frames are pandas', and each class shows itself in a line and in notebooks::

    import simulation as sim

    run = sim.simulate("dev", seed=7, overrides={"demand.sessions_per_day": 120})
    run.tables["sessions"]                        # a data frame, as every table; run.arrow has them for Arrow
    run.truth["truth_tutors"]                     # what only the simulator knows
    run.features().join(run.labels())             # for a churn model, without a leak
    run.at_risk(3)                                # whom to call, why, and what about
    emailed = run.tables["interventions"]["tutor_id"].iloc[0]
    run.without(emailed)                          # what would have become of a tutor without the emails
    run.write("runs/from-python")                 # the same files as from the command line
    sim.compare(["production", "high-no-show"])   # what a change does, and how sure that is
"""


def found(path: str) -> Any:
    """What a dotted path of a module and a name leads to."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)


def pages() -> Iterator[tuple[str, str]]:
    """Each page's path and text, as reStructuredText."""
    yield "python/index.rst", _index()
    for path in CLASSES:
        yield f"python/{_name(path)}.rst", _class_page(path)
    yield "python/errors.rst", _page("Errors", *(_documented("exception", path) for path in ERRORS))


def _index() -> str:
    classes = "\n".join(f"   * - :doc:`{_name(path)}`\n     - {first_line(found(path))}" for path in CLASSES)
    listed = "\n".join(f"   {_name(path)}" for path in CLASSES)
    return "\n\n".join(
        (
            _INTRODUCTION,
            _heading("Functions", "-"),
            *(_documented("function", path) for path in FUNCTIONS),
            _heading("Classes", "-"),
            f".. list-table::\n\n{classes}",
            f".. toctree::\n   :hidden:\n\n{listed}\n   errors",
        )
    )


def _class_page(path: str) -> str:
    name = _name(path)
    if name in _DECLARED:
        note = "Its attributes are the keys of a scenario: see :doc:`../parameters`."
        return _page(name, _documented("class", path, "no-members"), note)
    return _page(name, _documented("class", path, "members", "undoc-members"))


def _documented(kind: str, path: str, *options: str) -> str:
    """What has autodoc set a docstring, with the path to import from as its heading."""
    return "\n".join([f".. auto{kind}:: {path}", *(f"   :{option}:" for option in options)])


def _page(title: str, *parts: str) -> str:
    return "\n\n".join((_heading(title, "="), *parts)) + "\n"


def _heading(title: str, line: str) -> str:
    return f"{title}\n{line * len(title)}"


def _name(path: str) -> str:
    return path.rpartition(".")[2]
