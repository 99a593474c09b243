"""Measures of what follows for students."""

from simulation.validation.frames import DAY, Frame
from simulation.validation.measures import measure
from simulation.validation.run import Run
from simulation.validation.selections import first_sessions, in_window
from simulation.validation.statistics import share


def _share_that_end_it(run: Run, firsts: Frame) -> float:
    """Of sessions at least 7 days before the end, the share after which a student churns."""
    early = firsts.where(firsts.seconds("session_datetime") <= run.window_end - 7 * DAY)
    return share(early.places("session_id", run.frame("students"), "churned_after_session_id") >= 0)


@measure("student.churn_after_poor_first")
def churn_after_poor_first_sessions(run: Run) -> float:
    """Share of first sessions rated below 3.5, at least 7 days before the end, after which the student churns."""
    firsts = first_sessions(run)
    return _share_that_end_it(run, firsts.where(firsts.numbers("student_rating") < 3.5))


@measure("student.churn_after_good_first")
def churn_after_good_first_sessions(run: Run) -> float:
    """The same share of the other first sessions."""
    firsts = first_sessions(run)
    return _share_that_end_it(run, firsts.where(firsts.numbers("student_rating") >= 3.5))


def students_who_churn(run: Run) -> Frame:
    """The students who churn in the window."""
    students = run.frame("students")
    return students.where(in_window(run, students, "churned_at"))


@measure("student.churners_from_poor_first")
def churners_from_poor_first_sessions(run: Run) -> float:
    """Of the students who churn in the window, the share who do so after a first session rated below 3.5."""
    firsts, churned = first_sessions(run), students_who_churn(run)
    poor = firsts.where(firsts.numbers("student_rating") < 3.5)
    return share(churned.places("churned_after_session_id", poor, "session_id") >= 0)
