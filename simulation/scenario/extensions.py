"""Extensions: behaviours, events and parameters of others, and what a scenario says of those that it names.

A scenario has an extension's parameters as plain data, so that it is read, kept and sent without the extension's code.
That code is imported where somebody permits it alone: `simulation.scenario.extension_code`.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import attrs
from attrs import field, frozen

from simulation.contract.vocabulary import (
    ExtraColumn,
    ExtraEvent,
    ExtraField,
    Vocabulary,
    VocabularyError,
    fault_of_identifier,
)
from simulation.events.declaring import LocalTime, fields, type_name
from simulation.lib.errors import UserError
from simulation.scenario.fields import param, structured
from simulation.scenario.plain import Document, merged, plain

if TYPE_CHECKING:
    from simulation.scenario import Scenario

ON = "on"
"""The switch that every extension has besides its own parameters."""

_FIELD_TYPES = {str: "string", int: "integer", float: "float", bool: "boolean", LocalTime: "datetime"}
# What every parameter says of itself.
_DECLARED = {"description", "needs", "acts"}


class ExtensionError(UserError):
    """An extension that cannot be used: the message is one line that names it, and says what is allowed."""


@frozen(slots=False)
class Switch:
    """What every extension has besides its own parameters."""

    on: bool = param(True, "whether the extension does anything")


@frozen
class Extension:
    """What an extension adds to the simulation.

    Its `name` is that of its table in a scenario, `[extensions.NAME]`, and of its entry point. `parameters` is a frozen
    attrs class whose fields are declared as those of the simulation are; without one it has nothing but its switch.
    `behaviours` are made and connected in their order, after those that are built in. `observable` and `truth` are its
    events, named tuples with annotated fields, and `told` has the words in which a timeline tells some of them:
    templates in which `{name}` stands for the value of a field. `columns` are added to tables, each filled from the
    events of one type.

    Raises ExtensionError for a name that cannot be one, and for declarations that cannot be used.
    """

    name: str
    parameters: type[Any] | None = None
    behaviours: tuple[type[Any], ...] = ()
    observable: tuple[type[Any], ...] = ()
    truth: tuple[type[Any], ...] = ()
    told: Mapping[type[Any], str] = field(factory=dict, hash=False)
    columns: tuple[ExtraColumn, ...] = ()
    description: str = ""
    #: The class of its table in a scenario: that of its parameters, with the switch.
    section: type[Any] = field(init=False, eq=False, repr=False)

    def __attrs_post_init__(self) -> None:
        if fault := fault_of_identifier(self.name):
            raise ExtensionError(f"extension: {fault}")
        object.__setattr__(self, "section", _with_switch(self.parameters, self.name))
        try:
            events = {event.name for event in Vocabulary(columns=self.columns, events=self.events).events}
        except (VocabularyError, KeyError, TypeError) as error:
            raise ExtensionError(f"extension {self.name}: {error}") from None
        for column in self.columns:
            if column.event not in events:
                told = f"column {column.name}: {column.event} is none of its events"
                raise ExtensionError(f"extension {self.name}: {told}")

    @property
    def events(self) -> tuple[ExtraEvent, ...]:
        """Its events as data, as they stand in the metadata of logs."""
        return (
            *(_as_data(event, self.told.get(event, ""), of_truth=False) for event in self.observable),
            *(_as_data(event, self.told.get(event, ""), of_truth=True) for event in self.truth),
        )


@frozen
class Source:
    """Which code an extension is: the version of its distribution, and the SHA-256, in hex, of its source files."""

    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.version or 'no version'}, source {self.sha256[:12]}"


@frozen
class Extensions(Mapping[str, Mapping[str, Any]]):
    """The extensions that a scenario names: the parameters of each, as plain data by name.

    `sources` say which code each was simulated with, or is to be. `permitted` are those whose code may be imported,
    each with the name of the entry point or the module in which it is found; they do not count where scenarios are
    compared.
    """

    tables: Mapping[str, Mapping[str, Any]] = field(factory=dict, hash=False)
    sources: Mapping[str, Source] = field(factory=dict, hash=False)
    permitted: Mapping[str, str] = field(factory=dict, eq=False)

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        return self.tables[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)


_sections: dict[str, type[Any]] = {}


def remember(extension: Extension) -> None:
    """From now on, this process knows the parameters of an extension, whose code it has imported."""
    _sections[extension.name] = extension.section


def section_named(name: str) -> type[Any] | None:
    """The class of an extension's table; None where this process has not imported the extension."""
    return _sections.get(name)


def as_extensions(stated: Any) -> Any:
    """What is stated of extensions, with the defaults of those that are known; what is no table, as it is."""
    if isinstance(stated, Extensions) or not isinstance(stated, Mapping):
        return stated
    return Extensions({name: _full(name, table) for name, table in stated.items()})


def _full(name: str, table: Any) -> Any:
    if not isinstance(table, Mapping):
        return table
    kind = section_named(name)
    if kind is None:
        return {ON: True, **plain(table)}
    return plain(structured(merged(plain(kind()), table), kind))


def section_of(scenario: "Scenario", extension: Extension) -> Any:
    """The parameters of an extension in a scenario, as an instance of its own class, with its switch."""
    return structured(scenario.extensions[extension.name], extension.section)


def replaced(made: "Scenario", before: "Scenario") -> "Scenario":
    """A scenario that was made of another's plain data, whose extensions come with that one's code and permission."""
    return attrs.evolve(made, extensions=attrs.evolve(before.extensions, tables=made.extensions.tables))


def sources_as_plain(extensions: Extensions) -> Document:
    """Which code the extensions of a scenario are, ready for JSON."""
    return {name: attrs.asdict(source) for name, source in sorted(extensions.sources.items())}


# ---------------------------------------------------------------- declarations


def _with_switch(parameters: type[Any] | None, name: str) -> type[Any]:
    if parameters is not None and not attrs.has(parameters):
        raise ExtensionError(f"extension {name}: its parameters are no attrs class")
    for one in attrs.fields(parameters) if parameters is not None else ():
        if one.name == ON or not one.metadata.keys() >= _DECLARED or one.default is attrs.NOTHING:
            told = (
                "is the switch that every extension has" if one.name == ON else "is not declared by param and the like"
            )
            raise ExtensionError(f"extension {name}: its parameter {one.name} {told}")
    bases = (Switch,) if parameters is None else (parameters, Switch)
    return attrs.make_class("Section", {}, bases=bases, frozen=True)


def _as_data(event: type[Any], told: str, *, of_truth: bool) -> ExtraEvent:
    declared = tuple(
        ExtraField(one.name, _FIELD_TYPES[one.type], one.nullable, one.description) for one in fields(event)
    )
    description = " ".join((event.__doc__ or "").split())
    return ExtraEvent(type_name(event), of_truth, declared, told, description)
