"""Log and sessions -> students: who was taught or joined in the window, and who left."""

import pyarrow as pa
import pyarrow.compute as pc

from simulation.events import StudentChurned, StudentJoined
from simulation.log import Log
from simulation.tables.columns import Window, flags, happened, ordered, positions, seconds, take
from simulation.tables.extra_columns import with_extra_columns


def reduce_students(log: Log, sessions: pa.Table) -> pa.Table:
    """One row per student with a row in `sessions`, or who joined in the window, by id."""
    window = Window.of(log)
    joined = happened(log, StudentJoined)
    taught = flags(pc.is_in(joined["student_id"], value_set=sessions["student_id"]))
    students = ordered(joined.filter(pa.array(taught | window.holds(seconds(joined["joined_at"])))), "student_id")

    churned = window.before_end(happened(log, StudentChurned))
    when = positions(students["student_id"], among=churned["student_id"])
    return with_extra_columns(
        "students",
        {
            "student_id": students["student_id"],
            "grade_level": students["grade_level"],
            "joined_at": students["joined_at"],
            "churned_at": take(churned["timestamp"], when),
            "churned_after_session_id": take(churned["session_id"], when),
        },
        log,
    )
