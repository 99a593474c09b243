"""Key figures: the few numbers that a run comes to, each with its unit. They are all that studies keep of a run."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.validation import Run

# The same yardstick for all scenarios, whatever they count as poor.
POOR_RATING = 3.5

Figures = Mapping[str, float | None]


@frozen
class KeyFigure:
    """A number that a run comes to. `decimals` is the precision that is kept; with none it is a whole number.

    `query` gives it, as queries about a run are written in `simulation.validation`.
    """

    name: str
    unit: str
    description: str
    query: str
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
    (value,) = run.row(f"SELECT {figure.query}").values()
    if value is None or not math.isfinite(value):
        return None
    return round(float(value), figure.decimals) if figure.decimals else round(value)


def _in_window(event: str, moment: str = "timestamp") -> str:
    return f"count(*) FROM {event} WHERE {moment} >= $window_start AND {moment} < $window_end"


def _at_risk(level: str) -> str:
    return f"count(*) FROM tutor_aggregates WHERE churn_risk_level = '{level}'"


def _with_outcome(outcome: str) -> str:
    return f"count(*) FROM truth_interventions WHERE outcome = '{outcome}'"


_POOR = f"count(*) FILTER (WHERE is_first_session AND student_rating < {POOR_RATING})"

KEY_FIGURES = (
    KeyFigure("sessions", "sessions", "sessions that begin in the window, held or not", "count(*) FROM sessions"),
    KeyFigure("sessions_completed", "sessions", "sessions that were held",
              "count(*) FROM sessions WHERE session_completed"),
    KeyFigure("completion_rate", "share", "sessions held, of all", "share(session_completed) FROM sessions", 6),
    KeyFigure("hours_taught", "hours", "real duration of the sessions held",
              "coalesce(sum(actual_duration_min), 0) / 60 FROM sessions WHERE session_completed", 4),
    KeyFigure("tutor_no_shows", "sessions", "sessions that the tutor missed",
              "count(*) FROM sessions WHERE NOT tutor_showed"),
    KeyFigure("student_no_shows", "sessions", "sessions that the student missed",
              "count(*) FROM sessions WHERE NOT student_showed"),
    KeyFigure("bad_lines", "sessions", "sessions on Fair or Poor lines, held or not",
              "count(*) FROM sessions WHERE connection_quality IN ('Fair', 'Poor')"),
    KeyFigure("requests_refused", "requests", "requests that no tutor could take", _in_window("request_refused")),
    KeyFigure("reschedules", "moves", "times that a session was moved", _in_window("session_rescheduled")),
    KeyFigure("mean_rating", "stars", "mean student rating of the sessions held",
              "avg(student_rating) FROM sessions WHERE session_completed", 6),
    KeyFigure("poor_first_sessions", "sessions", "first sessions rated below 3.5", f"{_POOR} FROM sessions"),
    KeyFigure("poor_first_session_rate", "share", "those, of all first sessions",
              f"ratio({_POOR}, count(*) FILTER (WHERE is_first_session)) FROM sessions", 6),
    KeyFigure("churn_probability", "share", "mean churn probability of active tutors at the end",
              "avg(churn_probability) FROM tutor_aggregates", 6),
    KeyFigure("tutors_at_low_risk", "tutors", "active tutors at Low churn risk at the end", _at_risk("Low")),
    KeyFigure("tutors_at_medium_risk", "tutors", "the same at Medium risk", _at_risk("Medium")),
    KeyFigure("tutors_at_high_risk", "tutors", "the same at High risk", _at_risk("High")),
    KeyFigure("tutors_burned_out", "tutors", "tutors who tipped into burnout in the window",
              _in_window("truth_tutor_tipped")),
    KeyFigure("tutors_left", "tutors", "tutors who left in the window", _in_window("tutor_left")),
    KeyFigure("students_left", "students", "students who left in the window", _in_window("students", "churned_at")),
    KeyFigure("interventions", "emails", "interventions sent in the window", "count(*) FROM interventions"),
    KeyFigure("interventions_succeeding", "emails", "those whose drawn outcome is success", _with_outcome("success")),
    KeyFigure("interventions_partial", "emails", "the same, partial", _with_outcome("partial")),
    KeyFigure("interventions_ignored", "emails", "the same, ignored", _with_outcome("ignored")),
    KeyFigure("interventions_withheld", "emails", "those that were due and held back at random",
              _in_window("intervention_withheld")),
    KeyFigure("events", "events", "events in the observable log, warm-up included", "count(*) FROM event_log"),
)  # fmt: skip
