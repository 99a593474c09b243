"""Draws the intervals of one key figure, and the coverage of all. Needs matplotlib (`pip install .[pictures]`)."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from simulation.views.look import BLUE, LIGHT, RED, matplotlib_style
from tools.coverage import ALLOWED, PER_COMPARISON, Coverage

BAND = LIGHT["line"]
SHOWN = "hours_taught"


def draw(coverages: Sequence[Coverage], picture: Path) -> None:
    """Draw both panels into a file."""
    mpl.rcParams.update(matplotlib_style() | {"font.size": 9})
    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), width_ratios=(1.7, 1), layout="constrained")
    draw_intervals(left, next(each for each in coverages if each.figure == SHOWN))
    draw_coverages(right, [each for each in coverages if each.is_judged])
    figure.savefig(picture, dpi=150, metadata={"Software": None})
    plt.close(figure)


def draw_intervals(axes: Axes, found: Coverage) -> None:
    """Each comparison's interval in the order of their middles; those that miss the truth stand out."""
    ordered = sorted(found.intervals, key=sum)
    for place, (low, high) in enumerate(ordered):
        misses = not low <= found.truth <= high
        axes.plot([place, place], [low, high], color=RED if misses else BLUE, linewidth=1.8 if misses else 1.0,
                  solid_capstyle="butt")  # fmt: skip
    axes.axhline(found.truth, color="black", linewidth=0.9)
    axes.set_xlim(-2, len(ordered) + 1)
    axes.set_xticks([])
    axes.set_xlabel(f"{len(ordered)} comparisons of {PER_COMPARISON} pairs, by their mean difference")
    axes.set_ylabel(f"difference in {found.figure.replace('_', ' ')} ({found.unit})")
    axes.set_title(f"{found.covered:.1%} of the 95% intervals contain the truth, {found.truth:+.2f}", loc="left")


def draw_coverages(axes: Axes, coverages: Sequence[Coverage]) -> None:
    """The coverage of each key figure, against what is allowed."""
    axes.axvspan(*(100 * end for end in ALLOWED), color=BAND, linewidth=0)
    axes.axvline(95, color="black", linewidth=0.9)
    for place, found in enumerate(coverages):
        axes.plot(100 * found.covered, place, "o", color=BLUE if found.holds else RED)
    axes.set_yticks(range(len(coverages)), [found.figure.replace("_", " ") for found in coverages])
    axes.set_ylim(len(coverages) - 0.5, -0.5)
    axes.set_xlim(min(90.0, *(100 * found.covered for found in coverages)) - 2, 100.5)
    axes.set_xticks([85, 90, 95, 99], ["85%", "90%", "95%", "99%"])
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("intervals that contain the truth")
    axes.set_title("By key figure", loc="left")
