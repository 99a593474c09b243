"""Interventions from trigger to outcome, as a flow: a column for each stage, a ribbon for emails that took a way."""

from itertools import pairwise
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from simulation.validation.run import Run
from simulation.views import in_words
from simulation.views.pages.charts import GREY, ORANGE, RED, framed, tips
from simulation.views.pages.report.section import Section, table_of

STAGES = ("risk when triggered", "type of the email", "how far it came", "engagement afterwards")
_STEPS = ("responded", "clicked", "opened", "delivered", "sent", "failed")
_AFTERWARDS = ("rose", "fell", "not known")
# By how much a tutor's mean engagement has to change to count; it is stored with two decimals.
_CHANGE = 0.005
# Half the width of a stage's blocks, and the gap between blocks, in parts of the whole.
_HALF_BLOCK, _GAP = 0.06, 0.03
_CURVE_POINTS = 24
_COLOURS = {"High": RED, "Medium": ORANGE}


def interventions_section(run: Run) -> Section:
    """The flow, and the same as a table; neither where there were no interventions.

    The last stage is left out where it is unknown throughout: short windows lack seven days before and after an email.
    """
    emails = stages_of(table_of(run, "interventions"))
    if not len(emails):
        return Section(told={"rows": []})
    if (emails[STAGES[-1]] == _AFTERWARDS[-1]).all():
        emails = emails.drop(columns=STAGES[-1])
    counts = emails.groupby(list(emails), as_index=False).size()
    return Section(
        {"flow": _flow(blocks_of(emails), ribbons_of(emails))},
        {"columns": [*emails, "emails"], "rows": list(counts.itertuples(index=False, name=None))},
    )


def stages_of(interventions: pd.DataFrame) -> pd.DataFrame:
    """Each intervention's value at each of the STAGES, in words."""
    change = interventions["engagement_after"] - interventions["engagement_before"]
    afterwards = np.select(
        [change > _CHANGE, change < -_CHANGE, change.notna()], ["rose", "fell", "stayed"], "not known"
    )
    return pd.DataFrame(
        {
            STAGES[0]: interventions["risk_level_at_trigger"].astype(object),
            STAGES[1]: interventions["intervention_type"].map(in_words, na_action="ignore").astype(object),
            STAGES[2]: interventions["status"].astype(object),
            STAGES[3]: afterwards,
        }
    )


def blocks_of(emails: pd.DataFrame) -> pd.DataFrame:
    """A block for each value of each stage: its `count`, and where it stands between 0, the bottom, and 1, the top."""
    blocks = []
    for place, stage in enumerate(map(str, emails)):
        counts = emails[stage].value_counts()
        counts = counts.reindex(sorted(counts.index, key=_rank))
        share = (1 - _GAP * (len(counts) - 1)) / len(emails)
        top = 1.0
        for value, count in counts.items():
            blocks.append((place, stage, value, int(count), top - count * share, top))
            top -= count * share + _GAP
    return pd.DataFrame(blocks, columns=["place", "stage", "value", "count", "low", "high"])


def ribbons_of(emails: pd.DataFrame) -> pd.DataFrame:
    """A ribbon for the emails that went from one block to another, as points from left to right, coloured by risk."""
    blocks = blocks_of(emails).set_index(["stage", "value"])
    curve = np.linspace(0, 1, _CURVE_POINTS)
    rise = curve**2 * (3 - 2 * curve)
    ribbons = []
    for place, (left, right) in enumerate(pairwise(map(str, emails))):
        columns = list(dict.fromkeys([left, right, STAGES[0]]))
        flows = emails.groupby(columns, as_index=False).size()
        ranks = {row: tuple(map(_rank, values)) for row, *values in flows[columns].itertuples(name=None)}
        starts = _stacked(flows.loc[sorted(ranks, key=ranks.__getitem__)], left, blocks)
        ends = _stacked(flows.loc[sorted(ranks, key=lambda row: (ranks[row][1], ranks[row]))], right, blocks)
        for row in flows.index:
            (low, high), (to_low, to_high) = starts[row], ends[row]
            told = f"{flows.loc[row, left]} → {flows.loc[row, right]}"
            ribbons.append(
                pd.DataFrame({
                    "ribbon": f"{place}.{row}", "flow": told, "emails": int(flows.loc[row, "size"]),
                    "risk": flows.loc[row, STAGES[0]],
                    "x": place + _HALF_BLOCK + curve * (1 - 2 * _HALF_BLOCK),
                    "low": low + (to_low - low) * rise, "high": high + (to_high - high) * rise,
                })
            )  # fmt: skip
    return pd.concat(ribbons, ignore_index=True).round(4)


