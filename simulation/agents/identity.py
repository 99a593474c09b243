"""Numbers and ids of agents, sessions, interventions and experiments.

Numbers are counted within a region; ids are unique over regions, and a region has the same ids alone and among
others. There is room for every scenario that `simulation.scenario.regions` allows.
"""

from simulation.scenario.regions import STUDENTS_AT_START

TUTORS_PER_REGION = 10**6
STUDENTS_PER_REGION = 10**8
SESSIONS_PER_STUDENT = 10**4
INTERVENTIONS_PER_TUTOR = 100
# Who has more than these continues in the next block; there are at most this many.
BLOCKS = 100
SESSIONS_PER_REGION = BLOCKS * STUDENTS_PER_REGION * SESSIONS_PER_STUDENT
INTERVENTIONS_PER_REGION = BLOCKS**2 * TUTORS_PER_REGION * INTERVENTIONS_PER_TUTOR

# Students who join are numbered apart, so that one more student at the start renumbers no one.
FIRST_TO_JOIN = STUDENTS_AT_START + 1


def numbered(owner: int, nth: int, owners: int, room: int) -> int:
    """A unique number for an owner's nth item: each of `owners` has `room` consecutive numbers in a block.

    Items beyond `room` go to further blocks of the same size, so numbers stay short in short runs and never collide
    in long ones.
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
    """The number of a student's nth session, independent of all other students' requests."""
    return numbered(student, nth, STUDENTS_PER_REGION, SESSIONS_PER_STUDENT)


def nth_of(session: int) -> int:
    """Which of its student's sessions a session is, by its number."""
    row, place = divmod(session, SESSIONS_PER_STUDENT)
    return row // STUDENTS_PER_REGION * SESSIONS_PER_STUDENT + place


def session_id(number: int, region: int = 1) -> str:
    """A session's id."""
    return f"S{(region - 1) * SESSIONS_PER_REGION + number:06d}"


def intervention_number(tutor: int, nth: int) -> int:
    """The number of a tutor's nth intervention, from 1."""
    return numbered(tutor, nth, TUTORS_PER_REGION, INTERVENTIONS_PER_TUTOR)


def experiment_id(number: int) -> str:
    """An experiment's id; all regions run the same experiments."""
    return f"EXP{number:03d}"


def intervention_id(number: int, region: int = 1) -> str:
    """An intervention's id."""
    return f"INT{(region - 1) * INTERVENTIONS_PER_REGION + number:06d}"
