"""The page that tells what the coverage study found: docs/coverage.md."""

import math
from collections.abc import Sequence

from tools.coverage import ALLOWED, PER_COMPARISON, VARIED, Coverage

# Two digits of a standard error, but no fewer than these after the point.
_LEAST_DIGITS = 4

_PAGE = """\
# Do the intervals keep their word?

`compare` puts a 95% interval around each mean difference, by Student's t over pairs of runs. Do 95 of 100 of them
contain the true difference? The simulation itself can be asked.

A small effect, `{key}` = {high} instead of {low}, is measured in {pairs:,} pairs of runs, and the mean
over all of them is taken for the truth. The pairs are dealt out by chance, without replacement, into {count}
comparisons of {size} pairs. Each has its interval, and what counts is how many of these contain the truth.

```sh
nice python -m tools.coverage_study runs/coverage
```

That is this sweep, which goes on where it was interrupted:

```sh
{sweep}
```

![The intervals of {count} comparisons, and how many contain the truth, by key figure](pictures/coverage.png)

Of {judged} key figures that differ in at least half of the pairs, {held} have a coverage from {least:.0%} to
{most:.0%}; {misses}.
Key figures in *italics* hang on what is rare in a scenario of this size: most pairs are alike, a single tutor makes the
difference, and ten pairs often do not see one. Read their intervals with care; more pairs, or a larger scenario, cure
that.

| key figure | unit | true difference | its standard error | mean half-width | pairs alike | coverage |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
{rows}

With {count} intervals of exactly 95%, chance alone moves a coverage by about {chance:.1f} points up or down.
"""


def page(coverages: Sequence[Coverage], sweep: str) -> str:
    """The page in Markdown; `sweep` is the command that makes the pairs."""
    judged = [each for each in coverages if each.is_judged]
    others = [each for each in coverages if not each.is_judged]
    missing = [f"`{each.figure}` has {each.covered:.1%}" for each in judged if not each.holds]
    count = len(coverages[0].intervals)
    low, high = VARIED.values
    least, most = ALLOWED
    return _PAGE.format(
        key=VARIED.key, low=low, high=high, pairs=count * PER_COMPARISON, count=count, size=PER_COMPARISON,
        sweep=sweep, judged=len(judged), held=len(judged) - len(missing), least=least, most=most,
        misses=", ".join(missing) or "none is outside", rows="\n".join(map(row, [*judged, *others])),
        chance=100 * (0.95 * 0.05 / count) ** 0.5,
    )  # fmt: skip


def row(found: Coverage) -> str:
    """A key figure in the table; rare ones in italics."""
    mark = "" if found.is_judged else "*"
    digits = max(_LEAST_DIGITS, 1 - math.floor(math.log10(found.standard_error)))
    return (
        f"| {mark}{found.figure}{mark} | {found.unit} | {found.truth:+.{digits}f} | {found.standard_error:.{digits}f} "
        f"| {found.half_width:.{digits}f} | {found.same:.0%} | {found.covered:.1%} |"
    )
