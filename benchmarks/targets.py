"""What the simulation may cost, and whether it does not cost more."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from attrs import frozen

TARGETS = Path(__file__).with_name("targets.toml")

# The targets are about this scenario.
SCENARIO = "production"


@frozen
class Target:
    """A figure that is not to be above `bound`, and is hoped to come to `reach`."""

    says: str
    part: str
    row: str
    figure: str
    bound: float
    reach: float
    unit: str = ""


@frozen
class Verdict:
    """A target, and the figure that was measured; None where it was not."""

    target: Target
    value: float | None

    @property
    def says(self) -> str:
        """Whether it is met, in a word or two."""
        if self.value is None:
            return "not measured"
        if self.value > self.target.bound:
            return "**missed**"
        return "reached" if self.value <= self.target.reach else "met"


def targets() -> list[Target]:
    """All targets, in the file's order."""
    return [Target(**stated) for stated in tomllib.loads(TARGETS.read_text("utf-8"))["targets"]]


def judged(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> list[Verdict]:
    """What is to be said of figures by part, row and name."""
    return [
        Verdict(target, figures.get(target.part, {}).get(target.row, {}).get(target.figure)) for target in targets()
    ]
