"""The platform writes to tutors at risk; what they do with the email, and what it changes in them.

Within the hour of a signal it is decided whether to write: not while an earlier one is recent, not more
than so many in 30 days, and a random share is held back so that effects can be estimated.
"""

from collections.abc import Callable
from typing import NamedTuple

from attrs import define, field, frozen

from simulation.agents.identity import intervention_id, intervention_number
from simulation.agents.influence import Aspect, Influence
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE, Turn
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
from simulation.processes.email_texts import ANSWERS, BOUNCES, CHANNEL, text_of
from simulation.processes.experiments import Experiments
from simulation.processes.setting import Setting
from simulation.random_streams import between, pick, whole
from simulation.scenario.interventions import LIMIT_LASTS

SUCCESS, PARTIAL, IGNORED = "success", "partial", "ignored"


@frozen
class Trigger:
    """The score on which an intervention is decided."""

    event_id: str
    score: ChurnSignalsChanged


class _Luck(NamedTuple):
    """What a tutor's nth intervention will meet with."""

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


@define(eq=False)
class Intervention:
    """An intervention on its way."""

    number: int
    id: str
    tutor: Tutor
    kind: str
    luck: _Luck
    outcome: str
    sent_at: int
    opened: bool = False
    took_effect: bool = False


@define
class _History:
    """What the platform remembers of the interventions due to one tutor."""

    due_at: list[int] = field(factory=list)
    paused_until: int = 0
    deciding: bool = False
    count: int = 0
    in_course: list[Intervention] = field(factory=list)


