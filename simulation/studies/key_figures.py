"""Key figures: the few numbers that a run comes to, each with its unit. They are all that studies keep of a run.

Each is declared once: what it is called, where it belongs, and whether more of it is better.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from attrs import frozen

from simulation.lib.suggestions import hint
from simulation.studies import StudyError

if TYPE_CHECKING:
    from simulation.scenario import Scenario
    from simulation.validation import Run

# The same yardstick for all scenarios, whatever they count as poor.
POOR_RATING = 3.5

Figures = Mapping[str, float | None]
Better = Literal["higher", "lower", "neither"]

# Units of what does not grow with the number of tutors and the length of the window, each with the decimals shown.
_OF_ANY_WORLD = {"share": 2, "stars": 3, "points": 3}


@frozen
class KeyFigure:
    """A number that a run comes to. `decimals` is the precision that is kept; with none it is a whole number.

    `title` is its name in plain words, and `group` what it is shown with. `better` is the direction in which it is
    good news, if there is one. A `headline` is shown without being asked for. `query` gives the number, as queries
    about a run are written in `simulation.validation`.
    """

    group: str
    name: str
    title: str
    unit: str
    better: Better
    description: str
    query: str
    decimals: int = 0
    headline: bool = False

    @property
    def is_total(self) -> bool:
        """Whether it grows with the number of tutors and the length of the window."""
        return self.unit not in _OF_ANY_WORLD

    @property
    def scale(self) -> float:
        """What it is multiplied with to be shown: shares are shown in percent."""
        return 100.0 if self.unit == "share" else 1.0

    @property
    def shown_unit(self) -> str:
        """The unit in which it is shown."""
        return "%" if self.unit == "share" else self.unit

    @property
    def unit_of_changes(self) -> str:
        """The unit of its differences: a percent of a share would be taken for a share of it."""
        return "percentage points" if self.unit == "share" else self.unit

    @property
    def label(self) -> str:
        """Its name in plain words, with the unit where numbers would be mistaken without."""
        return f"{self.title}, {self.shown_unit}" if self.unit in {"share", "stars"} else self.title

    @property
    def shown_decimals(self) -> int:
        """How many decimals of its mean are worth reading, in the unit in which it is shown."""
        return _OF_ANY_WORLD.get(self.unit, 1)


def figures_to_show(asked: Sequence[str] = (), *, every: bool = False) -> list[KeyFigure]:
    """The headlines and those that are asked for by name, or all; in their order, so that groups stay together."""
    return [figure for figure in KEY_FIGURES if every or figure.headline or figure.name in asked]


def figure_named(name: str, where: str = "") -> KeyFigure:
    """A key figure by its name. Raises StudyError, which begins with `where` it was named, for any other name."""
    known = {figure.name: figure for figure in KEY_FIGURES}
    if name not in known:
        raise StudyError(f"{where}{name} is no key figure; allowed are {', '.join(known)}{hint(name, known)}")
    return known[name]


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

_BAD_LINES = """count(*) FROM sessions JOIN vocabulary ON name = connection_quality
    WHERE kind = 'connection_qualities'
    AND 2 * place >= (SELECT count(*) FROM vocabulary WHERE kind = 'connection_qualities')"""

# Hours of sessions that begin when their tutors like to teach.
_BOOKED = """(
    SELECT sum(scheduled_duration_min) / 60 FROM sessions JOIN tutor_profiles USING (tutor_id)
    WHERE hour_of(session_datetime) >= preferred_start_hour AND hour_of(session_datetime) < preferred_end_hour
)"""
# The hours that tutors like to teach, on each day of the window on which they are there.
_OFFERED = """(
    SELECT sum(preferred_end_hour - preferred_start_hour)
    FROM tutor_profiles LEFT JOIN (SELECT tutor_id, timestamp AS left_at FROM tutor_left) USING (tutor_id)
    CROSS JOIN (SELECT unnest(generate_series($window_start, $window_end - INTERVAL 1 DAY, INTERVAL 1 DAY)) AS day)
    WHERE active_status AND (left_at IS NULL OR day < left_at) AND (NOT weekend_only OR is_weekend(day))
)"""

_ENROLLED = """
    (SELECT count(*) FROM student_joined WHERE timestamp < $window_end)
    - (SELECT count(*) FROM student_churned WHERE timestamp < $window_end)
