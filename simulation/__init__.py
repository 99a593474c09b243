"""A simulated tutoring marketplace.

>>> from simulation import load_scenario, simulate
>>> sessions = simulate(load_scenario("scenarios/dev.toml")).tables["sessions"]  # doctest: +SKIP
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulation.runs.in_memory import Simulation, load_run, simulate
    from simulation.scenario.loading import load_scenario

__version__ = "0.2.0"
__all__ = ["Simulation", "__version__", "load_run", "load_scenario", "simulate"]

_HOMES = {
    "Simulation": "simulation.runs.in_memory",
    "load_run": "simulation.runs.in_memory",
    "load_scenario": "simulation.scenario.loading",
    "simulate": "simulation.runs.in_memory",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, and no more: the command line answers at once."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
