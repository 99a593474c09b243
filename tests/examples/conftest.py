"""The examples, installed as users install it, in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from attrs import frozen

from tests.conftest import made_once, shared_place

ROOT = Path(__file__).parents[2]
EXAMPLE, OWN_WORDS = ROOT / "examples" / "video-outage", ROOT / "examples" / "own-words"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder in which the examples are installed, for PYTHONPATH."""
    folder = shared_place(tmp_path_factory, worker_id, "site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
    command = [*pip, "--disable-pip-version-check", "--target", str(folder), str(EXAMPLE), str(OWN_WORDS)]
    return made_once(folder, lambda: subprocess.run(command, check=True, capture_output=True))


@frozen
class Command:
    """The command line, in a process that finds modules in some folders."""

    folders: tuple[Path, ...] = ()

    def __call__(self, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command, which is to end with an exit code."""
        return self.python("-m", "simulation", *words, code=code)

    def python(self, *words: str | Path, code: int = 0, folder: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run Python, likewise, and in a folder if one is given."""
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, *self.folders)))}
        command = [sys.executable, *map(str, words)]
        found = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False)
        assert found.returncode == code, found.stderr + found.stdout
        return found


@pytest.fixture(scope="session")
def installed(site: Path) -> Command:
    """The command line where the example is installed."""
    return Command((site,))


@pytest.fixture(scope="session")
def without() -> Command:
    """The command line where it is not."""
    return Command()


@pytest.fixture(scope="session")
def outages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario file that names the example, with an outage a day."""
    file = tmp_path_factory.mktemp("outages") / "outages.toml"
    tiny = (ROOT / "tests" / "tiny.toml").as_posix()
    outage = "hours = [16, 17]\nminutes = [120, 180]"
    file.write_text(f'extends = "{tiny}"\n[extensions.video_outage]\nper_week = 7\n{outage}\n', encoding="utf-8")
    return file


@pytest.fixture(scope="session")
def run(installed: Command, outages: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of its run, to be read only."""
    directory = tmp_path_factory.mktemp("run") / "run"
    installed("run", outages, "--out", directory)
    return directory


@pytest.fixture
def own_copy(run: Path, tmp_path: Path) -> Path:
    """A copy of it, to do with as one likes."""
    return Path(shutil.copytree(run, tmp_path / "run"))
