"""What figures were made of, to stand beside them: the same bytes whenever the same is simulated again."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from simulation import __version__
from simulation.scenario import Scenario
from simulation.scenario.loading import scenario_digest


@frozen
class Provenance:
    """The version that simulated, the digests of scenarios by their names, seeds, and what was changed in them all."""

    scenarios: Mapping[str, str]
    seeds: tuple[int, ...]
    overrides: tuple[str, ...] = ()
    version: str = __version__

    @classmethod
    def of(cls, scenarios: Mapping[str, Scenario], seeds: Sequence[int], overrides: Sequence[str] = ()) -> "Provenance":
        """That of scenarios by their names, to which `overrides` were applied, under some seeds."""
        digests = {name: scenario_digest(scenario) for name, scenario in scenarios.items()}
        return cls(digests, tuple(seeds), tuple(overrides))

    @classmethod
    def of_run(cls, record: Mapping[str, Any]) -> "Provenance":
        """That of a run, by its run.json."""
        digests = {record["scenario_name"]: record["scenario_digest"]}
        return cls(digests, (record["seed"],), version=record["version"])

    def __str__(self) -> str:
        several = "s" if len(self.scenarios) > 1 else ""
        changed = f" with {', '.join(self.overrides)}" if self.overrides else ""
        return f"simulated by version {self.version}: scenario{several} {', '.join(self.scenarios)}{changed}"
