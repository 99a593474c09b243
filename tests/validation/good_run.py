"""A small run in which every rule has something to hold on to, and holds."""

from collections.abc import Mapping
from typing import Any

from attrs import frozen

from simulation.clock import DAY, HOUR, MINUTE
from simulation.events import (
    ChurnScored,
    CoachingAttended,
    CoachingScheduled,
    EmailClicked,
    EmailDelivered,
    EmailFailed,
    EmailOpened,
    ExperimentAssigned,
    ExperimentCompleted,
    ExperimentConverted,
    ExperimentExposed,
    ExperimentStarted,
    InterventionOutcomeDrawn,
    InterventionResponded,
    Login,
    MessageSent,
    PairingOnRecord,
    PostSessionActivity,
    ProfileUpdated,
    SessionScheduled,
    StudentChurned,
    StudentLeavingExplained,
    StudentTraitsDrawn,
    TutorLeavingExplained,
    TutorLeft,
    TutorStateRecorded,
    TutorTraitsDrawn,
)
from simulation.log import SCHEMA_VERSION
from simulation.scenario import Scenario
from simulation.scenario.loading import resolved
from simulation.tables import reduce_log
from simulation.validation import Run
from tests.hand_made_log import OPENING, WARM_UP_DAYS, LogBuilder, at

DAYS = 30
SCORE = ChurnScored(
    tutor_id="T0001", churn_probability=0.41, churn_risk_level="Medium", churn_signals_detected=3,
    signal_declining_ratings=False, signal_low_engagement=True, signal_high_reschedule=False,
    signal_poor_first_sessions=False, signal_no_shows=True, signal_declining_activity=True,
    avg_rating_7d=4.1, avg_rating_30d=4.0, avg_engagement_score=5.2, first_session_avg_rating=4.0,
    technical_issue_rate=0.1, reschedule_rate_30d=0.05, no_show_count_30d=3, total_sessions_7d=6, total_sessions_30d=30,
)  # fmt: skip
EFFECTS: dict[str, tuple[float, int]] = {"success": (0.12, 2), "partial": (0.04, 1), "ignored": (0.0, 0)}
# Who only takes part in experiments.
PANEL = [f"T{number:04d}" for number in range(10, 28)]


@frozen
class Email:
    """An intervention: the score behind it, when it is sent, and what follows after how many minutes."""

    intervention_id: str
    tutor_id: str
    sent: int
    kind: str
    outcome: str
    score: dict[str, Any]
    steps: dict[str, int]
    experiment: tuple[str, str] | None = None


EMAILS = [
    Email("INT0000", "T0002", at(-1, 22), "engagement", "success", {},
          {"delivered": 3, "opened": 600, "clicked": 620, "responded": 700}),
    Email("INT0001", "T0001", at(8, 10), "first_session", "success",
          {"first_session_avg_rating": 3.2, "signal_poor_first_sessions": True},
          {"delivered": 4, "opened": 300, "clicked": 310, "responded": 360}, ("EXP001", "toolkit")),
    Email("INT0002", "T0001", at(12, 10), "churn", "partial", {"churn_probability": 0.61, "churn_risk_level": "High"},
          {"delivered": 4, "opened": 60}),
    Email("INT0003", "T0001", at(16, 10), "quality", "ignored", {"avg_rating_7d": 3.7}, {"delivered": 9}),
    Email("INT0004", "T0001", at(20, 10), "technical", "ignored", {"technical_issue_rate": 0.2, "avg_rating_7d": None},
          {"failed": 2}),
    Email("INT0005", "T0002", at(10, 10), "engagement", "success", {},
          {"delivered": 2, "opened": 2880, "responded": 2900}),
    Email("INT0006", "T0002", at(29, 23, 50), "engagement", "success", {},
          {"delivered": 15, "opened": 1500, "clicked": 1510}),
]  # fmt: skip


def good_run() -> Run:
    """The good run, in memory."""
    return run_of(good_log())


def run_of(story: LogBuilder) -> Run:
    """The run that a log comes to."""
    log, truth = story.observable, story.truth
    return Run.in_memory(
        reduce_log(log, truth), log, truth, record_of(log.metadata.window_start, log.metadata.window_end)
    )


