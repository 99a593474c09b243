"""How the command line was called, for hints that can be typed as they stand."""

import shlex

_UNKNOWN = "python -m simulation"


def typed(*words: object) -> str:
    """A command as people type it, under the name by which this one was called; outside commands, the module's."""
    import click

    context = click.get_current_context(silent=True)
    root = None if context is None else context.find_root()
    called = root.info_name if root is not None and isinstance(root.command, click.Group) else None
    return f"{called or _UNKNOWN} {shlex.join(map(str, words))}"
