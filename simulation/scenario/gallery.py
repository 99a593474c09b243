"""The scenarios that come with the project and are known by name: a checkout's, or an installed package's."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]

FOLDER = next(filter(Path.is_dir, (_PACKAGE / "scenarios", _PACKAGE.parent / "scenarios")), _PACKAGE / "scenarios")
"""Where their files are: within an installed package, or beside the package in a checkout."""

# The two that the methodology describes come first.
_FIRST = ("production", "dev")


def names() -> tuple[str, ...]:
    """The names of the scenarios that come with the project, as `"production"`, in the order in which to show them."""
    found = (path.stem for path in FOLDER.glob("*.toml"))
    return tuple(sorted(found, key=lambda name: ((*_FIRST, name).index(name), name)))


def file_of(name: str | Path, beside: Path = Path()) -> Path:
    """The file of a scenario: a path `beside` a folder, at which there is something, or else a known name.

    Where neither is there it is the path, for whoever reads it to say so.
    """
    path = beside / name
    if not os.path.lexists(path) and str(name) in names():
        return FOLDER / f"{name}.toml"
    return path
