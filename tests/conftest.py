"""What every test gets: no network, a stopped clock, and databases of both kinds for those that ask."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from flask import Flask
from hypothesis import settings
from sqlalchemy import event

from kumppanuus.db import clock_at, db, writing
from tests import network, warm
from tests.databases import NOW, POSTGRESQL, SQLITE, Browsers, Databases, Queries, SceneOf
from tests.postgres import Server, roomy_memory


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--long", action="store_true", help="the long form of the big tests, for acceptance by hand")


def pytest_configure(config: pytest.Config) -> None:
    # Before any test module is read: `strategies` asks which profile is loaded.
    settings.register_profile("long", settings.default)
    if config.getoption("long"):
        settings.load_profile("long")
    if not hasattr(config, "workerinput"):  # workers, and what they start, find it by the environment
        folder = TemporaryDirectory(prefix="kumppanuus-", ignore_cleanup_errors=True)
        os.environ[warm.SHARED] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put what takes long first, in the half of each database: workers begin with a half each, and whoever is done
    takes over from the end of the other's, where the small ones are."""

    def turn(item: pytest.Item) -> tuple[bool, int]:
        call = getattr(item, "callspec", None)
        kind = call.params.get("databases", SQLITE) if call else SQLITE
        rank = 0 if item.get_closest_marker("journey") else 1 if "house" in item.path.parts else 2
        return kind == POSTGRESQL, rank

    items.sort(key=turn)


@pytest.fixture(scope="session")
def times(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """`times(25, 200)` is how often a big test does its thing: 25 in every run, 200 in the long form."""
    is_long = request.config.getoption("long")
    return lambda ordinary, long: long if is_long else ordinary


@pytest.fixture(scope="session", autouse=True)
def network_is_off() -> Iterator[None]:
    """A test that wants another machine fails with the address it wanted."""
    with network.off():
        yield


@pytest.fixture(autouse=True)
def clock() -> Iterator[Callable[[Any], AbstractContextManager[None]]]:
    """The clock stands at noon of 18.3.2026 in Helsinki; `with clock(moment):` puts it elsewhere."""
    with clock_at(NOW):
        yield clock_at


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A real PostgreSQL server, one for each worker, started when a test first asks for it."""
    server = Server()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def databases_of(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Databases]]:
    """The databases of a kind, made when first asked for and kept: a worker comes back to a kind it has left."""
    made: dict[str, Databases] = {}
    temporary = tmp_path_factory.getbasetemp()
    whole_run = temporary.parent if hasattr(request.config, "workerinput") else temporary
    with ExitStack() as stack:

        def of(kind: str) -> Databases:
            if kind not in made:
                server = request.getfixturevalue("postgres") if kind == POSTGRESQL else None
                folder = TemporaryDirectory(prefix="kumppanuus-", dir=roomy_memory(), ignore_cleanup_errors=True)
                place = Path(stack.enter_context(folder))
                made[kind] = Databases(kind, place, server, made=whole_run, origin=lambda: of(SQLITE))
            return made[kind]

        yield of


@pytest.fixture(scope="session", params=[SQLITE, POSTGRESQL])
def databases(request: pytest.FixtureRequest, databases_of: Callable[[str], Databases]) -> Databases:
    """The databases of one kind. Every test that asks for them runs on both."""
    return databases_of(request.param)


@pytest.fixture
def app(databases: Databases) -> Iterator[Flask]:
    """The application on an empty, migrated database of the test's own."""
    with databases.lend("empty"):
        yield databases.app


@pytest.fixture
def world(databases: Databases) -> Iterator[Any]:
    """The demo world on a database of the test's own; no application context is open."""
    made = databases.world()
    with databases.lend("world"):
        yield made


@pytest.fixture
def browser(databases: Databases, world: Any) -> Browsers:
    """Browsers in the demo world: `browser(world.aino)` is signed in, `browser()` is not."""
    return Browsers(databases.app)


@pytest.fixture
def inside(databases: Databases, world: Any) -> Iterator[None]:
    """An application context in the demo world, whose transactions write: for the tests of concepts."""
    with databases.app.app_context(), writing():
        yield
        db.session.rollback()


@pytest.fixture
def inside_empty(app: Flask) -> Iterator[None]:
    """An application context on an empty database, whose transactions write."""
    with app.app_context(), writing():
        yield
        db.session.rollback()


@pytest.fixture
def scene_of(databases: Databases) -> Iterator[SceneOf[Any]]:
    """`scene_of(make)` is what `make` makes on an empty database, in an application context whose transactions write.
    It is made once for all tests, and read anew for each."""
    with ExitStack() as stack:
        yield lambda make: stack.enter_context(databases.scene(make))


@pytest.fixture
def queries(databases: Databases) -> Callable[[], AbstractContextManager[Queries]]:
    """`with queries() as spent:` counts the SQL statements that are sent."""

    @contextmanager
    def listen() -> Iterator[Queries]:
        spent = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK", "PRAGMA", "SAVEPOINT", "RELEASE")):
                spent.statements.append(statement)

        with databases.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield spent
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return listen
