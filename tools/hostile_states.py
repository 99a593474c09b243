"""States made hostile, for `try_states`: what a stranger could put into a run's directory."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from copy import deepcopy
from random import Random
from typing import Any

import msgpack
import pyarrow as pa

Slot = tuple[Any, Any]

_CODE = ("__import__('os').system('id')", "os: system", "!!python/object/apply:os.system", "\x1b[2J\nx", "__class__")
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2**31, 2**63 - 1, -(2**63), 2**64 - 1, 0.5, -0.0, 1e300, -1e300, 5e-324, math.inf,
    -math.inf, math.nan, "", "0", "nan", "inf", "x" * 5_000, "1" * 5_000, *_CODE, [], {}, [[]] * 2_000, [{}] * 2_000,
    {1: 2}, {"a": {}}, [0] * 10_000,
)  # fmt: skip

_KINDS: dict[str, Callable[[bytes, Random], bytes]] = {}


def hostile(content: bytes, random: Random) -> tuple[str, bytes]:
    """A state's file made hostile, and how. Most are well-formed: what is not is found out at once."""
    kind = random.choices(list(_KINDS), [_WEIGHTS.get(name, 1) for name in _KINDS])[0]
    return kind, _KINDS[kind](content, random)


def packed(document: Any, header: Mapping[str, Any], plain: bytes | None = None) -> bytes:
    """A file with a document in it whose length and checksum are right."""
    plain = msgpack.packb(document) if plain is None else plain
    body: bytes = pa.Codec("zstd", compression_level=3).compress(plain, asbytes=True)
    told = {**header, "bytes": len(plain), "sha256": hashlib.sha256(body).hexdigest()}
    return json.dumps(told).encode() + b"\n" + body


def parts(content: bytes) -> tuple[dict[str, Any], Any]:
    """The header and the document of a state's file."""
    line, body = content.split(b"\n", 1)
    header = json.loads(line)
    plain = pa.Codec("zstd").decompress(body, header["bytes"], asbytes=True)
    return header, msgpack.unpackb(plain, strict_map_key=False)


def _kind(make: Callable[[bytes, Random], bytes]) -> Callable[[bytes, Random], bytes]:
    _KINDS[make.__name__.strip("_").replace("_", " ")] = make
    return make


# ---------------------------------------------------------------- bytes


@_kind
def _cut_off(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content))]


@_kind
def _bits_flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.choice((1, 1, 3, 100))):
        changed[random.randrange(len(changed))] ^= 1 << random.randrange(8)
    return bytes(changed)


@_kind
def _noise(content: bytes, random: Random) -> bytes:
    header, _ = parts(content)
    return packed(None, header, random.randbytes(random.randrange(1, 3_000)))


@_kind
def _no_file_of_ours(_: bytes, random: Random) -> bytes:
    return random.choice((b"", b"\n", b"{}\n", b"[" * 4_000 + b"\n", b"null\n", b'{"format": 1}\n', b"\x80\x04\n" * 9))


@_kind
def _other_header(content: bytes, random: Random) -> bytes:
    """Another value in the header, or none; the rest is as it was."""
    line, body = content.split(b"\n", 1)
    header = json.loads(line)
    key = random.choice(list(header))
    header[key] = random.choice((*VALUES, header[key]))
    if random.random() < 0.2:
        del header[key]
    return json.dumps(header).encode() + b"\n" + body


@_kind
def _bomb(content: bytes, random: Random) -> bytes:
    """Few bytes that claim, or come to, many."""
    header, document = parts(content)
    return random.choice((
        lambda: packed(None, header, b"\x91" * 900_000 + b"\xc0"),
        lambda: packed(None, header, b"\xdd\x00\x0f\xff\xff" * 100_000),
        lambda: packed(None, header, b"\xdf\x00\x07\xff\xff\x01" * 100_000),
        lambda: packed(None, header, b"\xdb\xff\xff\xff\xff" + b"x" * 10),
        lambda: packed([*document[:7], [[]] * 50_000_000][:8], header) if random.random() < 0.02 else b"",
        lambda: packed([*document[:2], dict.fromkeys(range(300_000), 0), *document[3:]], header),
        lambda: packed([*document[:7], [*document[7], *[document[7][0]] * 100_000]], header),
    ))()  # fmt: skip


# ---------------------------------------------------------------- documents


def _slots(section: Any) -> list[Slot]:
    """All places in a part of a document: a list or table, and the index or key in it."""
    found: list[Slot] = []
    waiting = [section]
    while waiting:
        part = waiting.pop()
        for key in part if isinstance(part, dict) else range(len(part)):
            found.append((part, key))
            if isinstance(part[key], list | dict):
                waiting.append(part[key])
    return found


def _slot(document: Any, random: Random) -> Slot:
    """A place in a document: of any of its parts as often, else of nearly always the same."""
    at = random.randrange(len(document))
    inner = _slots(document[at]) if isinstance(document[at], list | dict) else []
    return random.choice(inner) if inner and random.random() < 0.97 else (document, at)


@_kind
def _other_values(content: bytes, random: Random) -> bytes:
    """Values of any type in one to three places."""
    header, document = parts(content)
    for _ in range(random.choice((1, 1, 2, 3))):
        part, key = _slot(document, random)
        part[key] = random.choice(VALUES)
    return packed(document, header)


@_kind
def _close_values(content: bytes, random: Random) -> bytes:
    """Values of the same type, or those of other places."""
    header, document = parts(content)
    for _ in range(random.choice((1, 1, 2, 3))):
        part, key = _slot(document, random)
        value, (other, at) = part[key], _slot(document, random)
        if isinstance(value, int | float) and not isinstance(value, bool) and random.random() < 0.7:
            far = random.choice((1, -1, 10, -1_000, 86_400, -(10**7), 10**12, -(10**12)))
            part[key] = random.choice((-value, value + far, max(min(value * 1_000, 2**60), -(2**60))))
        else:
            part[key] = deepcopy(other[at])
    return packed(document, header)


@_kind
def _more_or_less(content: bytes, random: Random) -> bytes:
    """Entries that are there no more, many times, under another name, or in another order."""
    header, document = parts(content)
    part, key = _slot(document, random)
    if isinstance(part, dict):
        value = part.pop(key)
        if random.random() < 0.7:
            part[random.choice((key, -1, 10**9, "x", 0, 1.5, *part))] = value
    elif random.random() < 0.3:
        random.shuffle(part)
    else:
        part[key : key + 1] = [part[key]] * random.choice((0, 2, 1_000))
    return packed(document, header)


_WEIGHTS = {"other values": 12, "close values": 16, "more or less": 8, "bomb": 0.2}
