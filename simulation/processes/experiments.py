"""Experiments (A/B tests): a segment of tutors is assigned to variants, most are exposed, some convert.

A variant changes named aspects of the tutor from exposure until the experiment ends. A conversion adds its value to
the aspect behind the experiment's primary metric, and fades.
"""

import json
from collections.abc import Mapping
from typing import Any

from simulation.agents.identity import experiment_id
from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, EventPriority
from simulation.events import (
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
)
from simulation.processes.agenda import Behaviour
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import SimulationContext
from simulation.random_streams import between, choice, seconds_between
from simulation.scenario import Experiment

# The aspect of a tutor behind each metric, and the sign of an improvement.
_BEHIND = {
    "avg_engagement_score": (Aspect.ENGAGEMENT, 1.0),
    "avg_rating_30d": (Aspect.QUALITY, 1.0),
    "total_sessions_30d": (Aspect.SESSIONS_PER_WEEK, 1.0),
    "reschedule_rate_30d": (Aspect.RESCHEDULING, -1.0),
}


class Experiments:
    """All experiments of a region.

    `assigned` overrides the drawn variants of single tutors, by the ids of experiment and tutor.
    """

    def __init__(
        self, context: SimulationContext, monitor: ChurnMonitor, assigned: Mapping[tuple[str, str], str] | None = None
    ) -> None:
        self._context = context
        self._trials = [
            Trial(context, monitor, number, plan, assigned or {})
            for number, plan in enumerate(context.scenario.experiments, 1)
        ]

    def start(self) -> None:
        """Schedule each experiment for its first day."""
        if self._context.scenario.mechanisms.experiments:
            for trial in self._trials:
                self._context.agenda.start(trial.id, trial.run())

    def linked(self, tutor: Tutor, intervention_type: str) -> tuple[str, str] | None:
        """The id and the tutor's variant of the first running experiment that an intervention is part of, or None."""
        for trial in self._trials:
            if trial.running and intervention_type in trial.plan.intervention_types and tutor.number in trial.variants:
                return trial.id, trial.variants[tutor.number]
        return None


