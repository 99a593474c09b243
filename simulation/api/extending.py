"""What an extension is made of: parameters, events, state, and behaviours that take part in a world.

All that stands here is for extensions, and keeps its meaning within a minor version. How they go together is told in
docs/extending.md, whose example is installed from examples/video-outage.

Example:
    >>> from typing import Annotated, NamedTuple
    >>> class LampLit(NamedTuple):
    ...     "A lamp is lit."
    ...     tutor_id: str
    ...     colour: Annotated[str, "its colour"]
    >>> lamps = Extension("lamps", observable=(LampLit,), told={LampLit: "lights a {colour} lamp"})
    >>> lamps.events[0].in_words({"colour": "green"})
    'lights a green lamp'
"""

from simulation.agents.influence import Aspect, Influence
from simulation.agents.session import Session
from simulation.agents.student import Student
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE, WEEK, EventPriority
from simulation.contract.vocabulary import ExtraColumn
from simulation.events import Moment, SessionCompleted
from simulation.processes.agenda import Process, action
from simulation.processes.attrition import Attrition
from simulation.processes.churn import ChurnMonitor
from simulation.processes.coaching import Coaching
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.interventions import Interventions
from simulation.processes.matching import Matching
from simulation.processes.memory import shared
from simulation.processes.sessions import Lines, Sessions, Settled
from simulation.random_streams import between, choice, exponential, normal, pick, seconds_between, whole
from simulation.scenario.extensions import Extension, ExtensionError
from simulation.scenario.fields import (
    ALWAYS,
    JOINERS,
    OPENING,
    Range,
    optional,
    param,
    probability,
    section,
    shares,
    span,
)

__all__ = [
    "ALWAYS",
    "DAY",
    "HOUR",
    "JOINERS",
    "MINUTE",
    "OPENING",
    "WEEK",
    "Aspect",
    "Attrition",
    "Behaviour",
    "ChurnMonitor",
    "Coaching",
    "EventPriority",
    "Extension",
    "ExtensionError",
    "ExtraColumn",
    "Influence",
    "Interventions",
    "Lines",
    "Matching",
    "Moment",
    "Process",
    "Range",
    "Session",
    "SessionCompleted",
    "Sessions",
    "Settled",
    "SimulationContext",
    "Student",
    "Tutor",
    "action",
    "between",
    "choice",
    "exponential",
    "normal",
    "optional",
    "param",
    "pick",
    "probability",
    "seconds_between",
    "section",
    "shared",
    "shares",
    "span",
    "whole",
]
