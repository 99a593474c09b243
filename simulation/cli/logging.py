"""Log messages go to standard error, as text or as JSON. The simulation itself does not log."""

import logging
import sys

LEVELS = ("debug", "info", "warning", "error")


def configure_logging(level: str, *, as_json: bool) -> None:
    """Configure structlog to write messages of a level and above, one line each."""
    import structlog

    renderer = structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=False)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
