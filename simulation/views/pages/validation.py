"""A validation as a page: each claim's figures against what it allows, those that fail first."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from simulation.studies.provenance import Provenance
from simulation.validation.ledger import ledger
from simulation.validation.validation import Validation
from simulation.validation.verdicts import Judged, Paired, Pooled
from simulation.views.pages.page import rounded, write_page
from simulation.views.pages.strips import place_in, strips, verdict

COLUMNS = ("claim", "verdict", "figure", "from", "to", "standard error", "runs outside", "what is measured", "note")
VERDICTS = {True: "holds", False: "fails", None: "not judged"}


def write_validation_page(
    validation: Validation, name: str, out: Path, provenance: Provenance | None = None, *, force: bool = False
) -> None:
    """Write the page of a validation of something that has a name. Raises RunDirError."""
    # Only what was simulated to be validated has seeds of its own, and only what has rules was checked by them.
    seeds: tuple[int, ...] = getattr(validation, "seeds", ())
    groups = [(title, claims, points_of(claims, seeds)) for title, claims in claims_by_group(validation.claims).items()]
    drawn = {f"group_{place}": group for place, group in enumerate(groups) if len(group[2])}
    columns, rows = claims_table(validation.claims)
    rules = getattr(validation, "rules", [])
    write_page(
        "validation.html", out, {place: _chart(claims, points) for place, (_, claims, points) in drawn.items()},
        force=force, title=f"Validation of {name}", warnings=validation.warnings, validation=validation,
        provenance=provenance, seeds=seeds if provenance is None else provenance.seeds,
        groups=[(place, title) for place, (title, *_) in drawn.items()], rules=rules,
        verdicts=[(one.id, "holds" if one.holds else "broken", len(one.violations), one.description) for one in rules],
        pooled=any(isinstance(claim, Pooled) for claim in validation.claims), columns=columns, rows=rows,
    )  # fmt: skip


def claims_by_group(claims: Sequence[Judged]) -> dict[str, list[Judged]]:
    """Claims that fail come first, all others by their subject: the first word of their ids."""
    groups: dict[str, list[Judged]] = {}
    for claim in claims:
        title = "Claims that fail" if claim.holds is False else claim.id.partition(".")[0].capitalize()
        groups.setdefault(title, []).append(claim)
    return {title: groups[title] for title in sorted(groups, key=lambda title: title != "Claims that fail")}


def points_of(claims: Sequence[Judged], seeds: tuple[int, ...]) -> pd.DataFrame:
    """A row for each figure of each claim, the `line`: of each run by its `seed`, or the only one."""
    rows = []
    for claim in claims:
        interval = claim.single if isinstance(claim, Pooled) else claim.interval
        values = zip(seeds, claim.values, strict=True) if isinstance(claim, Pooled) else [("", claim.value)]
        rows += [
            (claim.id, str(seed), f"{value:.4g}", place_in(value, interval), verdict(value, interval),
             "{:g} to {:g}".format(*interval), claim.description)
            for seed, value in values
            if value is not None
        ]  # fmt: skip
    return pd.DataFrame(rows, columns=["line", "seed", "value", "place", "verdict", "allowed", "description"])


def means_of(claims: Sequence[Pooled]) -> pd.DataFrame:
    """The mean of each claim over all runs and the interval that it is judged by, on the scale of single runs."""
    rows = [
        (
            claim.id, f"{claim.value:.4g}", "{:g} to {:g}".format(*claim.interval),
            place_in(claim.value, claim.single), *(place_in(end, claim.single) for end in claim.interval),
        )
        for claim in claims
        if claim.value is not None
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["line", "mean", "pooled", "place", "low", "high"])


def _chart(claims: Sequence[Judged], points: pd.DataFrame) -> Any:
    pooled = [claim for claim in claims if isinstance(claim, Pooled)]
    told = ("line", *(["seed"] if pooled else []), "value", "allowed", "description")
    marks = means_of(pooled) if pooled else None
    return strips(points, f"Figures of {len(claims)} claims in what they allow", *told, marks=marks)


def claims_table(claims: Sequence[Judged]) -> tuple[list[str], list[tuple[object, ...]]]:
    """The names of columns in which something stands, and a row for each claim."""
    rows = [
        (
            claim.id, VERDICTS[claim.holds], rounded(claim.value, 4), *claim.interval,
            rounded(claim.standard_error, 4) if isinstance(claim, Pooled | Paired) else None,
            len(claim.outside) if isinstance(claim, Pooled) else None, claim.description, ledger()[claim.id].note,
        )
        for claim in claims
    ]  # fmt: skip
    filled = [place for place in range(len(COLUMNS)) if any(row[place] is not None for row in rows)]
    return [COLUMNS[place] for place in filled], [tuple(row[place] for place in filled) for row in rows]
