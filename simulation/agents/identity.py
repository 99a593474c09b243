"""Who is who: numbers belong to a region, ids carry it. A region has the same ids alone and among others.

Numbers have room for whatever a scenario can ask for; `simulation.scenario.regions` holds scenarios to it.
"""

from simulation.scenario.regions import STUDENTS_AT_START

TUTORS_PER_REGION = 10**6
STUDENTS_PER_REGION = 10**8
SESSIONS_PER_STUDENT = 10**4
INTERVENTIONS_PER_TUTOR = 100
# Whoever has more than these goes on in another block, up to so many.
BLOCKS = 100
SESSIONS_PER_REGION = BLOCKS * STUDENTS_PER_REGION * SESSIONS_PER_STUDENT
INTERVENTIONS_PER_REGION = BLOCKS**2 * TUTORS_PER_REGION * INTERVENTIONS_PER_TUTOR

# Those who join are numbered apart, so that one more student at the start renumbers nobody.
FIRST_TO_JOIN = STUDENTS_AT_START + 1


def numbered(owner: int, nth: int, owners: int, room: int) -> int:
    """The number of an owner's nth thing, which nobody else's has: each of `owners` has `room` in a row.

    What does not fit goes on beyond everybody's room, in another block of the same kind: the numbers of short worlds
    are short, and those of long ones never meet.
    """
    block, place = divmod(nth, room)
    return (block * owners + owner) * room + place


def tutor_id(number: int, region: int = 1) -> str:
    """A tutor's id."""
    return f"T{(region - 1) * TUTORS_PER_REGION + number:04d}"


def student_id(number: int, region: int = 1) -> str:
    """A student's id."""
    return f"U{(region - 1) * STUDENTS_PER_REGION + number:05d}"


def session_number(student: int, nth: int) -> int:
    """The number of a student's nth session: nobody else's requests renumber it."""
    return numbered(student, nth, STUDENTS_PER_REGION, SESSIONS_PER_STUDENT)


def session_id(number: int, region: int = 1) -> str:
    """A session's id."""
    return f"S{(region - 1) * SESSIONS_PER_REGION + number:06d}"


def intervention_number(tutor: int, nth: int) -> int:
    """The number of a tutor's nth intervention, from 1."""
    return numbered(tutor, nth, TUTORS_PER_REGION, INTERVENTIONS_PER_TUTOR)


def experiment_id(number: int) -> str:
    """An experiment's id: the same in all regions, which run the same ones."""
    return f"EXP{number:03d}"


def intervention_id(number: int, region: int = 1) -> str:
    """An intervention's id."""
    return f"INT{(region - 1) * INTERVENTIONS_PER_REGION + number:06d}"
