"""A state on disk: a line that says what it is, then plain data, compressed.

    {"format": "state of a world", "version": "0.2.0", "scenario_digest": "...", "region": 1, ...}
    zstd(MessagePack([moment, log, tutors, ...]))

A run's directory may come from a stranger. So nothing that is read here can run code: it is numbers, text, lists and
tables, no more of them than the file's size allows for, and each is held against its declaration before it is used.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs

from simulation import __version__
from simulation.lib.errors import UserError
from simulation.log import LogState
from simulation.scenario.shown import on_a_line, shown
from simulation.state.conversion import WorldState

FORMAT: Final = "state of a world"
FORMAT_VERSION: Final = 1

# A state shrinks to a third; what claims to shrink to less than an eighth is made to fill memory.
LARGEST, _SMALL, _SHRINKS = 512 << 20, 1 << 20, 8
_LONGEST_HEADER = 4_096
_LONGEST_REASON = 200

_Header = dict[str, Any]


class StateError(UserError):
    """A state that no world can be made of: the message is one line with the file, what was found, what is allowed."""


def write_state(path: Path, state: WorldState, scenario_digest: str, region: int) -> None:
    """Write the state of a region's world. `scenario_digest` is that of the region's own scenario. Raises OSError."""
    path.write_bytes(state_bytes(state, scenario_digest, region))


def state_bytes(state: WorldState, scenario_digest: str, region: int) -> bytes:
    """The file's content: the same for the same state, whoever wrote it and however its world came there."""
    import msgpack

    plain = msgpack.packb(_document(state))
    packed: bytes = _codec().compress(plain, asbytes=True)
    header = _identity(scenario_digest, region) | {
        "second": state.second,
        "bytes": len(plain),
        "sha256": hashlib.sha256(packed).hexdigest(),
    }
    return json.dumps(header).encode() + b"\n" + packed


def vouch(path: Path, logs: Mapping[str, str]) -> None:
    """Have a state say of which logs it is, by the SHA-256 of their files: it is written before they are whole.

    Raises StateError where the file is no state.
    """
    header, packed = _content(path)
    path.write_bytes(json.dumps(header | {"logs": dict(sorted(logs.items()))}).encode() + b"\n" + packed)


def read_state(path: Path, scenario_digest: str, region: int, logs: Mapping[str, str] | None = None) -> WorldState:
    """The state in a file: of this version, of the scenario with that digest, of that region, and of these logs.

    Raises StateError where the file cannot be read, is another's, or is damaged. A state that was forged may still say
    what no world can be in: see `state_is_at_fault`.
    """
    header, packed = _content(path)
    for key, wanted in _identity(scenario_digest, region).items():
        if header.get(key) != wanted or type(header[key]) is not type(wanted):
            raise StateError(f"{path}: its {key} is {_shown(header.get(key))}; allowed is {_shown(wanted)}")
    if logs is not None and header.get("logs") != dict(logs):
        raise StateError(
            f"{path}: is of other logs than those beside it; allowed are the ones that it was written with"
        )
    if hashlib.sha256(packed).hexdigest() != header.get("sha256"):
        raise StateError(f"{path}: is damaged: its bytes are not those that were written")
    with state_is_at_fault(path):
        state = _state(_unpacked(packed, header.get("bytes")))
        if state.second != header.get("second"):
            raise ValueError(f"it is of second {state.second}, not of {_shown(header.get('second'))}")
        return state


@contextmanager
def state_is_at_fault(path: Path) -> Iterator[None]:
    """Turn whatever fails while a world is made of a state, or goes on from it, into one line about the file."""
    try:
        yield
    except UserError:
        raise
    except Exception as error:
        raise StateError(f"{path}: is no state that a world can be in ({_told(error)})") from error


def _told(error: Exception) -> str:
    """What an error says, on a line. Some cannot even say of what kind the keys are that they do not know."""
    try:
        reason = next(iter(str(error).splitlines()), "")
    except TypeError:
        reason = ""
    return ": ".join(filter(None, (type(error).__name__, on_a_line(reason)[:_LONGEST_REASON])))


def _identity(scenario_digest: str, region: int) -> _Header:
    """What a state has to be of."""
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "version": __version__,
        "scenario_digest": scenario_digest,
        "region": region,
    }


# ---------------------------------------------------------------- the document


def _document(state: WorldState) -> list[Any]:
    """A state as one list. Agents and sessions stand by number: in which order a world met them is no part of it."""
    return [
        state.moment,
        list(attrs.astuple(state.log)),
        *(dict(sorted(table.items())) for table in (state.tutors, state.students, state.sessions)),
        {kind: dict(sorted(records.items())) for kind, records in sorted(state.shared.items())},
        state.memory,
        state.due,
    ]


def _state(document: Any) -> WorldState:
    """The state in a document. Raises any error where it is none; what it says is checked where it is used."""
    moment, log, tutors, students, sessions, shared, memory, due = document
    entries = [(when, name, about) for when, name, about in due]
    return WorldState(moment, LogState(*log), tutors, students, sessions, shared, memory, entries)


# ---------------------------------------------------------------- bytes


def _content(path: Path) -> tuple[_Header, bytes]:
    """The header of a file, and what follows it. Raises StateError."""
    try:
        if not path.is_file():
            raise StateError(f"{path}: is no file" if path.exists() else f"{path}: there is no such file")
        with path.open("rb") as file:
            line = file.readline(_LONGEST_HEADER)
            # Python sets aside as much memory as it is asked to read.
            packed = file.read(min(path.stat().st_size, LARGEST) + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise StateError(f"{path}: cannot be read ({reason})") from None
    try:
        header = json.loads(line)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, Mapping) or not line.endswith(b"\n"):
        raise StateError(f"{path}: is damaged, or no {FORMAT}: its first line does not say so")
    return dict(header), packed


def _unpacked(packed: bytes, size: Any) -> Any:
    """The document in a file's bytes. Raises ValueError or OSError."""
    import msgpack

    largest = min(max(_SHRINKS * len(packed), _SMALL), LARGEST)
    if type(size) is not int or not 0 < size <= largest:
        raise ValueError(f"it claims to have {_shown(size)} bytes; allowed is up to {largest}")
    plain = _codec().decompress(packed, size, asbytes=True)
    return msgpack.unpackb(plain, strict_map_key=False, max_bin_len=0, max_ext_len=0)


def _codec() -> Any:
    """The compression. Its level is part of the promise that the same state has the same bytes."""
    import pyarrow as pa

    return pa.Codec("zstd", compression_level=3)


def _shown(value: Any) -> str:
    return "nothing" if value is None else on_a_line(shown(value))[:_LONGEST_REASON]
