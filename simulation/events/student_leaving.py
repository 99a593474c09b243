"""Students who leave."""

from typing import NamedTuple

from simulation.events.declaring import observable, truth


@observable(5)
class StudentChurned(NamedTuple):
    """A student leaves; `session_id` is the session whose outcome made them, if one did."""

    student_id: str
    session_id: str | None


@truth(9)
class StudentLeavingExplained(NamedTuple):
    """Why a student left."""

    student_id: str
    reason: str
