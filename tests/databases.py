"""Databases for tests: on SQLite and on PostgreSQL, migrated once in a session, and copied for each test."""

from __future__ import annotations

import fcntl
import pickle
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import sqlalchemy as sa
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import event
from sqlalchemy.orm import InstanceState

from kumppanuus import accounts, create_app, demo
from kumppanuus.accounts.tables import PersonName
from kumppanuus.config import Settings
from kumppanuus.db import HELSINKI, Base, clock_at, db, prepare_engine, writing
from tests import warm
from tests.client import LintingClient, client_of
from tests.postgres import Original, Server

TODAY = date(2026, 3, 18)
NOW = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)  # noon in Helsinki

SQLITE, POSTGRESQL = "sqlite", "postgresql"
SECRET = "koe" * 10 + "uskollinen ja pitkä"  # live servers read the cookies the tests make

UNKNOWN = "a table"  # what was changed by a statement that names none, such as one that makes a table

Made = TypeVar("Made")
SceneOf = Callable[[Callable[[], Made]], Made]  # what the fixture `scene_of` is

# How statements begin that change nothing.
READS = ("SELECT", "SHOW", "PRAGMA", "SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN")
# The tables that others change, such as the entry of the ledger that is written with its place by one statement.
CHANGES = re.compile(r'(?:INSERT INTO "?(\w+)|DELETE FROM "?(\w+)|UPDATE "?(\w+)"? SET)', re.IGNORECASE)


def end_of(day: date) -> datetime:
    """The last second of a day in Helsinki: "open until 15.6." ends then, also on the nights the clock is moved."""
    start_of_next = datetime.combine(day + timedelta(days=1), datetime.min.time(), HELSINKI)
    return start_of_next.astimezone(UTC) - timedelta(seconds=1)


def changed_by(statement: str) -> set[str]:
    """The tables that an SQL statement changes."""
    begins = statement.lstrip().upper()
    if begins.startswith(READS):
        return set()
    found = {"".join(names) for names in CHANGES.findall(statement)}
    return found if found or begins.startswith("WITH") else {UNKNOWN}


