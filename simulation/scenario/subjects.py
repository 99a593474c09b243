"""[subjects]: what is taught."""

from attrs import frozen

from simulation.scenario.fields import weight


@frozen
class Subject:
    """A subject that students want and tutors teach."""

    share: float = weight(1.0, "its weight among students, and among tutors, of the sum of all")


def default_subjects() -> dict[str, Subject]:
    """Six subjects that are alike."""
    return {name: Subject() for name in ("Math", "Science", "English", "History", "Test Prep", "Programming")}
