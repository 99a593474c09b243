"""Results as a page: the targets with what was measured, and a table for each part."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from benchmarks.parts import PARTS
from benchmarks.results import Results
from benchmarks.targets import SCENARIO, Verdict, judged

_INTRODUCTION = """\
# Results

<!-- Made by `python -m benchmarks`. -->

On {machine}.

A figure is the median of its runs{runs}. Memory is the most that all processes held together; pages that they share
count once (PSS, looked at up to ten times a second). Wall times are from the command to the written files.
"""


def page(results: Results, file: str | None = None) -> str:
    """The page of results; `file` is where they are kept."""
    runs = "" if file is None else f"; those stand in [{file}]({file})"
    sections = [_INTRODUCTION.format(machine=_machine(**results.machine), runs=runs)]
    if results.scenario == SCENARIO:
        sections.append("\n".join(["## Targets", "", *_targets(judged(results.figures))]) + "\n")
    sections += [_part(name, results.parts[name]) for name in PARTS if name in results.parts]
    return "\n".join(sections)


def _machine(processor: str, cores: int, memory_gb: float, kernel: str, **releases: str) -> str:
    libraries = ", ".join(f"{name} {release}" for name, release in releases.items())
    return f"{processor}, {cores} cores, {memory_gb:g} GB of memory, {kernel}, {libraries}"


def _targets(verdicts: Iterable[Verdict]) -> Iterator[str]:
    rows = []
    for verdict in verdicts:
        target, unit = verdict.target, f" {verdict.target.unit}".rstrip()
        value = "" if verdict.value is None else f"{shown(verdict.value)}{unit}"
        rows.append([target.says, f"{target.bound:g}{unit}", f"{target.reach:g}{unit}", value, verdict.says])
    return table(("", "at most", "hoped for", "measured", ""), rows, last_is_text=True)


def _part(name: str, part: Mapping[str, Any]) -> str:
    figures, runs = part["figures"], part["runs"]
    columns = list(next(iter(figures.values())))
    rows = [
        [row, *(shown(values[column]) for column in columns), str(len(runs[row]))] for row, values in figures.items()
    ]
    says = (PARTS[name].__doc__ or "").strip()
    machine = f"{part['ns_a_timeout']} ns a bare timeout, at a load of {part['load']:g}"
    lines = table((name, *columns, "runs"), rows)
    return "\n".join([f"## {name}", "", f"{says} Commit {part['commit']}; {machine}.", "", *lines, ""])


def shown(value: float) -> str:
    """A figure with as many digits as mean anything."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]], *, last_is_text: bool = False) -> Iterator[str]:
    """The lines of a Markdown table. Columns are figures, but for the first, and the last where it is said."""
    yield f"| {' | '.join(heads)} |"
    figures = len(heads) - 1 - last_is_text
    yield f"| {' | '.join(['---', *['---:'] * figures, *['---'] * last_is_text])} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
