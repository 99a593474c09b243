"""What somebody may have meant by a word that is not known."""

from collections.abc import Iterable

_ALIKE = 0.6


def hint(word: str, known: Iterable[str], *, ending: str = "", alike: float = _ALIKE) -> str:
    """A question to end a line with, after the nearest known word: "; did you mean X?". Empty where none is near.

    `ending` belongs to the word; words count as near from the ratio `alike` on, of 0 to 1.
    """
    from difflib import get_close_matches

    near = get_close_matches(word, list(known), 1, alike)
    return f"; did you mean {near[0]}{ending}?" if near else ""
