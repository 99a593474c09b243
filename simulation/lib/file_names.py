"""Names of files and the texts that they are, which are UTF-8 on a disk whatever the locale says."""

import os


def as_text(name: str) -> str:
    """The text that a name of a file is; what is no UTF-8 in it stays as it is, and is no Unicode."""
    return os.fsencode(name).decode("utf-8", "surrogateescape")


def as_shown(name: str) -> str:
    """The same, to be written: what is no UTF-8 is replaced."""
    return os.fsencode(name).decode("utf-8", "replace")


def as_name(text: str) -> str:
    """The name of a file that a text is."""
    return os.fsdecode(text.encode("utf-8", "surrogateescape"))
