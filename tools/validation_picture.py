"""Draws each claim's runs against its interval. Needs matplotlib (`pip install .[pictures]`)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from simulation.validation.validation import Runs, ScenarioValidation
from simulation.validation.verdicts import Pooled
from simulation.views.look import BLUE, GREY, LIGHT, RED, matplotlib_style
from tools.positions import Line, in_columns, position

BAND, WIDE = LIGHT["line"], LIGHT["raised"]
COLUMNS = 3
# Positions beyond are drawn at the edge.
EDGE = 2.6
ROW_INCHES = 0.2


def draw(validation: ScenarioValidation, runs: Runs, picture: Path) -> None:
    """Draw the claims of a scenario, in the ledger's order, into a file."""
    columns = in_columns(validation.claims, COLUMNS)
    rows = max(map(len, columns))
    mpl.rcParams.update(matplotlib_style() | {"font.size": 8})
    figure, panels = plt.subplots(1, COLUMNS, figsize=(16, rows * ROW_INCHES + 1.2), layout="constrained")
    for panel, lines in zip(panels, columns, strict=True):
        draw_column(panel, lines, runs, rows)
    figure.suptitle(title(validation), fontsize=11)
    draw_legend(figure)
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=110)
    plt.close(figure)


def title(validation: ScenarioValidation) -> str:
    """What the picture shows, in a line."""
    return (
        f"{validation.scenario} under {len(validation.seeds)} seeds: where each claim's runs and their mean lie, "
        "between the lower (-1) and the upper end (+1) of what is allowed for the mean"
    )


def draw_column(axes: Axes, lines: Sequence[Line], runs: Runs, rows: int) -> None:
    """One panel: a row for each claim."""
    axes.axvline(0, color="white", linewidth=1, zorder=1)
    labels = []
    for row, line in enumerate(lines):
        if isinstance(line, str):
            labels.append((row, line.upper(), "black", "bold"))
            continue
        figures = [of_run.figures[line.id] for of_run in runs.values()]
        draw_claim(axes, row, line, [value for value in figures if value is not None])
        labels.append((row, line.id.partition(".")[2], RED if line.holds is False else "black", "normal"))
    axes.set_yticks([row for row, *_ in labels], [text for _, text, *_ in labels])
    for tick, (_, _, colour, weight) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_color(colour)
        tick.set_fontweight(weight)
    axes.tick_params(axis="y", length=0)
    axes.set_ylim(rows - 0.4, -0.6)
    axes.set_xlim(-EDGE - 0.1, EDGE + 0.1)
    axes.set_xticks([-2, -1, 0, 1, 2])
    axes.spines["left"].set_visible(False)


def draw_claim(axes: Axes, row: int, claim: Pooled, figures: Sequence[float]) -> None:
    """A claim's interval and that of single runs as bands, its runs as dots, their mean with two standard errors."""
    colour = RED if claim.holds is False else BLUE
    low, high = (clipped(claim, end) for end in claim.single)
    axes.barh(row, high - low, left=low, height=0.72, color=WIDE, zorder=0)
    axes.barh(row, 2, left=-1, height=0.72, color=BAND, zorder=0)
    axes.scatter([clipped(claim, value) for value in figures], [row] * len(figures), s=9, color=GREY, alpha=0.35,
                 linewidths=0, zorder=2)  # fmt: skip
    if claim.value is None:
        return
    error = 2 * (claim.standard_error or 0.0)
    ends = [clipped(claim, claim.value - error), clipped(claim, claim.value + error)]
    axes.plot(ends, [row, row], color=colour, linewidth=1.6, solid_capstyle="butt", zorder=3)
    axes.scatter([clipped(claim, claim.value)], [row], s=22, marker="D", color=colour, linewidths=0, zorder=4)


def clipped(claim: Pooled, value: float) -> float:
    """Where a value is drawn."""
    return min(max(position(value, claim.interval), -EDGE), EDGE)


def draw_legend(figure: Figure) -> None:
    """What colours and marks mean."""
    marks = [
        Line2D([], [], linestyle="", marker="o", markersize=3, color=GREY, alpha=0.5, label="a run"),
        Line2D([], [], marker="D", markersize=5, color=BLUE, label="the mean, with two standard errors to each side"),
        Line2D([], [], marker="D", markersize=5, color=RED, label="the same, of a claim that fails"),
        Patch(color=BAND, label="allowed for the mean"),
        Patch(color=WIDE, label="allowed for a single run"),
    ]
    figure.legend(handles=marks, loc="outside lower center", ncols=len(marks), edgecolor="none", fontsize=9)
