"""Sessions that move."""

from typing import Annotated, NamedTuple

from simulation.events.declaring import Moment, observable


@observable(9)
class SessionRescheduled(NamedTuple):
    """A booked session moves to another time."""

    tutor_id: str
    student_id: str
    session_id: str
    initiated_by: Annotated[str, "tutor or student"]
    old_time: Moment
    new_time: Moment
