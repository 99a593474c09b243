"""Arrow without pandas and without an allocator of its own, for processes that do one thing and end; and its files."""

import os
import sys
from pathlib import Path
from typing import Any


class _NoPandas:
    """An importer that knows of no pandas."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas, and leave all else to other importers."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def import_arrow_alone() -> None:
    """Import pyarrow such that it does not import pandas, which it does behind one's back if it can.

    pandas takes longer to import than a small scenario to simulate. It can still be imported, and tables be made data
    frames, afterwards. Memory comes from the system's allocator, unless the user names another: those that Arrow
    brings along keep several times of what is in use.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([0])  # now it looks for pandas, once and for all
    finally:
        sys.meta_path.remove(_NoPandas)


def os_file(path: Path, mode: str = "rb") -> Any:
    """A file of Arrow's, opened. What is a name to the system and not to Arrow, as where it is no Unicode, will do."""
    import pyarrow as pa

    return pa.OSFile(os.fsencode(path), mode)


def first_line(error: Exception) -> str:
    """The first line of an error's message: Arrow's may have several."""
    return str(error).strip().split("\n", 1)[0]
