"""Tables and log elsewhere: in databases, in the formats of standards, and as a stream."""

from pathlib import Path


def begins_with(path: Path, opening: bytes) -> bool:
    """Whether a file begins with these bytes."""
    with path.open("rb") as file:
        return file.read(len(opening)) == opening
