"""Pictures: PNG, shown by notebooks and saved to files."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from attrs import frozen

from simulation.lib.extras import require
from simulation.lib.staging import check_file, staged_file
from simulation.views import ViewError

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOTS_PER_INCH = 110


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


def drawn(draw: "Callable[[Axes], None]", width: float = 7.0, height: float = 3.6) -> Picture:
    """The picture that a function draws on axes; inches. Raises ViewError where matplotlib is not installed."""
    require_pictures()
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    def write(path: Path) -> None:
        with mpl.rc_context({"font.size": 9, "axes.spines.top": False, "axes.spines.right": False}):
            figure = Figure(figsize=(width, height), layout="constrained")
            FigureCanvasAgg(figure)
            draw(figure.subplots())
            figure.savefig(path, dpi=_DOTS_PER_INCH, metadata={"Software": None})

    return picture_by(write)


def require_pictures() -> None:
    """Check that matplotlib is installed. Raises ViewError, with the line that installs it."""
    require("matplotlib", "pictures", "pictures need", ViewError)
