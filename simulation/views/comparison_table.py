"""A comparison as sentences and tables for people, and as JSON for programs."""

import json
import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby, pairwise
from typing import TYPE_CHECKING

from attrs import asdict

from simulation.lib.terminal import standard_output
from simulation.studies.differences import CONFIDENCE, NEAR_CERTAINTY
from simulation.studies.findings import Findings, effect_of, findings_of, number, plain_difference
from simulation.studies.key_figures import KEY_FIGURES, figures_to_show
from simulation.views.difference_tables import STYLES, Block, Cell, cell_of, print_tables

# Of more points than these no sentences are told, or no table is shown: the files have them.
MOST_TOLD, MOST_SHOWN = 8, 50
ONE_RUN = "one run at each point does not tell how sure differences are: --replications 10 would"

if TYPE_CHECKING:
    from rich.console import Console

    from simulation.studies.comparison import Comparison
    from simulation.studies.provenance import Provenance


def print_comparison(
    comparison: "Comparison", provenance: "Provenance | None" = None, *, every: bool = False
) -> None:  # fmt: skip
    """Print what a comparison finds, in sentences; then differences from the base, of headlines or `every` figure."""
    out = standard_output()
    if comparison.caution is not None:
        print_line(f"caution: {comparison.caution}", out)
    print_findings(findings_of(comparison), comparison.questions, out)
    figures = figures_to_show(comparison.asked, every=every)
    bases = comparison.differences(comparison.others[0])
    rows = [(figure.group, (figure.label, number(figure, bases[figure.name].base))) for figure in figures]
    blocks = [
        (other, [cell_of(figure, comparison.difference(figure.name, other)) for figure in figures])
        for other in comparison.others
    ]
    print_tables(("key figure", comparison.base), rows, blocks, out)
    if not every:
        print_line(f"{len(figures)} of {len(KEY_FIGURES)} key figures; --all shows the others, too", out)
    for line in closing_lines(comparison):
        print_line(line, out)
    if provenance is not None:
        _print_provenance(provenance, out)


def print_sweep(comparison: "Comparison", summary: str, provenance: "Provenance") -> None:
    """Print what the points of a sweep differ in from its first, in the key figures that are asked about."""
    out, several = standard_output(), len(comparison.seeds) > 1
    if several and len(comparison.others) <= MOST_TOLD:
        print_findings(findings_of(comparison, comparison.with_base), {}, out)
    if 0 < len(comparison.others) <= MOST_SHOWN:
        figures = [figure for figure in KEY_FIGURES if figure.name in comparison.asked]
        first: Cell
        blocks: list[Block] = []
        for figure in figures:
            against_first = [comparison.difference(figure.name, point) for point in comparison.runs]
            first = {"mean": number(figure, against_first[0].base)}
            blocks.append((figure.label, [first, *(cell_of(figure, one) for one in against_first[1:])]))
        print_tables(["point"], [("", (point,)) for point in comparison.runs], blocks, out)
        for line in closing_lines(comparison) if several else [ONE_RUN]:
            print_line(line, out)
    _print_provenance(provenance, out)
    print_line(summary, out)


def print_findings(findings: Findings, questions: Mapping[str, str], out: "Console") -> None:
    """Print findings, a sentence each, under what is held against what; a scenario's question stands there once."""
    from rich.text import Text

    for other, group in groupby(findings, key=lambda pairing: pairing[0]):
        for place, (_, against) in enumerate(group):
            out.print(Text(f"{other} against {against}", style="bold"))
            if place == 0 and other in questions:
                out.print(Text(_indented(questions[other], "  ", out.width), style="italic"))
            for finding in findings[other, against]:
                text = Text(_indented(finding.sentence, "- ", out.width))
                text.highlight_regex(rf"\b{finding.effect}\b(?=,\s)", STYLES.get(finding.effect, ""))
                out.print(text)
            out.print()


def comparison_as_json(comparison: "Comparison", provenance: "Provenance | None" = None) -> str:
    """The same for programs, with the key figures of each run."""
    goal = comparison.goal
    document = {
        **({} if provenance is None else asdict(provenance)),
        "caution": comparison.caution,
        "base": comparison.base,
        "confidence": CONFIDENCE,
        "seeds": comparison.seeds,
        "failed": [{"scenario": run.scenario, "seed": run.seed, "error": run.cause} for run in comparison.failed],
        **({"warnings": comparison.warnings} if comparison.warnings else {}),
        "goal": None if goal is None else {
            "key_figure": goal.figure, "half_width": goal.half_width, "at_most": goal.at_most,
            "is_reached": comparison.is_reached,
        },
        "questions": comparison.questions,
        "findings": [finding.as_plain() for found in findings_of(comparison).values() for finding in found],
        "key_figures": {
            figure.name: {
                "unit": figure.unit, "description": figure.description, "title": figure.title, "group": figure.group,
                "better": figure.better, "headline": figure.headline,
            }
            for figure in KEY_FIGURES
        },
        "differences": {
            other: {
                figure.name: {**plain_difference(difference), "direction": effect_of(figure, difference)}
                for figure in KEY_FIGURES
                for difference in (comparison.difference(figure.name, other),)
            }
            for other in comparison.others
        },
        "runs": {
            name: {figure.name: comparison.values(figure.name, name) for figure in KEY_FIGURES}
            for name in comparison.runs
        },
    }  # fmt: skip
    return json.dumps(document, indent=2, ensure_ascii=False)


def closing_lines(comparison: "Comparison") -> list[str]:
    """What a reader of sentences and tables has to know."""
    seeds = comparison.seeds
    lines = [f"{len(seeds)} pairs of runs, seeds {numbers_in_words(seeds)}"]
    if comparison.dropped:
        lines.append(f"left out, since a run failed: seeds {numbers_in_words(comparison.dropped)}")
    lines += [
        f"likely: the {CONFIDENCE:.0%} interval excludes zero; certain: the {NEAR_CERTAINTY:.1%} interval does",
        (
            "intervals are by Student's t over the pairs, each for itself: "
            f"about 1 of {1 / (1 - CONFIDENCE):.0f} misses the true difference by chance"
        ),
    ]
    if goal := comparison.goal:
        told = f"{goal.figure} to within {goal.half_width:g}"
        lines.append(f"{told}: {'reached' if comparison.is_reached else f'not reached with {len(seeds)} pairs'}")
    return lines


def numbers_in_words(numbers: Sequence[int]) -> str:
    """Whole numbers; those that follow one another by the first and the last."""
    ends = [place for place, (one, two) in enumerate(pairwise(numbers), 1) if two != one + 1]
    spans = [numbers[start:end] for start, end in pairwise([0, *ends, len(numbers)])]
    return ", ".join(
        f"{span[0]} to {span[-1]}" if len(span) > 2 else ", ".join(map(str, span)) for span in spans
    )  # fmt: skip


def _indented(text: str, mark: str, width: int) -> str:
    """A text after a mark, in lines of a width that begin below its beginning; no word or path is broken."""
    return textwrap.fill(
        text, width, initial_indent=mark, subsequent_indent=" " * len(mark),
        break_on_hyphens=False, break_long_words=False,
    )  # fmt: skip


def print_line(line: str, out: "Console") -> None:
    """Print a line, broken between words where it is too long."""
    out.print(_indented(line, "", out.width), markup=False, soft_wrap=True)


def _print_provenance(provenance: "Provenance", out: "Console") -> None:
    """Print what figures were made of; the command in one line, to be copied."""
    for line in provenance.lines:
        print_line(line, out)
    if provenance.command:
        out.print(f"by the command: {provenance.command}", markup=False, soft_wrap=True)
