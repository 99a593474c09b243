"""A scenario told to a reader: every parameter with its value, default, range, unit and description."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.checking import allowed
from simulation.scenario.fields import Field, Needs, kind_of
from simulation.scenario.plain import Document, plain


@frozen
class Parameter:
    """A parameter of a scenario. Items of lists have the defaults of their kind.

    `region` is the prefix of its key where it is of a region's own section, whose default is what the scenario has.
    `needs` are those of its declaration, or of its section, by full keys in the region's scenario.
    """

    region: str
    regional_key: str
    value: Any
    default: Any
    field: Field
    needs: Needs

    @property
    def key(self) -> str:
        """Its dotted key; of items of lists by index."""
        return self.region + self.regional_key

    @property
    def is_default(self) -> bool:
        """Whether the scenario leaves it as it is."""
        return bool(self.value == self.default)

    @property
    def unit(self) -> str:
        """Its unit; empty where it has none."""
        return str(self.field.metadata["unit"])

    @property
    def allowed(self) -> str:
        """What it may be, in words."""
        return allowed(self.field)

    @property
    def description(self) -> str:
        """What it means, in words."""
        return str(self.field.metadata["description"])


def describe(scenario: Scenario) -> Iterator[Parameter]:
    """All parameters of a scenario; of a region's own section, those that it states."""
    document = plain(scenario)
    yield from _described(Scenario, document, plain(Scenario()), "", (), document)


def _described(
    kind: type[Any], values: Document, defaults: Document, prefix: str, needs: Needs, scenario: Document,
    region: str = "",
) -> Iterator[Parameter]:  # fmt: skip
    """The parameters of a class that have values, with the needs of the innermost section that has any."""
    for field in attrs.fields(kind):
        if field.name not in values:
            continue
        declared, key = field.metadata, prefix + field.name
        value, default = values[field.name], defaults[field.name]
        own = _absolute(declared["needs"], f"{key}." if "section" in declared else prefix) or needs
        if "section" in declared:
            yield from _described(kind_of(field), value, default, f"{key}.", own, scenario, region)
        elif value and "list_of" in declared:
            item_kind = declared["list_of"]
            for index, item in enumerate(value):
                yield from _described(item_kind, item, plain(item_kind()), f"{key}.{index}.", (), scenario)
        elif value and "part_of" in declared:
            section, stated = scenario[field.name], f"{field.name}."
            yield from _described(kind_of(field), value, section, stated, (), scenario, region=prefix)
        else:
            yield Parameter(region, key, value, default, field, own)


def _absolute(needs: Needs, section: str) -> Needs:
    return tuple(
        "|".join(section + one[1:] if one.startswith(".") else one for one in need.split("|")) for need in needs
    )


# ---------------------------------------------------------------- as a file


def as_toml(scenario: Scenario) -> str:
    """A scenario as a file that states everything, with defaults, ranges and descriptions as comments."""
    sections: dict[str, list[str]] = {}
    for parameter in describe(scenario):
        section, _, name = parameter.key.rpartition(".")
        default = "" if parameter.is_default else f" | default {_toml(parameter.default)}"
        remark = f"{parameter.description} | {parameter.allowed}{default}"
        lines = sections.setdefault(section, _heading(section))
        lines.append(f"{name} = {_toml(parameter.value)}  # {remark}")
    return "\n\n".join("\n".join(lines) for lines in sections.values()) + "\n"


def _heading(section: str) -> list[str]:
    """What opens a section; items of lists have headings without their index."""
    if not section:
        return []
    parts = [part for part in section.split(".") if not part.isdigit()]
    path = ".".join(parts)
    if section.rpartition(".")[2].isdigit():
        return [f"[[{path}]]"]
    kind: type[Any] = Scenario
    for part in parts:
        field = attrs.fields_dict(kind)[part]
        kind = field.metadata.get("list_of") or kind_of(field)
    return [f"[{path}]  # {field.metadata['description']}"]


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    if isinstance(value, dict):
        return "{}"  # what is stated in one has a heading of its own
    if isinstance(value, str):
        # JSON's strings are TOML's, but for one character.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value).lower() if isinstance(value, bool) else str(value)
