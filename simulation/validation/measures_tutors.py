"""Measures of who the tutors are."""

import numpy as np

from simulation.events import TutorLeft
from simulation.validation.frames import Floats
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import active_tutors, in_window, per_tutor, personas
from simulation.validation.statistics import correlation, largest_distance, mean, share, skewness, slope_within

CERTIFICATIONS = {"Basic": 0.50, "Advanced": 0.35, "Expert": 0.15}


def _profiles(run: Run, name: str) -> Floats:
    return run.frame("tutor_profiles").numbers(name)


@measure("tutor.experience.mean")
def mean_experience(run: Run) -> float:
    """Mean months_experience."""
    return mean(_profiles(run, "months_experience"))


@measure("tutor.experience.most_6_36")
def share_with_6_to_36_months(run: Run) -> float:
    """Share of tutors with 6 to 36 months."""
    months = _profiles(run, "months_experience")
    return share((months >= 6) & (months <= 36))


@measure("tutor.experience.veterans")
def share_with_more_than_60_months(run: Run) -> float:
    """Share of tutors with more than 60 months."""
    return share(_profiles(run, "months_experience") > 60)


@measure("tutor.reliability.mean")
def mean_reliability(run: Run) -> float:
    """Mean reliability_score."""
    return mean(_profiles(run, "reliability_score"))


@measure("tutor.reliability.skew")
def skewness_of_reliability(run: Run) -> float:
    """Adjusted sample skewness of reliability_score."""
    return skewness(_profiles(run, "reliability_score"))


@measure("tutor.rating.mean")
def mean_historical_rating(run: Run) -> float:
    """Mean avg_historical_rating."""
    return mean(_profiles(run, "avg_historical_rating"))


@measure("tutor.rating.reliability_slope")
def slope_of_rating_on_reliability(run: Run) -> float:
    """Slope of avg_historical_rating on reliability_score within personas."""
    groups = personas(run, run.frame("tutor_profiles"))
    return slope_within(_profiles(run, "reliability_score"), _profiles(run, "avg_historical_rating"), groups)


@measure("tutor.reschedule.falls_with_reliability")
def correlation_of_reliability_and_reschedules(run: Run) -> float:
    """Correlation of reliability_score and reschedule_rate."""
    return correlation(_profiles(run, "reliability_score"), _profiles(run, "reschedule_rate"))


@measure("tutor.no_show.share")
def share_with_no_shows(run: Run) -> float:
    """Share of tutors with no_show_count >= 1."""
    return share(_profiles(run, "no_show_count") >= 1)


@measure("tutor.no_show.mean_flagged")
def mean_no_shows(run: Run) -> float:
    """Mean no_show_count of those who have any."""
    counts = _profiles(run, "no_show_count")
    return mean(counts[counts >= 1])


def _subjects(run: Run) -> Floats:
    taught = run.frame("tutor_profiles").texts("subjects_taught")
    return np.array([len(subjects.split(",")) for subjects in taught], float)


@measure("tutor.subjects.one")
def share_with_one_subject(run: Run) -> float:
    """Share of tutors with 1 subject."""
    return share(_subjects(run) == 1)


@measure("tutor.subjects.three")
def share_with_three_subjects(run: Run) -> float:
    """Share of tutors with 3 subjects."""
    return share(_subjects(run) == 3)


@measure("tutor.active.share")
def share_active(run: Run) -> float:
    """Share of tutors with active_status."""
    return share(active_tutors(run))


@measure("tutor.left_share")
def share_who_left(run: Run) -> float:
    """Share of active tutors with a tutor_left event in the window."""
    left = run.events(TutorLeft)
    return share(per_tutor(run, left.where(in_window(run, left, "timestamp")))[active_tutors(run)] > 0)


@measure("tutor.certification")
def distance_of_certifications(run: Run) -> float:
    """Largest distance of the shares of Basic, Advanced, Expert from 0.50, 0.35, 0.15."""
    tutors = run.frame("tutor_profiles")
    shares = np.array([share(tutors.equals("certification_level", level)) for level in CERTIFICATIONS])
    return largest_distance(shares, np.array(list(CERTIFICATIONS.values())))


@measure("tutor.sessions_grow_with_experience")
def correlation_of_experience_and_sessions(run: Run) -> float:
    """Correlation of months_experience and total_sessions_completed."""
    return correlation(_profiles(run, "months_experience"), _profiles(run, "total_sessions_completed"))


@measure("tutor.corr.experience_reliability")
def correlation_of_experience_and_reliability(run: Run) -> float:
    """Correlation of months_experience and reliability_score."""
    return correlation(_profiles(run, "months_experience"), _profiles(run, "reliability_score"))


@measure("tutor.corr.reliability_rating")
def correlation_of_reliability_and_rating(run: Run) -> float:
    """Correlation of reliability_score and avg_historical_rating."""
    return correlation(_profiles(run, "reliability_score"), _profiles(run, "avg_historical_rating"))
