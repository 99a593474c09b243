"""Scenarios with a persona, with subjects and grade levels, and with a kind of email of their own."""

from importlib.resources import files
from pathlib import Path


def scenario(name: str) -> Path:
    """The file of a scenario, as `scenario("mentors")`."""
    return Path(str(files(__package__))) / f"{name}.toml"
