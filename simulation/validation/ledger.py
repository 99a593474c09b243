"""The claims ledger: what the methodology says, as things that can be measured on a run."""

import tomllib
from functools import cache
from pathlib import Path

import cattrs
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
    claims = [cattrs.structure({**entry, "section": entry["from"]}, Claim) for entry in document["claim"]]
    return {claim.id: claim for claim in claims}
