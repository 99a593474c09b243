"""What tutors do on the platform: log in, schedule, follow up on sessions, keep their profiles, write.

Source: methodology, "Engagement Events Generation".
"""

from collections.abc import Callable
from typing import NamedTuple

from simulation.agents.identity import numbered
from simulation.agents.influence import Aspect
from simulation.agents.tutor import Tutor
from simulation.clock import DAY, HOUR, MINUTE, Turn
from simulation.events import Login, MessageSent, PostSessionActivity, ProfileUpdated, SessionScheduled
from simulation.processes.sessions import Settled
from simulation.processes.setting import Setting
from simulation.random_streams import between, whole

DEVICES = ("desktop", "laptop", "tablet", "mobile")
PREPARATIONS = ("confirmed the time", "prepared material", "wrote a plan")
FOLLOW_UPS = ("wrote session notes", "assigned homework", "reviewed the recording")
PROFILE_SECTIONS = ("availability", "biography", "photo", "subjects")
RECIPIENTS = ("student", "parent", "support")
WAKING_HOURS = (8.0, 22.0)
MONTH_DAYS = 30
# How many logins of a day, and how many days, there is room for before the numbers of logins go on beyond them.
LOGINS_A_DAY, _DAYS = 100, 10_000
# Addresses that are set aside for documentation (RFC 5737).
NETWORKS = ("192.0.2", "198.51.100", "203.0.113")


class _Day(NamedTuple):
    """A tutor's luck with what there may be of one kind on a day."""

    how_many: float
    hour: float
    what: float


class _LoginLuck(NamedTuple):
    """A tutor's luck with one login."""

    aims: float
    which: float
    ahead: float
    hour: float
    device: float
    address: float
    schedules: float
    scheduling_delay: float
    preparation: float


class PlatformActivity:
    """Plans each tutor's day at midnight."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._rules = setting.scenario.activity
        self._switched_on = setting.scenario.mechanisms.platform_activity
        self._days = setting.luck.decision("tutor: a day on the platform")
        self._logins = setting.luck.decision("tutor: a login")

    def start(self) -> None:
        """From the first day on."""
        if self._switched_on:
            self._setting.agenda.every_midnight("platform activity", Turn.PLATFORM, self._plan_all)

    def _plan_all(self, midnight: int) -> None:
        for tutor in self._setting.tutors.values():
            if tutor.present or not tutor.traits.active:
                self._plan_day(tutor, midnight)

    def _plan_day(self, tutor: Tutor, midnight: int) -> None:
        """How many of each: the expected number, rounded up or down by the day's luck."""
        day = midnight // DAY
        luck = self._days.uniforms(tutor.number, day, 1 + 2 * len(_Day._fields))
        logins = tutor.traits.logins_per_week / 7 * (1.0 + tutor.influences.on(Aspect.LOGINS, midnight))
        for nth in range(int(logins + luck[0])):
            self._plan_login(tutor, midnight, nth)
        if tutor.present:
            traits = tutor.traits
            self._plan_some(tutor, midnight, traits.profile_updates_per_month, _Day(*luck[1:4]), self._update_profile)
            self._plan_some(tutor, midnight, traits.messages_per_month, _Day(*luck[4:7]), self._write_message)

    def _plan_some(
        self, tutor: Tutor, midnight: int, per_month: float, luck: _Day, action: Callable[[Tutor, float], None]
    ) -> None:
        at = midnight + round(between(*WAKING_HOURS, luck.hour) * HOUR)
        for _ in range(int(per_month / MONTH_DAYS + luck.how_many)):
            self._at(at, action, tutor, luck.what)

    # ------------------------------------------------------------ logins, and scheduling after them

    def _plan_login(self, tutor: Tutor, midnight: int, nth: int) -> None:
        """Most logins aim at one of the day's sessions; the others come in the tutor's peak hours."""
        login = numbered(midnight // DAY, nth, _DAYS, LOGINS_A_DAY)
        luck = _LoginLuck(*self._logins.uniforms(tutor.number, login, len(_LoginLuck._fields)))
        first, last = self._rules.morning_peak if tutor.traits.morning else self._rules.evening_peak
        at = midnight + round(between(first, last, luck.hour) * HOUR)
        today = sorted(session.start for session in tutor.sessions.values() if session.start < midnight + DAY)
        if today and luck.aims < self._rules.aimed_logins:
            session_start = today[int(luck.which * len(today))]
            at = max(session_start - round(between(*self._rules.aim_hours, luck.ahead) * HOUR), midnight)
        self._at(at, self._log_in, tutor, luck)

    def _log_in(self, tutor: Tutor, luck: _LoginLuck) -> None:
        device = DEVICES[int(luck.device * len(DEVICES))]
        network = NETWORKS[tutor.number % len(NETWORKS)]
        self._setting.record(Login(tutor.id, device, f"{network}.{whole(1, 254, luck.address)}"))
        if luck.schedules < self._rules.scheduling:
            delay = round(between(*self._rules.scheduling_minutes, luck.scheduling_delay) * MINUTE)
            self._at(self._setting.agenda.now + delay, self._schedule, tutor, luck)

    def _schedule(self, tutor: Tutor, luck: _LoginLuck) -> None:
        """Prepare the next session ahead, if there is one."""
        ahead = [session for session in tutor.sessions.values() if session.start > self._setting.agenda.now]
        if ahead:
            upcoming = min(ahead, key=lambda session: (session.start, session.number))
            activity = PREPARATIONS[int(luck.preparation * len(PREPARATIONS))]
            self._setting.record(SessionScheduled(tutor.id, upcoming.id, activity))

    # ------------------------------------------------------------ the rest

    def after_session(self, settled: Settled) -> None:
        """Some completed sessions are followed up on the platform within minutes."""
        share, luck = self._rules.post_session, settled.follows_up
        if settled.completed is None or not self._switched_on or luck >= share:
            return
        delay = round(between(*self._rules.post_session_minutes, settled.follows_up_when) * MINUTE)
        self._at(
            self._setting.agenda.now + delay, self._follow_up, settled.session.tutor, settled.session.id, luck / share
        )

    def _follow_up(self, tutor: Tutor, session_id: str, what: float) -> None:
        self._setting.record(PostSessionActivity(tutor.id, session_id, FOLLOW_UPS[int(what * len(FOLLOW_UPS))]))

    def _update_profile(self, tutor: Tutor, what: float) -> None:
        self._setting.record(ProfileUpdated(tutor.id, PROFILE_SECTIONS[int(what * len(PROFILE_SECTIONS))]))

    def _write_message(self, tutor: Tutor, what: float) -> None:
        self._setting.record(MessageSent(tutor.id, RECIPIENTS[int(what * len(RECIPIENTS))]))

    def _at(self, second: int, action: Callable[..., None], tutor: Tutor, *details: object) -> None:
        self._setting.agenda.at(second, Turn.PLATFORM, tutor.number, self._if_there, action, tutor, *details)

    @staticmethod
    def _if_there(action: Callable[..., None], tutor: Tutor, *details: object) -> None:
        """Nobody acts on the platform after leaving it."""
        if tutor.present or not tutor.traits.active:
            action(tutor, *details)
