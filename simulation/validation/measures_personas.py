"""Measures of the personas and the edge cases."""

from functools import partial

import numpy as np

from simulation.validation.frames import DAY, Flags, Frame, taken
from simulation.validation.measures import measure
from simulation.validation.measures_reschedules import reschedules_by_tutors
from simulation.validation.run import Run
from simulation.validation.selections import (
    active_tutors,
    completed_sessions,
    of_persona,
    per_tutor,
    weekend,
)
from simulation.validation.statistics import largest_distance, mean, ratio, share

SHARES = {
    "rock_star": 0.10,
    "solid_performer": 0.50,
    "struggling_newbie": 0.15,
    "burned_out_veteran": 0.05,
    "no_show_problem": 0.08,
}
VETERAN = "burned_out_veteran"

Ranges = dict[str, tuple[float, float]]

# Both ends are included.
RANGES: dict[str, Ranges] = {
    "rock_star": {
        "months_experience": (36, 60),
        "reliability_score": (0.85, 0.95),
        "reschedule_rate": (0.0, 0.049),  # below 0.05, to the decimals that are stored
        "avg_historical_rating": (4.7, 5.0),
    },
    "solid_performer": {
        "months_experience": (12, 36),
        "reliability_score": (0.70, 0.85),
        "reschedule_rate": (0.05, 0.12),
        "avg_historical_rating": (4.0, 4.5),
    },
    "struggling_newbie": {
        "months_experience": (1, 6),
        "reliability_score": (0.50, 0.70),
        "reschedule_rate": (0.10, 0.20),
        "avg_historical_rating": (3.5, 4.0),
    },
    VETERAN: {
        "months_experience": (48, 120),
        "reliability_score": (0.60, 0.75),
        "reschedule_rate": (0.15, 0.25),
    },
    "no_show_problem": {
        "reliability_score": (0.40, 0.60),
        "no_show_count": (3, 8),
    },
}


def _profiles(run: Run, persona: str) -> Frame:
    return of_persona(run, run.frame("tutor_profiles"), persona)


def _aggregates(run: Run, persona: str) -> Frame:
    return of_persona(run, run.frame("tutor_aggregates"), persona)


@measure("persona.share")
def distance_of_personas(run: Run) -> float:
    """Largest distance of the shares of the five personas from what they should be."""
    known = run.frame("truth_tutors")
    shares = np.array([share(known.equals("persona", persona)) for persona in SHARES])
    return largest_distance(shares, np.array(list(SHARES.values())))


@measure("persona.trait_ranges")
def share_in_ranges(run: Run) -> float:
    """Share of tutors with a persona whose traits all lie in the persona's ranges."""
    within = [_within(_profiles(run, persona), ranges) for persona, ranges in RANGES.items()]
    return share(np.concatenate(within))


def _within(profiles: Frame, ranges: Ranges) -> Flags:
    inside = np.ones(len(profiles), bool)
    for name, (low, high) in ranges.items():
        values = profiles.numbers(name)
        inside &= (values >= low) & (values <= high)
    return inside


def mean_of_persona(persona: str, name: str, run: Run) -> float:
    """Mean of a column of tutor_aggregates over the tutors of a persona."""
    return mean(_aggregates(run, persona).numbers(name))


for _claim, _persona, _name in (
    ("persona.rock_star.churn", "rock_star", "churn_probability"),
    ("persona.rock_star.rating", "rock_star", "avg_rating_30d"),
    ("persona.solid.churn", "solid_performer", "churn_probability"),
    ("persona.solid.rating", "solid_performer", "avg_rating_30d"),
    ("persona.newbie.churn", "struggling_newbie", "churn_probability"),
    ("persona.newbie.first_session", "struggling_newbie", "first_session_avg_rating"),
    ("persona.newbie.rating", "struggling_newbie", "avg_rating_30d"),
    ("persona.veteran.churn", VETERAN, "churn_probability"),
    ("persona.veteran.rating_30d", VETERAN, "avg_rating_30d"),
    ("persona.veteran.rating_7d", VETERAN, "avg_rating_7d"),
    ("persona.no_show.churn", "no_show_problem", "churn_probability"),
    ("persona.no_show.decent", "no_show_problem", "avg_rating_30d"),
):
    measure(_claim)(partial(mean_of_persona, _persona, _name))


