"""The claims ledger: what the methodology says, as things that can be measured on a run."""

import tomllib
from functools import cache
from pathlib import Path

from attrs import frozen

_SOURCE = Path(__file__).with_name("ledger.toml")


@frozen
class Claim:
    """One claim. It is a rule (`always`), or has intervals: `pooled` and `single`, or `paired`."""

    id: str
    section: str
    description: str
    note: str = ""
    always: bool = False
    pooled: tuple[float, float] | None = None
    single: tuple[float, float] | None = None
    paired: tuple[float, float] | None = None


@cache
def ledger() -> dict[str, Claim]:
    """All claims by their ids, in the ledger's order."""
    document = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    claims = [
        Claim(
            id=entry["id"],
            section=entry["from"],
            description=entry["description"],
            note=entry.get("note", ""),
            always=entry.get("always", False),
            pooled=_interval(entry.get("pooled")),
            single=_interval(entry.get("single")),
            paired=_interval(entry.get("paired")),
        )
        for entry in document["claim"]
    ]
    return {claim.id: claim for claim in claims}


def _interval(bounds: list[float] | None) -> tuple[float, float] | None:
    return None if bounds is None else (bounds[0], bounds[1])
