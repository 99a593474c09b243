"""The paired claims: what happens to a figure when a mechanism is changed. They show causes, not figures put in."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import numpy as np
from attrs import frozen

from simulation.validation.measures import Measure, defined, measures
from simulation.validation.measures_students import students_who_churn
from simulation.validation.run import Run
from simulation.validation.selections import of_persona
from simulation.validation.statistics import mean

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


def tutor_no_shows(run: Run) -> float:
    """Sessions to which the tutor did not come."""
    return float(np.count_nonzero(~run.frame("sessions").flags("tutor_showed")))


def churned_students(run: Run) -> float:
    """Students who churn in the window."""
    return len(students_who_churn(run))


def drop_of_veterans(run: Run) -> float:
    """Mean over burned-out veterans of avg_rating_7d less avg_rating_30d."""
    veterans = of_persona(run, run.frame("tutor_aggregates"), "burned_out_veteran")
    return mean(veterans.numbers("avg_rating_7d") - veterans.numbers("avg_rating_30d"))


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
            defined(tutor_no_shows),
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
            {"students.traits.leniency_shift": _plus(-0.3)}, defined(churned_students), relative=True
        ),
        "mechanism.no_burnout": Mechanism({"mechanisms.burnout": _to(False)}, defined(drop_of_veterans)),
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
