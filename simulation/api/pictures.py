"""Pictures: PNG, shown by notebooks and saved to files."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import frozen

from simulation.lib.staging import check_file, staged_file
from simulation.views.pages.page import require_pages


@frozen(repr=False)
class Picture:
    """A picture, as PNG: a notebook shows it.

    Example:
        >>> picture = comparison.plot()
        >>> picture.png[1:4]
        b'PNG'
    """

    png: bytes

    def save(self, out: str | Path, *, force: bool = False) -> Path:
        """Write it to a file. Raises RunDirError for a file that is there, unless it is to be replaced by `force`.

        Example:
            >>> comparison.plot().save(folder / "comparison.png").stat().st_size > 0
            True
        """
        check_file(Path(out), force=force)
        with staged_file(Path(out), force=force) as partial:
            partial.write_bytes(self.png)
        return Path(out)

    def __repr__(self) -> str:
        return f"<picture, {len(self.png) // 1024} KB>"

    def _repr_png_(self) -> bytes:
        return self.png


def picture_by(write: Callable[[Path], None]) -> Picture:
    """The picture that a function writes to a file."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        write(path)
        return Picture(path.read_bytes())


def picture_of(make: Callable[[], Any]) -> Picture:
    """The picture of a chart that a function makes. Raises ViewError where the extra `pages` is not installed."""
    require_pages("a picture")

    from simulation.views.pages.charts import on_paper

    return picture_by(lambda path: on_paper(make()).save(path, format="png", scale_factor=2))
