"""Key figures: the few numbers that a run comes to, each with its unit. They are all that studies keep of a run."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from simulation.events import InterventionWithheld, RequestRefused, SessionRescheduled, TutorLeft, TutorTipped

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.validation import Run
    from simulation.validation.frames import Flags

# The same yardstick for all scenarios, whatever they count as poor.
POOR_RATING = 3.5

Figures = Mapping[str, float | None]


@frozen
class KeyFigure:
    """A number that a run comes to. `decimals` is the precision that is kept; with none it is a whole number."""

    name: str
    unit: str
    says: str
    of: "Callable[[Run], float]"
    decimals: int = 0

    @property
    def is_total(self) -> bool:
        """Whether it grows with the number of tutors and the length of the window."""
        return self.unit not in {"share", "stars"}


def measure_scenario(scenario: "Scenario") -> Figures:
    """Simulate a scenario in memory; its key figures by name, None where one is not defined."""
    from simulation.lib.arrow import import_arrow_alone

    import_arrow_alone()

    from simulation.validation.validation import simulated

    return figures_of(simulated(scenario))


def figures_of(run: "Run") -> Figures:
    """The key figures of a run by name, in order; None where one is not defined."""
    return {figure.name: _kept(figure, run) for figure in KEY_FIGURES}


def _kept(figure: KeyFigure, run: "Run") -> float | None:
    value = float(figure.of(run))
    if not math.isfinite(value):
        return None
    return round(value, figure.decimals) if figure.decimals else round(value)


# ---------------------------------------------------------------- sessions


def _sessions(run: "Run") -> float:
    return len(run.frame("sessions"))


def _sessions_completed(run: "Run") -> float:
    return _count(run.frame("sessions").flags("session_completed"))


def _completion_rate(run: "Run") -> float:
    return _over(_sessions_completed(run), _sessions(run))


def _hours_taught(run: "Run") -> float:
    sessions = run.frame("sessions")
    return float(sessions.numbers("actual_duration_min")[sessions.flags("session_completed")].sum()) / 60


def _tutor_no_shows(run: "Run") -> float:
    return _count(~run.frame("sessions").flags("tutor_showed"))


def _student_no_shows(run: "Run") -> float:
    return _count(~run.frame("sessions").flags("student_showed"))


def _bad_lines(run: "Run") -> float:
    return _count(run.frame("sessions").one_of("connection_quality", ("Fair", "Poor")))


def _requests_refused(run: "Run") -> float:
    return _in_window(run, RequestRefused)


def _reschedules(run: "Run") -> float:
    return _in_window(run, SessionRescheduled)


def _mean_rating(run: "Run") -> float:
    sessions = run.frame("sessions")
    ratings = sessions.numbers("student_rating")[sessions.flags("session_completed")]
    return _over(float(ratings.sum()), len(ratings))


def _poor_first_sessions(run: "Run") -> float:
    sessions = run.frame("sessions")
    poor = sessions.numbers("student_rating") < POOR_RATING  # false where there is no rating
    return _count(poor & sessions.flags("is_first_session"))


def _poor_first_session_rate(run: "Run") -> float:
    return _over(_poor_first_sessions(run), _count(run.frame("sessions").flags("is_first_session")))


# ---------------------------------------------------------------- tutors and students


def _churn_probability(run: "Run") -> float:
    probabilities = run.frame("tutor_aggregates").numbers("churn_probability")
    return _over(float(probabilities.sum()), len(probabilities))


def _at_risk(level: str) -> "Callable[[Run], float]":
    return lambda run: _count(run.frame("tutor_aggregates").equals("churn_risk_level", level))


def _tutors_burned_out(run: "Run") -> float:
    from simulation.validation.selections import in_window

    tipped = run.truth_events(TutorTipped)
    return _count(in_window(run, tipped, "timestamp"))


def _tutors_left(run: "Run") -> float:
    return _in_window(run, TutorLeft)


def _students_left(run: "Run") -> float:
    from simulation.validation.measures_students import students_who_churn

    return len(students_who_churn(run))


# ---------------------------------------------------------------- the platform


def _interventions(run: "Run") -> float:
    return len(run.frame("interventions"))


def _with_outcome(outcome: str) -> "Callable[[Run], float]":
    return lambda run: _count(run.frame("truth_interventions").equals("outcome", outcome))


def _interventions_withheld(run: "Run") -> float:
    return _in_window(run, InterventionWithheld)


def _events(run: "Run") -> float:
    return len(run.log.table)


def _in_window(run: "Run", event_type: type) -> float:
    from simulation.validation.selections import in_window

    return _count(in_window(run, run.events(event_type, columns=("timestamp",)), "timestamp"))


def _count(flags: "Flags") -> int:
    return int(np.count_nonzero(flags))


def _over(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


KEY_FIGURES = (
    KeyFigure("sessions", "sessions", "sessions that begin in the window, held or not", _sessions),
    KeyFigure("sessions_completed", "sessions", "sessions that were held", _sessions_completed),
    KeyFigure("completion_rate", "share", "sessions held, of all", _completion_rate, 6),
    KeyFigure("hours_taught", "hours", "real duration of the sessions held", _hours_taught, 4),
    KeyFigure("tutor_no_shows", "sessions", "sessions that the tutor missed", _tutor_no_shows),
    KeyFigure("student_no_shows", "sessions", "sessions that the student missed", _student_no_shows),
    KeyFigure("bad_lines", "sessions", "sessions on Fair or Poor lines, held or not", _bad_lines),
    KeyFigure("requests_refused", "requests", "requests that no tutor could take", _requests_refused),
    KeyFigure("reschedules", "moves", "times that a session was moved", _reschedules),
    KeyFigure("mean_rating", "stars", "mean student rating of the sessions held", _mean_rating, 6),
    KeyFigure("poor_first_sessions", "sessions", "first sessions rated below 3.5", _poor_first_sessions),
    KeyFigure("poor_first_session_rate", "share", "those, of all first sessions", _poor_first_session_rate, 6),
    KeyFigure("churn_probability", "share", "mean churn probability of active tutors at the end",
              _churn_probability, 6),
    KeyFigure("tutors_at_low_risk", "tutors", "active tutors at Low churn risk at the end", _at_risk("Low")),
    KeyFigure("tutors_at_medium_risk", "tutors", "the same at Medium risk", _at_risk("Medium")),
    KeyFigure("tutors_at_high_risk", "tutors", "the same at High risk", _at_risk("High")),
    KeyFigure("tutors_burned_out", "tutors", "tutors who tipped into burnout in the window", _tutors_burned_out),
    KeyFigure("tutors_left", "tutors", "tutors who left in the window", _tutors_left),
    KeyFigure("students_left", "students", "students who left in the window", _students_left),
    KeyFigure("interventions", "emails", "interventions sent in the window", _interventions),
    KeyFigure("interventions_succeeding", "emails", "those whose drawn outcome is success", _with_outcome("success")),
    KeyFigure("interventions_partial", "emails", "the same, partial", _with_outcome("partial")),
    KeyFigure("interventions_ignored", "emails", "the same, ignored", _with_outcome("ignored")),
    KeyFigure("interventions_withheld", "emails", "those that were due and held back at random",
              _interventions_withheld),
    KeyFigure("events", "events", "events in the observable log, warm-up included", _events),
)  # fmt: skip
