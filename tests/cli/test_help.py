"""What --help shows: every command in a group, in a line that is not cut, with examples that can be typed."""

import shlex

import pytest

from simulation.cli import commands
from simulation.cli.arguments import SCENARIO
from simulation.cli.help import GROUPS
from simulation.scenario.gallery import names
from tests.command_line import answer

NAME = "python -m simulation"
EXAMPLES = [example for group in GROUPS.values() for examples in group.values() for example in examples]


def help_of(*words: str) -> str:
    """The help of a command, or of the program, on a terminal of 80 columns."""
    context = commands.make_context(NAME, [], resilient_parsing=True, max_content_width=80)
    for word in words:
        context = commands.commands[word].make_context(word, [], parent=context, resilient_parsing=True)
    return context.get_help()


def test_every_command_stands_in_one_group() -> None:
    grouped = [name for group in GROUPS.values() for name in group]
    assert sorted(grouped) == sorted(commands.commands)
    told = help_of()
    places = [told.index(f"\n{title}:\n") for title in GROUPS]
    assert places == sorted(places)
    for title, group in GROUPS.items():
        section = told.partition(f"\n{title}:\n")[2].partition("\n\n")[0]
        assert [line.split()[0] for line in section.splitlines()] == list(group)
        assert [line for line in section.splitlines() if not line.endswith(".") or line.endswith("..")] == []


@pytest.mark.parametrize("name", ["", *commands.commands])
def test_help_fits_eighty_columns(name: str) -> None:
    assert [line for line in help_of(*name.split()).splitlines() if len(line) > 80] == []


@pytest.mark.parametrize("name", commands.commands)
def test_the_help_of_a_command_ends_with_two_examples_of_it(name: str) -> None:
    *_, heading, first, second = help_of(name).splitlines()
    assert heading == "Examples:"
    for line in (first, second):
        assert line.startswith(f"  {NAME} {name}")


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_is_a_command_line_that_is_understood(example: str) -> None:
    name, *words = shlex.split(example)
    command = commands.commands[name]
    stated = command.make_context(name, words).params  # reads the arguments, and does nothing
    for parameter in command.params:
        if parameter.type is SCENARIO:
            value = stated[parameter.name or ""]
            given = value if isinstance(value, tuple) else () if value is None else (value,)
            assert set(map(str, given)) <= {*names()}


@pytest.mark.parametrize("words", [(), *((name,) for name in commands.commands)], ids=" ".join)
def test_a_short_option_asks_for_the_same_help(capsys: pytest.CaptureFixture[str], words: tuple[str, ...]) -> None:
    assert answer(capsys, *words, "-h") == answer(capsys, *words, "--help")


def test_a_command_that_is_none_is_answered_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        answer(capsys, "compair", "production").err == "error: there is no command 'compair'; did you mean compare?\n"
    )
