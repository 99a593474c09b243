"""Scenario files -> Scenario: inheritance, overrides, and back to plain data."""

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

import attrs

from simulation.file_names import as_name, as_text
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError, check_consistency, check_document, kind_of
from simulation.scenario.plain import Document, merged, plain, structured

__all__ = ["ScenarioError", "load_scenario", "resolved", "scenario_digest", "scenario_from_dict"]

_EXTENDS = "extends"
# A child is another scenario than its parent, and is judged by intervals of its own.
_NOT_INHERITED = ("name", "ledger")
_NOT_SEEN = ("name", "ledger", "follow_up_days")
_OVERRIDE = "--set"


def load_scenario(path: str | Path, overrides: Sequence[str] = (), seed: int | None = None) -> Scenario:
    """The scenario in a TOML file.

    The file states what differs from the defaults, or from the file that it `extends` (a path relative to
    its own). Tables are merged key by key; lists, of tables too, replace each other as a whole. `overrides` are
    `key.path=value`, with values as in TOML, and items of lists by index: `experiments.0.days=10`. `seed` goes
    before all others.

    Raises ScenarioError, with one line that says where and what, for a file that cannot be read and for
    whatever is unknown, of the wrong type or out of range.
    """
    path = Path(path)
    stated = {"name": as_text(path.stem), **_read_with_parents(path)}
    document = merged(plain(Scenario()), stated)
    scenario = _structured(document, str(path))
    if overrides:
        for override in overrides:
            _apply(document, override)
        check_document(document, _OVERRIDE)
        scenario = _structured(document, _OVERRIDE)
    if seed is not None:
        check_document({"seed": seed}, "--seed")
        scenario = attrs.evolve(scenario, seed=seed)
    return scenario


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
    chain: list[Path] = []
    following: Path | None = path
    while following is not None:
        if following.resolve() in {known.resolve() for known in chain}:
            names = " extends ".join(str(known) for known in (*chain, following))
            raise ScenarioError(f"{path}: extends is cyclic: {names}")
        stated = _read(following, chain[-1] if chain else None)
        parent = stated.pop(_EXTENDS, None)
        if parent is not None and not isinstance(parent, str):
            raise ScenarioError(f"{following}: extends is {parent!r}; allowed is the name of a file, as text")
        check_document(stated, str(following))
        if chain:
            stated = {key: value for key, value in stated.items() if key not in _NOT_INHERITED}
        document = merged(stated, document)
        chain.append(following)
        following = None if parent is None else following.parent / as_name(parent)
    return document


def _read(path: Path, child: Path | None) -> Document:
    blamed = str(path) if child is None else f"{child}: extends {path}"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ScenarioError(f"{blamed}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{blamed}: is not UTF-8 text (at byte {error.start})") from None
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{blamed}: is not TOML: {error}") from None
    except (RecursionError, ValueError) as error:
        # A path with a null character, a number of thousands of digits, brackets thousands deep.
        raise ScenarioError(f"{blamed}: cannot be read ({str(error).splitlines()[0]})") from None


# ---------------------------------------------------------------- overrides


def _apply(document: Document, override: str) -> None:
    """Change a full document in place."""
    key, equals, text = override.partition("=")
    key, text = key.strip(), text.strip()
    if not equals or not all(key.split(".")):
        raise ScenarioError(f"{_OVERRIDE}: {override!r} is no override; allowed is KEY=VALUE, as in days=14")
    if key == _EXTENDS:
        raise ScenarioError(f"{_OVERRIDE}: {key} is for files only; load {text} in place of the scenario")
    *parents, last = key.split(".")
    place: Any = document
    for depth, part in enumerate(parents):
        place = _step(place, part, parents[:depth])
    if not isinstance(place, dict | list):
        raise ScenarioError(f"{_OVERRIDE}: {key} is not a known key: {'.'.join(parents)} is a single value")
    value = _value(text, bare=_declared(key.split(".")) is str)
    if isinstance(place, list):
        place[_index(place, last, parents)] = value
    else:
        place.update(merged(place, {last: value}))


def _step(place: Any, part: str, before: Iterable[str]) -> Any:
    if isinstance(place, list):
        return place[_index(place, part, before)]
    # What is not known is created, for the check to find.
    return place.setdefault(part, {}) if isinstance(place, dict) else place


def _index(items: list[Any], part: str, before: Iterable[str]) -> int:
    if part.isascii() and part.isdigit() and int(part) < len(items):
        return int(part)
    path = ".".join(before)
    known = f"0 to {len(items) - 1}" if items else "none, it is empty"
    raise ScenarioError(f"{_OVERRIDE}: {path}.{part} does not exist; allowed as index of {path} is {known}")


def _declared(path: list[str]) -> Any:
    """The type that is declared for what stands at a path; None where nothing is."""
    kind: Any = Scenario
    for part in path:
        if attrs.has(kind):
            field = attrs.fields_dict(kind).get(part)
            kind = (field.metadata.get("part_of") or kind_of(field)) if field else None
        else:
            kind = next(iter(get_args(kind)), None)  # items of a list are of one type
    return kind


def _value(text: str, *, bare: bool) -> Any:
    """A value as TOML has it; as it stands where it is meant as text, or is no TOML (for the check to find)."""
    try:
        document = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        return text
    if list(document) != ["value"] or (bare and not isinstance(document["value"], str)):
        return text
    return document["value"]


# ---------------------------------------------------------------- plain data


def _structured(document: Document, origin: str) -> Scenario:
    scenario: Scenario = structured(document, Scenario)
    check_consistency(scenario, origin)
    return scenario
