"""What every test gets: no network, and a PostgreSQL of the worker's own for those that ask."""

from collections.abc import Iterator

import pytest

from tests import network
from tests.postgres import Server


@pytest.fixture(scope="session", autouse=True)
def network_is_off() -> Iterator[None]:
    """A test that wants another machine fails with the address it wanted."""
    with network.off():
        yield


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server, one for each worker, started when a test first asks for it."""
    server = Server()
    yield server
    server.stop()
