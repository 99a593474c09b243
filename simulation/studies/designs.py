"""Designs of sweeps: which values parameters take together, as a full grid or as Sobol points between two ends."""

import itertools
import json
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from attrs import frozen

from simulation.lib.extras import require
from simulation.random_streams import stable_hash
from simulation.scenario.overriding import value_of
from simulation.studies import StudyError

# The resolution of SciPy's Sobol points.
_BITS = 30
_DIGITS = 6

# Commas that are not within a list.
_BETWEEN = re.compile(r",(?![^\[\]]*\])")

# Choices of the varied parameters by their keys, as in a scenario file.
Point = Mapping[str, Any]


@frozen
class Choices:
    """The values that a parameter takes."""

    key: str
    values: tuple[Any, ...]


@frozen
class Range:
    """The ends between which a parameter lies, both included; whole numbers between whole ends."""

    key: str
    low: float
    high: float

    def at(self, u: float) -> float:
        """The value at a share of the way, to six digits."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return self.low + int(u * (self.high - self.low + 1))
        return float(f"{self.low + u * (self.high - self.low):.{_DIGITS}g}")


def values_of(text: str) -> Choices:
    """The parameter and the values in KEY=A,B,C. Raises StudyError."""
    key, listed = _split(text, "KEY=A,B,C, as in days=7,14")
    try:
        document = tomllib.loads(f"values = [{listed}]")
        values = document["values"] if list(document) == ["values"] else []
    except (ValueError, RecursionError):  # no TOML, a number of thousands of digits, brackets thousands deep
        values = [value_of(item.strip()) for item in _BETWEEN.split(listed)]
    if not values or "" in values:
        raise StudyError(f"--vary: {text!r} has an empty value; allowed is KEY=A,B,C, as in days=7,14")
    return Choices(key, tuple(values))


def range_of(text: str) -> Range:
    """The parameter and the ends in KEY=LOW:HIGH. Raises StudyError."""
    form = "KEY=LOW:HIGH, as in demand.joining=0.02:0.05"
    key, ends = _split(text, form)
    if ends.count(":") != 1:
        raise StudyError(f"--vary: {text!r} has no two ends; allowed with Sobol points is {form}")
    low, high = (_end(end.strip(), text, form) for end in ends.split(":"))
    if not low < high:
        raise StudyError(f"--vary: {text!r} ends where it begins, or before; allowed is {form}")
    return Range(key, low, high)


def grid(varied: Sequence[Choices]) -> list[Point]:
    """Each value with each of the others; those of the last parameter change first. Raises StudyError."""
    _check_keys([each.key for each in varied])
    keys = [each.key for each in varied]
    return [dict(zip(keys, values, strict=True)) for values in itertools.product(*(each.values for each in varied))]


def sobol(spans: Sequence[Range], samples: int, seed: int) -> list[Point]:
    """Sobol points, shifted digit by digit at random so that none is at an end by construction.

    Each parameter has a random shift of its own: a further parameter leaves the values of the others as they are.
    Raises StudyError where the number of samples is no power of two, or SciPy is not installed.
    """
    _check_keys([span.key for span in spans])
    if samples < 1 or samples & (samples - 1):
        near = 1 << max(samples, 1).bit_length()
        raise StudyError(
            f"--samples: is {samples}; allowed is a power of two, such as {near}, so that Sobol points are balanced"
        )
    require("scipy", "studies", "Sobol points need", StudyError)
    from scipy.stats import qmc

    plain = qmc.Sobol(len(spans), scramble=False).random_base2(samples.bit_length() - 1)
    shifts = [stable_hash(f"{seed}/sweep: shift/{span.key}") >> (64 - _BITS) for span in spans]
    return [
        {span.key: span.at(_shifted(u, shift)) for span, u, shift in zip(spans, point.tolist(), shifts, strict=True)}
        for point in plain
    ]


def overrides_of(point: Point) -> list[str]:
    """A point as changes of a scenario."""
    return [f"{key}={json.dumps(value, ensure_ascii=False, default=str)}" for key, value in point.items()]


def _shifted(u: float, shift: int) -> float:
    """A coordinate with its binary digits shifted; in the middle of its cell, so that it never is 0 or 1."""
    return ((int(u * (1 << _BITS)) ^ shift) + 0.5) / (1 << _BITS)


def _split(text: str, form: str) -> tuple[str, str]:
    key, equals, rest = text.partition("=")
    if not equals or not key.strip():
        raise StudyError(f"--vary: {text!r} varies nothing; allowed is {form}")
    return key.strip(), rest.strip()


def _end(end: str, text: str, form: str) -> float:
    """One end of a span; a whole number stays one. Raises StudyError."""
    for kind in (int, float):
        with suppress(ValueError):
            if abs(number := kind(end)) <= sys.float_info.max:
                return number
    raise StudyError(f"--vary: {text!r} ends at {end!r}, which is no number; allowed is {form}")


def _check_keys(keys: Sequence[str]) -> None:
    for key in keys:
        if keys.count(key) > 1:
            raise StudyError(f"--vary: {key} is varied twice; allowed is once")
        if key == "seed":
            raise StudyError("--vary: seed cannot be varied; state --replications, and --seeds-from if need be")
