"""A scenario told to a reader: every parameter with its value, default, range, unit and description."""

import json
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

import attrs
from attrs import frozen

from simulation.scenario import Scenario
from simulation.scenario.checking import allowed
from simulation.scenario.extensions import ON
from simulation.scenario.fields import ALWAYS, JOINERS, OPENING, Field, Needs, kind_of
from simulation.scenario.plain import Document, plain

_BARE = re.compile(r"[A-Za-z0-9_-]+")

ACTS_IN_WORDS = {OPENING: "read as the world begins", JOINERS: "read for those who join", ALWAYS: ""}
"""When a parameter acts; of most there is nothing to say, as they act whenever they change."""


@frozen
class Parameter:
    """A parameter of a scenario. Items of lists have the defaults of their kind.

    `allowed`, `description` and `section` (what its section is about) are words. `part` is the prefix of its key where
    it is of a region's own section, or of what a change sets, whose defaults are what the scenario has. `needs` are
    full keys in the region's scenario, and `acts` says when a change of it acts (opening, joiners or always): what is
    declared for it, or for the innermost section that declares any.
    """

    key: str
    value: Any
    default: Any
    unit: str
    allowed: str
    description: str
    section: str
    part: str
    needs: Needs
    acts: str

    @property
    def is_default(self) -> bool:
        """Whether the scenario leaves it as it is."""
        return bool(self.value == self.default)


class _Inherited(NamedTuple):
    """What a section says of its parameters: what it is about, what they need, and when they act."""

    section: str = ""
    needs: Needs = ()
    acts: str = ALWAYS


_NOTHING = _Inherited()


def describe(scenario: Scenario) -> Iterator[Parameter]:
    """All parameters of a scenario, those of items of lists by index.

    Of a region's own section, and of what a change sets, those that are stated.
    """
    document = plain(scenario)
    yield from _described(Scenario, document, plain(Scenario()), document)


def _described(  # noqa: C901, PLR0912 -- one case for each way in which a section holds others
    kind: type[Any], values: Document, defaults: Document, scenario: Document, *,
    prefix: str = "", part: str = "", above: _Inherited = _NOTHING,
) -> Iterator[Parameter]:  # fmt: skip
    """The parameters of a class that have values, below a key that begins with a part's and goes on with a prefix."""
    for field in attrs.fields(kind):
        if field.name not in values:
            continue
        declared, key, words = field.metadata, prefix + field.name, field.metadata["description"]
        value, default = values[field.name], defaults[field.name]
        needs = _absolute(declared["needs"], f"{key}." if "section" in declared else prefix) or above.needs
        acts = declared["acts"] or above.acts
        own = _Inherited(words, needs, acts)
        if "section" in declared:
            yield from _described(kind_of(field), value, default, scenario, prefix=f"{key}.", part=part, above=own)
        elif "entries_of" in declared:
            for name, entry, usual in _entries(field, value, default):
                own = _Inherited(words, _absolute(declared["needs"], f"{key}.{name}.") or above.needs, acts)
                yield from _described(
                    kind_of(field), entry, usual, scenario, prefix=f"{key}.{name}.", part=part, above=own
                )
        elif "section_named" in declared:
            for name, table in value.items():
                yield from _of_extension(name, table, declared["section_named"](name), scenario, f"{key}.{name}.", part)
        elif value and "list_of" in declared:
            item_kind = declared["list_of"]
            blank, of_items = plain(item_kind()), _Inherited(acts=acts)
            for index, item in enumerate(value):
                yield from _described(item_kind, item, blank, scenario, prefix=f"{key}.{index}.", above=of_items)
        elif value and "dotted" in declared:
            yield from _described(kind_of(field), value, scenario, scenario, part=f"{key}.")
        elif value and "part_of" in declared and field.name not in scenario:
            # What differs from another table than one of the scenario's sections.
            blank = plain(kind_of(field)()) | default
            yield from _described(kind_of(field), value, blank, scenario, prefix=f"{key}.", part=part, above=own)
        elif value and "part_of" in declared:
            yield from _described(
                kind_of(field), value, scenario[field.name], scenario, prefix=f"{field.name}.", part=prefix,
                above=_Inherited(words, acts=acts),
            )  # fmt: skip
        else:
            told = declared["unit"], allowed(field), words
            yield Parameter(part + key, value, default, *told, above.section, part, needs, acts)


def _entries(field: Field, values: Document, defaults: Document) -> Iterator[tuple[str, Document, Document]]:
    """Named tables with what they would be by default: those of no default name, with the defaults of their kind."""
    blank = plain(kind_of(field)())
    for name, entry in values.items():
        yield name, entry, defaults.get(name, blank)


def _of_extension(
    name: str, values: Document, kind: type[Any] | None, scenario: Document, prefix: str, part: str
) -> Iterator[Parameter]:
    """The parameters of an extension, which need its switch; as they are where its code was not imported."""
    words, needs = f"the extension {name}", (f"{prefix}{ON}",)
    if kind is None:
        for key, value in values.items():
            told = "what the extension declares", f"a parameter of {words}"
            yield Parameter(f"{part}{prefix}{key}", value, None, "", *told, words, part, (), ALWAYS)
        return
    above = _Inherited(words, needs)
    yield from _described(kind, values, plain(kind()), scenario, prefix=prefix, part=part, above=above)


def _absolute(needs: Needs, section: str) -> Needs:
    return tuple(
        "|".join(section + one[1:] if one.startswith(".") else one for one in need.split("|")) for need in needs
    )


# ---------------------------------------------------------------- as a file


def as_toml(scenario: Scenario) -> str:
    """A scenario as a file that states everything, with defaults, ranges and descriptions as comments.

    What is optional and not stated is a comment as a whole.
    """
    sections: dict[str, list[str]] = {}
    for parameter in describe(scenario):
        section, _, name = parameter.key.rpartition(".")
        default = "" if parameter.is_default or parameter.default is None else f" | default {_toml(parameter.default)}"
        acts = f" | {ACTS_IN_WORDS[parameter.acts]}" if ACTS_IN_WORDS[parameter.acts] else ""
        remark = f"{parameter.description} | {parameter.allowed}{default}{acts}"
        lines = sections.setdefault(section, _heading(section, parameter.section))
        stated = f"{name} = {_toml(parameter.value)}" if parameter.value is not None else f"# {name} is not stated"
        lines.append(f"{stated}  # {remark}")
    return "\n\n".join("\n".join(lines) for lines in sections.values()) + "\n"


def _heading(section: str, description: str) -> list[str]:
    """What opens a section; items of lists have headings without their index."""
    path = toml_key(".".join(part for part in section.split(".") if not part.isdigit()))
    if description:
        return [f"[{path}]  # {description}"]
    return [f"[[{path}]]"] if path else []


def toml_key(key: str) -> str:
    """A dotted key as TOML has it: parts that are names with spaces, say, are quoted."""
    return ".".join(part if _BARE.fullmatch(part) else _toml(part) for part in key.split(".") if part)


def _toml(value: Any) -> str:
    """A plain value as TOML has it: like JSON, but for one character. What a table states has a heading of its own."""
    return "{}" if isinstance(value, dict) else json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
