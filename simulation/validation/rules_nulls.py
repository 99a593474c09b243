"""The rule about nulls of sessions: which columns may be null is the contract's, and so is this query."""

from simulation.contract import EVERY_RUN
from simulation.validation.rules import Row, in_order, rule
from simulation.validation.run import Run

_UNDUE = """
    SELECT position, session_id, session_completed, '{column}' AS measured, {column}::VARCHAR AS value FROM sessions
    WHERE ({column} IS NOT NULL) <> session_completed
"""


@rule("session.metrics_null_unless_completed")
def metrics_are_null_unless_completed(run: Run) -> list[Row]:
    """Every nullable column is null exactly when the session is not completed."""
    nullable = [column.name for column in EVERY_RUN.tables["sessions"].columns if column.nullable]
    return in_order(run.database.rows(" UNION ALL ".join(_UNDUE.format(column=name) for name in nullable)))
