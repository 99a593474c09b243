"""A comparison as a picture: for each key figure the difference in percent of the base, with its interval."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from simulation.lib.extras import require
from simulation.lib.staging import check_file, staged_file
from simulation.studies import StudyError
from simulation.studies.differences import CONFIDENCE, Difference
from simulation.studies.key_figures import KEY_FIGURES, KeyFigure
from simulation.views.comparison_table import decimals_for, number

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from simulation.studies.comparison import Comparison

SUFFIXES = (".png", ".svg")
BLUE, RED, GREY, BAND = "#2a6f97", "#c1443c", "#8d99ae", "#f2f4f7"
# Below a percent, distances are drawn as they are; above, a tenfold change takes as much room again.
LINEAR_PERCENT = 1.0
# Changes beyond are drawn at the edge.
EDGE_PERCENT = 1000.0
TICKS = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)
ROW_INCHES = 0.27


@frozen
class Line:
    """A row of the picture: a difference and the ends of its interval in percent of the base's mean, and in words.

    Where the base's mean is zero there is no percentage.
    """

    words: str
    direction: int
    percent: tuple[float, float, float] | None

    @property
    def within_the_edge(self) -> tuple[float, ...]:
        """The same, clipped at the edge; empty where there is no percentage."""
        return tuple(min(max(end, -EDGE_PERCENT), EDGE_PERCENT) for end in self.percent or ())


def check_picture(path: Path, *, force: bool = False) -> None:
    """Raise StudyError or RunDirError, before anything is simulated, where a picture could not be drawn."""
    if path.suffix not in SUFFIXES:
        raise StudyError(f"--plot: {path} has the suffix {path.suffix!r}; allowed are {', '.join(SUFFIXES)}")
    check_file(path, force=force)
    require("matplotlib", "pictures", "pictures need", StudyError)


def figures_to_draw(comparison: "Comparison") -> list[KeyFigure]:
    """The key figures worth drawing: those that are defined and not zero in some scenario."""
    of_all = [comparison.differences(other) for other in comparison.others]
    return [figure for figure in KEY_FIGURES if any(of[figure.name].base or of[figure.name].other for of in of_all)]


def lines_of(comparison: "Comparison", other: str, figures: Sequence[KeyFigure]) -> list[Line]:
    """The rows of a scenario's panel."""
    differences = comparison.differences(other)
    return [
        Line(_words(difference, figure), difference.direction, _percent(difference))
        for figure in figures
        for difference in (differences[figure.name],)
    ]


def draw_comparison(comparison: "Comparison", path: Path, *, force: bool = False) -> None:
    """Draw a comparison into a PNG or SVG file: the same bytes for the same comparison. Raises RunDirError."""
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figures, others = figures_to_draw(comparison), comparison.others
    style = {"font.size": 8.5, "axes.spines.top": False, "axes.spines.right": False, "svg.hashsalt": "comparison"}
    with mpl.rc_context(style):
        picture = Figure(figsize=(1.7 + 5.6 * len(others), len(figures) * ROW_INCHES + 1.6), layout="constrained")
        FigureCanvasAgg(picture)
        for axes, other in zip(picture.subplots(1, len(others), squeeze=False)[0], others, strict=True):
            _draw_panel(axes, lines_of(comparison, other, figures))
            axes.set_yticks(range(len(figures)), [figure.name.replace("_", " ") for figure in figures])
            axes.tick_params(axis="y", length=0, labelleft=other == others[0])
            axes.set_title(f"{other} against {comparison.base}", loc="left", fontsize=10, pad=8, parse_math=False)
        picture.supxlabel(_explained(comparison), fontsize=8.5, parse_math=False)
        metadata = {"Date": None} if path.suffix == ".svg" else {"Software": None}
        with staged_file(path, force=force) as partial:
            picture.savefig(partial, dpi=130, metadata=metadata)


def _explained(comparison: "Comparison") -> str:
    """What the axis and the colours mean."""
    return (
        f"change in percent of {comparison.base}, with {CONFIDENCE:.0%} interval over {len(comparison.seeds)} pairs of "
        "runs\nred: more, blue: less, grey: the interval contains zero"
    )


def _draw_panel(axes: "Axes", lines: list[Line]) -> None:
    for row, line in enumerate(lines):
        colour = {1: RED, -1: BLUE, 0: GREY}[line.direction]
        if row % 2 == 0:
            axes.axhspan(row - 0.5, row + 0.5, color=BAND, zorder=0)
        axes.text(1.02, row, line.words, transform=axes.get_yaxis_transform(), va="center", color=colour, fontsize=8)
        if line.percent is not None:
            low, middle, high = line.within_the_edge
            axes.plot([low, high], [row, row], color=colour, linewidth=2.2, solid_capstyle="butt", zorder=2)
            axes.plot([middle], [row], "o", color=colour, markersize=4.5, zorder=3)
    for tick in TICKS:
        axes.axvline(tick, color="white", linewidth=0.8, zorder=1)
    axes.axvline(0, color="black", linewidth=0.8, zorder=1)
    axes.set_xscale("symlog", linthresh=LINEAR_PERCENT)
    reach = _reach(lines)
    ticks = [tick for tick in TICKS if abs(tick) <= reach]
    axes.set_xlim(-reach, reach)
    axes.set_xticks(ticks, [f"{tick:+d}%".replace("-", "\N{MINUS SIGN}") if tick else "0" for tick in ticks])
    axes.minorticks_off()
    axes.set_ylim(len(lines) - 0.5, -0.5)
    axes.spines["left"].set_visible(False)


def _reach(lines: list[Line]) -> float:
    """How far the axis goes to both sides, in percent."""
    ends = [abs(end) for line in lines if line.percent is not None for end in line.percent]
    return min(max(1.2 * max(ends, default=0.0), 2.0 * LINEAR_PERCENT), 1.2 * EDGE_PERCENT)


def _percent(difference: Difference) -> tuple[float, float, float] | None:
    if not difference.base or difference.mean is None:
        return None
    low, high = difference.interval or (difference.mean, difference.mean)
    base = abs(difference.base)
    return 100 * low / base, 100 * difference.mean / base, 100 * high / base


def _words(difference: Difference, figure: KeyFigure) -> str:
    if difference.interval == (0.0, 0.0):
        return "no difference"
    decimals = decimals_for(figure)
    half_width = "" if difference.half_width is None else f" ± {number(difference.half_width, decimals)}"
    return f"{number(difference.mean, decimals, sign=True)}{half_width} {figure.unit}".replace("-", "\N{MINUS SIGN}")
