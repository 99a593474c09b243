"""Same scenario, seed and version, same bytes: a change of results is a decision, and raises the version."""

import re
from importlib.metadata import version

import pytest

import simulation
from tools.pin_digests import PINNED, ROOT, digests_now, pinned, written

# What bytes depend on besides this package.
LIBRARIES = ("numpy", "pandas", "pyarrow", "simpy")


def locked() -> dict[str, str]:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(rf"^({'|'.join(LIBRARIES)})==(\S+)", lock, re.MULTILINE))


def test_a_run_has_the_bytes_that_its_version_promises() -> None:
    releases = {name: version(name) for name in LIBRARIES}
    if releases != locked():
        pytest.skip(f"bytes are promised for the releases in requirements.lock, {locked()}")
    assert digests_now() == pinned()[simulation.__version__], (
        "results changed: raise the version, say what changed in CHANGELOG.md, and run `python -m tools.pin_digests`"
    )


def test_the_changelog_tells_of_each_version_that_is_pinned() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert set(pinned()) == set(re.findall(r"^## \[(\S+)\]", changelog, re.MULTILINE))


def test_the_file_is_as_the_tool_writes_it() -> None:
    assert PINNED.read_text(encoding="utf-8") == written(pinned())
