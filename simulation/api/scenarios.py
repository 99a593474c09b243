"""Scenarios, by name, by file or as they are, with changes as Python has them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeAlias

from simulation.scenario import Scenario
from simulation.scenario.loading import changed_into, resolved, with_seed
from simulation.scenario.loading import load_scenario as load_file
from simulation.scenario.overriding import apply_override
from simulation.scenario.plain import plain_value

Choice: TypeAlias = str | Path | Scenario
"""A scenario, the path of its file, or the name of one that comes with the package"""
Overrides: TypeAlias = Mapping[str, Any] | Sequence[str]
"""Changes by dotted key, or as the command line has them, as "days=14" """


def load_scenario(
    scenario: Choice,
    overrides: Overrides = (),
    seed: int | None = None,
    *,
    days: int | None = None,
    extensions: Sequence[str] = (),
) -> Scenario:
    """A scenario by name or by its TOML file, with changes.

    Args:
        scenario: A name, as "production"; a path; or a scenario, to be changed.
        overrides: Changes by dotted key, as `{"population.tutors": 50}`; tables may be nested. The command line's
            texts will do, too: `["population.tutors=50"]`.
        seed: The root of all random numbers, 0 or more.
        days: The length of the recorded window; it goes before what `overrides` state.
        extensions: Whose code may be imported besides installed extensions that a file names: modules, and names of
            entry points.

    Raises:
        ExtensionError: An extension that is named cannot be used.
        ScenarioError: One line that says where and what, for a file that cannot be read and for whatever is unknown,
            of the wrong type or out of range.

    Example:
        >>> import simulation as sim
        >>> sim.load_scenario("dev", days=7, overrides={"population.tutors": 12})
        <scenario dev: 12 tutors over 7 days, seed 42>
    """
    changes = [*_changes(overrides), *([] if days is None else [f"days={plain_value(days)}"])]
    if not isinstance(scenario, Scenario):
        return load_file(scenario, changes, seed, extensions)
    if changes or extensions:
        document = resolved(scenario)
        for change in changes:
            apply_override(document, change)
        scenario = changed_into(scenario, document, extensions)
    return scenario if seed is None else with_seed(scenario, seed)


def _changes(overrides: Overrides) -> list[str]:
    """Changes as the command line has them."""
    if not isinstance(overrides, Mapping):
        return [overrides] if isinstance(overrides, str) else list(overrides)
    return [f"{key}={_as_toml(value)}" for key, value in _flat(overrides)]


def _flat(tables: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """The values in nested tables, each with its dotted key."""
    for key, value in tables.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def _as_toml(value: Any) -> str:
    """A value as TOML has it. What TOML does not have stands as text, for the check to find."""
    value = plain_value(value)
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_as_toml, value))}]"
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{json.dumps(key)} = {_as_toml(inner)}' for key, inner in value.items())}}}"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False, default=str)
