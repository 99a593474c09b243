"""A scenario with some parameters changed: what the address of a page says, and the same in other words."""

import json
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from attrs import frozen

from simulation.lib.invocation import typed
from simulation.lib.suggestions import hint
from simulation.scenario import Scenario
from simulation.scenario.checking import ScenarioError
from simulation.scenario.description import Parameter, as_toml, describe, toml_key
from simulation.scenario.loading import load_scenario
from simulation.scenario.overriding import EXTENDS, value_of

SCENARIO = "scenario"

Pairs = Iterable[tuple[str, str]]


@frozen
class Setting:
    """A scenario's file, the name by which commands know it, and what is changed in it: values by key, as text.

    Only what differs from the file is a change, in the order of the scenario's parameters; what is no parameter comes
    last, for the check to find.
    """

    name: str
    file: Path
    changes: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Pairs, scenarios: Mapping[str, Path]) -> "Setting":
        """That of an address's query, in which later values go before earlier ones.

        Raises ScenarioError for a scenario that is not there, or whose file cannot be loaded.
        """
        stated = dict(pairs)
        name = stated.pop(SCENARIO, "")
        if name not in scenarios:
            raise ScenarioError(f"{SCENARIO}: {name!r} is none that is here{hint(name, scenarios)}")
        file = scenarios[name]
        known = parameters_of(file)
        unknown = [(key, value) for key, value in stated.items() if key not in known]
        changed = [
            (key, stated[key].strip())
            for key, parameter in known.items()
            if key in stated and value_in(stated[key], parameter) != parameter.value
        ]
        return cls(name, file, (*changed, *unknown))

    @property
    def query(self) -> str:
        """The query of an address that says it."""
        return urlencode([(SCENARIO, self.name), *self.changes])

    @property
    def base(self) -> "Setting":
        """The scenario as its file has it."""
        return Setting(self.name, self.file)

    @property
    def overrides(self) -> tuple[str, ...]:
        """The changes as `--set` takes them."""
        return tuple(f"{key}={value}" for key, value in self.changes)

    @property
    def title(self) -> str:
        """Its name, and what is changed."""
        return ", ".join((self.name, *self.overrides))

    def load(self) -> Scenario:
        """The scenario. Raises ScenarioError, with the line that the command line has for it."""
        return _loaded(self.file, self.overrides)

    def as_command(self, command: str = "run") -> str:
        """What to type to get the same."""
        return typed(command, self.name, *(word for one in self.overrides for word in ("--set", one)))

    def as_file(self) -> str:
        """A scenario file that states the same: the changes alone, or everything where lists are changed within."""
        if any(part.isdigit() for key, _ in self.changes for part in key.split(".")):
            return as_toml(self.load())
        known = parameters_of(self.file)
        lines = (f"{toml_key(key)} = {_as_toml(value, known[key])}" for key, value in self.changes if key in known)
        return "\n".join((f"{EXTENDS} = {_quoted(str(self.file.resolve()))}", *lines)) + "\n"

    def as_python(self) -> str:
        """An expression that loads the same, where the package is imported as `sim`."""
        known = parameters_of(self.file)
        changes = "".join(
            f"    {_quoted(key)}: {value_in(value, known[key])!r},\n" for key, value in self.changes if key in known
        )
        return f"sim.load_scenario({_quoted(self.name)}" + (f", {{\n{changes}}})" if changes else ")")


def script_of_run(setting: Setting) -> str:
    """A script that simulates a setting."""
    return (
        f"import simulation as sim\n\nscenario = {setting.as_python()}\nrun = sim.simulate(scenario)\n"
        'sessions = run.tables["sessions"]\nprint(run.at_risk())\n'
    )


def script_of_comparison(base: Setting, other: Setting, pairs: str) -> str:
    """A script that compares two settings."""
    return (
        f"import simulation as sim\n\nbase = {base.as_python()}\nother = {other.as_python()}\n"
        f"comparison = sim.compare([base, other], replications={pairs})\n"
        'print(*comparison.sentences(), sep="\\n")\n'
    )


@lru_cache
def parameters_of(file: Path) -> Mapping[str, Parameter]:
    """The parameters of a scenario's file by their keys, as they were when first asked for. Raises ScenarioError."""
    return {parameter.key: parameter for parameter in describe(_loaded(file, ()))}


@lru_cache
def _loaded(file: Path, overrides: tuple[str, ...]) -> Scenario:
    return load_scenario(file, overrides)


def value_in(text: str, parameter: Parameter) -> Any:
    """A parameter's value out of what was typed, as plain data; the text where it is none, for the check to find."""
    return value_of(text.strip(), bare=isinstance(parameter.value, str))


def _as_toml(text: str, parameter: Parameter) -> str:
    """What was typed, as a file has it."""
    value = value_in(text, parameter)
    return _quoted(value) if isinstance(value, str) else text


def _quoted(text: str) -> str:
    """A text in quotes, as TOML and Python both have it."""
    return json.dumps(text, ensure_ascii=False)
