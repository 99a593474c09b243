"""One log -> the logs of its regions: the reverse of merging."""

from collections.abc import Mapping
from contextlib import ExitStack, closing
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file
from simulation.log.merging import RowGroups

# So many files are open at once, with at most so many rows waiting for each.
_AT_ONCE = 256
_ROW_GROUP = 4_096


def split_log(source: Path, targets: Mapping[int, Path], schema: pa.Schema) -> None:
    """Write the events of each region to a file of its own; `targets` has all regions' numbers in ascending order."""
    numbers = list(targets)
    for start in range(0, len(numbers), _AT_ONCE):
        _split(source, {number: targets[number] for number in numbers[start : start + _AT_ONCE]}, schema)


def _split(source: Path, targets: Mapping[int, Path], schema: pa.Schema) -> None:
    with ExitStack() as stack:
        file = pq.ParquetFile(stack.enter_context(os_file(source)))
        schema = schema.with_metadata(file.schema_arrow.metadata)
        sinks = {
            number: stack.enter_context(closing(RowGroups(path, schema, _ROW_GROUP)))
            for number, path in targets.items()
        }
        for group in range(file.num_row_groups):
            rows = file.read_row_group(group, use_threads=False).cast(schema)
            for number in sinks.keys() & set(rows["region"].unique().to_pylist()):
                sinks[number].write(rows.filter(pc.field("region") == number))
