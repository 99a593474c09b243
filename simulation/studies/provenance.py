"""What figures were made of, to stand beside them: the same bytes whenever the same is asked for again."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from simulation import __version__
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest

# Of a digest, enough to tell scenarios apart.
_DIGITS = 12


@frozen
class Provenance:
    """The version that simulated, the digests of scenarios by their names, seeds, and what was changed in them all.

    `command` is the command line as it was typed, where there was one.
    """

    scenarios: Mapping[str, str]
    seeds: tuple[int, ...]
    overrides: tuple[str, ...] = ()
    version: str = __version__
    command: str = ""

    @classmethod
    def of(
        cls, scenarios: Mapping[str, Scenario], seeds: Sequence[int], overrides: Sequence[str] = (), command: str = ""
    ) -> "Provenance":
        """That of scenarios by their names, to which `overrides` were applied, under some seeds."""
        digests = {name: scenario_digest(scenario) for name, scenario in scenarios.items()}
        return cls(digests, tuple(seeds), tuple(overrides), command=command)

    @classmethod
    def of_run(cls, record: Mapping[str, Any]) -> "Provenance":
        """That of a run, by its run.json."""
        digests = {record["scenario_name"]: record["scenario_digest"]}
        return cls(digests, (record["seed"],), version=record["version"])

    @property
    def lines(self) -> list[str]:
        """All of it in words but the seeds and the command, digests by their first digits."""
        digests = ", ".join(f"{name} {digest[:_DIGITS]}" for name, digest in self.scenarios.items())
        return [str(self), f"scenario digests: {digests}"]

    def __str__(self) -> str:
        several = "s" if len(self.scenarios) > 1 else ""
        changed = f" with {', '.join(self.overrides)}" if self.overrides else ""
        return f"simulated by version {self.version}: scenario{several} {', '.join(self.scenarios)}{changed}"
