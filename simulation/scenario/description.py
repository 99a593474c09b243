"""A scenario told to a reader: every parameter with its value, default, range, unit and meaning."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.checking import Field, allowed, kind_of, known_keys
from simulation.scenario.loading import resolved
from simulation.scenario.plain import Document, plain


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
    """All parameters of a scenario by their dotted keys; those of lists of tables by index.

    Of a section of a region's own, those that it states: their default is what the scenario has.
    """
    document = resolved(scenario)
    yield from _described(Scenario, document, resolved(Scenario()), "", document)


def as_toml(scenario: Scenario) -> str:
    """A scenario as a file that states everything, with defaults, ranges and meanings as comments."""
    sections: dict[str, list[Parameter]] = {}
    for parameter in describe(scenario):
        sections.setdefault(parameter.key.rpartition(".")[0], []).append(parameter)
    blocks = []
    for section, parameters in sections.items():
        lines = [f"{_name(parameter)} = {_toml(parameter.value)}{_remark(parameter)}" for parameter in parameters]
        blocks.append("\n".join([*_heading(section), *lines]))
    return "\n\n".join(blocks) + "\n"


def _described(
    kind: type[Any], values: Document, defaults: Document, prefix: str, scenario: Document
) -> Iterator[Parameter]:
    """The parameters of a class with their values and defaults, where `prefix` says."""
    for key, field in known_keys(kind):
        value, place = _at(values, key), prefix + key
        if value and "list_of" in field.metadata:
            item_kind = field.metadata["list_of"]
            for index, item in enumerate(value):
                yield from _described(item_kind, item, plain(item_kind()), f"{place}.{index}.", scenario)
        elif value and "part_of" in field.metadata:
            yield from _stated(field, value, f"{place}.", scenario[field.name])
        else:
            yield _parameter(place, field, value, _at(defaults, key))


def _stated(part: Field, values: Document, prefix: str, scenario: Document) -> Iterator[Parameter]:
    """The parameters of a section that are stated, with those of the scenario as defaults."""
    for key, field in known_keys(part.metadata["part_of"]):
        with suppress(KeyError):
            yield _parameter(prefix + key, field, _at(values, key), _at(scenario, key))


def _parameter(key: str, field: Field, value: Any, default: Any) -> Parameter:
    return Parameter(key, value, default, field.metadata["unit"], allowed(field), field.metadata["says"])


def _at(document: dict[str, Any], key: str) -> Any:
    found: Any = document
    for part in key.split("."):
        found = found[part]
    return found


def _heading(section: str) -> list[str]:
    """What opens a section: items of lists have headings without their index."""
    if not section:
        return []
    *_, last = parts = section.split(".")
    path = ".".join(part for part in parts if not part.isdigit())
    return [f"[[{path}]]"] if last.isdigit() else [f"[{path}]  # {_section_says(path)}"]


def _section_says(path: str) -> str:
    kind: type[Any] = Scenario
    says = ""
    for part in path.split("."):
        field = attrs.fields_dict(kind)[part]
        kind = field.metadata.get("part_of") or field.metadata.get("list_of") or kind_of(field)
        says = field.metadata["says"]
    return says


def _name(parameter: Parameter) -> str:
    return parameter.key.rpartition(".")[2]


def _remark(parameter: Parameter) -> str:
    default = "" if parameter.is_default else f" | default {_toml(parameter.default)}"
    return f"  # {parameter.says} | {parameter.allowed}{default}"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{}"  # what is stated in one has a heading of its own
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
