"""Figures of tutors, their personas, and what their ids give away."""

import math

import pytest

from simulation.events import TutorLeft
from tests.hand_made_log import LogBuilder, at, local
from tests.validation.measured_runs import Case, Cases, case, listed, measured

TUTORS: Cases = {
    "tutor.experience.mean": [case(30, tutor_profiles={"months_experience": [10, 20, 60]})],
    "tutor.experience.most_6_36": [case(0.5, tutor_profiles={"months_experience": [5, 6, 36, 37]})],
    "tutor.experience.veterans": [case(0.25, tutor_profiles={"months_experience": [1, 59, 60, 61]})],
    "tutor.reliability.mean": [case(0.6, tutor_profiles={"reliability_score": [0.5, 0.7]})],
    "tutor.reliability.skew": [
        case(-math.sqrt(3), tutor_profiles={"reliability_score": [0.9, 0.9, 0.4]}),
        case(0, tutor_profiles={"reliability_score": [0.4, 0.6, 0.8]}),
        case(None, tutor_profiles={"reliability_score": [0.4, 0.6]}),
        case(None, tutor_profiles={"reliability_score": [0.5, 0.5, 0.5]}),
    ],
    "tutor.rating.mean": [case(4.25, tutor_profiles={"avg_historical_rating": [4.0, 4.5]})],
    "tutor.rating.reliability_slope": [
        case(
            2.0,  # within each persona; over all it would be steeper
            tutor_profiles={"reliability_score": [0.5, 0.7, 0.8, 1.0], "avg_historical_rating": [2.0, 2.4, 4.0, 4.4]},
            truth_tutors={"persona": ["struggling_newbie", "struggling_newbie", "unclassified", "unclassified"]},
        )
    ],
    "tutor.reschedule.falls_with_reliability": [
        case(-0.5, tutor_profiles={"reliability_score": [0.1, 0.2, 0.3], "reschedule_rate": [0.3, 0.1, 0.2]}),
    ],
    "tutor.no_show.share": [case(0.5, tutor_profiles={"no_show_count": [0, 0, 1, 5]})],
    "tutor.no_show.mean_flagged": [
        case(3, tutor_profiles={"no_show_count": [0, 0, 1, 5]}),
        case(None, tutor_profiles={"no_show_count": [0, 0]}),
    ],
    "tutor.subjects.one": [
        case(0.5, tutor_profiles={"subjects_taught": ["Math", "Test Prep", "Math,English", "A,B,C"]})
    ],
    "tutor.subjects.three": [case(0.25, tutor_profiles={"subjects_taught": ["Math", "Math", "Math,English", "A,B,C"]})],
    "tutor.active.share": [case(0.75, tutor_profiles={"active_status": [True, True, False, True]})],
    "tutor.left_share": [
        case(
            1 / 3,  # one leaves in the window, one before it; one was not active anyway
            LogBuilder().event(at(3), TutorLeft("T0001")).event(at(-2), TutorLeft("T0002")),
            tutor_profiles={"active_status": [True, True, True, False]},
        )
    ],
    "tutor.certification": [
        case(0.05, tutor_profiles={"certification_level": [*["Basic"] * 5, *["Advanced"] * 4, "Expert"]}),
        case(0.15, tutor_profiles={"certification_level": [*["Basic"] * 6, *["Advanced"] * 4]}),
    ],
    "tutor.sessions_grow_with_experience": [
        case(0.5, tutor_profiles={"months_experience": [1, 2, 3], "total_sessions_completed": [10, 30, 20]})
    ],
    "tutor.corr.experience_reliability": [
        case(0.5, tutor_profiles={"months_experience": [1, 2, 3], "reliability_score": [0.1, 0.3, 0.2]}),
        case(None, tutor_profiles={"months_experience": [1, 2, 3], "reliability_score": [0.5, 0.5, 0.5]}),
    ],
    "tutor.corr.reliability_rating": [
        case(-1, tutor_profiles={"reliability_score": [0.1, 0.2, 0.3], "avg_historical_rating": [4.5, 4.3, 4.1]})
    ],
}

PERSONAS = ["rock_star", "solid_performer", "struggling_newbie", "burned_out_veteran", "no_show_problem"]

