"""Interventions: the platform emails tutors at risk; what they do with the email, and its effect on them.

Within an hour of a signal the platform decides whether to write: not during the pause after an intervention, not
beyond the limit of four in 30 days (`max_per_tutor`), and a random share is withheld so that effects can be estimated.
"""

from bisect import bisect_right
from collections.abc import Callable
from typing import NamedTuple

from attrs import define, field, frozen

from simulation.agents.identity import intervention_id, intervention_number
from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.churn.conditions import score_condition
from simulation.clock import DAY, HOUR, MINUTE, EventPriority
from simulation.events import (
    ChurnSignalsChanged,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    InterventionCutShort,
    InterventionMuted,
    InterventionOutcomeDrawn,
    InterventionResponded,
    InterventionSent,
    InterventionWithheld,
)
from simulation.processes.agenda import action
from simulation.processes.attrition import Attrition
from simulation.processes.churn import ChurnMonitor
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.email_texts import ANSWERS, BOUNCES, CHANNEL
from simulation.processes.experiments import Experiments
from simulation.processes.memory import shared
from simulation.random_streams import between, choice, pick, seconds_between, whole
from simulation.scenario.interventions import LIMIT_LASTS, by_priority, effect_ranges

SUCCESS, PARTIAL, IGNORED = "success", "partial", "ignored"


@frozen
class Trigger:
    """The score that made the platform consider an intervention."""

    event_id: str
    score: ChurnSignalsChanged


class _InterventionDraws(NamedTuple):
    """A tutor's draws for the nth intervention."""

    latency: float
    withheld: float
    sending: float
    delivery: float
    bounce: float
    outcome: float
    engagement: float
    sessions: float
    opening: float
    clicks: float
    click_delay: float
    answers_too: float
    answer_delay: float
    answer: float
    pause: float


@shared
@define(eq=False)
class Intervention:
    """An intervention that is sent, or will be: a tutor's nth, from 0."""

    number: int
    id: str
    tutor: Tutor
    nth: int
    kind: str
    outcome: str
    sent_at: int
    opened: bool = False
    took_effect: bool = False


@define
class _History:
    """The platform's memory of one tutor's interventions."""

    due_at: list[int] = field(factory=list)
    paused_until: int = 0
    deciding: bool = False
    count: int = 0
    in_course: list[Intervention] = field(factory=list)


@define
class InterventionsMemory:
    """What the platform remembers of all tutors' interventions, by their numbers."""

    histories: dict[int, _History] = field(factory=dict)


