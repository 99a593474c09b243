"""Experiments (A/B tests): a segment of tutors is assigned to variants, most are exposed, some convert.

A variant changes named aspects of the tutor from exposure until the experiment ends. A conversion adds its value to
the aspect behind the experiment's primary metric, and fades.
"""

import json
from typing import Any

from attrs import define, field

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
from simulation.processes.agenda import Action, Process, action
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import Behaviour, SimulationContext
from simulation.random_streams import between, choice, seconds_between
from simulation.scenario import Experiment

# The aspect of a tutor behind each metric, and the sign of an improvement.
_BEHIND = {
    "avg_engagement_score": (Aspect.ENGAGEMENT, 1.0),
    "avg_rating_30d": (Aspect.QUALITY, 1.0),
    "total_sessions_30d": (Aspect.SESSIONS_PER_WEEK, 1.0),
    "reschedule_rate_30d": (Aspect.RESCHEDULING, -1.0),
}


@define
class TrialState:
    """How far an experiment is.

    `eligible` are the numbers of the segment's tutors, in the order in which they are enrolled, of whom `enrolled` were
    reached; `variants` are those of the tutors in it.
    """

    has_started: bool = False
    running: bool = False
    eligible: list[int] = field(factory=list)
    enrolled: int = 0
    variants: dict[int, str] = field(factory=dict)


class Experiments(Behaviour):
    """All experiments of a region."""

    name = "experiments"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        monitor = context.of(ChurnMonitor)
        self._trials = [
            Trial(context, monitor, number, plan) for number, plan in enumerate(context.scenario.experiments, 1)
        ]

    def start(self) -> None:
        """Schedule each experiment for its first day."""
        if self._context.scenario.mechanisms.experiments:
            for trial in self._trials:
                self._context.agenda.start(trial.run)

    def linked(self, tutor: Tutor, intervention_type: str) -> tuple[str, str] | None:
        """The id and the tutor's variant of the first running experiment that an intervention is part of, or None."""
        for trial in self._trials:
            state = trial.state
            if state.running and intervention_type in trial.plan.intervention_types and tutor.number in state.variants:
                return trial.id, state.variants[tutor.number]
        return None


class Trial:
    """One experiment."""

    def __init__(self, context: SimulationContext, monitor: ChurnMonitor, number: int, plan: Experiment) -> None:
        self.plan = plan
        self.id = experiment_id(number)
        self.number = number
        # Named after the experiment, so that its draws and its state stay the same when others are added before it.
        name = f"experiment {plan.name}"
        self.state = context.memory.of(name, TrialState)
        self._context = context
        self._monitor = monitor
        self._order, self._assignment = (context.streams.stream(f"{name}: {what}") for what in ("order", "assignment"))
        self._starts_at = max(context.clock.opening + round(plan.start_day * DAY), 0)
        self._ends_at = self._starts_at + round(plan.days * DAY)
        context.agenda.register(name, self)

    @action
    def run(self) -> Process:
        """Start, enrol the segment one tutor after the other, end."""
        agenda, state, priority = self._context.agenda, self.state, EventPriority.EXPERIMENT
        if not state.has_started:
            yield agenda.until(self._starts_at, priority, self.number)
            self._open()
        while state.enrolled < len(state.eligible) and (next_at := self._enrolled_at(state.enrolled)) < self._ends_at:
            if agenda.is_ahead(next_at, priority, self.number):
                yield agenda.until(next_at, priority, self.number)
            self._enrol(self._context.tutors[state.eligible[state.enrolled]])
        yield agenda.until(self._ends_at, priority, self.number)
        state.running = False
        self._context.record(ExperimentCompleted(self.id))

    def _open(self) -> None:
        """Find the segment, and announce the experiment."""
        eligible = [tutor for tutor in self._context.tutors.values() if tutor.present and self._in_segment(tutor)]
        eligible.sort(key=lambda tutor: (self._order.uniform(tutor.number), tutor.number))
        self._announce(len(eligible))
        self.state.eligible = [tutor.number for tutor in eligible]
        self.state.has_started = self.state.running = True

    def _enrolled_at(self, place: int) -> int:
        """When the tutor at a place of the segment's order is enrolled: evenly over the days of enrolment."""
        days = self.plan.enrolment_days
        return self._starts_at + round(days * DAY * (place + 0.5) / len(self.state.eligible))

    def _enrol(self, tutor: Tutor) -> None:
        self.state.enrolled += 1
        if tutor.present:
            self._assign(tutor)

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
        variant = self._context.assigned.get((self.id, tutor.id), choice(plan.variants, which))
        self.state.variants[tutor.number] = variant
        self._context.record(ExperimentAssigned(tutor.id, self.id, variant))
        if meets < plan.exposed:
            delay = seconds_between(plan.exposure_hours, HOUR, exposure)
            self._at(self._context.now + delay, self._expose, tutor, variant, *conversion)

    @action
    def _expose(self, tutor: Tutor, variant: str, converts: float, when: float, worth: float) -> None:
        if not tutor.present or not self.state.running:
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

    @action
    def _convert(self, tutor: Tutor, variant: str, worth: float) -> None:
        if not tutor.present or not self.state.running:
            return
        value = round(between(*self.plan.conversion_value, worth), 3)
        self._context.record(ExperimentConverted(tutor.id, self.id, variant, value))
        aspect, sign = _BEHIND[self.plan.primary_metric]
        size = sign * value
        if aspect is Aspect.SESSIONS_PER_WEEK:  # relative to what the tutor teaches
            size *= self._monitor.figures(tutor).total_sessions_7d
        lasts = self._context.scenario.interventions.fade_days * DAY
        tutor.influences.add(aspect, Influence(size, self._context.now, lasts))

    def _at(self, second: int, action: Action, tutor: Tutor, *details: Any) -> None:
        self._context.agenda.at(second, EventPriority.EXPERIMENT, tutor.number, action, tutor, *details)
