"""The paired claims: what happens to a figure when a mechanism is changed. They show causes, not figures put in."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

from attrs import frozen

from simulation.validation.measures import Measure, figure, measures

Change = Callable[[Any], Any]


@frozen
class Mechanism:
    """A changed scenario: parameters by path, each with what becomes of it; and the figure that tells.

    `relative` figures are taken over those of the scenario as it is.
    """

    changes: Mapping[str, Change]
    figure: Measure
    relative: bool = False

    def changed(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A resolved scenario, nested, with the mechanism changed."""
        changed = deepcopy(dict(document))
        for path, change in self.changes.items():
            *parents, last = path.split(".")
            place = changed
            for part in parents:
                place = place[part]
            place[last] = change(place[last])
        return changed


_TUTOR_NO_SHOWS = figure("SELECT count(*) FILTER (WHERE NOT tutor_showed) AS missed FROM sessions", "missed")
_CHURNED_STUDENTS = figure(
    "SELECT count(*) AS churned FROM students WHERE churned_at >= $window_start AND churned_at < $window_end", "churned"
)
_DROP_OF_VETERANS = figure(
    "SELECT avg(avg_rating_7d - avg_rating_30d) AS fall FROM aggregates_of_personas "
    "WHERE persona = 'burned_out_veteran'", "fall"
)  # fmt: skip


def mechanisms() -> dict[str, Mechanism]:
    """The mechanisms by the ids of their claims, in the ledger's order."""
    of_ledger = measures()
    return {
        "mechanism.no_effect": Mechanism(
            {"interventions.effect_factor": _to(0.0)}, of_ledger["intervention.effect.realised"]
        ),
        "mechanism.no_shows_doubled": Mechanism(
            {
                "sessions.attendance.no_show_probability_per_count": _times(2),
                "sessions.attendance.no_show_probability_cap": _times(2),
            },
            _TUTOR_NO_SHOWS,
            relative=True,
        ),
        "mechanism.demand_halved": Mechanism(
            {"demand.sessions_per_day": _times(0.5)}, of_ledger["volume.sessions"], relative=True
        ),
        "mechanism.world_doubled": Mechanism(
            {"population.tutors": _times(2), "demand.sessions_per_day": _times(2)},
            of_ledger["volume.interventions"],
            relative=True,
        ),
        "mechanism.less_lenient": Mechanism(
            {"students.traits.leniency_shift": _plus(-0.3)}, _CHURNED_STUDENTS, relative=True
        ),
        "mechanism.no_burnout": Mechanism({"mechanisms.burnout": _to(False)}, _DROP_OF_VETERANS),
        "mechanism.no_trends": Mechanism(
            {"mechanisms.trends": _to(False)}, of_ledger["trend.low_reliability_declines"]
        ),
        "mechanism.no_daily_variance": Mechanism(
            {"mechanisms.daily_variance": _to(False)}, of_ledger["trend.daily.engagement"]
        ),
    }


def _to(value: Any) -> Change:
    return lambda _: value


def _times(factor: float) -> Change:
    return lambda value: value * factor


def _plus(term: float) -> Change:
    return lambda value: value + term