class Trial:
    """One experiment."""

    def __init__(
        self,
        context: SimulationContext,
        monitor: ChurnMonitor,
        number: int,
        plan: Experiment,
        assigned: Mapping[tuple[str, str], str],
    ) -> None:
        self.plan = plan
        self._assigned = assigned
        self.id = experiment_id(number)
        self.number = number
        self.running = False
        self.variants: dict[int, str] = {}
        self._context = context
        self._monitor = monitor
        # Named after the experiment, so that its draws stay the same when others are added before it.
        self._order, self._assignment = (
            context.streams.stream(f"experiment {plan.name}: {what}") for what in ("order", "assignment")
        )
        self._ends_at = 0

    def run(self) -> Behaviour:
        """Start, enrol the segment one tutor after the other, end."""
        agenda, plan = self._context.agenda, self.plan
        starts_at = max(self._context.clock.opening + round(plan.start_day * DAY), 0)
        self._ends_at = starts_at + round(plan.days * DAY)
        yield agenda.until(starts_at, EventPriority.EXPERIMENT, self.number)
        eligible = [tutor for tutor in self._context.tutors.values() if tutor.present and self._in_segment(tutor)]
        eligible.sort(key=lambda tutor: (self._order.uniform(tutor.number), tutor.number))
        self._announce(len(eligible))
        self.running = True
        for place, tutor in enumerate(eligible):
            enrolled_at = starts_at + round(plan.enrolment_days * DAY * (place + 0.5) / len(eligible))
            if enrolled_at >= self._ends_at:
                break
            if enrolled_at > agenda.now:
                yield agenda.until(enrolled_at, EventPriority.EXPERIMENT, self.number)
            if tutor.present:
                self._assign(tutor)
        yield agenda.until(self._ends_at, EventPriority.EXPERIMENT, self.number)
        self.running = False
        self._context.record(ExperimentCompleted(self.id))

    def _in_segment(self, tutor: Tutor) -> bool:
        plan, figures = self.plan, self._monitor.figures(tutor)
        rules = self._context.scenario.churn
        engagement, first = figures.avg_engagement_score, figures.first_session_avg_rating
        return (
            tutor.traits.months_experience <= plan.max_experience
            and (not plan.risk_levels or self._monitor.risk_of(tutor) in plan.risk_levels)
            and (not plan.poor_first_sessions or (first is not None and first < rules.poor_first_session_rating))
            and (plan.max_engagement >= 10.0 or (engagement is not None and engagement <= plan.max_engagement))
        )

    def _announce(self, eligible_count: int) -> None:
        plan = self.plan
        self._context.record(
            ExperimentStarted(
                experiment_id=self.id,
                name=plan.name,
                hypothesis=plan.hypothesis,
                description=plan.description or None,
                variants=json.dumps(list(plan.variants)),
                target_segment=json.dumps(self._segment()),
                primary_metric=plan.primary_metric,
                secondary_metrics=json.dumps(list(plan.secondary_metrics)) if plan.secondary_metrics else None,
                planned_end=self._ends_at,
                eligible_count=eligible_count,
                notes=plan.notes or None,
            )
        )

    def _segment(self) -> dict[str, Any]:
        """The target segment as the tables describe it: from columns to values, lists of values, or bounds."""
        plan = self.plan
        conditions = {
            "active_status": True,
            "churn_risk_level": list(plan.risk_levels),
            "poor_first_session_flag": plan.poor_first_sessions,
            "avg_engagement_score": {"max": plan.max_engagement} if plan.max_engagement < 10.0 else None,
            "months_experience": {"max": plan.max_experience} if plan.max_experience < 120 else None,
        }
        return {column: condition for column, condition in conditions.items() if condition}

    # ------------------------------------------------------------ one tutor in it

    def _assign(self, tutor: Tutor) -> None:
        plan = self.plan
        which, meets, exposure, *conversion = self._assignment.uniforms(tutor.number, 0, 6)
        variant = self._assigned.get((self.id, tutor.id), choice(plan.variants, which))
        self.variants[tutor.number] = variant
        self._context.record(ExperimentAssigned(tutor.id, self.id, variant))
        if meets < plan.exposed:
            delay = seconds_between(plan.exposure_hours, HOUR, exposure)
            self._at(self._context.now + delay, self._expose, tutor, variant, *conversion)

    def _expose(self, tutor: Tutor, variant: str, converts: float, when: float, worth: float) -> None:
        if not tutor.present or not self.running:
            return
        plan, now = self.plan, self._context.now
        self._context.record(ExperimentExposed(tutor.id, self.id, variant))
        treated = variant != plan.variants[0]  # the first one is the control
        if treated:
            self._change(tutor)
        if converts < (plan.treatment_conversion if treated else plan.control_conversion):
            self._at(now + seconds_between(plan.conversion_days, DAY, when), self._convert, tutor, variant, worth)

    def _change(self, tutor: Tutor) -> None:
        """The variant changes the tutor until the experiment ends."""
        plan, now = self.plan, self._context.now
        changes = {
            Aspect.ENGAGEMENT: plan.engagement_change,
            Aspect.RESCHEDULING: plan.reschedule_change,
            Aspect.NO_SHOWS: plan.no_show_change,
            Aspect.LOGINS: plan.login_change,
        }
        for aspect, size in changes.items():
            tutor.influences.add(aspect, Influence(size, now, self._ends_at - now, fades=False))

    def _convert(self, tutor: Tutor, variant: str, worth: float) -> None:
        if not tutor.present or not self.running:
            return
        value = round(between(*self.plan.conversion_value, worth), 3)
        self._context.record(ExperimentConverted(tutor.id, self.id, variant, value))
        aspect, sign = _BEHIND[self.plan.primary_metric]
        size = sign * value
        if aspect is Aspect.SESSIONS_PER_WEEK:  # relative to what the tutor teaches
            size *= self._monitor.figures(tutor).total_sessions_7d
        lasts = self._context.scenario.interventions.fade_days * DAY
        tutor.influences.add(aspect, Influence(size, self._context.now, lasts))

    def _at(self, second: int, action: Any, tutor: Tutor, *details: Any) -> None:
        self._context.agenda.at(second, EventPriority.EXPERIMENT, tutor.number, action, tutor, *details)
