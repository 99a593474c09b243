"""No dead parameter: whatever is changed in a scenario changes what happens in a small and lively world."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pytest

from simulation.events import (
    OBSERVABLE,
    TRUTH,
    InterventionCutShort,
    InterventionMuted,
    ParametersChanged,
    ScenarioChanged,
    type_name,
)
from simulation.log import OBSERVABLE_SCHEMA, TRUTH_SCHEMA, MemorySink
from simulation.scenario import Change, Scenario
from simulation.scenario.fields import known_keys
from simulation.scenario.loading import load_scenario
from simulation.scenario.regions import regional
from simulation.world import World
from tests.world.perturbing import every_parameter, perturbed
from tests.world.simulated import waiting

LIVELY = load_scenario(Path(__file__).with_name("lively.toml"))
PARAMETERS = {parameter.path: parameter for parameter in every_parameter(LIVELY)}

# What tells scenarios apart for those who read of them, and is nothing to those who live in one.
LABELS = {
    "name": "stands in the metadata of files",
    "title": "is said to whoever chooses a scenario",
    "question": "is what a scenario is for",
    "ledger": "says by whose intervals the results are judged",
    "regions.0.name": "stands in run.json",
    "regions.0.terms.0.name": "says what the days are",
}

Page = list[list[tuple[int, Any]]]


class PartedError(Exception):
    """This world is not the one that it is compared with: there is no need to simulate the rest."""


class Observer:
    """Looks at a world at each midnight, and compares it with the pages of another, if there are any."""

    def __init__(self, scenario: Scenario, expected: list[Page] | None = None) -> None:
        self._sinks = MemorySink(OBSERVABLE_SCHEMA), MemorySink(TRUTH_SCHEMA)
        self._world = World(regional(scenario, 1), *self._sinks, self._on_day)
        self._expected = expected
        self.pages: list[Page] = []

    def _on_day(self, done: int, _total: int) -> None:
        page = waiting(self._world)
        if self._expected is None:
            self.pages.append(page)
        elif self._expected[done - 1 : done] != [page]:
            raise PartedError

    def rows(self) -> list[pa.Table]:
        """Both parts of the log, once the world was simulated."""
        self._world.run()
        return [sink.table() for sink in self._sinks]


@cache
def lively() -> tuple[list[Page], list[pa.Table]]:
    observer = Observer(LIVELY)
    rows = observer.rows()
    return observer.pages, rows


def changes_what_happens(path: str) -> bool:
    pages, rows = lively()
    try:
        return Observer(perturbed(LIVELY, PARAMETERS[path]), pages).rows() != rows
    except PartedError:
        return True


def declared(kind: type[Any], prefix: str = "") -> Iterator[str]:
    """The keys of all parameters, those of tables in lists too."""
    for key, field in known_keys(kind, prefix):
        if "list_of" in field.metadata:
            yield from declared(field.metadata["list_of"], f"{key}.")
        else:
            yield key


@pytest.mark.parametrize("path", [path for path in PARAMETERS if path not in LABELS])
def test_every_parameter_changes_what_happens(path: str) -> None:
    assert changes_what_happens(path), f"{path} is dead, or tests/world/lively.toml gives it nothing to do"


@pytest.mark.parametrize("path", LABELS)
def test_labels_change_nothing(path: str) -> None:
    assert not changes_what_happens(path), LABELS[path]


def test_no_parameter_is_left_out() -> None:
    names = {"figures"}  # a list of names: none is a little more or less
    changes = {f"changes.{field.name}" for field in attrs.fields(Change)}  # tests/scenario/test_changes.py has them
    # Of the extensions that a scenario names tests/world/test_extended_worlds.py knows.
    known = {path for path in declared(Scenario) if not path.startswith("extensions.")}
    assert {re.sub(r"\.\d+", "", path) for path in PARAMETERS} == known - names - changes


def test_everything_happens_in_the_lively_world() -> None:
    _, rows = lively()
    happened = {name for table in rows for name in table["event_type"].unique().to_pylist()}
    too_rare, only_where_asked = {InterventionCutShort}, {InterventionMuted, ParametersChanged, ScenarioChanged}
    expected = {*OBSERVABLE, *TRUTH} - too_rare - only_where_asked
    assert happened >= {type_name(event_type) for event_type in expected}
