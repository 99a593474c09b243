"""Log -> tutor_snapshots: tutor_aggregates as they stood at one moment after the other."""

from collections.abc import Iterable
from datetime import datetime

import pyarrow as pa

from simulation.contract import contract_for
from simulation.log import Log
from simulation.tables.columns import as_table
from simulation.tables.sessions import reduce_sessions
from simulation.tables.tutor_aggregates import reduce_tutor_aggregates

_NAME = "tutor_snapshots"


def reduce_tutor_snapshots(log: Log, moments: Iterable[datetime]) -> pa.Table:
    """The rows of tutor_aggregates as of each moment of local time, each made of what had happened before it."""
    contract = contract_for(log.metadata.vocabulary)
    snapshots = [contract.requested[_NAME].schema.empty_table()]
    for moment in moments:
        earlier = log.as_of(moment)
        aggregates = reduce_tutor_aggregates(earlier, reduce_sessions(earlier))
        columns = {name: aggregates[name] for name in aggregates.column_names}
        snapshots.append(as_table(_NAME, {"as_of": [moment] * len(aggregates), **columns}, contract))
    return pa.concat_tables(snapshots).combine_chunks()
