"""The explorer: a local page on which scenarios are changed, run and compared.

The address of a page says all that is on it: which scenario, and what is changed in it. So links, the back button, and
the same as a file, as a command and in Python follow from its address. Simulations run in a worker, a process of its
own that does one job at a time, and that is ended to cancel one.
"""

from simulation.lib.errors import UserError
from simulation.lib.extras import require


class ExplorerError(UserError):
    """The explorer cannot start; the message is one line."""


def require_explorer() -> None:
    """Check that what the explorer needs is installed. Raises ExplorerError, with the line that installs it."""
    for library in ("starlette", "uvicorn", "jinja2", "vl_convert"):
        require(library, "explore", "the explorer needs", ExplorerError)
