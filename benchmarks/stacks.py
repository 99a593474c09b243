"""Whose processor time it is: looks at the stack each millisecond of it, and says who was at work.

    python -m benchmarks.stacks COMMAND...

Runs a command of the simulation's command line, and prints seconds by group and function as JSON. Time goes to the
innermost function that belongs to a group; those that serve everybody, such as the clock, belong to none, and their
time is their caller's. Importing, wherever it happens, is a group of its own.
"""

import json
import signal
import sys
from collections import defaultdict
from functools import cache
from time import process_time
from types import FrameType

IMPORTS, REST = "start and imports", "anything else"

# The longest name that a module's begins with decides.
GROUPS = {
    "population": ("agents.tutor_population", "agents.student_population", "agents.quotas"),
    "demand and matching": (
        "processes.demand", "processes.matching", "processes.invitations", "processes.rescheduling",
        "processes.student_leaving", "marketplace", "agents.calendar",
    ),
    "sessions and measures": ("processes.sessions", "processes.measures", "processes.reputation"),
    "churn monitor": ("processes.churn", "churn"),
    "all other behaviours": ("processes",),
    "random draws": ("random_streams", "agents.session_draws"),
    "kernel": ("processes.agenda",),
    "log": ("log.writing", "events"),
    "reduction": ("tables", "log.reading"),
    "keeping the state": ("state", "runs.states"),
    "files": ("tables.files", "runs"),
}  # fmt: skip

# What all behaviours share: its time is its caller's.
_SHARED = ("simulation.processes.context",)
_KERNEL = "simpy"
_IMPORTING = "importlib._bootstrap"
_SECONDS_BETWEEN_LOOKS = 0.001

_GROUP_OF = {f"simulation.{module}": group for group, modules in GROUPS.items() for module in modules}


class Stacks:
    """Adds up the seconds of processor time, by group and function, while it is entered."""

    def __init__(self) -> None:
        self.seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self._last = 0.0

    def __enter__(self) -> "Stacks":
        self._last = process_time()
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, _SECONDS_BETWEEN_LOOKS, _SECONDS_BETWEEN_LOOKS)
        return self

    def __exit__(self, *_: object) -> None:
        signal.setitimer(signal.ITIMER_PROF, 0.0)
        signal.signal(signal.SIGPROF, signal.SIG_DFL)

    def _look(self, _: int, frame: FrameType | None) -> None:
        # The time since the last look, however long: in a library's code Python does not look at signals.
        self.seconds[owner(frame)] += process_time() - self._last
        self._last = process_time()


def owner(frame: FrameType | None) -> tuple[str, str]:
    """The group that a stack belongs to, and the function."""
    found = None
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if _IMPORTING in module:
            return IMPORTS, ""
        if found is None and (group := group_of(module)) is not None:
            found = group, f"{module.removeprefix('simulation.')}:{frame.f_code.co_qualname}"
        frame = frame.f_back
    return found or (REST, "")


@cache
def group_of(module: str) -> str | None:
    """The group of a module; None where its time is its caller's."""
    parts = module.split(".")
    if parts[0] == _KERNEL:
        return "kernel"
    if module in _SHARED:
        return None
    names = (".".join(parts[:length]) for length in range(len(parts), 1, -1))
    return next((_GROUP_OF[name] for name in names if name in _GROUP_OF), None)


def main(arguments: list[str]) -> None:
    """Run a command, and print whose time it was."""
    so_far = process_time()
    with Stacks() as stacks:
        from simulation.cli import main as command_line

        try:
            command_line(arguments)
        except SystemExit as exit_:
            if exit_.code:
                raise
    stacks.seconds[IMPORTS, ""] += so_far
    print(json.dumps([[group, function, seconds] for (group, function), seconds in stacks.seconds.items()]))


if __name__ == "__main__":
    main(sys.argv[1:])