def record_of(window_start: str, window_end: str, **changes: Any) -> dict[str, Any]:
    """What run.json says of a run."""
    return {
        "schema_version": SCHEMA_VERSION, "version": "0", "seed": 1,
        "window_start": window_start, "window_end": window_end,
        "scenario": resolved(Scenario()), **changes,
    }  # fmt: skip


def good_log() -> LogBuilder:
    """What happens in the good run. The names of scores, which emails give, are known when it has been told once."""
    scores = _story({}).observable.events(ChurnScored).to_pylist()
    opening = WARM_UP_DAYS * DAY
    named = {
        (row["tutor_id"], opening + int((row["timestamp"] - OPENING).total_seconds())): row["event_id"]
        for row in scores
    }
    return _story(named)


def _story(scores: Mapping[tuple[str, int], str]) -> LogBuilder:
    log = LogBuilder(DAYS).close_window_at_end()
    _people(log)
    _lessons(log)
    _activity(log)
    for email in EMAILS:
        _email(log, email, scores)
    _experiments(log)
    return log


def tutor(log: LogBuilder, tutor_id: str, days: int = DAYS, **traits: Any) -> None:
    """A tutor is there, until the end unless told otherwise."""
    log.tutor(tutor_id, **traits)
    log.event(0, TutorTraitsDrawn(tutor_id, "solid_performer", None, 0, 0, 0, 0, 0, 0, 0, 0.1, 3.0, None))
    if traits.get("active", True):
        log.event(at(days), TutorStateRecorded(tutor_id, 0.6, 0.0, 0.0, 0.0, 0.03))


def student(log: LogBuilder, student_id: str, joined: int = 0) -> None:
    """A student is there, or joins."""
    log.student(student_id, joined)
    log.event(joined, StudentTraitsDrawn(student_id, "diligent", 0.3, 4.0, -0.1, 0.97, 1.0, 0.1, 0.2))


def _people(log: LogBuilder) -> None:
    for tutor_id in ("T0001", "T0004", *PANEL):
        tutor(log, tutor_id)
    tutor(log, "T0002", chronotype="morning", preferred_start_hour=8, preferred_end_hour=12)
    tutor(log, "T0003", active=False)
    log.event(at(20), TutorLeft("T0004"), TutorLeavingExplained("T0004", "morale"))

    student(log, "U00001")
    student(log, "U00002", joined=at(2))
    student(log, "U00003")
    log.event(0, PairingOnRecord("T0001", "U00001"))
    log.event(at(25, 12), StudentChurned("U00003", "S000030004"), StudentLeavingExplained("U00003", "poor session"))


def _lessons(log: LogBuilder) -> None:
    """T0001 teaches U00001 every day; the others have a few sessions."""
    for day in range(-10, DAYS):
        log.session(f"S0001{day + 10:04d}0", at(day, 15), engagement_score=5.2, student_rating=4.4 if day < 23 else 3.9)
    for number, day in enumerate((3, 6, 9)):
        log.no_show(f"S0009{number}0", at(day, 18), "tutor", tutor="T0001", student="U00001")
    log.no_show("S000980", at(11, 18), "student", tutor="T0002", student="U00001")
    log.no_show("S000990", at(13, 18), "student", "tutor", tutor="T0002", student="U00001")

    for number, (day, hour) in enumerate([(3, 9), (4, 9), (5, 10), (12, 11), (15, 11), (27, 9), (29, 23)]):
        session = f"S0000200{number + 1:02d}"
        log.session(session, at(day, hour), tutor="T0002", student="U00002", had_technical_issues=day == 15)
    log.booking("S000020090", at(14, 9), tutor="T0002", student="U00002")
    log.moved(at(13, 12), "S000020090", at(16, 9), tutor="T0002", student="U00002")
    log.held("S000020090", at(16, 9), tutor="T0002", student="U00002", student_rating=3.1, student_satisfaction=6.4)
    log.moved(at(17), "S000020091", at(18, 9), by="student", tutor="T0002", student="U00002")

    for number, day in enumerate((-5, 8, 10, 25)):
        taught_by = "T0004" if day < 20 else "T0002"
        log.session(f"S00003000{number + 1}", at(day, 10), tutor=taught_by, student="U00003", student_rating=3.2)


