"""A simulated tutoring marketplace.

Example:
    >>> import simulation as sim
    >>> run = sim.simulate("dev", days=14)  # doctest: +SKIP
    >>> run.tables["sessions"]  # doctest: +SKIP
    >>> run.features().join(run.labels())  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.api.at_risk import TutorsAtRisk
    from simulation.api.comparing import ComparedScenarios, compare
    from simulation.api.counterfactuals import Counterfactual
    from simulation.api.labels import FollowUpWarning
    from simulation.api.pictures import Picture
    from simulation.api.runs import SimulatedRun, load_run, simulate
    from simulation.api.scenarios import load_scenario
    from simulation.api.sweeping import SweptScenario, sweep
    from simulation.api.timelines import AgentTimeline
    from simulation.lib.errors import UserError
    from simulation.runs.in_memory import Simulation
    from simulation.scenario import Scenario
    from simulation.studies.divergence import Divergence, divergence

__version__ = "0.2.0"
__all__ = [
    "AgentTimeline",
    "ComparedScenarios",
    "Counterfactual",
    "Divergence",
    "FollowUpWarning",
    "Picture",
    "Scenario",
    "SimulatedRun",
    "Simulation",
    "SweptScenario",
    "TutorsAtRisk",
    "UserError",
    "__version__",
    "compare",
    "divergence",
    "load_run",
    "load_scenario",
    "simulate",
    "sweep",
]

_HOMES = {
    "AgentTimeline": "simulation.api.timelines",
    "ComparedScenarios": "simulation.api.comparing",
    "Counterfactual": "simulation.api.counterfactuals",
    "Divergence": "simulation.studies.divergence",
    "FollowUpWarning": "simulation.api.labels",
    "Picture": "simulation.api.pictures",
    "Scenario": "simulation.scenario",
    "SimulatedRun": "simulation.api.runs",
    "Simulation": "simulation.runs.in_memory",
    "SweptScenario": "simulation.api.sweeping",
    "TutorsAtRisk": "simulation.api.at_risk",
    "UserError": "simulation.lib.errors",
    "compare": "simulation.api.comparing",
    "divergence": "simulation.studies.divergence",
    "load_run": "simulation.api.runs",
    "load_scenario": "simulation.api.scenarios",
    "simulate": "simulation.api.runs",
    "sweep": "simulation.api.sweeping",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more: the command line answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """What is for users."""
    return __all__
