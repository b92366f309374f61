"""How often a thing may be done: uses counted in the database, so that all workers share them and a restart forgets
nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, db, now
from kumppanuus.errors import Refused


class Use(Identified, Base):
    """One use of something that is limited. The key is hashed: addresses and IP numbers are not kept here."""

    __tablename__ = "limit_use"

    key: Mapped[str] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(default=now)


class TooMany(Refused):
    """The limit is reached; `wait` is the number of seconds until the next use is possible."""

    status = 429


@dataclass(frozen=True)
class Limit:
    """At most `most` uses within any stretch of `per`."""

    most: int
    per: timedelta


LINK_PER_ADDRESS = (Limit(3, timedelta(minutes=15)), Limit(10, timedelta(days=1)))
LINK_PER_IP = (Limit(60, timedelta(minutes=15)),)  # an office of forty people behind one IP number gets in
LINK_ALL = (Limit(600, timedelta(minutes=15)),)
WRONG_TOKEN_PER_IP = (Limit(10, timedelta(minutes=5)),)
COMMENT = (Limit(30, timedelta(minutes=10)),)
EXPORT = (Limit(20, timedelta(hours=1)),)


def spend(key: str, limits: tuple[Limit, ...]) -> None:
    """Count one use. Refuses `TooMany`, and then counts nothing, if any of the limits is reached."""
    if db.session.get_bind().dialect.name == "postgresql":
        # Uses of one moment wait for each other, or all would see the same count; SQLite has one writer anyway.
        db.session.execute(select(func.pg_advisory_xact_lock(int(_hashed(key)[:15], 16))))
    check(key, limits)
    db.session.add(Use(key=_hashed(key)))
    db.session.flush()


def check(key: str, limits: tuple[Limit, ...]) -> None:
    """Refuse `TooMany` if any of the limits is reached; count nothing."""
    hashed, longest = _hashed(key), max(limit.per for limit in limits)
    db.session.execute(delete(Use).where(Use.key == hashed, Use.at <= now() - longest))
    for limit in limits:
        query = select(func.count(), func.min(Use.at)).where(Use.key == hashed, Use.at > now() - limit.per)
        used, first = db.session.execute(query).one()
        if used >= limit.most:
            raise TooMany(wait=max(1, int((first + limit.per - now()).total_seconds()) + 1))


def forget_old() -> int:
    """Delete uses that no limit looks back to; returns how many."""
    return db.session.execute(delete(Use).where(Use.at <= now() - timedelta(days=1))).rowcount  # type: ignore[attr-defined,no-any-return]  # a delete tells its rows


def _hashed(key: str) -> str:
    return hashlib.sha256(f"kumppanuus limit\n{key}".encode()).hexdigest()
