"""Parts of a log. Columns are read when they are asked for: most events leave most columns empty."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.lib.arrow import first_line, os_file
from simulation.lib.pickling import MadeAgain
from simulation.log.schema import HEAD, LogError

Rows = npt.NDArray[np.int64]
Condition = tuple[str, Callable[[Any, Any], Any], Any]


class LogFile(MadeAgain):
    """A Parquet file of a log, opened when first needed, by each process for itself.

    The columns `as_dictionaries` are read dictionary-encoded.
    """

    def __init__(self, path: Path, as_dictionaries: Sequence[str]) -> None:
        self.path = path
        self._as_dictionaries = as_dictionaries

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"path": self.path.absolute()}

    @cached_property
    def opened(self) -> pq.ParquetFile:
        """The open file."""
        return pq.ParquetFile(os_file(self.path), read_dictionary=self._as_dictionaries)


class RowGroup(MadeAgain):
    """The events of a row group of a Parquet file. Texts may be dictionary-encoded, moments in milliseconds.

    Reading raises LogError where the file is damaged.
    """

    def __init__(self, file: LogFile, number: int) -> None:
        self._file = file
        self._number = number

    def __len__(self) -> int:
        with log_is_at_fault(self._file.path):
            return int(self._file.opened.metadata.row_group(self._number).num_rows)

    def select(self, names: Sequence[str]) -> pa.Table:
        """Some columns of all events, as a table selects them. Columns that all events share are kept."""
        missing = [name for name in names if name not in self._heads]
        with log_is_at_fault(self._file.path):
            # Threads cost more processor time than one does, and runs can be simulated side by side instead.
            found = self._file.opened.read_row_group(self._number, missing, use_threads=False)
        self._heads |= {name: found[name] for name in missing if name in HEAD.names}
        return pa.table({name: self._heads[name] if name in self._heads else found[name] for name in names})

    @cached_property
    def _heads(self) -> dict[str, pa.ChunkedArray]:
        return {}


class Part(MadeAgain):
    """Consecutive events of a log: those of a table or a row group for which all conditions hold.

    A condition compares a column's NumPy array with a value, by a function that can be pickled, as `operator.eq` can.
    """

    def __init__(self, source: pa.Table | RowGroup, conditions: Sequence[Condition] = ()) -> None:
        self._source = source
        self._conditions = conditions

    def __len__(self) -> int:
        return len(self._source) if self._own is None else len(self._own)

    def where(self, column: str, holds: Callable[[Any, Any], Any], value: Any) -> "Part":
        """Those of the events for which another condition holds, too."""
        return Part(self._source, [*self._conditions, (column, holds, value)])

    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all."""
        selected = self._source.select(list(names))
        if self._own is not None:
            rows = self._own if rows is None else self._own[rows]
        return selected if rows is None else selected.take(pa.array(rows))

    def rows(self, event_types: Sequence[str]) -> Rows:
        """The rows of the events of some types, ascending."""
        found = [self._rows_by_type[name] for name in event_types if name in self._rows_by_type]
        return found[0] if len(found) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    @cached_property
    def _own(self) -> Rows | None:
        """The rows of the source for which all conditions hold; None for all rows."""
        if not self._conditions:
            return None
        columns = self._source.select([name for name, _, _ in self._conditions])
        held = [holds(columns[name].to_numpy(), value) for name, holds, value in self._conditions]
        return np.flatnonzero(np.logical_and.reduce(held))

    @cached_property
    def _rows_by_type(self) -> dict[str, Rows]:
        types = self.read(["event_type"])["event_type"].combine_chunks().dictionary_encode()
        names = types.dictionary.to_pylist()
        codes = types.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
        order = np.argsort(codes.astype(np.int16), kind="stable")  # of small numbers, NumPy has a faster sort
        ends = np.cumsum(np.bincount(codes, minlength=len(names)))
        return dict(zip(names, np.split(order, ends), strict=False))


@contextmanager
def log_is_at_fault(path: Path) -> Iterator[None]:
    """Report what is wrong with a file as a LogError of one line."""
    try:
        yield
    except FileNotFoundError:
        raise LogError(f"{path}: there is no such file") from None
    except (pa.ArrowException, OSError) as error:
        raise LogError(f"{path}: is not a whole Parquet file ({first_line(error)})") from None
    except (KeyError, TypeError, ValueError):
        raise LogError(f"{path}: is a Parquet file, but no event log of ours") from None
