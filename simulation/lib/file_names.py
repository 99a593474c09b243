"""File names and text: names on a disk are UTF-8, whatever the locale says."""

import os


def as_text(name: str) -> str:
    """A file name as text; bytes that are not UTF-8 are kept, as surrogates."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def as_shown(name: str) -> str:
    """A file name to show: bytes that are not UTF-8 are replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def as_name(text: str) -> str:
    """Text as a file name."""
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))
