"""Suggestions for words that are not known."""

import re
from collections import Counter
from collections.abc import Iterable

_ALIKE = 0.6
_COMPARED = 5


def nearest(word: str, known: Iterable[str], *, alike: float = _ALIKE) -> str | None:
    """The known word that is most like another, whatever its capitals and leading zeros; None where none is near.

    Words count as near from the ratio `alike` on, of 0 to 1; of several that are as near, that with the same letters.
    """
    from difflib import SequenceMatcher, get_close_matches

    folded, meant = {_folded(one): one for one in known}, _folded(word)

    def nearness(other: str) -> tuple[float, int]:
        return SequenceMatcher(None, other, meant).ratio(), (Counter(meant) & Counter(other)).total()

    near = max(get_close_matches(meant, folded, _COMPARED, alike), key=nearness, default=None)
    return None if near is None else folded[near]


def hint(word: str, known: Iterable[str], *, ending: str = "", quoted: bool = False, alike: float = _ALIKE) -> str:
    """A question to end a line with, after the nearest known word: "; did you mean X?". Empty where none is near.

    `ending` belongs to the word, which is shown as text where it is `quoted`.
    """
    near = nearest(word, known, alike=alike)
    if near is None:
        return ""
    return f"; did you mean {near!r}?" if quoted else f"; did you mean {near}{ending}?"


def _folded(word: str) -> str:
    return re.sub(r"0*(\d+)", r"\1", word.casefold())
