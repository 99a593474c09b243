"""A comparison as a chart, on pages and as a picture: differences in percent of the base, with their intervals."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simulation.lib.extras import require
from simulation.lib.staging import check_file, staged_file
from simulation.studies import StudyError
from simulation.studies.differences import CONFIDENCE, Difference
from simulation.studies.findings import effect_of, number
from simulation.studies.key_figures import KeyFigure, figures_to_show

if TYPE_CHECKING:
    from simulation.studies.comparison import Comparison

SUFFIXES = (".png", ".svg")
# Changes beyond are drawn at the edge; of smaller ones, a tenfold change takes as much room again.
EDGE_PERCENT = 1000.0
TICKS = (-1000, -100, -10, -1, 0, 1, 10, 100, 1000)
ROW, WIDTH = 22, 420

# What is drawn of effects: in a colour and in a shape.
NEITHER, UNSURE = "neither", "unclear"
DRAWN: Mapping[str, str] = {"better": "better", "worse": "worse", "more": NEITHER, "less": NEITHER}
_SHAPES = {"better": "triangle-up", "worse": "triangle-down", NEITHER: "diamond", UNSURE: "circle"}


def check_picture(path: Path, *, force: bool = False) -> None:
    """Raise StudyError or RunDirError, before anything is simulated, where a picture could not be drawn."""
    if path.suffix not in SUFFIXES:
        raise StudyError(f"--plot: {path} has the suffix {path.suffix!r}; allowed are {', '.join(SUFFIXES)}")
    check_file(path, force=force)
    for library in ("altair", "vl_convert"):
        require(library, "pages", "pictures need", StudyError)


def figures_to_draw(comparison: "Comparison", *, every: bool = False) -> list[KeyFigure]:
    """The headlines, or all key figures, that are worth drawing: defined and not zero in some scenario."""
    return [
        figure
        for figure in figures_to_show(comparison.asked, every=every)
        if any(any(comparison.values(figure.name, scenario)) for scenario in comparison.runs)
    ]


def rows_of(
    comparison: "Comparison", other: str, against: str, figures: Sequence[KeyFigure]
) -> list[dict[str, Any]]:  # fmt: skip
    """A row for each key figure: the difference in percent with its interval, its effect, and the same in words.

    Where a figure is zero in what it is held against, there is no percentage; those beyond the edge are at the edge.
    """
    rows = []
    for figure in figures:
        difference = comparison.difference(figure.name, other, against)
        drawn, told = DRAWN.get(effect_of(figure, difference), UNSURE), _words(difference, figure)
        rows.append({"figure": figure.title, **_percent(difference), "effect": drawn, "told": told})
    return rows


def chart_of(rows: Sequence[Mapping[str, Any]], against: str) -> Any:
    """The rows as a chart of points and intervals around them."""
    import altair as alt
    import pandas as pd

    from simulation.views.pages.charts import tips, zero_line

    colour, shape = channels_of_effects()
    ends = [abs(row[end]) for row in rows for end in ("low", "high") if row[end] is not None]
    reach = min(1.2 * max(ends, default=1.0), EDGE_PERCENT)
    scale = alt.Scale(type="symlog", constant=1, domain=[-reach, reach], nice=False)
    ticks = [tick for tick in TICKS if abs(tick) <= reach]
    axis = alt.Axis(values=ticks, labelExpr="datum.value ? format(datum.value, '+,d') + '%' : '0'", labelOverlap=True)
    figure = alt.Y("figure:N", title=None, sort=[row["figure"] for row in rows]).axis(labelLimit=190, grid=True)
    chart = alt.Chart(pd.DataFrame(rows)).transform_filter("isValid(datum.middle)")
    drawn = chart.encode(y=figure, color=colour, tooltip=tips("figure", "told", "effect"))
    low = alt.X("low:Q", title=f"change in percent of {against}", scale=scale, axis=axis)
    spans = drawn.mark_rule(size=3).encode(x=low, x2=alt.X2("high:Q"))
    points = drawn.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("middle:Q", scale=scale), shape=shape
    )  # fmt: skip
    return zero_line() + spans + points


def channels_of_effects() -> tuple[Any, Any]:
    """The colours and the shapes of what is drawn of effects."""
    import altair as alt

    from simulation.views.pages.charts import BLUE, GREEN, GREY, RED, coloured

    colours = {"better": GREEN, "worse": RED, NEITHER: BLUE, UNSURE: GREY}
    return coloured("effect", colours), coloured("effect", _SHAPES, alt.Shape)


def draw_comparison(comparison: "Comparison", path: Path, *, every: bool = False, force: bool = False) -> None:
    """Draw a comparison into a PNG or SVG file: the same bytes for the same comparison. Raises as `check_picture`."""
    check_picture(path, force=force)
    import altair as alt
    import pandas as pd

    from simulation.views.pages.charts import on_paper

    figures = figures_to_draw(comparison, every=every)
    panels = []
    for other, against in comparison.with_base:
        rows = rows_of(comparison, other, against, figures)
        words = alt.Chart(pd.DataFrame(rows)).mark_text(align="left", dx=8).encode(
            x=alt.value(WIDTH), y=alt.Y("figure:N", sort=None), text="told:N"
        )  # fmt: skip
        title = alt.TitleParams(f"{other} against {against}", anchor="start", frame="group")
        panels.append((chart_of(rows, against) + words).properties(width=WIDTH, height=ROW * len(rows), title=title))
    explained = f"with {CONFIDENCE:.0%} intervals, over {len(comparison.seeds)} pairs of runs"
    picture = alt.hconcat(*panels, title=alt.TitleParams(explained, orient="bottom", fontWeight="normal"))
    with staged_file(path, force=force) as partial:
        on_paper(picture).save(partial, format=path.suffix[1:], scale_factor=2)


def _percent(difference: Difference) -> dict[str, float | None]:
    """A difference and the ends of its interval in percent of the base, where there is a percentage."""
    if difference.percents is None:
        return {"low": None, "middle": None, "high": None}
    ends = (min(max(end, -EDGE_PERCENT), EDGE_PERCENT) for end in difference.percents)
    return dict(zip(("low", "middle", "high"), ends, strict=True))


def _words(difference: Difference, figure: KeyFigure) -> str:
    if difference.interval == (0.0, 0.0):
        return "no difference"
    half_width = "" if difference.half_width is None else f" ± {number(figure, difference.half_width)}"
    return f"{number(figure, difference.mean, sign=True)}{half_width} {figure.unit_of_changes}".replace(
        "-", "\N{MINUS SIGN}"
    )
