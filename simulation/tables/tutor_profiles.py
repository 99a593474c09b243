"""Log -> tutor_profiles: who was registered, and when each logged in last."""

import pyarrow as pa
import pyarrow.compute as pc

from simulation.contract import EVERY_RUN
from simulation.events import Login, TutorLeft, TutorRegistered
from simulation.log import Log
from simulation.tables.columns import Window, ordered, positions, seconds, take
from simulation.tables.extra_columns import with_extra_columns


def reduce_tutor_profiles(log: Log) -> pa.Table:
    """One row per registered tutor, by id; who left before the window opens is not active."""
    tutors = ordered(log.events(TutorRegistered, columns=("region", *TutorRegistered._fields)), "tutor_id")
    tutor_ids = tutors["tutor_id"]
    columns = {
        name: tutors[name] for name in EVERY_RUN.tables["tutor_profiles"].column_names if name in tutors.column_names
    }
    columns["active_status"] = pc.and_not(tutors["active_status"], pc.is_in(tutor_ids, value_set=left_early(log)))
    columns["last_login"] = _last_logins(log, tutor_ids)
    return with_extra_columns("tutor_profiles", columns, log)


def left_early(log: Log) -> pa.ChunkedArray:
    """The tutors who left before the window opens."""
    left = log.events(TutorLeft, columns=("tutor_id", "timestamp"))
    return left["tutor_id"].filter(pa.array(seconds(left["timestamp"]) < Window.of(log).start))


def _last_logins(log: Log, tutor_ids: pa.ChunkedArray) -> pa.ChunkedArray:
    """Each tutor's latest login before the window ends, the warm-up included; null where there is none."""
    logins = Window.of(log).before_end(log.events(Login, columns=("tutor_id", "timestamp")))
    last = logins.group_by("tutor_id", use_threads=False).aggregate([("timestamp", "max")])
    return take(last["timestamp_max"], positions(tutor_ids, among=last["tutor_id"]))
