"""Libraries that only some studies need, and that come with an extra."""

from importlib import import_module

from simulation.studies import StudyError


def require(library: str, extra: str, what: str) -> None:
    """See that a library is there before anything is simulated. Raises StudyError, with the line that installs it."""
    try:
        import_module(library)
    except ImportError:
        told = f'{what} {library}; install it with: pip install "tutoring-simulation[{extra}]"'
        raise StudyError(told) from None
