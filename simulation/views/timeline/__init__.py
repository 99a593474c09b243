"""Timelines: what happened to a tutor or a student, day by day, as the platform knows it.

`timelines_of` opens those of all agents of a run; each is a `Timeline` of entries.
"""

from simulation.views.timeline.building import Timelines, timelines_of
from simulation.views.timeline.entries import (
    GROUPS,
    Day,
    Grounds,
    InterventionEntry,
    Score,
    Timeline,
    TimelineEntry,
)
from simulation.views.timeline.triggers import Rules

__all__ = [
    "GROUPS",
    "Day",
    "Grounds",
    "InterventionEntry",
    "Rules",
    "Score",
    "Timeline",
    "TimelineEntry",
    "Timelines",
    "timelines_of",
]
