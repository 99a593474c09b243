"""A scenario told to a reader: every parameter with its value, default, range, unit and description."""

import json
from collections.abc import Iterator
from typing import Any

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.checking import allowed
from simulation.scenario.fields import Needs, kind_of
from simulation.scenario.plain import Document, plain


@frozen
class Parameter:
    """A parameter of a scenario. Items of lists have the defaults of their kind.

    `allowed`, `description` and `section` (what its section is about) are words. `region` is the prefix of its key
    where it is of a region's own section, whose defaults are what the scenario has. `needs` are full keys in the
    region's scenario: those that are declared for it, or for the innermost section that has any.
    """

    key: str
    value: Any
    default: Any
    unit: str
    allowed: str
    description: str
    section: str
    region: str
    needs: Needs

    @property
    def is_default(self) -> bool:
        """Whether the scenario leaves it as it is."""
        return bool(self.value == self.default)


def describe(scenario: Scenario) -> Iterator[Parameter]:
    """All parameters of a scenario, those of items of lists by index; of a region's own section, those it states."""
    document = plain(scenario)
    yield from _described(Scenario, document, plain(Scenario()), document)


def _described(
    kind: type[Any], values: Document, defaults: Document, scenario: Document, *,
    prefix: str = "", region: str = "", section: str = "", needs: Needs = (),
) -> Iterator[Parameter]:  # fmt: skip
    """The parameters of a class that have values, below a key that begins with a region's and goes on with a prefix."""
    for field in attrs.fields(kind):
        if field.name not in values:
            continue
        declared, key, words = field.metadata, prefix + field.name, field.metadata["description"]
        value, default = values[field.name], defaults[field.name]
        own = _absolute(declared["needs"], f"{key}." if "section" in declared else prefix) or needs
        if "section" in declared:
            yield from _described(
                kind_of(field), value, default, scenario, prefix=f"{key}.", region=region, section=words, needs=own
            )
        elif value and "list_of" in declared:
            item_kind = declared["list_of"]
            blank = plain(item_kind())
            for index, item in enumerate(value):
                yield from _described(item_kind, item, blank, scenario, prefix=f"{key}.{index}.")
        elif value and "part_of" in declared:
            yield from _described(
                kind_of(field), value, scenario[field.name], scenario,
                prefix=f"{field.name}.", region=prefix, section=words,
            )  # fmt: skip
        else:
            yield Parameter(region + key, value, default, declared["unit"], allowed(field), words, section, region, own)


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
        lines = sections.setdefault(section, _heading(section, parameter.section))
        lines.append(f"{name} = {_toml(parameter.value)}  # {remark}")
    return "\n\n".join("\n".join(lines) for lines in sections.values()) + "\n"


def _heading(section: str, description: str) -> list[str]:
    """What opens a section; items of lists have headings without their index."""
    path = ".".join(part for part in section.split(".") if not part.isdigit())
    if description:
        return [f"[{path}]  # {description}"]
    return [f"[[{path}]]"] if path else []


def _toml(value: Any) -> str:
    """A plain value as TOML has it: like JSON, but for one character. What a table states has a heading of its own."""
    return "{}" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
