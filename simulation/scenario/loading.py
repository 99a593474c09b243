"""Scenario files -> Scenario: inheritance, overrides, and back to plain data."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from simulation.lib.file_names import as_name, as_text
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError, check_consistency, check_document, shown
from simulation.scenario.overriding import EXTENDS, OVERRIDE, apply_override, with_changes
from simulation.scenario.plain import Document, merged, plain, structured
from simulation.scenario.reading import read_scenario_file

__all__ = ["ScenarioError", "load_scenario", "resolved", "scenario_digest", "scenario_from_dict"]

# A child is another scenario than its parent, and is judged by intervals of its own.
_NOT_INHERITED = ("name", "ledger")
_NOT_SEEN = ("name", "ledger", "follow_up_days")


def load_scenario(path: str | Path, overrides: Sequence[str] = (), seed: int | None = None) -> Scenario:
    """The scenario in a TOML file.

    The file states what differs from the defaults, or from the file that it `extends` (a path relative to
    its own). Tables are merged key by key; lists, of tables too, replace each other as a whole. `overrides` are
    `key.path=value`, with values as in TOML, and items of lists by index: `experiments.0.days=10`. `seed` goes
    before all others. What a child or an override says of a section goes for all regions that are there, those
    that state their own too.

    Raises ScenarioError, with one line that says where and what, for a file that cannot be read and for
    whatever is unknown, of the wrong type or out of range.
    """
    path = Path(path)
    document = _named(merged(plain(Scenario()), _read_with_parents(path)), path)
    scenario = _structured(document, str(path))
    if len(overrides):  # of an array, too
        for override in overrides:
            apply_override(document, override)
        check_document(document, OVERRIDE)
        scenario = _structured(_named(document, path), OVERRIDE)
    if seed is not None:
        check_document({"seed": seed}, "--seed")
        scenario = attrs.evolve(scenario, seed=seed)
    return scenario


def _named(document: Document, path: Path) -> Document:
    """A scenario's document with a name: the file's, unless one is stated."""
    return {**document, "name": document["name"] or as_text(path.stem)}


def scenario_from_dict(document: Mapping[str, Any], origin: str = "scenario") -> Scenario:
    """The scenario in plain data, such as `resolved` gives; what is not stated has its default.

    Raises ScenarioError, which names `origin`.
    """
    check_document(document, origin)
    return _structured(merged(plain(Scenario()), document), origin)


def check_scenario(scenario: Scenario) -> None:
    """Check a scenario that was made in Python. Raises ScenarioError."""
    origin = f"scenario {scenario.name}".strip()
    check_document(plain(scenario), origin)
    check_consistency(scenario, origin)


def resolved(scenario: Scenario) -> Document:
    """Every parameter of a scenario as nested plain data, ready for JSON."""
    return plain(scenario)


def scenario_digest(scenario: Scenario) -> str:
    """SHA-256, in hex, of what decides what the platform could have seen.

    That is every parameter but the scenario's name, its ledger, and the follow-up, which is part of the truth.
    """
    document = {key: value for key, value in plain(scenario).items() if key not in _NOT_SEEN}
    return hashlib.sha256(json.dumps(document, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


# ---------------------------------------------------------------- files


def _read_with_parents(path: Path) -> Document:
    """What a file and those it extends state, each checked on its own so that a fault names its file."""
    document: Document = {}
    chain: dict[tuple[int, int], Path] = {}
    following, blamed = path, str(path)
    while True:
        found = read_scenario_file(following, blamed)
        if found.identity in chain:
            names = " extends ".join(str(known) for known in (*chain.values(), following))
            raise ScenarioError(f"{path}: extends is cyclic: {names}")
        stated = found.stated
        parent = stated.pop(EXTENDS, None)
        if parent is not None and not isinstance(parent, str):
            raise ScenarioError(f"{following}: extends is {shown(parent)}; allowed is the name of a file, as text")
        check_document(stated, str(following))
        if chain:
            stated = {key: value for key, value in stated.items() if key not in _NOT_INHERITED}
        document = with_changes(stated, document)
        chain[found.identity] = following
        if parent is None:
            return document
        extended = following.parent / as_name(parent)
        following, blamed = extended, f"{following}: extends {extended}"


# ---------------------------------------------------------------- plain data


def _structured(document: Document, origin: str) -> Scenario:
    scenario: Scenario = structured(document, Scenario)
    check_consistency(scenario, origin)
    return scenario