class Databases:
    """The databases of one kind: templates made once, and one application that is pointed at the copy of each test.

    `made` is a folder in which workers share the demo world; without it each makes its own. PostgreSQL takes the rows
    of its world from the SQLite one that `origin` gives; without it the world is told to PostgreSQL itself.
    """

    def __init__(
        self,
        kind: str,
        folder: Path,
        server: Server | None,
        *,
        made: Path | None = None,
        origin: Callable[[], Databases] | None = None,
    ) -> None:
        self.kind, self.folder, self.server, self.made, self._origin = kind, folder, server, made or folder, origin
        self.worlds: dict[str, Any] = {}
        self._scenes: dict[Callable[[], Any], tuple[str, bytes]] = {}
        self._lent, self._is_spent, self._changed = "", False, set[str]()
        self._clean, self._originals = dict[str, str](), dict[str, Original]()
        self._count = 0
        folder.mkdir(parents=True, exist_ok=True)
        empty = self._create("empty")
        settings = Settings(database_url=empty, instance=str(folder), secret_key=SECRET)
        warm.keep()
        self.app = create_app(
            settings, {"TESTING": True, "RAISE_FAILURES": True, "JOB_PROCESSES": False, "WTF_CSRF_ENABLED": True}
        )
        with self.app.app_context():
            upgrade()
            db.engine.dispose()
        self._engine = self._wandering_engine(empty)

    @property
    def address(self) -> str:
        """The address of the running test's database; who asks for it may write past this class."""
        self._is_spent = True
        return self._lent

    @contextmanager
    def lend(self, template: str) -> Iterator[None]:
        """Point the application at a copy of a template, which serves the next test too if it can be made clean."""
        address = self._clean.pop(template, "") or self._fresh(template)
        if address != self._lent:
            self._engine.dispose()
        self._lent, self._is_spent, self._changed = address, False, set()
        shutil.rmtree(self.app.extensions["settings"].folder / "mail", ignore_errors=True)  # letters of other tests
        with self.app.app_context():
            engines = db.engines
        before, engines[None] = engines[None], self._engine
        try:
            yield
        finally:
            engines[None] = before
            if self._is_clean(address):
                self._clean[template] = address
            else:
                self._engine.dispose()
                self.drop(address)

    def _fresh(self, template: str) -> str:
        address = self.copy(template)
        if self.server is not None:
            self._originals[address] = Original(address)
        return address

    def _is_clean(self, address: str) -> bool:
        """Whether the copy is as it was, or could be put back so."""
        if self._is_spent:
            return False
        if not self._changed:
            return True
        return address in self._originals and self._originals[address].restore(self._changed)

    def copy(self, template: str) -> str:
        """Make a copy of a template and give its address."""
        self._count += 1
        return self._copy(f"test_{self._count}", template)

    def _copy(self, name: str, template: str) -> str:
        if self.server is not None:
            return self.server.create(name, template)
        shutil.copyfile(self.folder / f"{template}.db", self.folder / f"{name}.db")
        return f"sqlite:///{self.folder / f'{name}.db'}"

    @contextmanager
    def template(self, name: str, *, of: str) -> Iterator[None]:
        """Point the application at a new template, which begins as a copy of another; the block fills it."""
        address = self._copy(name, of)
        with self.on(address), clock_at(NOW):
            yield
        self._settle(address)

    def drop(self, address: str) -> None:
        """Remove the copy of a test."""
        if address in self._originals:
            self._originals.pop(address).close()
        name = sa.make_url(address).database or ""
        if self.server is not None:
            self.server.drop(name)
            return
        for path in (name, f"{name}-wal", f"{name}-shm"):
            Path(path).unlink(missing_ok=True)

    @contextmanager
    def scene(self, make: Callable[[], Made]) -> Iterator[Made]:
        """Inside an application context whose transactions write: what `make` makes on an empty database.

        It is made once and kept as a template; each test finds it in a copy, its rows read anew from there.
        """
        name, kept = self._scene(make)
        with self.lend(name), self.app.app_context(), writing():
            yield _Finding(BytesIO(kept)).load()
            db.session.rollback()

    @contextmanager
    def stage(self, make: Callable[[], Made]) -> Iterator[Made]:
        """The same for browsers: no application context is open, and what `make` makes is told without rows."""
        name, kept = self._scene(make)
        with self.lend(name):
            yield pickle.loads(kept)

    def _scene(self, make: Callable[[], Any]) -> tuple[str, bytes]:
        if make not in self._scenes:
            name = f"scene_{len(self._scenes)}"
            with self.template(name, of="empty"), self.app.app_context(), writing():
                made = make()
                db.session.commit()
                self._scenes[make] = name, _kept(made)
        return self._scenes[make]

    def world(self) -> Any:
        """The demo world, in the template that the copies are taken from."""
        if "world" not in self.worlds:
            self.worlds["world"] = self._tell() if self.server is None else self._take()
        return self.worlds["world"]

    def _tell(self) -> Any:
        """Tell the world, or copy the one that another worker has told."""
        names, file = self.made / "world.pickle", self.made / "world.db"
        with (self.made / "world.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not names.exists():
                world = self._tell_here()
                if file != self.folder / file.name:
                    shutil.copyfile(self.folder / file.name, file)
                names.write_bytes(pickle.dumps(world))
                return world
        shutil.copyfile(file, self.folder / file.name)
        return pickle.loads(names.read_bytes())

    def _take(self) -> Any:
        """Take the rows of the world in SQLite: that costs a twentieth of telling it again."""
        if self._origin is None:
            return self._tell_here()
        origin = self._origin()
        world = origin.world()
        source = sa.create_engine(f"sqlite:///{origin.folder / 'world.db'}")
        with self.template("world", of="empty"), self.app.app_context(), source.connect() as rows:
            for table in Base.metadata.sorted_tables:
                # A name as it is kept, not as it is read of somebody who was removed.
                columns = [
                    sa.type_coerce(each, sa.Text()).label(each.name) if isinstance(each.type, PersonName) else each
                    for each in table.c
                ]
                # As they were written, so that none comes before one of its own table that it refers to.
                found = rows.execute(sa.select(*columns).select_from(table).order_by(sa.text("rowid"))).mappings().all()
                if found:
                    db.session.execute(table.insert(), [dict(row) for row in found])
            db.session.commit()
        source.dispose()
        return world

    def _tell_here(self) -> Any:
        with self.template("world", of="empty"), self.app.app_context(), writing():
            world = demo.make(TODAY)
            db.session.commit()
        return world

    @contextmanager
    def on(self, address: str) -> Iterator[None]:
        """Point the application at a database."""
        engine = sa.create_engine(address, **self.app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        prepare_engine(engine)
        with self.app.app_context():
            engines = db.engines
        before, engines[None] = engines[None], engine
        try:
            yield
        finally:
            engine.dispose()
            engines[None] = before

    def _wandering_engine(self, address: str) -> sa.Engine:
        """An engine that connects to the database lent last: one for all tests, because a new one would compile each
        statement anew. It notes which tables were changed for good."""
        engine = sa.create_engine(address, **self.app.config["SQLALCHEMY_ENGINE_OPTIONS"])
        prepare_engine(engine)

        @event.listens_for(engine, "do_connect")
        def connect(dialect: sa.Dialect, _record: Any, arguments: list[Any], options: dict[str, Any]) -> None:
            arguments[:], lent = dialect.create_connect_args(sa.make_url(self._lent))
            options.update(lent)

        @event.listens_for(engine, "before_cursor_execute")
        def note(connection: sa.Connection, _cursor: Any, statement: str, *_rest: Any) -> None:
            connection.info.setdefault("changed", set()).update(changed_by(statement))

        @event.listens_for(engine, "rollback")
        def forget(connection: sa.Connection) -> None:
            connection.info.pop("changed", None)

        @event.listens_for(engine, "commit")
        def remember(connection: sa.Connection) -> None:
            changed = connection.info.pop("changed", set())
            self._is_spent |= UNKNOWN in changed
            self._changed |= changed

        return engine

    def _create(self, name: str) -> str:
        if self.server is not None:
            return self.server.create(name)
        return f"sqlite:///{self.folder / f'{name}.db'}"

    def _settle(self, address: str) -> None:
        """Put everything of an SQLite file into the one file that is copied."""
        if self.server is None:
            engine = sa.create_engine(address, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            engine.dispose()


class _Keeping(pickle.Pickler):
    """Keeps rows by their keys, so that they can be found in another copy of the database."""

    def persistent_id(self, thing: Any) -> tuple[type[Any], Any] | None:
        state = sa.inspect(thing, raiseerr=False)
        return (type(thing), state.identity) if isinstance(state, InstanceState) else None


class _Finding(pickle.Unpickler):
    def persistent_load(self, key: tuple[type[Any], Any]) -> Any:
        return db.session.get_one(*key)


def _kept(made: Any) -> bytes:
    written = BytesIO()
    _Keeping(written).dump(made)
    return written.getvalue()


class Browsers:
    """Browsers of people: `browser(world.aino)` is signed in, `browser()` is not."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def __call__(self, person: UUID | None = None) -> LintingClient:
        client = client_of(self.app)
        if person is not None:
            with self.app.app_context(), writing():
                _session, token = accounts.enter(db.session.get_one(accounts.User, person), browser_words="Chromium")
                db.session.commit()
            with client.session_transaction() as cookie:
                cookie.update({"_user_id": token, "_fresh": True})  # as Flask-Login does
        return client


class Queries:
    """SQL statements that were sent while it listened; BEGIN and COMMIT do not count."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)
