"""The claims ledger: what the methodology says, as things that can be measured on a run."""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from attrs import converters, field, frozen

_SOURCE = Path(__file__).with_name("ledger.toml")


def _interval(bounds: Sequence[float]) -> tuple[float, float]:
    low, high = bounds
    return float(low), float(high)


@frozen
class Claim:
    """One claim. It is a rule (`always`), or has intervals: `pooled` and `single`, or `paired`."""

    id: str
    section: str
    description: str
    note: str = ""
    always: bool = False
    pooled: tuple[float, float] | None = field(default=None, converter=converters.optional(_interval))
    single: tuple[float, float] | None = field(default=None, converter=converters.optional(_interval))
    paired: tuple[float, float] | None = field(default=None, converter=converters.optional(_interval))


@cache
def ledger() -> dict[str, Claim]:
    """All claims by their ids, in the ledger's order."""
    document = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    claims = [Claim(section=entry.pop("from"), **entry) for entry in document["claim"]]
    return {claim.id: claim for claim in claims}
