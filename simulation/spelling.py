"""What somebody may have meant by a word that is not known."""

import re
from collections.abc import Iterable

_ALIKE = 0.6


def nearest(word: str, known: Iterable[str], *, alike: float = _ALIKE) -> str | None:
    """The known word that is most like another, whatever its capitals and leading zeros; None where none is near.

    Words count as near from the ratio `alike` on, of 0 to 1.
    """
    from difflib import get_close_matches

    folded = {_folded(one): one for one in known}
    near = get_close_matches(_folded(word), folded, 1, alike)
    return folded[near[0]] if near else None


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