WITHIN: dict[str, list[float]] = {
    "months_experience": [36, 12, 6, 120, 3],
    "reliability_score": [0.95, 0.70, 0.50, 0.75, 0.40],
    "reschedule_rate": [0.049, 0.05, 0.20, 0.15, 0.33],
    "avg_historical_rating": [4.7, 4.5, 3.5, 2.0, 5.0],
    "no_show_count": [1, 2, 9, 9, 8],
}


def of(persona: str, expected: float | None, **columns: list[float | None]) -> Case:
    """Three tutors of a persona, but for the last, who is of another."""
    other = "rock_star" if persona == "solid_performer" else "solid_performer"
    return case(expected, tutor_aggregates=columns, truth_tutors={"persona": [persona, persona, other]})


def out_of_range(place: int, **traits: float) -> Case:
    """A tutor of each persona, one of whom is out of the persona's ranges."""
    profiles = {name: [*values, 0] for name, values in WITHIN.items()}
    for name, value in traits.items():
        profiles[name][place] = value
    return case(0.8, tutor_profiles=profiles, truth_tutors={"persona": [*PERSONAS, "unclassified"]})


VETERANS = {"persona": ["burned_out_veteran", "burned_out_veteran", "solid_performer"]}

OF_PERSONAS: Cases = {
    "persona.share": [
        case(0.05, truth_tutors={"persona": [*(PERSONAS * 2), *["solid_performer"] * 9, "struggling_newbie"]}),
        case(
            0.03,
            truth_tutors={
                "persona": [*["solid_performer"] * 50, *["rock_star"] * 10, *["struggling_newbie"] * 15,
                            *["burned_out_veteran"] * 5, *["no_show_problem"] * 5, *["unclassified"] * 15],
            },
        ),
    ],
    "persona.trait_ranges": [
        case(1, tutor_profiles=WITHIN, truth_tutors={"persona": PERSONAS}),
        out_of_range(0, reschedule_rate=0.05),
        out_of_range(0, months_experience=61),
        out_of_range(1, avg_historical_rating=4.51),
        out_of_range(2, reliability_score=0.701),
        out_of_range(3, reschedule_rate=0.149),
        out_of_range(4, no_show_count=2),
    ],
    "persona.rock_star.churn": [of("rock_star", 0.15, churn_probability=[0.1, 0.2, 0.8])],
    "persona.rock_star.empathy": [of("rock_star", 0.5, avg_empathy_score=[8.0, 7.99, 9.0])],
    "persona.rock_star.rating": [of("rock_star", 4.5, avg_rating_30d=[4.4, 4.6, 2.0])],
    "persona.solid.churn": [of("solid_performer", 0.15, churn_probability=[0.1, 0.2, 0.8])],
    "persona.solid.empathy": [of("solid_performer", 0.5, avg_empathy_score=[8.0, 8.01, 7.0])],
    "persona.solid.rating": [of("solid_performer", 4.5, avg_rating_30d=[4.4, 4.6, 2.0])],
    "persona.newbie.churn": [of("struggling_newbie", 0.15, churn_probability=[0.1, 0.2, 0.8])],
    "persona.newbie.empathy": [of("struggling_newbie", 1, avg_empathy_score=[4.0, 6.0, 7.0])],
    "persona.newbie.first_session": [of("struggling_newbie", 3.2, first_session_avg_rating=[3.2, None, 4.0])],
    "persona.newbie.rating": [of("struggling_newbie", 3.5, avg_rating_30d=[3.4, 3.6, 2.0])],
    "persona.veteran.churn": [of("burned_out_veteran", 0.15, churn_probability=[0.1, 0.2, 0.8])],
    "persona.veteran.rating_30d": [of("burned_out_veteran", 4.1, avg_rating_30d=[4.0, 4.2, 2.0])],
    "persona.veteran.rating_7d": [
        of("burned_out_veteran", 3.8, avg_rating_7d=[3.8, None, 2.0]),
        of("burned_out_veteran", None, avg_rating_7d=[None, None, 2.0]),
    ],
    "persona.veteran.sentiment_falls": [
        case(
            -0.25,  # 0.1 less 0.4, and 0.3 less 0.5
            truth_tutors=VETERANS,
            tutor_aggregates={"sentiment_trend_7d": [0.1, 0.3, 0.9]},
            sessions={
                "tutor_id": ["T0001", "T0001", "T0001", "T0002", "T0003"],
                "session_datetime": [local(0, 9), local(6, 23), local(7), local(1), local(1)],
                "overall_sentiment": [0.3, 0.5, -0.4, 0.5, 0.8],
            },
        )
    ],
    "persona.veteran.reschedules_rise": [
        case(
            2 / 4 - 1 / 2,
            LogBuilder().moved(at(20), "A", at(25)).moved(at(29), "B", at(31)).moved(at(9), "C", at(12), tutor="T0002"),
            truth_tutors=VETERANS,
            sessions={
                "tutor_id": ["T0001", "T0002", "T0001", "T0001", "T0002", "T0002", "T0001", "T0003"],
                "session_datetime": [local(day) for day in (0, 9, 20, 21, 22, 29, 10, 1)],
            },
        ),
        case(
            0.5,  # neither students' reschedules count, nor other tutors', nor those of other days
            LogBuilder().moved(at(20), "A", at(25)).moved(at(21), "B", at(25), by="student")
            .moved(at(22), "C", at(25), tutor="T0003").moved(at(19), "D", at(25)).moved(at(10), "E", at(25)),
            truth_tutors=VETERANS,
            sessions={"tutor_id": ["T0001", "T0001", "T0002"], "session_datetime": [local(1), local(20), local(25)]},
        ),
    ],
    "persona.no_show.churn": [of("no_show_problem", 0.15, churn_probability=[0.1, 0.2, 0.8])],
    "persona.no_show.decent": [of("no_show_problem", 4.1, avg_rating_30d=[4.0, 4.2, 2.0])],
    "edge.new_high_performers": [
        case(0.25, tutor_profiles={"months_experience": [5, 6, 5, 1], "avg_historical_rating": [4.8, 5.0, 4.79, 3.0]})
    ],
    "edge.chronic_reschedulers": [case(0.25, tutor_profiles={"reschedule_rate": [0.2, 0.201, 0.1, 0.0]})],
    "edge.technical_victims": [
        case(
            0.25,  # of four active tutors, one of whom has no aggregates
            tutor_profiles={"active_status": [True, True, True, True, False]},
            tutor_aggregates={"technical_issue_rate": [0.151, 0.15, 0.3], "avg_rating_30d": [4.0, 4.5, 3.99]},
        )
    ],
    "edge.weekend_warriors": [
        case(
            0.25,  # T0001: the others teach on a weekday too, not at all, or are not active
            tutor_profiles={"active_status": [True, True, True, True, False]},
            sessions={
                "tutor_id": ["T0001", "T0001", "T0002", "T0002", "T0003", "T0005"],
                "session_datetime": [local(5), local(6, 23, 59), local(5), local(4, 23, 59), local(7), local(5)],
            },
        )
    ],
}  # fmt: skip

ROW_LEAKS = {
    "tutor_id": ["T0002", "T0001", "T0003"],
    "reliability_score": [0.5, 0.6, 0.5],
    "months_experience": [1, 3, 2],
    "no_show_count": [0, 0, 1],
}

WHOLE: Cases = {
    # ids are 2, 1, 3, rows 0, 1, 2
    "whole.ids_give_nothing_away": [
        case(1, tutor_profiles={**ROW_LEAKS, "months_experience": [2, 3, 1]}),
        case(math.sqrt(3) / 2, tutor_profiles={**ROW_LEAKS, "months_experience": [2, 1, 2]}),
        case(None, tutor_profiles={**ROW_LEAKS, "no_show_count": [0, 0, 0]}),
    ]
}

CASES: Cases = {**TUTORS, **OF_PERSONAS, **WHOLE}


@pytest.mark.parametrize(("claim_id", "known"), listed(CASES))
def test_a_figure_of_tutors_is_what_its_words_say(claim_id: str, known: Case) -> None:
    assert measured(claim_id, known.run) == pytest.approx(known.expected, abs=1e-12)
