"""A scenario told to a reader: every parameter with its value, default, range, unit and meaning."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.checking import Field, allowed, kind_of, known_keys
from simulation.scenario.loading import resolved


@frozen
class Parameter:
    """A parameter of a scenario. `allowed` and `says` are words; items of lists have the defaults of their kind."""

    key: str
    value: Any
    default: Any
    unit: str
    allowed: str
    says: str

    @property
    def is_default(self) -> bool:
        """Whether the scenario leaves it as it is."""
        return bool(self.value == self.default)


def describe(scenario: Scenario) -> Iterator[Parameter]:
    """All parameters of a scenario by their dotted keys; those of lists of tables by index."""
    values, defaults = resolved(scenario), resolved(Scenario())
    for key, field in known_keys():
        if "list_of" in field.metadata:
            kind = field.metadata["list_of"]
            for index, item in enumerate(_at(values, key)):
                for name, declared in known_keys(kind):
                    default = _plain(attrs.fields_dict(kind)[name].default)
                    yield _parameter(f"{key}.{index}.{name}", declared, item[name], default)
        else:
            yield _parameter(key, field, _at(values, key), _at(defaults, key))


def as_toml(scenario: Scenario) -> str:
    """A scenario as a file that states everything, with defaults, ranges and meanings as comments."""
    sections: dict[str, list[Parameter]] = {}
    for parameter in describe(scenario):
        sections.setdefault(parameter.key.rpartition(".")[0], []).append(parameter)
    # Before all sections: a list without items has no heading of its own.
    empty = [f"{key} = []" for key, field in known_keys() if "list_of" in field.metadata and not getattr(scenario, key)]
    blocks = []
    for section, parameters in sections.items():
        lines = [f"{_name(parameter)} = {_toml(parameter.value)}{_remark(parameter)}" for parameter in parameters]
        blocks.append("\n".join([*_heading(section), *lines, *(() if section else empty)]))
    return "\n\n".join(blocks) + "\n"


def _parameter(key: str, field: Field, value: Any, default: Any) -> Parameter:
    return Parameter(key, value, default, field.metadata["unit"], allowed(field), field.metadata["says"])


def _at(document: dict[str, Any], key: str) -> Any:
    found: Any = document
    for part in key.split("."):
        found = found[part]
    return found


def _plain(default: Any) -> Any:
    return list(default) if isinstance(default, tuple) else default


def _heading(section: str) -> list[str]:
    if not section:
        return []
    path, _, last = section.rpartition(".")
    if last.isdigit():
        return [f"[[{path}]]"]
    return [f"[{section}]  # {_section_says(section)}"]


def _section_says(section: str) -> str:
    kind: type[Any] = Scenario
    says = ""
    for part in section.split("."):
        field = attrs.fields_dict(kind)[part]
        kind, says = kind_of(field), field.metadata["says"]
    return says


def _name(parameter: Parameter) -> str:
    return parameter.key.rpartition(".")[2]


def _remark(parameter: Parameter) -> str:
    default = "" if parameter.is_default else f" | default {_toml(parameter.default)}"
    return f"  # {parameter.says} | {parameter.allowed}{default}"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
