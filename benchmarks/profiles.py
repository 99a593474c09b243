"""What dominates a run: its processor time by what is done."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import click
from attrs import frozen

from benchmarks.costs import answer_of, module
from benchmarks.report import table

# Between these lines of a document stands a profile.
BEGIN, END = "<!-- made by: python -m benchmarks profile -->", "<!-- end of the profile -->"

_FUNCTIONS = 3


@frozen
class Profile:
    """Seconds of processor time per run, by group and function; "" where no function is at it."""

    seconds: dict[tuple[str, str], float]

    @property
    def groups(self) -> dict[str, float]:
        """Seconds by group, the heaviest first."""
        sums: defaultdict[str, float] = defaultdict(float)
        for (group, _), seconds in self.seconds.items():
            sums[group] += seconds
        return dict(sorted(sums.items(), key=lambda one: -one[1]))

    def heaviest(self, group: str) -> list[tuple[str, float]]:
        """The functions of a group that take most, with their seconds."""
        functions = {name: seconds for (of, name), seconds in self.seconds.items() if of == group and name}
        return sorted(functions.items(), key=lambda one: -one[1])[:_FUNCTIONS]


def profile_of(scenario: Path, runs: int, overrides: Sequence[str] = ()) -> Profile:
    """The profile of whole runs of a scenario, their mean. `overrides` are those of the command line's --set."""
    changed = [option for override in overrides for option in ("--set", override)]
    sums: defaultdict[tuple[str, str], float] = defaultdict(float)
    for _ in range(runs):
        with TemporaryDirectory() as folder:
            command = module("benchmarks.stacks", "run", scenario, "--out", Path(folder, "run"), "--quiet", *changed)
            for group, function, seconds in json.loads(answer_of(command)):
                sums[group, function] += seconds / runs
    return Profile(dict(sums))


def lines_of(profile: Profile) -> Iterator[str]:
    """A profile as a Markdown table."""
    whole = sum(profile.groups.values())
    rows = [
        [group, f"{seconds * 1e3:,.0f}", f"{seconds / whole:.0%}",
         ", ".join(f"`{name}` {of_it * 1e3:,.0f}" for name, of_it in profile.heaviest(group))]
        for group, seconds in profile.groups.items()
    ]  # fmt: skip
    rows.append(["all of it", f"{whole * 1e3:,.0f}", "", ""])
    return table(("what", "ms", "share", "most of it, ms"), rows, last_is_text=True)


def put_into(document: Path, lines: Iterable[str]) -> None:
    """Put a profile into a document, in place of the one that stands there. Raises ClickException without a place."""
    before, begin, rest = document.read_text("utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise click.ClickException(f"{document}: has no place for a profile, between {BEGIN} and {END}")
    document.write_text("\n".join([before + BEGIN, "", *lines, "", END + after]), "utf-8")
