"""Random streams: one per named decision, each draw keyed by who decides.

A draw is a pure function of the seed, the name of the decision, the number of the agent that decides, and how
often that agent has decided this before. So an extra tutor, another worker or a muted intervention changes no one
else's draws, and two scenarios share their random numbers (common random numbers).

Each decision takes one uniform, which the inverse of a distribution turns into the value: so a value is monotone
in the parameters that it depends on.
"""

import hashlib
import math
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from copy import copy
from functools import cache, lru_cache
from itertools import accumulate
from statistics import NormalDist
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Number = TypeVar("Number", float, Floats)
Option = TypeVar("Option")

_normal = NormalDist()
_TINY = 2.0**-54
_POINTS = 2048


def stable_hash(text: str) -> int:
    """64 bits that are the same in every process and on every machine."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "little")


class RandomStreams:
    """All random streams of one region, rooted in the scenario's seed (NumPy's Philox, a counter-based generator)."""

    def __init__(self, seed: int, region: int = 1) -> None:
        self._prefix = ""
        self._key = [stable_hash(f"{seed}/{region}"), 0]
        self._counter = [0, 0, 0, 0]
        self._philox = np.random.Philox(key=0)
        self._draw = np.random.Generator(self._philox).random
        # One generator is re-keyed for each draw: a new generator per draw would cost ten times as much.
        # NumPy reads the state number by number, which is faster from lists than from arrays.
        self._state: Any = {
            "bit_generator": "Philox",
            "state": {"counter": self._counter, "key": self._key},
            "buffer": [0, 0, 0, 0],
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }

    def stream(self, name: str) -> "RandomStream":
        """The stream of one named decision. The name is part of the key: renaming a decision changes its draws."""
        return RandomStream(self, stable_hash(self._prefix + name))

    def within(self, prefix: str) -> "RandomStreams":
        """The same with names that begin with a prefix, so that they are others than those of other decisions."""
        own = copy(self)
        own._prefix = self._prefix + prefix  # noqa: SLF001 -- another of its own
        return own

    def draw(self, decision: int, who: int, count: int, size: int | None) -> Any:
        """`size` uniforms in [0, 1) for the `count`-th time that agent `who` takes a decision.

        They are an array; without a size the first of them is a float, in half the time.
        """
        self._key[1] = decision
        self._counter[1] = count
        self._counter[2] = who
        self._philox.state = self._state
        return self._draw(size)


class RandomStream:
    """The draws of one named decision, by `who` decides and the `count` of earlier times."""

    __slots__ = ("_key", "_streams")

    def __init__(self, streams: RandomStreams, key: int) -> None:
        self._streams = streams
        self._key = key

    def uniform(self, who: int, count: int = 0) -> float:
        """One uniform in [0, 1)."""
        return self._streams.draw(self._key, who, count, None)  # type: ignore[no-any-return]

    def uniforms(self, who: int, count: int, size: int) -> list[float]:
        """Several uniforms in [0, 1), each with its own meaning; asking for more does not change the first."""
        return self._streams.draw(self._key, who, count, size).tolist()  # type: ignore[no-any-return]

    def array(self, who: int, count: int, size: int) -> Floats:
        """Several uniforms as an array."""
        return self._streams.draw(self._key, who, count, size)  # type: ignore[no-any-return]

    def of_all(self, people: int, count: int, *shape: int) -> Floats:
        """Uniforms for agents 1 to `people` at once, an array of `shape` each; more agents do not change the first."""
        return self._streams.draw(self._key, 0, count, people * math.prod(shape)).reshape(people, *shape)  # type: ignore[no-any-return]


class Race:
    """A choice among named options: each arrives after an exponential time, the sooner the more it weighs.

    The first to arrive is chosen, with a probability that is the share of its weight. Times are keyed by the option's
    name and by who chooses: a further option, or another weight, moves only those whose first arrival changes. Options
    of weight 0 never arrive. Source: Gumbel-max sampling, as a race of exponential times.
    """

    def __init__(self, streams: RandomStreams, decision: str, weights: Mapping[str, float]) -> None:
        self._names = sorted(name for name, weight in weights.items() if weight > 0)
        # What counts are their proportions. The least is one that a time can be divided by without becoming infinite.
        self._weights = [max(weights[name] / max(weights.values()), 1e-300) for name in self._names]
        self._streams = [streams.stream(f"{decision}: {name}") for name in self._names]

    def ranking(self, who: int) -> list[str]:
        """The options in the order in which they arrive at an agent."""
        times = [
            exponential(one.uniform(who)) / weight for one, weight in zip(self._streams, self._weights, strict=True)
        ]
        return [name for _, name in sorted(zip(times, self._names, strict=True))]

    def rankings(self, people: int) -> list[list[str]]:
        """The same for agents 1 to `people` at once, by draws of their own."""
        order = np.argsort(self._times(people), axis=1, kind="stable")
        return [[self._names[place] for place in row] for row in order.tolist()]

    def with_places(self, people: int, places: Mapping[str, int]) -> list[str]:
        """The choices of agents 1 to `people` where each option has so many places, as many as people in all.

        Who arrives at an option whose places are taken goes to the next.
        """
        times, left = self._times(people), [places[name] for name in self._names]
        chosen = np.zeros(people, np.int64)
        waiting = np.arange(people)
        while len(waiting):
            times[:, [place for place, free in enumerate(left) if free <= 0]] = math.inf
            first = times[waiting].argmin(axis=1)
            arrival = times[waiting, first]
            # All who arrive before the next option is full get what they chose.
            until = min(self._full_at(arrival[first == place], free) for place, free in enumerate(left))
            arrived = arrival <= until
            chosen[waiting[arrived]] = first[arrived]
            left = [free - int(np.count_nonzero(first[arrived] == place)) for place, free in enumerate(left)]
            waiting = waiting[~arrived]
        return [self._names[place] for place in chosen.tolist()]

    @staticmethod
    def _full_at(arrivals: Floats, places: int) -> float:
        return float(np.partition(arrivals, places - 1)[places - 1]) if 0 < places <= len(arrivals) else math.inf

    def _times(self, people: int) -> Floats:
        """The times at which options arrive at agents 1 to `people`, a row each."""
        times = [
            -np.log1p(-one.of_all(people, 0)) / weight for one, weight in zip(self._streams, self._weights, strict=True)
        ]
        return np.stack(times, axis=1)


# ---------------------------------------------------------------- from a uniform to a value


def between(low: float, high: float, u: Number) -> Number:
    """Uniform between two bounds."""
    return low + (high - low) * u


def seconds_between(bounds: tuple[float, float], unit: int, u: float) -> int:
    """A duration in whole seconds: uniform between two bounds, which count units of so many seconds."""
    return round(between(*bounds, u) * unit)


def normal(mean: float, spread: float, u: float) -> float:
    """Normal with a mean and a standard deviation."""
    return mean + spread * _normal.inv_cdf(u if u > _TINY else _TINY)


def exponential(u: float) -> float:
    """Exponential with mean 1."""
    return -math.log1p(-u)


def whole(low: float, high: float, u: float) -> int:
    """A whole number from `low` to `high`, both included, all equally likely."""
    return int(low) + int((int(high) - int(low) + 1) * u)


def choice(options: Sequence[Option], u: float) -> Option:
    """One of some options, all equally likely."""
    return options[int(u * len(options))]


def pick(shares: Sequence[float], u: float) -> int:
    """The index of an option, with probabilities proportional to `shares`."""
    steps = cumulated(tuple(shares))
    return min(bisect_right(steps, u * steps[-1]), len(steps) - 1)


@lru_cache(maxsize=1024)
def cumulated(weights: tuple[float, ...]) -> tuple[float, ...]:
    """Running sums of weights."""
    return tuple(accumulate(weights))


def poisson_between(mean: float, low: int, high: int, u: float) -> int:
    """Poisson, truncated to `low` to `high`."""
    weights = tuple(math.exp(-mean) * mean**k / math.factorial(k) for k in range(low, high + 1))
    return low + pick(weights, u)


class Quantiles:
    """The quantile function of a density between `low` and `high`: a table with linear interpolation."""

    def __init__(self, density: Any, low: float, high: float) -> None:
        width = (high - low) / _POINTS
        masses: list[float] = [density(low + (i + 0.5) * width) for i in range(_POINTS)]
        total = math.fsum(masses)
        self._low, self._width = low, width
        self._cumulated: list[float] = [0.0, *accumulate(mass / total for mass in masses)]
        self._cumulated[-1] = 1.0
        # The same over evenly spaced uniforms, so that a draw is an index and no search.
        self.table: list[float] = [self._search(i / _POINTS) for i in range(_POINTS + 1)]

    def within(self, low: float, high: float, u: float) -> float:
        """The quantile `u` of the distribution truncated to `low` to `high`."""
        below, above = self._share_below(low), self._share_below(high)
        return float(min(max(self._search(below + (above - below) * u), low), high))

    def _search(self, u: float) -> float:
        steps = self._cumulated
        index = min(max(bisect_left(steps, u) - 1, 0), _POINTS - 1)
        mass = steps[index + 1] - steps[index]
        inside = (u - steps[index]) / mass if mass > 0 else 0.5
        return self._low + (index + inside) * self._width

    def _share_below(self, value: float) -> float:
        place = min(max((value - self._low) / self._width, 0.0), float(_POINTS))
        index = min(int(place), _POINTS - 1)
        return self._cumulated[index] + (self._cumulated[index + 1] - self._cumulated[index]) * (place - index)


class QuantileTables:
    """The quantile functions of several distributions, a column each, applied to whole arrays.

    `tables` holds for each column the quantiles at 2,049 evenly spaced shares.
    """

    def __init__(self, tables: Sequence[Sequence[float]]) -> None:
        self._table = np.array(tables).ravel()
        self._starts = np.arange(len(tables)) * (_POINTS + 1)

    def __call__(self, uniforms: Floats) -> Floats:
        """Turn uniforms, a row per case and a column per distribution, into values; an array of the same shape."""
        places = uniforms * _POINTS
        steps = places.astype(np.int64)
        indices = steps + self._starts
        left = self._table.take(indices)
        return left + (self._table.take(indices + 1) - left) * (places - steps)  # type: ignore[no-any-return]


def normal_table(mean: float, spread: float) -> list[float]:
    """The quantiles of a normal distribution for QuantileTables; the first and the last stand for the tails."""
    return [mean + spread * quantile for quantile in _standard_normal_table()]


@cache
def _standard_normal_table() -> list[float]:
    """The same of the standard normal distribution: a world has many normal distributions, and this takes long."""
    shares = [0.25 / _POINTS, *(i / _POINTS for i in range(1, _POINTS)), 1 - 0.25 / _POINTS]
    return [_normal.inv_cdf(share) for share in shares]


@lru_cache(maxsize=32)
def beta(a: float, b: float) -> Quantiles:
    """Beta(a, b) on 0 to 1."""
    return Quantiles(lambda x: x ** (a - 1) * (1 - x) ** (b - 1), 0.0, 1.0)


@lru_cache(maxsize=32)
def gamma(shape: float, scale: float) -> Quantiles:
    """Gamma with a shape and a scale, cut off where almost no mass is left."""
    top = scale * (shape + 12 * math.sqrt(shape) + 12)
    return Quantiles(lambda x: x ** (shape - 1) * math.exp(-x / scale), 0.0, top)
