"""How often a thing may be done: uses counted in the database, so that all workers share them and a restart forgets
nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from uuid import uuid4

from sqlalchemy import Insert, bindparam, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, db, now, run, table_of
from kumppanuus.errors import Refused


class Use(Identified, Base):
    """One use of something that is limited. The key is hashed: addresses and IP numbers are not kept here."""

    __tablename__ = "limit_use"

    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class TooMany(Refused):
    """The limit is reached; `wait` is the number of seconds until the next use is possible."""

    status = 429


KEPT = timedelta(days=1)  # how long uses are kept


@dataclass(frozen=True)
class Limit:
    """At most `most` uses within any stretch of `per`, which is no longer than uses are kept."""

    most: int
    per: timedelta

    def __post_init__(self) -> None:
        assert self.per <= KEPT


LINK_PER_ADDRESS = (Limit(3, timedelta(minutes=15)), Limit(10, timedelta(days=1)))
LINK_PER_IP = (Limit(60, timedelta(minutes=15)),)  # an office of forty people behind one IP number gets in
LINK_ALL = (Limit(600, timedelta(minutes=15)),)
WRONG_TOKEN_PER_IP = (Limit(10, timedelta(minutes=5)),)
ANSWER_PER_IP = (Limit(300, timedelta(minutes=10)),)  # many of a network answer in one room, and save as they go
INVITATION = (Limit(300, timedelta(hours=1)),)  # letters of one coordinator
INVITATION_PER_ADDRESS = (Limit(5, timedelta(days=1)),)
FEEDBACK_PER_IP = (Limit(10, timedelta(hours=1)),)
COMMENT = (Limit(30, timedelta(minutes=10)),)
UPLOAD = (Limit(10, timedelta(hours=1)),)
PAPER_CODE = (Limit(5, timedelta(hours=1)),)  # wrong ones for the number of one letter
PAPER_LOCK = (Limit(1, timedelta(hours=1)),)  # from the last of those on
EXPORT = (Limit(20, timedelta(hours=1)),)
LETTERS = (Limit(200, timedelta(hours=1)),)  # to print, one after the other


def spend(key: str, limits: tuple[Limit, ...], *, is_exact: bool = True) -> None:
    """Count one use. Refuses `TooMany`, and then counts nothing, if any of the limits is reached.

    Where it does not matter that uses of one moment may all pass, `is_exact=False` saves a statement.
    """
    if is_exact and db.session.get_bind().dialect.name == "postgresql":
        # Uses of one moment wait for each other, or all would see the same count; SQLite has one writer anyway.
        db.session.execute(select(func.pg_advisory_xact_lock(int(_hashed(key)[:15], 16))))
    values = {"use": uuid4(), "of": _hashed(key), "at": now()}
    since = {f"since_{place}": now() - limit.per for place, limit in enumerate(limits)}
    if run(_counting(limits), values | since).rowcount == 0:
        check(key, limits)
        raise TooMany(wait=1)


def check(key: str, limits: tuple[Limit, ...]) -> None:
    """Refuse `TooMany` if any of the limits is reached; count nothing."""
    for limit in limits:
        query = select(func.count(), func.min(Use.at)).where(Use.key == _hashed(key), Use.at > now() - limit.per)
        used, first = db.session.execute(query).one()
        if used >= limit.most:
            raise TooMany(wait=max(1, int((first + limit.per - now()).total_seconds()) + 1))


def forgive(key: str) -> None:
    """Forget what was counted, as when a right code follows wrong ones."""
    db.session.execute(delete(Use).where(Use.key == _hashed(key)))


@cache
def _counting(limits: tuple[Limit, ...]) -> Insert:
    """The statement, put together once, that counts a use unless a limit is reached."""
    uses = table_of(Use).c
    row = select(
        bindparam("use", type_=uses.id.type), bindparam("of", type_=uses.key.type), bindparam("at", type_=uses.at.type)
    )
    for place, limit in enumerate(limits):
        used = select(func.count()).where(uses.key == bindparam("of"), uses.at > bindparam(f"since_{place}"))
        row = row.where(used.scalar_subquery() < limit.most)
    return table_of(Use).insert().from_select(["id", "key", "at"], row).execution_options(preserve_rowcount=True)


def forget_old() -> int:
    """Delete uses that no limit looks back to; returns how many."""
    return db.session.execute(delete(Use).where(Use.at <= now() - KEPT)).rowcount  # type: ignore[attr-defined,no-any-return]  # a delete tells its rows


def _hashed(key: str) -> str:
    return hashlib.sha256(f"kumppanuus limit\n{key}".encode(errors="surrogatepass")).hexdigest()
