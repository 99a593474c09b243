"""The pages of reference that are made from the code: commands, parameters, key figures, events."""

import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

import click

from simulation.cli import commands
from simulation.cli.program import MEANINGS
from simulation.events import KEYS, OBSERVABLE, TRUTH, fields, type_name
from simulation.scenario import Scenario
from simulation.scenario.description import ACTS_IN_WORDS, Parameter, describe
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure
from tools.site.markdown import code, escaped, fenced, first_line, table

PROGRAM = "python -m simulation"

# ---------------------------------------------------------------- commands


def commands_page() -> str:
    """All commands with their arguments and options, as the command line itself declares them."""
    parts = [
        "# Commands",
        (
            f"All are called as `{PROGRAM} COMMAND`, or as `tutoring-simulation COMMAND` where the package is "
            "installed. What they are good for is told in the [how-to guide](how-to.md)."
        ),
        table(
            ("command", "what it does"),
            ((f"[{code(name)}](#{name})", escaped(first_line(command.callback))) for name, command in _commands()),
        ),
        *(_command(name, command) for name, command in _commands()),
        "## Exit codes",
        table(("code", "meaning"), ((str(int(exit_code)), escaped(text)) for exit_code, text in MEANINGS.items())),
    ]
    return "\n\n".join(parts)


def _commands() -> Iterator[tuple[str, click.Command]]:
    yield from sorted(commands.commands.items())


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"{PROGRAM} {name}")
    usage = command.get_usage(context).removeprefix("Usage: ")
    parts = [f"## {name}", fenced(" ".join(usage.split())), _told(command.help or "")]
    options = [_option(parameter, context) for parameter in command.params if isinstance(parameter, click.Option)]
    if options:
        parts.append(table(("option", "meaning"), options))
    return "\n\n".join(parts)


def _told(text: str) -> str:
    """A help text; what click is told to leave as it is stays a block."""
    paragraphs = inspect.cleandoc(text).split("\n\n")
    return "\n\n".join(
        fenced(paragraph.removeprefix("\b\n")) if paragraph.startswith("\b\n") else escaped(paragraph)
        for paragraph in paragraphs
    )


def _option(option: click.Option, context: click.Context) -> tuple[str, str]:
    written, meaning = option.get_help_record(context) or ("", "")
    return code(written), escaped(meaning)


# ---------------------------------------------------------------- parameters


def parameters_page() -> str:
    """All parameters of a scenario, section by section, with default, allowed values and meaning."""
    parts = [
        "# Parameters",
        (
            "Every key of a scenario. A file states them under the heading of their section, and `--set` takes them by "
            "their full key, as in `--set sessions.attendance.no_show_probability_cap=0.3`. Items of lists stand under "
            "their number, from 0 on; here is the first of each, with the values that it has by default. What is read "
            "as the world begins cannot be among `changes` at a moment; what is read for those who join acts on them "
            "alone; all else acts at once."
        ),
    ]
    first_items = [one for one in describe(Scenario()) if not re.search(r"\.[1-9]\d*\.", one.key)]
    for section, parameters in groupby(first_items, key=lambda parameter: parameter.key.rpartition(".")[0]):
        described = [*parameters]
        parts += [f"## {section or 'The scenario itself'}", escaped(described[0].section)]
        parts.append(table(("key", "default", "allowed", "meaning"), map(_parameter, described)))
    return "\n\n".join(parts)


def _parameter(parameter: Parameter) -> tuple[str, str, str, str]:
    name = parameter.key.rpartition(".")[2]
    meaning = "; ".join(filter(None, (parameter.description, ACTS_IN_WORDS[parameter.acts])))
    return code(name), _value(parameter.default), escaped(parameter.allowed), escaped(meaning)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return code(str(value).lower())
    return code(repr(value).replace("'", '"'))


# ---------------------------------------------------------------- key figures


def key_figures_page() -> str:
    """The key figures that a study keeps of each run."""
    return "\n\n".join(
        (
            "# Key figures",
            "What `compare` and `sweep` keep of each run, by the names that their options and results have.",
            table(("name", "unit", "meaning"), map(_key_figure, KEY_FIGURES)),
        )
    )


def _key_figure(figure: KeyFigure) -> tuple[str, str, str]:
    return code(figure.name), escaped(figure.unit), escaped(figure.description)


# ---------------------------------------------------------------- events


def events_page() -> str:
    """All events with their fields, from their declarations."""
    keys = ", ".join(code(key) for key in KEYS)
    parts = [
        "# Events of the log",
        (
            "What happens is written as events, each declared once. How they stand in a file, and the columns that all "
            f"of them have, is told in [Tables and events](tables.md#event-log). Fields named {keys} are columns of "
            "every event. Moments are simulated seconds in the code, and local times in the log."
        ),
        "## Observable events",
        "What a platform could see.",
        *map(_event, OBSERVABLE),
        "## Truth events",
        "What only the simulator knows; they are written to `truth/`.",
        *map(_event, TRUTH),
    ]
    return "\n\n".join(parts)


def _event(event: type[Any]) -> str:
    rows = [
        (
            code(name),
            "moment" if kind.__name__ == "LocalTime" else kind.__name__,
            "yes" if nullable else "",
            escaped(said),
        )
        for name, kind, nullable, said in fields(event)
    ]
    return "\n\n".join(
        (
            f"### {type_name(event)}",
            escaped(inspect.getdoc(event) or ""),
            f"Declared as {code(event.__name__)} in {code(event.__module__)}.",
            table(("field", "type", "null", "meaning"), rows),
        )
    )
