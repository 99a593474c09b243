"""How the command line was called, for hints that can be typed as they stand."""

import shlex

# Where a command keeps its arguments as they were typed.
ARGUMENTS = f"{__name__}.arguments"
_UNKNOWN = "python -m simulation"


def typed(*words: object) -> str:
    """A command as people type it, under the name by which this one was called; outside commands, the module's."""
    import click

    context = click.get_current_context(silent=True)
    root = None if context is None else context.find_root()
    called = root.info_name if root is not None and isinstance(root.command, click.Group) else None
    return f"{called or _UNKNOWN} {shlex.join(map(str, words))}"


def command_line() -> str:
    """The command that is being carried out, as it was typed."""
    import click

    context = click.get_current_context()
    return typed(context.info_name, *context.meta[ARGUMENTS])
