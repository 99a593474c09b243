"""Platform activity of tutors: logins, scheduling, follow-ups of sessions, profile updates and messages.

Source: methodology, "Engagement Events Generation".
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from simulation.agents.identity import numbered
from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE, EventPriority
from simulation.events import Login, MessageSent, PostSessionActivity, ProfileUpdated, SessionScheduled, type_name
from simulation.processes.agenda import action
from simulation.processes.context import Behaviour, SimulationContext
from simulation.processes.sessions import Sessions, Settled
from simulation.random_streams import choice, seconds_between, whole

DEVICES = ("desktop", "laptop", "tablet", "mobile")
PREPARATIONS = ("confirmed the time", "prepared material", "wrote a plan")
FOLLOW_UPS = ("wrote session notes", "assigned homework", "reviewed the recording")
PROFILE_SECTIONS = ("availability", "biography", "photo", "subjects")
RECIPIENTS = ("student", "parent", "support")
WAKING_HOURS = (8.0, 22.0)
MONTH_DAYS = 30
# The room for a day's logins, and for days, in a block of login numbers.
LOGINS_A_DAY, _DAYS = 100, 10_000
# Address blocks reserved for documentation (RFC 5737).
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")
# What tutors do besides: the trait with the number in 30 days, the event, and the options of its detail.
_BESIDES: tuple[tuple[str, type[Any], tuple[str, ...]], ...] = (
    ("profile_updates_per_month", ProfileUpdated, PROFILE_SECTIONS),
    ("messages_per_month", MessageSent, RECIPIENTS),
)
_EVENTS = {type_name(event): event for _, event, _ in _BESIDES}


class _LoginDraws(NamedTuple):
    """A tutor's draws for one login."""

    aims: float
    which: float
    ahead: float
    hour: float
    device: float
    address: float
    schedules: float
    scheduling_delay: float
    preparation: float


class PlatformActivity(Behaviour):
    """What each tutor does on the platform in a day."""

    name = "platform activity"

    def __init__(self, context: SimulationContext) -> None:
        super().__init__(context)
        self._rules = context.scenario.activity
        self._switched_on = context.scenario.mechanisms.platform_activity
        self._days = context.streams.stream("tutor: a day on the platform")
        self._logins = context.streams.stream("tutor: a login")

    def connect(self) -> None:
        """Hear of sessions."""
        self._context.of(Sessions).listeners.append(self.after_session)

    def plan_day(self, tutor: Tutor, midnight: int) -> None:
        """How many of each kind: the expected number, rounded up or down at random."""
        if not self._switched_on:
            return
        some_logins, *besides = self._days.uniforms(tutor.number, midnight // DAY, 1 + 3 * len(_BESIDES))
        logins = tutor.traits.logins_per_week / 7 * (1.0 + tutor.influences.on(Aspect.LOGINS, midnight))
        for nth in range(int(logins + some_logins)):
            self._plan_login(tutor, midnight, nth)
        if not tutor.present:  # tutors who are not active log in, and do nothing besides
            return
        for nth, (per_month, event, options) in enumerate(_BESIDES):
            how_many, hour, what = besides[3 * nth : 3 * nth + 3]
            at = midnight + seconds_between(WAKING_HOURS, HOUR, hour)
            for _ in range(int(getattr(tutor.traits, per_month) / MONTH_DAYS + how_many)):
                self._at(at, self._do, tutor, type_name(event), choice(options, what))

    # ------------------------------------------------------------ logins, and scheduling after them

    def _plan_login(self, tutor: Tutor, midnight: int, nth: int) -> None:
        """Most logins aim at one of the day's sessions; the others fall in the tutor's peak hours."""
        login = numbered(midnight // DAY, nth, _DAYS, LOGINS_A_DAY)
        draws = _LoginDraws(*self._logins.uniforms(tutor.number, login, len(_LoginDraws._fields)))
        peak = self._rules.morning_peak if tutor.traits.morning else self._rules.evening_peak
        at = midnight + seconds_between(peak, HOUR, draws.hour)
        today = sorted(session.start for session in tutor.sessions.values() if session.start < midnight + DAY)
        if today and draws.aims < self._rules.aimed_logins:
            at = max(choice(today, draws.which) - seconds_between(self._rules.aim_hours, HOUR, draws.ahead), midnight)
        self._at(at, self._log_in, tutor, draws)

    @action
    def _log_in(self, tutor: Tutor, draws: _LoginDraws) -> None:
        if tutor.has_left:
            return
        address = f"{NETWORKS[tutor.number % len(NETWORKS)]}.{whole(1, 254, draws.address)}"
        self._context.record(Login(tutor.id, choice(DEVICES, draws.device), address))
        if draws.schedules < self._rules.scheduling:
            delay = seconds_between(self._rules.scheduling_minutes, MINUTE, draws.scheduling_delay)
            self._at(self._context.now + delay, self._schedule, tutor, draws)

    @action
    def _schedule(self, tutor: Tutor, draws: _LoginDraws) -> None:
        """Prepare the next session ahead, if there is one."""
        if tutor.has_left:
            return
        ahead = [session for session in tutor.sessions.values() if session.start > self._context.agenda.now]
        if ahead:
            upcoming = min(ahead, key=lambda session: (session.start, session.number))
            self._context.record(SessionScheduled(tutor.id, upcoming.id, choice(PREPARATIONS, draws.preparation)))

    # ------------------------------------------------------------ the rest

    def after_session(self, settled: Settled) -> None:
        """Some completed sessions are followed up on the platform within minutes."""
        share = self._rules.post_session
        if settled.completed is None or not self._switched_on or settled.follows_up >= share:
            return
        delay = seconds_between(self._rules.post_session_minutes, MINUTE, settled.follows_up_when)
        session, activity = settled.session, choice(FOLLOW_UPS, settled.follows_up / share)
        self._at(self._context.now + delay, self._follow_up, session.tutor, session.id, activity)

    @action
    def _follow_up(self, tutor: Tutor, session: str, activity: str) -> None:
        if not tutor.has_left:
            self._context.record(PostSessionActivity(tutor.id, session, activity))

    @action
    def _do(self, tutor: Tutor, besides: str, what: str) -> None:
        """One of the things that tutors do besides, by the type of its event."""
        if not tutor.has_left:
            self._context.record(_EVENTS[besides](tutor.id, what))

    def _at(self, second: int, action: Callable[..., None], tutor: Tutor, *details: object) -> None:
        self._context.agenda.at(second, EventPriority.PLATFORM, tutor.number, action, tutor, *details)