class Interventions:
    """Decides, writes, and follows what happens. Those in `succeeded` are told of each success.

    An intervention whose id is in `muted` is decided like any other, and never sent.
    """

    def __init__(self, setting: Setting, experiments: Experiments, muted: frozenset[str] = frozenset()) -> None:
        self._setting = setting
        self._muted = muted
        self._rules = setting.scenario.interventions
        self._experiments = experiments
        self._draws = setting.luck.decision("tutor: an intervention")
        self._histories = {number: _History() for number in setting.tutors}
        self.succeeded: list[Callable[[Intervention], None]] = []

    # ------------------------------------------------------------ deciding

    def consider(self, tutor: Tutor, score: ChurnSignalsChanged) -> None:
        """A tutor is at risk: decide within the hour, unless it is too soon for another."""
        history = self._histories[tutor.number]
        if not self._setting.scenario.mechanisms.interventions or history.deciding or not self._is_time(history):
            return
        history.deciding = True
        number = intervention_number(tutor.number, history.count + 1)
        luck = _Luck(*self._draws.uniforms(tutor.number, history.count, len(_Luck._fields)))
        history.count += 1
        trigger = Trigger(self._setting.log.last_event_id, score)
        latency = round(between(*self._rules.latency_minutes, luck.latency) * MINUTE)
        self._setting.agenda.at(
            self._setting.now + latency, Turn.INTERVENTION, tutor.number, self._decide, number, tutor, trigger, luck
        )

    def _is_time(self, history: _History) -> bool:
        now, due = self._setting.now, history.due_at
        if now < history.paused_until:
            return False
        return sum(moment > now - LIMIT_LASTS for moment in due) < self._rules.max_per_tutor

    def _decide(self, number: int, tutor: Tutor, trigger: Trigger, luck: _Luck) -> None:
        history, now = self._histories[tutor.number], self._setting.now
        history.deciding = False
        if not tutor.present:
            return
        history.due_at.append(now)
        history.paused_until = now + round(between(*self._rules.pause_days, luck.pause) * DAY)
        kind, name = self._kind(trigger.score), intervention_id(number, self._setting.region)
        if luck.withheld < self._rules.withheld:
            self._setting.record(
                InterventionWithheld(
                    tutor.id, name, kind, trigger.score.churn_risk_level,
                    trigger.score.churn_probability, trigger.event_id,
                )
            )  # fmt: skip
            return
        sent_at = now + round(between(*self._rules.sending_minutes, luck.sending) * MINUTE)
        outcome = IGNORED if luck.bounce < self._rules.bounced else self._outcome(luck)
        intervention = Intervention(number, name, tutor, kind, luck, outcome, sent_at)
        self._setting.agenda.at(sent_at, Turn.EMAIL, tutor.number, self._send, intervention, trigger, now)

    def _kind(self, score: ChurnSignalsChanged) -> str:
        """The first that applies (methodology, "Intervention Types")."""
        rules, rating, technical = self._rules, score.avg_rating_7d, score.technical_issue_rate
        if score.signal_poor_first_sessions:
            return "first_session"
        if score.churn_risk_level == "High":
            return "churn"
        if rating is not None and rating < rules.quality_rating:
            return "quality"
        if technical is not None and technical > rules.technical_rate:
            return "technical"
        return "engagement"

    def _outcome(self, luck: _Luck) -> str:
        return (SUCCESS, PARTIAL, IGNORED)[pick(self._rules.outcomes, luck.outcome)]

    # ------------------------------------------------------------ what happens to the email

    def _send(self, intervention: Intervention, trigger: Trigger, created_at: int) -> None:
        tutor, luck = intervention.tutor, intervention.luck
        if not tutor.present:
            return
        if intervention.id in self._muted:
            self._setting.record(InterventionMuted(tutor.id, intervention.id))
            return
        experiment = self._experiments.linked(tutor, intervention.kind)
        text = text_of(intervention.kind)
        self._setting.record(
            InterventionSent(
                tutor_id=tutor.id,
                intervention_id=intervention.id,
                experiment_id=experiment[0] if experiment else None,
                experiment_variant=experiment[1] if experiment else None,
                intervention_type=intervention.kind,
                channel=CHANNEL,
                subject=text.subject,
                content=text.content,
                template_id=text.template_id,
                created_at=created_at,
                risk_level_at_trigger=trigger.score.churn_risk_level,
                churn_probability_at_trigger=trigger.score.churn_probability,
                triggered_by_event_id=trigger.event_id,
            )
        )
        effect = self.effect_of(intervention, intervention.outcome)
        self._setting.record(InterventionOutcomeDrawn(tutor.id, intervention.id, intervention.outcome, *effect))
        self._histories[tutor.number].in_course.append(intervention)
        delay = round(between(*self._rules.delivery_minutes, luck.delivery) * MINUTE)
        self._later(self._setting.now + delay, self._deliver, intervention)

    def _later(self, second: int, step: Callable[[Intervention], None], intervention: Intervention) -> None:
        self._setting.agenda.at(second, Turn.EMAIL, intervention.tutor.number, self._step, step, intervention)

    @staticmethod
    def _step(step: Callable[[Intervention], None], intervention: Intervention) -> None:
        """Nothing more happens to the email of a tutor who left."""
        if intervention.tutor.present:
            step(intervention)

    def _deliver(self, intervention: Intervention) -> None:
        tutor, luck = intervention.tutor, intervention.luck
        if luck.bounce < self._rules.bounced:
            reason = BOUNCES[int(luck.bounce / self._rules.bounced * len(BOUNCES))]
            self._setting.record(EmailFailed(tutor.id, intervention.id, reason))
            return
        self._setting.record(EmailDelivered(tutor.id, intervention.id))
        if intervention.outcome != IGNORED:
            delay = round(between(*self._rules.open_hours, luck.opening) * HOUR)
            self._later(max(intervention.sent_at + delay, self._setting.now), self._open, intervention)

    def _open(self, intervention: Intervention) -> None:
        luck, now = intervention.luck, self._setting.now
        intervention.opened = True
        self._setting.record(EmailOpened(intervention.tutor.id, intervention.id))
        if intervention.outcome == PARTIAL:
            self._take_effect(intervention)
            return
        clicks = luck.clicks < self._rules.clicked
        if clicks:
            delay = round(between(*self._rules.click_minutes, luck.click_delay) * MINUTE)
            self._later(now + delay, self._click, intervention)
        if not clicks or luck.answers_too < self._rules.answered_too:
            delay = round(between(*self._rules.answer_hours, luck.answer_delay) * HOUR)
            self._later(now + delay, self._answer, intervention)

    def _click(self, intervention: Intervention) -> None:
        self._setting.record(EmailClicked(intervention.tutor.id, intervention.id))
        self._succeed(intervention)

    def _answer(self, intervention: Intervention) -> None:
        answer, notes = ANSWERS[pick(self._rules.answers, intervention.luck.answer)]
        self._setting.record(InterventionResponded(intervention.tutor.id, intervention.id, answer, notes))
        self._succeed(intervention)

    # ------------------------------------------------------------ what it changes

    def effect_of(self, intervention: Intervention, outcome: str) -> tuple[float, int]:
        """The initial relative change of engagement, and of sessions a week, that an outcome brings."""
        if outcome == IGNORED:
            return 0.0, 0
        engagement, sessions, luck = self._rules.engagement_effect, self._rules.sessions_effect, intervention.luck
        succeeded = outcome == SUCCESS
        relative = between(*(engagement.success if succeeded else engagement.partial), luck.engagement)
        return round(relative, 4), whole(*(sessions.success if succeeded else sessions.partial), luck.sessions)

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
        """Let a share of an intervention's effect work on the tutor from now on; it fades."""
        factor, now = self._rules.effect_factor * share, self._setting.now
        lasts = self._rules.fade_days * DAY
        engagement, sessions = self.effect_of(intervention, intervention.outcome)
        influences = intervention.tutor.influences
        influences.add(Aspect.ENGAGEMENT, Influence(engagement * factor, now, lasts))
        influences.add(Aspect.SESSIONS_PER_WEEK, Influence(sessions * factor, now, lasts))

    def cut_short(self, tutor: Tutor) -> None:
        """A tutor leaves: what was still on its way comes to less."""
        for intervention in self._histories[tutor.number].in_course:
            if intervention.outcome != IGNORED:
                outcome = PARTIAL if intervention.opened else IGNORED
                effect = self.effect_of(intervention, outcome)
                self._setting.record(InterventionCutShort(tutor.id, intervention.id, outcome, *effect))
