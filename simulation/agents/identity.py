"""Who is who: numbers belong to a region, ids carry it. A region has the same ids alone and among others."""

TUTORS_PER_REGION = 10**6
STUDENTS_PER_REGION = 10**8
SESSIONS_PER_STUDENT = 10**4
SESSIONS_PER_REGION = STUDENTS_PER_REGION * SESSIONS_PER_STUDENT
INTERVENTIONS_PER_TUTOR = 100
INTERVENTIONS_PER_REGION = TUTORS_PER_REGION * INTERVENTIONS_PER_TUTOR


def tutor_id(number: int, region: int = 1) -> str:
    """A tutor's id."""
    return f"T{(region - 1) * TUTORS_PER_REGION + number:04d}"


def student_id(number: int, region: int = 1) -> str:
    """A student's id."""
    return f"U{(region - 1) * STUDENTS_PER_REGION + number:05d}"


def session_number(student: int, nth: int) -> int:
    """The number of a student's nth session: nobody else's requests renumber it."""
    return student * SESSIONS_PER_STUDENT + nth


def session_id(number: int, region: int = 1) -> str:
    """A session's id."""
    return f"S{(region - 1) * SESSIONS_PER_REGION + number:06d}"


def intervention_id(number: int, region: int = 1) -> str:
    """An intervention's id."""
    return f"INT{(region - 1) * INTERVENTIONS_PER_REGION + number:06d}"
