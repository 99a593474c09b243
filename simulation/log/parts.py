"""Parts of a log, of which columns are read when they are asked for: most events leave most columns empty."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from simulation.lib.arrow import os_file
from simulation.lib.pickling import MadeAgain
from simulation.log.schema import HEAD, LogError

Rows = npt.NDArray[np.int64]


class Part(MadeAgain, ABC):
    """Events of a log that stand one behind the other."""

    @abstractmethod
    def __len__(self) -> int:
        """How many events there are."""

    @abstractmethod
    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all."""

    def rows(self, event_types: Sequence[str]) -> Rows:
        """Where the events of some types stand, in ascending order."""
        found = [self._rows_by_type[name] for name in event_types if name in self._rows_by_type]
        return found[0] if len(found) == 1 else np.sort(np.concatenate([np.empty(0, np.int64), *found]))

    @cached_property
    def _rows_by_type(self) -> dict[str, Rows]:
        types = self.read(["event_type"])["event_type"].combine_chunks().dictionary_encode()
        names = types.dictionary.to_pylist()
        codes = types.indices.fill_null(len(names)).to_numpy(zero_copy_only=False)
        order = np.argsort(codes.astype(np.int16), kind="stable")  # of small numbers, NumPy has a faster sort
        ends = np.cumsum(np.bincount(codes, minlength=len(names)))
        return dict(zip(names, np.split(order, ends), strict=False))


class TablePart(Part):
    """Events in memory."""

    def __init__(self, table: pa.Table) -> None:
        self._table = table

    def __len__(self) -> int:
        return len(self._table)

    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all."""
        selected = self._table.select(list(names))
        return selected if rows is None else selected.take(pa.array(rows))


class LogFile(MadeAgain):
    """A Parquet file of a log, which is opened when first asked for: each process opens it for itself.

    The columns `as_dictionaries` are read as numbers that stand for their different texts.
    """

    def __init__(self, path: Path, as_dictionaries: Sequence[str]) -> None:
        self.path = path
        self._as_dictionaries = as_dictionaries

    def __getstate__(self) -> dict[str, Any]:
        return super().__getstate__() | {"path": self.path.absolute()}

    @cached_property
    def opened(self) -> pq.ParquetFile:
        """The file, to be read."""
        return pq.ParquetFile(os_file(self.path), read_dictionary=self._as_dictionaries)


class RowGroup(Part):
    """Events of a row group of a Parquet file. Texts may come as dictionaries, and moments in milliseconds.

    What is read raises LogError where the file is damaged.
    """

    def __init__(self, file: LogFile, number: int) -> None:
        self._file = file
        self._number = number

    def __len__(self) -> int:
        with log_is_at_fault(self._file.path):
            return int(self._file.opened.metadata.row_group(self._number).num_rows)

    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all. Columns that all events share are kept."""
        missing = [name for name in names if name not in self._heads]
        with log_is_at_fault(self._file.path):
            # Threads would cost more processor time than one, and runs can be simulated side by side instead.
            found = self._file.opened.read_row_group(self._number, missing, use_threads=False)
        self._heads |= {name: found[name] for name in missing if name in HEAD.names}
        table = pa.table({name: self._heads[name] if name in self._heads else found[name] for name in names})
        return table if rows is None else table.take(pa.array(rows))

    @cached_property
    def _heads(self) -> dict[str, pa.ChunkedArray]:
        return {}


class Selection(Part):
    """Some of the events of a part."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def __len__(self) -> int:
        return len(self._own)

    def read(self, names: Sequence[str], rows: Rows | None = None) -> pa.Table:
        """Some columns of the events at these rows, or of all."""
        return self._part.read(names, self._own if rows is None else self._own[rows])

    @cached_property
    def _own(self) -> Rows:
        return np.flatnonzero(self._chosen())

    @abstractmethod
    def _chosen(self) -> npt.NDArray[np.bool_]:
        """Which events of the part belong to it."""


class RegionPart(Selection):
    """The events of one region within a part."""

    def __init__(self, part: Part, region: int) -> None:
        super().__init__(part)
        self._region = region

    def _chosen(self) -> npt.NDArray[np.bool_]:
        regions = self._part.read(["region"])["region"].to_numpy()
        return np.asarray(regions == self._region, np.bool_)


class EarlierPart(Selection):
    """The events of a part before a moment of local time."""

    def __init__(self, part: Part, until: datetime) -> None:
        super().__init__(part)
        self._until = until

    def _chosen(self) -> npt.NDArray[np.bool_]:
        times = self._part.read(["timestamp"])["timestamp"].to_numpy()
        return np.asarray(times < np.datetime64(self._until, "s"), np.bool_)


@contextmanager
def log_is_at_fault(path: Path) -> Iterator[None]:
    """What goes wrong with a file is said as a LogError of one line."""
    try:
        yield
    except FileNotFoundError:
        raise LogError(f"{path}: there is no such file") from None
    except (pa.ArrowException, OSError) as error:
        raise LogError(f"{path}: is not a whole Parquet file ({_first_line(error)})") from None
    except (KeyError, TypeError, ValueError):
        raise LogError(f"{path}: is a Parquet file, but no event log of ours") from None


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