"""

# What is told of scenarios that ask about nothing in particular.
USUALLY_ASKED = ("hours_taught", "mean_rating", "churn_probability", "tutors_left")

KEY_FIGURES = (
    KeyFigure("Demand", "requests", "sessions requested", "requests", "neither",
              "requests for a session made in the window, tutors' proposals included",
              _in_window("session_requested"), headline=True),
    KeyFigure("Demand", "requests_refused", "requests refused", "requests", "lower",
              "requests that no tutor could take", _in_window("request_refused"), headline=True),
    KeyFigure("Sessions", "sessions", "sessions", "sessions", "higher",
              "sessions that begin in the window, held or not", "count(*) FROM sessions"),
    KeyFigure("Sessions", "sessions_completed", "sessions held", "sessions", "higher",
              "sessions that were held", "count(*) FROM sessions WHERE session_completed"),
    KeyFigure("Sessions", "completion_rate", "completion rate", "share", "higher",
              "sessions held, of all", "share(session_completed) FROM sessions", 6, headline=True),
    KeyFigure("Sessions", "hours_taught", "hours taught", "hours", "higher", "real duration of the sessions held",
              "coalesce(sum(actual_duration_min), 0) / 60 FROM sessions WHERE session_completed", 4, headline=True),
    KeyFigure("Sessions", "utilisation", "utilisation", "share", "neither",
              "booked hours within tutors' preferred hours, of all preferred hours of active tutors in the window",
              f"ratio(coalesce({_BOOKED}, 0), {_OFFERED})", 6, headline=True),
    KeyFigure("Sessions", "first_session_share", "share of first sessions", "share", "neither",
              "first sessions of a student with a tutor, of the sessions held",
              "share(is_first_session) FROM sessions WHERE session_completed", 6),
    KeyFigure("Sessions", "tutor_no_shows", "tutor no-shows", "sessions", "lower",
              "sessions that the tutor missed", "count(*) FROM sessions WHERE NOT tutor_showed", headline=True),
    KeyFigure("Sessions", "student_no_shows", "student no-shows", "sessions", "lower",
              "sessions that the student missed", "count(*) FROM sessions WHERE NOT student_showed"),
    KeyFigure("Sessions", "reschedules", "reschedules", "moves", "lower",
              "times that a session was moved", _in_window("session_rescheduled")),
    KeyFigure("Sessions", "bad_lines", "sessions on bad lines", "sessions", "lower",
              "sessions on lines of the worse half of qualities, as Fair and Poor, held or not", _BAD_LINES),
    KeyFigure("Ratings", "mean_rating", "mean rating", "stars", "higher", "mean student rating of the sessions held",
              "avg(student_rating) FROM sessions WHERE session_completed", 6, headline=True),
    KeyFigure("Ratings", "poor_first_sessions", "poor first sessions", "sessions", "lower",
              "first sessions rated below 3.5", f"{_POOR} FROM sessions"),
    KeyFigure("Ratings", "poor_first_session_rate", "rate of poor first sessions", "share", "lower",
              "those, of all first sessions",
              f"ratio({_POOR}, count(*) FILTER (WHERE is_first_session)) FROM sessions", 6),
    KeyFigure("Tutors", "engagement", "tutor engagement", "points", "higher",
              "mean engagement score, 1 to 10, over active tutors at the end, each over the last 30 days",
              "avg(avg_engagement_score) FROM tutor_aggregates", 6, headline=True),
    KeyFigure("Tutors", "churn_probability", "churn probability", "share", "lower",
              "mean churn probability of active tutors at the end",
              "avg(churn_probability) FROM tutor_aggregates", 6, headline=True),
    KeyFigure("Tutors", "tutors_at_low_risk", "tutors at low risk", "tutors", "higher",
              "active tutors at Low churn risk at the end", _at_risk("Low")),
    KeyFigure("Tutors", "tutors_at_medium_risk", "tutors at medium risk", "tutors", "neither",
              "the same at Medium risk", _at_risk("Medium")),
    KeyFigure("Tutors", "tutors_at_high_risk", "tutors at high risk", "tutors", "lower",
              "the same at High risk", _at_risk("High")),
    KeyFigure("Tutors", "tutors_burned_out", "tutors burned out", "tutors", "lower",
              "tutors who tipped into burnout in the window", _in_window("truth_tutor_tipped")),
    KeyFigure("Tutors", "tutors_left", "tutors who left", "tutors", "lower",
              "tutors who left in the window", _in_window("tutor_left"), headline=True),
    KeyFigure("Students", "enrolment", "students enrolled", "students", "higher",
              "students enrolled at the window's end", _ENROLLED, headline=True),
    KeyFigure("Students", "students_left", "students who left", "students", "lower",
              "students who left in the window", _in_window("students", "churned_at"), headline=True),
    KeyFigure("Interventions", "interventions", "interventions sent", "emails", "neither",
              "interventions sent in the window", "count(*) FROM interventions", headline=True),
    KeyFigure("Interventions", "interventions_succeeding", "interventions succeeding", "emails", "neither",
              "those whose drawn outcome is success", _with_outcome("success")),
    KeyFigure("Interventions", "interventions_partial", "partial successes", "emails", "neither",
              "the same, partial", _with_outcome("partial")),
    KeyFigure("Interventions", "interventions_ignored", "interventions ignored", "emails", "neither",
              "the same, ignored", _with_outcome("ignored")),
    KeyFigure("Interventions", "interventions_withheld", "interventions withheld", "emails", "neither",
              "those that were due and held back at random", _in_window("intervention_withheld")),
    KeyFigure("Log", "events", "events in the log", "events", "neither",
              "events in the observable log, warm-up included", "count(*) FROM event_log"),
)  # fmt: skip
