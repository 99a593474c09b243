"""Arrow without pandas and with the system's allocator, for processes that do one thing and end; and its files."""

import os
import sys
from pathlib import Path
from typing import Any


class _NoPandas:
    """An importer that hides pandas."""

    @staticmethod
    def find_spec(name: str, *_: object) -> None:
        """Refuse pandas, and leave everything else to other importers."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def import_arrow_alone() -> None:
    """Import pyarrow without pandas, which it imports by itself where it can.

    pandas takes longer to import than a small scenario takes to simulate. It can still be imported afterwards, and
    tables made data frames. Memory comes from the system's allocator, unless the user names another: those that Arrow
    brings along keep several times what is in use.
    """
    if "pandas" in sys.modules or "pyarrow" in sys.modules:
        return
    os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
    sys.meta_path.insert(0, _NoPandas)
    try:
        import pyarrow as pa

        pa.array([0])  # looks for pandas, this once
    finally:
        sys.meta_path.remove(_NoPandas)


def os_file(path: Path, mode: str = "rb") -> Any:
    """Open a file of Arrow's, even one whose name is not Unicode, which Arrow by itself cannot."""
    import pyarrow as pa

    return pa.OSFile(os.fsencode(path), mode)


def first_line(error: Exception) -> str:
    """The first line of an error's message: Arrow's may have several."""
    return str(error).strip().split("\n", 1)[0]
