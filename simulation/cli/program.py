"""Run a command as a program: however it ends, its exit code is in one table, and a line says why."""

import gc
import signal
import sys
from collections.abc import Sequence
from enum import IntEnum
from traceback import print_exc
from typing import NoReturn

import click

from simulation.lib.errors import UserError
from simulation.lib.staging import ExistsError
from simulation.lib.standard_streams import OutputRefusedError, prepare_standard_streams, refusal_of_output
from simulation.lib.suggestions import hint


class Exit(IntEnum):
    """The exit codes of all commands."""

    DONE = 0
    FAILED = 1
    MISTAKE = 2
    EXISTS = 3
    FAULT = 70
    INTERRUPTED = 130
    TERMINATED = 143


MEANINGS = {
    Exit.DONE: "done",
    Exit.FAILED: "a rule is broken, a claim fails, or a run of a study does",
    Exit.MISTAKE: "a mistake to mend: in the command or the scenario, or outside, as a full disk or a lost broker",
    Exit.EXISTS: "what was to be written exists already",
    Exit.FAULT: "a fault of the program itself: please report the traceback",
    Exit.INTERRUPTED: "interrupted (SIGINT)",
    Exit.TERMINATED: "terminated (SIGTERM)",
}


def run_program(command: click.Command, arguments: Sequence[str] | None, name: str | None = None) -> NoReturn:
    """Run a command and exit. Without `arguments` it takes those of this process, whose signals it then handles.

    `name` is what usage and hints call it; without one, the name that was typed.
    """
    is_ours = arguments is None
    if is_ours:
        # Little that a command drops is part of a cycle, but for worlds, and whoever simulates several has those
        # collected: to look for more costs a tenth of a run.
        gc.disable()
        prepare_standard_streams()
        signal.signal(signal.SIGTERM, _end)
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, _end)
    code = _outcome(command, arguments, name)
    _insist_no_more()
    sys.stdout.flush()
    refusal = refusal_of_output()
    # A reader that has gone has read enough.
    if refusal is not None and not isinstance(refusal, BrokenPipeError) and code in (Exit.DONE, Exit.FAILED):
        code = _told(f"standard output: cannot be written: {refusal.strerror}", Exit.MISTAKE)
    if is_ours:
        gc.freeze()  # the process ends: to look through a world for garbage would take longer than to leave it
    sys.exit(code)


def _outcome(command: click.Command, arguments: Sequence[str] | None, name: str | None) -> Exit:
    """Run a command, and print its error if it has one; the exit code."""
    try:
        return Exit(command.main(arguments, name, standalone_mode=False) or Exit.DONE)
    except OutputRefusedError:
        return Exit.DONE
    except (Exception, _TerminatedError) as error:  # noqa: BLE001 -- whatever it is, it has a code
        _insist_no_more()
        message, code = _explained(error)
        if code is Exit.FAULT:
            print_exc()
        return _told(message, code)


def _explained(error: BaseException) -> tuple[str, Exit]:
    """The message of an error for the user, and its exit code."""
    match error:
        case click.Abort():
            explained = "interrupted", Exit.INTERRUPTED
        case _TerminatedError():
            explained = "terminated", Exit.TERMINATED
        case click.NoSuchOption():
            meant = hint(error.option_name, error.possibilities or ())
            explained = f"there is no option {error.option_name}{meant}", Exit.MISTAKE
        case click.ClickException():
            explained = error.format_message(), Exit.MISTAKE
        case ExistsError():
            explained = str(error), Exit.EXISTS
        case OSError():
            explained = f"{error.filename}: {error.strerror}" if error.filename else str(error), Exit.MISTAKE
        case MemoryError():
            explained = "there is not enough memory", Exit.MISTAKE
        case UserError():
            explained = str(error), Exit.MISTAKE
        case _:
            explained = "a fault of the program itself; please report what stands above", Exit.FAULT
    return explained


def _told(message: str, code: Exit) -> Exit:
    click.echo(f"error: {message}", err=True)
    return code


class _TerminatedError(BaseException):
    """This process was asked to end."""


# Seconds after which a request to end is repeated, if the process still runs.
_PATIENCE = 0.5


def _end(number: int, _: object) -> None:
    """End the command by an exception, and repeat it until it arrives.

    It is raised wherever the process happens to be: perhaps in a callback of a library that drops exceptions.
    """
    error = _TerminatedError if number == signal.SIGTERM else KeyboardInterrupt
    if hasattr(signal, "setitimer"):

        def insist(*_: object) -> None:
            if not _is_ending(sys.exception()):
                raise error

        signal.signal(signal.SIGALRM, insist)
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE, _PATIENCE)
    raise error


def _is_ending(error: BaseException | None) -> bool:
    """Whether the exception being handled came from a request to end."""
    return error is not None and (
        isinstance(error, _TerminatedError | KeyboardInterrupt) or _is_ending(error.__context__)
    )


def _insist_no_more() -> None:
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_REAL, 0)
