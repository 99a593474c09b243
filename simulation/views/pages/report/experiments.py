"""Experiments: what share of each variant's exposed tutors converted, and how sure that is."""

import json
from statistics import NormalDist
from typing import Any

import altair as alt
import pandas as pd

from simulation.validation.run import Run
from simulation.views.pages.charts import BLUE, ORANGE, coloured, framed, tips
from simulation.views.pages.report.section import Section, table_of

CONFIDENCE = 0.95


def experiments_section(run: Run) -> Section:
    """Conversions by variant with their intervals, and the experiments as a table; nothing where there are none."""
    experiments = table_of(run, "experiments")
    variants = conversions(experiments, table_of(run, "experiment_assignments"))
    if not len(variants):
        return Section(told={"rows": []})
    return Section(
        {"conversions": _intervals(variants)}, {"rows": [_row(one, variants) for one in experiments.itertuples()]}
    )


def conversions(experiments: pd.DataFrame, assignments: pd.DataFrame) -> pd.DataFrame:
    """For each variant how many were assigned, `exposed` and `converted`, the `rate` and its interval, `low` to `high`.

    The interval is Wilson's, of 95 %; without anybody exposed there is no rate.
    """
    rows = []
    for experiment in experiments.to_dict("records"):
        own = assignments[assignments["experiment_id"] == experiment["experiment_id"]]
        for place, variant in enumerate(json.loads(experiment["variants"])):
            of_variant = own[own["variant"] == variant]
            exposed, converted = (int(of_variant[name].notna().sum()) for name in ("exposed_at", "converted_at"))
            rate, low, high = None, None, None
            if exposed:
                rate, (low, high) = converted / exposed, wilson(converted, exposed)
            role = "treatment" if place else "control"
            rows.append((
                experiment["experiment_id"], experiment["name"], variant, role, len(of_variant), exposed, converted,
                rate, low, high,
            ))  # fmt: skip
    told = ["experiment_id", "experiment", "variant", "role", "assigned", "exposed", "converted"]
    return pd.DataFrame(rows, columns=[*told, "rate", "low", "high"])


def wilson(converted: int, exposed: int) -> tuple[float, float]:
    """The interval of 95 % of a rate (Wilson 1927); SciPy, which has it too, takes most of a second to import."""
    z = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
    rate, shrinkage = converted / exposed, 1 + z**2 / exposed
    centre = (rate + z**2 / (2 * exposed)) / shrinkage
    half = z * (rate * (1 - rate) / exposed + z**2 / (4 * exposed**2)) ** 0.5 / shrinkage
    return max(centre - half, 0.0), min(centre + half, 1.0)


def lift(control: Any, treatment: Any) -> tuple[float, float, float] | None:
    """A variant's rate less that of the control, and its interval, by Newcombe's method from Wilson's two."""
    if pd.isna(control.rate) or pd.isna(treatment.rate):
        return None
    difference = treatment.rate - control.rate
    below = ((treatment.rate - treatment.low) ** 2 + (control.high - control.rate) ** 2) ** 0.5
    above = ((treatment.high - treatment.rate) ** 2 + (control.rate - control.low) ** 2) ** 0.5
    return difference, difference - below, difference + above


def _row(experiment: Any, variants: pd.DataFrame) -> tuple[object, ...]:
    own = list(variants[variants["experiment_id"] == experiment.experiment_id].itertuples())
    lifts = []
    for treatment in own[1:]:
        found = lift(own[0], treatment)
        told = "not defined" if found is None else "{:+.1f} ({:+.1f} to {:+.1f})".format(*(100 * end for end in found))
        lifts.append(f"{treatment.variant}: {told}")
    p, over = experiment.significance, experiment.status == "completed"
    return (
        experiment.experiment_id, experiment.name, experiment.status, sum(row.assigned for row in own),
        "; ".join(lifts), ", ".join(str(row.exposed) for row in own),
        ("not defined" if over else "not over") if pd.isna(p) else p,
        ("none" if over else "not over") if pd.isna(experiment.winner) else experiment.winner,
    )  # fmt: skip


def _intervals(variants: pd.DataFrame) -> Any:
    known = variants.assign(line=variants["experiment"] + ": " + variants["variant"])
    row = alt.Y("line:N", title=None, sort=None).axis(labelLimit=220, grid=True)
    colour = coloured("role", {"control": BLUE, "treatment": ORANGE})
    told = tips("experiment", "variant", exposed="d", converted="d", rate=".1%", low=".1%", high=".1%")
    chart = alt.Chart(known)
    spans = chart.mark_rule(size=2.5).encode(
        x=alt.X("low:Q", title="converted").axis(format="%"),
        x2=alt.X2("high:Q"),
        y=row,
        color=colour,
        tooltip=told,
    )
    points = chart.mark_point(filled=True, size=90).encode(
        x=alt.X("rate:Q"), y=row, color=colour, tooltip=told,
        shape=alt.Shape("role:N").scale(domain=["control", "treatment"], range=["circle", "diamond"]),
    )  # fmt: skip
    return framed(spans + points, "Conversions by variant, with intervals of 95 %", 26 * len(known))
