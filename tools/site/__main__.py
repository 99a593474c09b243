"""The command: lays the site's sources down, and lets Sphinx build them."""

import sys
import tempfile
from pathlib import Path

import click

from tools.site.layout import ROOT, lay_down


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=ROOT / "build" / "site", help="Directory to write.")
def main(out: Path) -> None:
    """Build the documentation site; a warning is an error."""
    with tempfile.TemporaryDirectory() as sources:
        lay_down(Path(sources))
        sys.exit(build(Path(sources), out))


def build(sources: Path, out: Path) -> int:
    """Have Sphinx build a site; the exit code says whether it went without a warning."""
    from sphinx.cmd.build import main as sphinx

    options = ["--fail-on-warning", "--keep-going", "--quiet", "--fresh-env", "--jobs", "auto"]
    places = ["-c", str(Path(__file__).parent), "-d", str(sources / ".doctrees"), str(sources), str(out)]
    return int(sphinx([*options, *places]))


if __name__ == "__main__":
    main()