def share_with_empathy(persona: str, low: float, high: float, run: Run) -> float:
    """Share of the tutors of a persona with avg_empathy_score in a range, both ends included."""
    empathy = _aggregates(run, persona).numbers("avg_empathy_score")
    return share((empathy >= low) & (empathy <= high))


measure("persona.rock_star.empathy")(partial(share_with_empathy, "rock_star", 8, 10))
measure("persona.solid.empathy")(partial(share_with_empathy, "solid_performer", 6, 8))
measure("persona.newbie.empathy")(partial(share_with_empathy, "struggling_newbie", 4, 6))


@measure("persona.veteran.sentiment_falls")
def fall_of_veterans_sentiment(run: Run) -> float:
    """Mean over veterans of sentiment_trend_7d less the mean overall_sentiment of their first 7 days."""
    veterans, completed = _aggregates(run, VETERAN), completed_sessions(run)
    early = completed.where(completed.seconds("session_datetime") < run.window_start + 7 * DAY)
    owners, sentiment = early.places("tutor_id", veterans), early.numbers("overall_sentiment")
    at_first = np.array([mean(sentiment[owners == place]) for place in range(len(veterans))])
    return mean(veterans.numbers("sentiment_trend_7d") - at_first)


@measure("persona.veteran.reschedules_rise")
def rise_of_veterans_reschedules(run: Run) -> float:
    """Veterans' tutor-initiated reschedules per session in the last 10 days, less the same in the first 10."""
    moved = of_persona(run, reschedules_by_tutors(run), VETERAN).seconds("timestamp")
    sessions = of_persona(run, run.frame("sessions"), VETERAN).seconds("session_datetime")

    def rate(start: int, end: int) -> float:
        reschedules = len(moved[(moved >= start) & (moved < end)])
        return ratio(reschedules, len(sessions[(sessions >= start) & (sessions < end)]))

    start, end = run.window_start, run.window_end
    return rate(end - 10 * DAY, end) - rate(start, start + 10 * DAY)


# ---------------------------------------------------------------- edge cases


@measure("edge.new_high_performers")
def share_of_new_high_performers(run: Run) -> float:
    """Share of tutors with months_experience < 6 and avg_historical_rating >= 4.8."""
    tutors = run.frame("tutor_profiles")
    return share((tutors.numbers("months_experience") < 6) & (tutors.numbers("avg_historical_rating") >= 4.8))


@measure("edge.chronic_reschedulers")
def share_of_chronic_reschedulers(run: Run) -> float:
    """Share of tutors with reschedule_rate > 0.20."""
    return share(run.frame("tutor_profiles").numbers("reschedule_rate") > 0.20)


@measure("edge.technical_victims")
def share_of_technical_victims(run: Run) -> float:
    """Share of active tutors with technical_issue_rate > 0.15 and avg_rating_30d >= 4.0."""
    aggregates, tutors = run.frame("tutor_aggregates"), run.frame("tutor_profiles")
    victims = (aggregates.numbers("technical_issue_rate") > 0.15) & (aggregates.numbers("avg_rating_30d") >= 4.0)
    return share(taken(victims.astype(float), tutors.places("tutor_id", aggregates))[active_tutors(run)] == 1)


@measure("edge.weekend_warriors")
def share_of_weekend_warriors(run: Run) -> float:
    """Share of active tutors with sessions on weekends only."""
    sessions = run.frame("sessions")
    on_weekends = weekend(sessions.seconds("session_datetime"))
    only = (per_tutor(run, sessions.where(on_weekends)) > 0) & (per_tutor(run, sessions.where(~on_weekends)) == 0)
    return share(only[active_tutors(run)])
