"""Each process acts with its own event priorities, as the document has them (docs/model.md, "Ties")."""

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from simulation.clock import EventPriority
from simulation.processes.agenda import Agenda
from simulation.scenario.loading import load_scenario
from tests.world.simulated import simulated

# By module: what happens in it, in the words of the document's table.
PRIORITIES = {
    "sessions": {"SETTLEMENT", "SESSION_START"},
    "churn": {"SCORING"},
    "tutor_days": {"STATE", "BURNOUT", "PLATFORM"},
    "attrition": {"LEAVING"},
    "invitations": {"INVITING"},
    "student_leaving": {"LEAVING"},
    "demand": {"JOINING", "PLANNING"},
    "rescheduling": {"RESCHEDULING"},
    "platform_activity": {"PLATFORM"},
    "interventions": {"INTERVENTION", "EMAIL"},
    "coaching": {"COACHING"},
    "experiments": {"EXPERIMENT"},
}


def test_every_process_acts_in_its_own_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = defaultdict[str, set[str]](set)

    def noted(name: str) -> None:
        ask = getattr(Agenda, name)

        def note(*arguments: Any, **options: Any) -> Any:
            caller = sys._getframe(1)
            module = caller.f_globals["__name__"]
            if module != Agenda.__module__:
                (priority,) = (argument for argument in arguments if isinstance(argument, EventPriority))
                asked[module.rpartition(".")[2]].add(priority.name)
            return ask(*arguments, **options)

        monkeypatch.setattr(Agenda, name, note)

    for name in ("at", "until"):
        noted(name)
    simulated(load_scenario(Path(__file__).with_name("lively.toml")))
    assert asked == PRIORITIES