class Interventions(Behaviour):
    """Decides, sends, and follows each email. `succeeded` are called for each success.

    An intervention whose id is among those that the context has as `muted` is decided like any other, but never sent.
    """

    name = "interventions"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._rules = rules = context.scenario.interventions
        self._kinds = [(name, score_condition(rules.kinds[name].condition)) for name in by_priority(rules.kinds)]
        self._effects = {name: effect_ranges(rules, kind) for name, kind in rules.kinds.items()}
        self._experiments = context.of(Experiments)
        self._stream = context.streams.stream("tutor: an intervention")
        self._histories = context.memory.of("interventions", InterventionsMemory).histories
        for number in context.tutors:
            self._histories.setdefault(number, _History())
        self.succeeded: list[Callable[[Intervention], None]] = []

    def connect(self) -> None:
        """Hear of tutors at risk, and of those who leave."""
        self._context.of(ChurnMonitor).at_risk.append(self.consider)
        self._context.of(Attrition).farewells.append(self.cut_short)

    # ------------------------------------------------------------ deciding

    def consider(self, tutor: Tutor, score: ChurnSignalsChanged) -> None:
        """A tutor is at risk: decide within the hour, unless it is too soon for another intervention."""
        history = self._histories[tutor.number]
        if not self._context.scenario.mechanisms.interventions or history.deciding or not self._is_time(history):
            return
        history.deciding = True
        nth, history.count = history.count, history.count + 1
        trigger = Trigger(self._context.log.last_event_id, score)
        latency = self._draws(tutor, nth).latency
        decided_at = self._context.now + seconds_between(self._rules.latency_minutes, MINUTE, latency)
        self._context.agenda.at(decided_at, EventPriority.INTERVENTION, tutor.number, self._decide, tutor, nth, trigger)

    def _draws(self, tutor: Tutor, nth: int) -> _InterventionDraws:
        return _InterventionDraws(*self._stream.uniforms(tutor.number, nth, len(_InterventionDraws._fields)))

    def _is_time(self, history: _History) -> bool:
        """Whether the pause is over, and the limit of four interventions in 30 days (`max_per_tutor`) leaves room."""
        now = self._context.now
        recent = len(history.due_at) - bisect_right(history.due_at, now - LIMIT_LASTS)
        return now >= history.paused_until and recent < self._rules.max_per_tutor

    @action
    def _decide(self, tutor: Tutor, nth: int, trigger: Trigger) -> None:
        history, now, draws = self._histories[tutor.number], self._context.now, self._draws(tutor, nth)
        history.deciding = False
        kind = self._kind(trigger.score) if tutor.present else None
        if kind is None:
            return
        history.due_at.append(now)
        history.paused_until = now + seconds_between(self._rules.pause_days, DAY, draws.pause)
        number = intervention_number(tutor.number, nth + 1)
        name = intervention_id(number, self._context.region)
        if draws.withheld < self._rules.withheld:
            self._context.record(
                InterventionWithheld(
                    tutor.id, name, kind, trigger.score.churn_risk_level,
                    trigger.score.churn_probability, trigger.event_id,
                )
            )  # fmt: skip
            return
        sent_at = now + seconds_between(self._rules.sending_minutes, MINUTE, draws.sending)
        outcome = (SUCCESS, PARTIAL, IGNORED)[pick(self._rules.outcomes, draws.outcome)]
        if draws.bounce < self._rules.bounced:
            outcome = IGNORED
        intervention = Intervention(number, name, tutor, nth, kind, outcome, sent_at)
        self._context.agenda.at(sent_at, EventPriority.EMAIL, tutor.number, self._send, intervention, trigger, now)

    def _kind(self, score: ChurnSignalsChanged) -> str | None:
        """The type of intervention: the first by priority that applies (methodology, "Intervention Types")."""
        figures = score._asdict()
        return next((name for name, condition in self._kinds if condition.holds(figures)), None)

    # ------------------------------------------------------------ what happens to the email

    @action
    def _send(self, intervention: Intervention, trigger: Trigger, created_at: int) -> None:
        tutor = intervention.tutor
        if not tutor.present:
            return
        if intervention.id in self._context.muted:
            self._context.record(InterventionMuted(tutor.id, intervention.id))
            return
        experiment = self._experiments.linked(tutor, intervention.kind)
        kind = self._rules.kinds[intervention.kind]
        self._context.record(
            InterventionSent(
                tutor_id=tutor.id,
                intervention_id=intervention.id,
                experiment_id=experiment[0] if experiment else None,
                experiment_variant=experiment[1] if experiment else None,
                intervention_type=intervention.kind,
                channel=CHANNEL,
                subject=kind.subject,
                content=kind.content,
                template_id=f"template_{intervention.kind}_001",
                created_at=created_at,
                risk_level_at_trigger=trigger.score.churn_risk_level,
                churn_probability_at_trigger=trigger.score.churn_probability,
                triggered_by_event_id=trigger.event_id,
            )
        )
        effect = self.effect_of(intervention, intervention.outcome)
        self._context.record(InterventionOutcomeDrawn(tutor.id, intervention.id, intervention.outcome, *effect))
        self._histories[tutor.number].in_course.append(intervention)
        delay = self._draws(tutor, intervention.nth).delivery
        self._later(seconds_between(self._rules.delivery_minutes, MINUTE, delay), self._deliver, intervention)

    def _later(self, delay: int, step: Callable[[Intervention], None], intervention: Intervention) -> None:
        """Schedule a step. Once the tutor has left, nothing more happens to the email."""
        second = self._context.now + delay
        self._context.agenda.at(second, EventPriority.EMAIL, intervention.tutor.number, step, intervention)

    @action
    def _deliver(self, intervention: Intervention) -> None:
        tutor, draws = intervention.tutor, self._draws(intervention.tutor, intervention.nth)
        if not tutor.present:
            return
        if draws.bounce < self._rules.bounced:
            reason = choice(BOUNCES, draws.bounce / self._rules.bounced)
            self._context.record(EmailFailed(tutor.id, intervention.id, reason))
            return
        self._context.record(EmailDelivered(tutor.id, intervention.id))
        if intervention.outcome != IGNORED:
            delay = seconds_between(self._rules.open_hours, HOUR, draws.opening)
            self._later(max(intervention.sent_at + delay - self._context.now, 0), self._open, intervention)

    @action
    def _open(self, intervention: Intervention) -> None:
        if not intervention.tutor.present:
            return
        draws = self._draws(intervention.tutor, intervention.nth)
        intervention.opened = True
        self._context.record(EmailOpened(intervention.tutor.id, intervention.id))
        if intervention.outcome == PARTIAL:
            self._take_effect(intervention)
            return
        clicks = draws.clicks < self._rules.clicked
        if clicks:
            self._later(
                seconds_between(self._rules.click_minutes, MINUTE, draws.click_delay), self._click, intervention
            )
        if not clicks or draws.answers_too < self._rules.answered_too:
            self._later(seconds_between(self._rules.answer_hours, HOUR, draws.answer_delay), self._answer, intervention)

    @action
    def _click(self, intervention: Intervention) -> None:
        if intervention.tutor.present:
            self._context.record(EmailClicked(intervention.tutor.id, intervention.id))
            self._succeed(intervention)

    @action
    def _answer(self, intervention: Intervention) -> None:
        if not intervention.tutor.present:
            return
        draws = self._draws(intervention.tutor, intervention.nth)
        answer, notes = ANSWERS[pick(self._rules.answers, draws.answer)]
        self._context.record(InterventionResponded(intervention.tutor.id, intervention.id, answer, notes))
        self._succeed(intervention)

    # ------------------------------------------------------------ what it changes

    def effect_of(self, intervention: Intervention, outcome: str) -> tuple[float, int]:
        """The effect of an outcome before it fades: relative change of engagement, and sessions more a week."""
        if outcome == IGNORED:
            return 0.0, 0
        engagement, sessions = self._effects[intervention.kind][outcome]
        draws = self._draws(intervention.tutor, intervention.nth)
        return round(between(*engagement, draws.engagement), 4), whole(*sessions, draws.sessions)

    def _succeed(self, intervention: Intervention) -> None:
        if not intervention.took_effect:
            self._take_effect(intervention)
            for listen in self.succeeded:
                listen(intervention)

    def _take_effect(self, intervention: Intervention) -> None:
        intervention.took_effect = True
        self._histories[intervention.tutor.number].in_course.remove(intervention)
        self.influence(intervention, 1.0)

    def influence(self, intervention: Intervention, share: float) -> None:
        """Apply a share of an intervention's effect to the tutor from now on; it fades."""
        factor, now = self._rules.effect_factor * share, self._context.now
        lasts = self._rules.fade_days * DAY
        engagement, sessions = self.effect_of(intervention, intervention.outcome)
        influences = intervention.tutor.influences
        influences.add(Aspect.ENGAGEMENT, Influence(engagement * factor, now, lasts))
        influences.add(Aspect.SESSIONS_PER_WEEK, Influence(sessions * factor, now, lasts))

    def cut_short(self, tutor: Tutor) -> None:
        """A tutor leaves: interventions under way end with a lesser outcome."""
        for intervention in self._histories[tutor.number].in_course:
            if intervention.outcome != IGNORED:
                outcome = PARTIAL if intervention.opened else IGNORED
                effect = self.effect_of(intervention, outcome)
                self._context.record(InterventionCutShort(tutor.id, intervention.id, outcome, *effect))
