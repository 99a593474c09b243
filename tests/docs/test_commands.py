"""Every command that documents tell to type can be typed: commands, options, scenarios, parameters."""

import importlib
import re
from itertools import pairwise
from pathlib import Path

import click
import pytest

from simulation.cli import commands
from simulation.cli.arguments import SCENARIO
from simulation.scenario.gallery import names
from simulation.scenario.loading import load_scenario
from tests.documents import DOCUMENTS, ROOT, calls, name_of, spans

EVERY = pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
COMMANDS = commands.commands


def calls_of(path: Path, program: str) -> list[list[str]]:
    """The words after a program's name, for each call of it in a document."""
    return [words[1:] for words in calls(path.read_text(encoding="utf-8")) if words[0] == program]


@EVERY
def test_every_call_of_the_simulation_is_one_that_it_takes(path: Path) -> None:
    for words in calls_of(path, "simulation"):
        if words and not words[0].startswith("-"):
            name, *arguments = words
            command = COMMANDS[name]
            context = command.make_context(name, arguments)  # reads the arguments, and does nothing
            for parameter in command.params:
                scenario = context.params.get(parameter.name or "")
                if parameter.type is SCENARIO and isinstance(scenario, Path) and not scenario.suffix:
                    assert str(scenario) in names()


@EVERY
def test_every_scenario_of_a_call_is_there_and_has_the_parameters_that_are_set(path: Path) -> None:
    for words in calls_of(path, "simulation"):
        changes = [change for option, change in pairwise(words) if option == "--set"]
        for word in words:
            if word.startswith("scenarios/"):
                load_scenario(ROOT / word, changes)
        for option, design in pairwise(words):
            if option == "--vary":
                key, _, values = design.partition("=")
                for value in re.split("[,:]", values):
                    load_scenario(ROOT / "scenarios" / "dev.toml", [f"{key}={value}"])


@EVERY
def test_every_option_after_a_command_s_name_within_a_sentence_is_one_of_the_command(path: Path) -> None:
    for span in spans(path.read_text(encoding="utf-8")):
        name, *arguments = span.split()
        if name in COMMANDS:
            assert set(re.findall(r"--[\w-]+", " ".join(arguments))) <= options_of(COMMANDS[name]), span


def options_of(command: click.Command) -> set[str]:
    """The names of a command's options."""
    return {"--help", *(name for parameter in command.params for name in parameter.opts)}


@EVERY
def test_every_call_of_a_tool_names_one_with_the_options_that_it_is_called_with(path: Path) -> None:
    for program, *words in calls(path.read_text(encoding="utf-8")):
        if program.startswith("tools."):
            module = importlib.import_module(program)
            command = getattr(module, "main", None)
            if isinstance(command, click.Command):
                command.make_context(program, list(words))
            else:
                assert not [word for word in words if word.startswith("--")], words


def test_every_command_is_shown_in_the_guide() -> None:
    shown = {words[0] for words in calls_of(ROOT / "docs" / "how-to.md", "simulation") if words}
    in_sentences = {span.split()[0] for span in spans((ROOT / "docs" / "how-to.md").read_text(encoding="utf-8"))}
    assert COMMANDS.keys() <= shown | in_sentences