def _activity(log: LogBuilder) -> None:
    for day in range(-3, DAYS, 3):
        log.event(at(day, 12), Login("T0001", "laptop", "192.0.2.7"))
        log.event(at(day, 12, 40), SessionScheduled("T0001", f"S0001{day + 10:04d}0", "prepared material"))
        log.event(at(day, 16, 12), PostSessionActivity("T0001", f"S0001{day + 10:04d}0", "wrote notes"))
    log.event(at(28, 12), Login("T0002", "phone", "192.0.2.8"))
    log.event(at(28, 12, 30), SessionScheduled("T0002", "S000020007", "checked the calendar"))
    log.event(at(15, 9), Login("T0004", "phone", "192.0.2.9"))
    log.event(at(4, 8), ProfileUpdated("T0002", "biography"), MessageSent("T0002", "parent"))
    log.event(at(9, 8), CoachingScheduled("T0001", "INT0001", at(11, 8)))
    log.event(at(11, 8), CoachingAttended("T0001", "INT0001"))
    log.event(at(DAYS), SCORE, SCORE._replace(tutor_id="T0002"))


def _email(log: LogBuilder, email: Email, scores: Mapping[tuple[str, int], str]) -> None:
    """The score, the email 45 minutes after it, and what follows."""
    scored = email.sent - 45 * MINUTE
    score = SCORE._replace(tutor_id=email.tutor_id, **email.score)
    log.event(scored, score)
    experiment, variant = email.experiment or (None, None)
    log.intervention(
        email.intervention_id, email.sent, tutor=email.tutor_id, intervention_type=email.kind,
        template_id=f"template_{email.kind}_001", created_at=email.sent - 2 * MINUTE,
        experiment_id=experiment, experiment_variant=variant, risk_level_at_trigger=score.churn_risk_level,
        churn_probability_at_trigger=score.churn_probability,
        triggered_by_event_id=scores.get((email.tutor_id, scored), "EV000000"),
    )  # fmt: skip
    engagement, sessions = EFFECTS[email.outcome]
    drawn = InterventionOutcomeDrawn(email.tutor_id, email.intervention_id, email.outcome, engagement, sessions)
    log.event(email.sent, drawn)
    who = (email.tutor_id, email.intervention_id)
    follows: dict[str, Any] = {
        "delivered": EmailDelivered(*who),
        "failed": EmailFailed(*who, "mailbox full"),
        "opened": EmailOpened(*who),
        "clicked": EmailClicked(*who),
        "responded": InterventionResponded(*who, "positive", None),
    }
    for step, minutes in email.steps.items():
        log.event(email.sent + minutes * MINUTE, follows[step])


def _experiments(log: LogBuilder) -> None:
    """One is over and has a winner, one runs, and one is over without a single convert."""
    _experiment(log, "EXP001", start=-10, end=10)
    _experiment(log, "EXP002", start=5, end=60)
    _experiment(log, "EXP003", start=-15, end=5)
    for number, tutor_id in enumerate(["T0001", *PANEL]):
        assigned, variant = at(-9, number), "control" if number % 2 else "toolkit"
        log.event(assigned, ExperimentAssigned(tutor_id, "EXP001", variant))
        log.event(assigned + 5 * HOUR, ExperimentExposed(tutor_id, "EXP001", variant))
        if variant == "toolkit" and number < 16:
            converted = ExperimentConverted(tutor_id, "EXP001", variant, 0.123)
            log.event(assigned + 29 * HOUR, converted)
    for number, tutor_id in enumerate(PANEL[:4]):
        variant = "control" if number % 2 else "toolkit"
        log.event(at(6, number), ExperimentAssigned(tutor_id, "EXP002", variant))
        log.event(at(-14, number), ExperimentAssigned(tutor_id, "EXP003", variant))
        log.event(at(-12, number), ExperimentExposed(tutor_id, "EXP003", variant))


def _experiment(log: LogBuilder, experiment_id: str, start: int, end: int) -> None:
    started = ExperimentStarted(
        experiment_id=experiment_id, name=f"Toolkit {experiment_id}", hypothesis="It helps", description=None,
        variants='["control","toolkit"]', target_segment="{}", primary_metric="avg_engagement_score",
        secondary_metrics=None, planned_end=at(end), eligible_count=20, notes=None,
    )  # fmt: skip
    log.event(at(start), started)
    if end < DAYS:
        log.event(at(end), ExperimentCompleted(experiment_id))
