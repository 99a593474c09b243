"""Draws what a session costs, how long a run takes and what it holds, over the number of regions. Needs matplotlib."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.ticker import NullFormatter

from benchmarks.parts import PER_SESSION, Figures
from benchmarks.targets import targets
from simulation.views.look import BLUE, GREEN, LIGHT, RED, matplotlib_style

MARK: Any = {"marker": "_", "markersize": 22, "markeredgewidth": 2, "linestyle": ""}
WALL, MEMORY = "wall s", "peak memory MB"


def draw(regions: Figures, picture: Path, machine: str) -> None:
    """Draw the figures of the part `regions` into a file."""
    mpl.rcParams.update(matplotlib_style() | {"font.size": 9})
    figure, (session, wall, memory) = plt.subplots(1, 3, figsize=(11, 3.7), layout="constrained")
    draw_over_size(session, regions, PER_SESSION, "Processor time per session, ms")
    draw_over_size(wall, regions, WALL, "From the command to the written files, s")
    draw_over_size(memory, regions, MEMORY, "Peak memory of all processes together, MB")
    for axes in (session, memory):
        axes.set_ylim(0, axes.get_ylim()[1] * 1.12)
    wall.set_yscale("log")
    wall.yaxis.set_major_formatter("{x:g}")
    wall.yaxis.set_minor_formatter(NullFormatter())
    wall.set_ylim(wall.get_ylim()[0] / 1.3, wall.get_ylim()[1] * 1.6)
    figure.legend(*session.get_legend_handles_labels(), loc="outside lower center", ncols=3, edgecolor="none")
    figure.suptitle(machine, fontsize=8, color=LIGHT["quiet"], x=0.99, ha="right")
    picture.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(picture, dpi=150)
    plt.close(figure)


def draw_over_size(axes: Axes, regions: Figures, name: str, title: str) -> None:
    """One panel: a figure over the number of regions, and what it may be."""
    sizes = [int(size) for size in regions]
    values = [row[name] for row in regions.values()]
    axes.plot(sizes, values, color=BLUE, marker="o", markersize=5, linewidth=1.8, label="measured", zorder=3)
    for size, value in zip(sizes, values, strict=True):
        axes.annotate(f"{value:.3g}", (size, value), (-5, 5), textcoords="offset points", ha="right", color=BLUE)
    if marks := list(limits(regions, name)):
        places, bounds, hopes = zip(*marks, strict=True)
        axes.plot(places, bounds, color=RED, label="at most", **MARK)
        axes.plot(places, hopes, color=GREEN, label="hoped for", **MARK)
    axes.set_xscale("log")
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlim(min(sizes) / 2.5, max(sizes) * 1.6)
    axes.set_xlabel("regions like production's")
    axes.set_title(title, loc="left", fontsize=9.5, pad=10)


def limits(regions: Figures, name: str) -> Iterator[tuple[int, float, float]]:
    """Numbers of regions with what the figure may be there, and what is hoped for."""
    for target in targets():
        row = regions.get(target.row) if target.part == "regions" else None
        if row is None:
            continue
        if target.figure == name:
            yield int(target.row), target.bound, target.reach
        elif (target.figure, name) == ("processor s", PER_SESSION):
            yield int(target.row), target.bound / row["sessions"] * 1e3, target.reach / row["sessions"] * 1e3
