"""What tests of the explorer start from."""

from collections.abc import Iterator

import pytest

from tests.explorer.served import Served, served


@pytest.fixture(scope="session")
def explorer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An explorer that is open for all tests."""
    with served(tmp_path_factory.mktemp("explorer")) as open_one:
        yield open_one