def _stacked(flows: pd.DataFrame, stage: str, blocks: pd.DataFrame) -> dict[Any, tuple[float, float]]:
    """From where to where each flow meets the block of its value in a stage: one below the other, from the top."""
    tops = {value: blocks.loc[(stage, value), "high"] for value in flows[stage].unique()}
    heights = {value: blocks.loc[(stage, value), "high"] - blocks.loc[(stage, value), "low"] for value in tops}
    totals = flows.groupby(stage)["size"].sum()
    spans = {}
    for row, value, size in zip(flows.index, flows[stage], flows["size"], strict=True):
        height = heights[value] * size / totals[value]
        spans[row] = (tops[value] - height, tops[value])
        tops[value] -= height
    return spans


def _rank(value: str) -> tuple[int, str]:
    """Where a value stands, from the top; values without a place of their own follow by name."""
    order = ("High", "Medium", *_STEPS, *_AFTERWARDS)
    return (order.index(value) if value in order else len(order), value)


def _flow(blocks: pd.DataFrame, ribbons: pd.DataFrame) -> Any:
    x = alt.X("x:Q", title=None).scale(domain=[-0.12, blocks["place"].max() + 0.55], nice=False, zero=False).axis(None)
    y = alt.Y("low:Q", title=None).scale(domain=[0, 1.08], nice=False).axis(None)
    risk = alt.Color("risk:N", title="risk when triggered").scale(domain=list(_COLOURS), range=list(_COLOURS.values()))
    areas = alt.Chart(ribbons).mark_area(opacity=0.45).encode(
        x=x, y=y, y2=alt.Y2("high:Q"), detail=alt.Detail("ribbon:N"), color=risk,
        tooltip=tips("flow", "risk", emails="d"),
    )  # fmt: skip
    placed = blocks.assign(
        left=blocks["place"] - _HALF_BLOCK, right=blocks["place"] + _HALF_BLOCK,
        middle=(blocks["low"] + blocks["high"]) / 2, label=[f"{row.value} {row.count}" for row in blocks.itertuples()],
    )  # fmt: skip
    boxes = (
        alt.Chart(placed)
        .mark_rect(color=GREY)
        .encode(
            x=alt.X("left:Q"),
            x2=alt.X2("right:Q"),
            y=alt.Y("low:Q"),
            y2=alt.Y2("high:Q"),
            tooltip=tips("stage", "value", count="d"),
        )
    )
    words = (
        alt.Chart(placed)
        .mark_text(align="left", fontSize=12, dx=4)
        .encode(x=alt.X("right:Q"), y=alt.Y("middle:Q"), text=alt.Text("label:N"))
    )
    heads = blocks[["place", "stage"]].drop_duplicates()
    heads = heads.assign(place=heads["place"] - _HALF_BLOCK, top=1.05)
    names = alt.Chart(heads).mark_text(align="left", fontSize=12, fontWeight="bold").encode(
        x=alt.X("place:Q"), y=alt.Y("top:Q"), text=alt.Text("stage:N")
    )  # fmt: skip
    return framed(
        areas + boxes + words + names, "Interventions from the risk that triggered them to what followed", 420
    )
