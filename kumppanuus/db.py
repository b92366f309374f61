"""The database session, the base class of all tables, moments in UTC and the way a transaction begins."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, cast
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kumppanuus.errors import Empty, TooLong, Unwritable
from kumppanuus.text.fingerprint import Unwritable as NotWritable
from kumppanuus.text.fingerprint import normalised

HELSINKI = ZoneInfo("Europe/Helsinki")

# Lengths in characters. They guard the pages, not the columns: a text column has no length of its own.
LINE = 300
SHORT = 2_000
LONG = 20_000


class UtcDateTime(sa.types.TypeDecorator[datetime]):
    """A moment with its zone: stored as UTC, given back as UTC. A moment without a zone is refused."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Word(sa.types.TypeDecorator[StrEnum]):
    """A StrEnum stored as its word, with a check in code rather than a type in the database, so new words need no
    DDL."""

    impl = sa.Text
    cache_ok = True

    def __init__(self, kind: type[StrEnum]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def result_processor(self, dialect: sa.Dialect, coltype: object) -> Callable[[Any], StrEnum | None]:
        """What makes words of what the database gives: looked up, because a page reads hundreds of them."""
        known: dict[Any, StrEnum | None] = {word.value: word for word in self.kind}
        known[None] = None
        return known.__getitem__


class Base(DeclarativeBase):
    """Base of every table. Names of keys and indexes follow one convention, so migrations can name them."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        datetime: UtcDateTime(),
        date: sa.Date(),
        UUID: sa.Uuid(),
        str: sa.Text(),
        dict[str, Any]: sa.JSON(),
        list[str]: sa.JSON(),
    }


class Identified:
    """Mixin: a permanent id that tells nothing and is never used again."""

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-1)


def table_of(kind: type[Base]) -> sa.Table:
    """The table of a class, for statements that are put together by hand."""
    return cast(sa.Table, kind.__table__)


# Only its session and its engine are used: tables stand on `Base`, which every tool and type checker knows.
db = SQLAlchemy(metadata=Base.metadata)


def run(
    statement: sa.Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Run a statement on tables in the transaction of the session, past its unit of work: for what every deed does."""
    return db.session.connection().execute(statement, values)


def read(
    statement: sa.Executable, values: Mapping[str, Any] | Sequence[Mapping[str, Any]]
) -> sa.CursorResult[*tuple[Any, ...]]:
    """Read plain columns past the unit of work, for what every page asks: half of what it costs to ask the session.

    What was changed and not yet written is written first, as the session does.
    """
    db.session.flush()
    return run(statement, values)


# ---------------------------------------------------------------- time

_stopped_at: datetime | None = None


def now() -> datetime:
    """This moment in UTC; the one place that reads the clock."""
    return _stopped_at or datetime.now(UTC)


def today() -> date:
    """This day in Helsinki."""
    return now().astimezone(HELSINKI).date()


def helsinki_day(moment: datetime) -> date:
    """The day a moment falls on in Helsinki."""
    return moment.astimezone(HELSINKI).date()


@contextmanager
def clock_at(moment: datetime | None) -> Iterator[None]:
    """Stop the clock of the whole process at a moment: for tests, the gallery and the making of the demo world."""
    global _stopped_at
    before, _stopped_at = _stopped_at, moment
    try:
        yield
    finally:
        _stopped_at = before


# ---------------------------------------------------------------- typed text


def written(text: str | None, field: str, most: int = SHORT, *, needed: bool = True) -> str:
    """A text as it is kept: NFC, LF, without blanks at its ends.

    Refuses `Unwritable` (U+0000 and what XML cannot hold), `Empty` if it is needed, `TooLong` over `most` characters.
    """
    try:
        kept = normalised(text or "").strip()
    except NotWritable:
        raise Unwritable(field=field) from None
    if needed and not has_ink(kept):
        raise Empty(field=field)
    if len(kept) > most:
        raise TooLong(field=field, most=most, length=len(kept))
    return kept


def line(text: str | None, field: str, most: int = LINE, *, needed: bool = True) -> str:
    """A text on one line; every run of white space becomes one blank. Refuses like `written`."""
    return written(re.sub(r"\s+", " ", text or ""), field, most, needed=needed)


def has_ink(text: str) -> bool:
    """Whether anything in the text can be seen: not only blanks, marks of direction or joiners."""
    return any(unicodedata.category(character)[0] not in "ZC" for character in text)


# ---------------------------------------------------------------- transactions

_writes: ContextVar[bool] = ContextVar("writes", default=False)


@contextmanager
def writing() -> Iterator[None]:
    """Transactions that begin inside are for writing: SQLite takes its one write lock at once.

    A transaction that has read first cannot become a writer once somebody else has written, whatever the time-out;
    so the choice is made before the first query.
    """
    token = _writes.set(True)
    try:
        yield
    finally:
        _writes.reset(token)


def hold_still() -> None:
    """Begin a transaction that reads one state of the database from now on, whatever others write meanwhile."""
    db.session.rollback()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    else:
        db.session.execute(sa.text("SELECT count(*) FROM sqlite_master"))  # SQLite holds still from the first reading


def answers() -> bool:
    """Whether the database answers."""
    try:
        db.session.execute(sa.select(1))
    except sa.exc.SQLAlchemyError:
        db.session.rollback()
        return False
    return True


def prepare_engine(engine: sa.Engine) -> None:
    """Set up each new connection: SQLite with WAL, full synchronisation, foreign keys, 5 s of patience, real
    BEGINs, and nothing left of what was deleted."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _set_pragmas)
        event.listen(engine, "begin", _begin_sqlite)


def _set_pragmas(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own late BEGIN loses updates; `_begin_sqlite` begins instead
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout=5000")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")  # what is erased is overwritten, also in pages that are free
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if _writes.get() else "BEGIN")
