"""Reading the record: heads, the newest entries, the history of one thing."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import aliased

from kumppanuus.db import db, read
from kumppanuus.ledger.tables import Chain, Entry, Sealed


def whole(chain: UUID) -> Sequence[Entry]:
    """Every entry of a chain, the first one first."""
    return db.session.scalars(select(Entry).where(Entry.chain_id == chain).order_by(Entry.number)).all()


def sealed_rows(entries: Iterable[Entry]) -> dict[str, list[dict[str, Any]]]:
    """The rows that some entries sealed, as they are now, by table, without what is `private`; a query for each
    table."""
    db.session.flush()
    names = {name for entry in entries for name in json.loads(entry.seals)}
    found = {}
    for name in sorted({name.partition(":")[0] for name in names}):
        table: sa.Table = Sealed.tables[name].__table__
        wanted = [column for column in table.c if column.name not in Sealed.tables[name].private]
        ids = sorted(UUID(each.partition(":")[2]) for each in names if each.startswith(f"{name}:"))
        rows = (
            db.session.execute(select(*wanted).where(table.c.id.in_(ids[at : at + _MOST_IDS]))).mappings()
            for at in range(0, len(ids), _MOST_IDS)
        )
        found[name] = sorted((dict(row) for batch in rows for row in batch), key=lambda row: row["id"])
    return found


_MOST_IDS = 1_000  # in one query


def head(chain: UUID) -> Chain | None:
    """How long a chain is and its last digest; None if nothing has happened yet."""
    return db.session.get(Chain, chain, populate_existing=True)


def heads(chains: Iterable[UUID]) -> dict[UUID, str]:
    """The last digest of some chains, in one query: it stands for everything that has happened there."""
    query = select(Chain.id, Chain.head).where(Chain.id.in_(list(chains)))
    return dict(db.session.execute(query).all())


def last_digest(chain: UUID, *, kinds: tuple[str, ...]) -> str:
    """The digest of the last entry of some kinds, or nothing: it stands for everything of those kinds that has
    happened."""
    return read(_last_of(kinds), {"chain": chain}).scalar() or ""


@cache
def _last_of(kinds: tuple[str, ...]) -> sa.Select[str]:
    """The last of each kind by its index, then the last of those: to walk back from the end would cost as much as has
    happened of other kinds since."""
    named = sa.values(sa.column("kind", sa.Text), name="kinds").data([(kind,) for kind in kinds]).cte("kinds")
    of_kind, asked = aliased(Entry), sa.bindparam("chain", type_=sa.Uuid())
    newest = (
        select(sa.func.max(of_kind.number))
        .where(of_kind.chain_id == asked, of_kind.kind == named.c.kind)
        .correlate(named)
        .scalar_subquery()
    )
    number = select(sa.func.max(newest)).select_from(named).scalar_subquery()
    return select(Entry.digest).where(Entry.chain_id == asked, Entry.number == number)


def actors(chain: UUID) -> set[UUID]:
    """Everybody who has done something that a chain tells of."""
    query = select(Entry.actor_id).where(Entry.chain_id == chain, Entry.actor_id.is_not(None)).distinct()
    return {actor for actor in db.session.scalars(query) if actor}


class Recent(NamedTuple):
    """An entry as it is told, without what it sealed: a plain row."""

    number: int
    kind: str
    at: datetime
    actor_id: UUID | None
    subject_id: UUID | None
    data: str
    digest: str

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the event as plain values."""
        facts: dict[str, Any] = json.loads(self.data)
        return facts


# Every front page asks for the newest few: put together once.
_NEWEST = (
    select(*(getattr(Entry, name) for name in Recent._fields))
    .where(Entry.chain_id == sa.bindparam("chain"))
    .order_by(Entry.number.desc())
    .limit(sa.bindparam("most"))
)


def newest(chain: UUID, *, most: int) -> list[Recent]:
    """The newest entries of a chain first."""
    return [Recent(*row) for row in read(_NEWEST, {"chain": chain, "most": most}).all()]


def entries(
    chain: UUID,
    *,
    kinds: Iterable[str] | None = None,
    actor: UUID | None = None,
    before: int | None = None,
    most: int = 50,
) -> Sequence[Entry]:
    """The newest entries of a chain first, at most `most`, those before a number, of some kinds or of one person."""
    query = select(Entry).where(Entry.chain_id == chain)
    if kinds is not None:
        query = query.where(Entry.kind.in_(list(kinds)))
    if actor is not None:
        query = query.where(Entry.actor_id == actor)
    if before is not None:
        query = query.where(Entry.number < before)
    return db.session.scalars(query.order_by(Entry.number.desc()).limit(most)).all()


def count_since(chain: UUID, number: int, *, but_by: UUID) -> int:
    """How many entries a chain has after a number, those of one person left out."""
    query = select(sa.func.count()).where(Entry.chain_id == chain, Entry.number > number)
    return db.session.scalar(query.where(Entry.actor_id.is_distinct_from(but_by))) or 0


class Told(NamedTuple):
    """One thing that happened, as plain values: its kind, when, and the fields of the event."""

    kind: str
    at: datetime
    facts: dict[str, Any]


def last_things(subject: UUID, *, kinds: tuple[str, ...], most: int) -> list[Told]:
    """The last things of some kinds that happened to one thing, newest first."""
    found = read(_last_things(kinds), {"subject": subject, "most": most}).all()
    return [Told(kind, at, json.loads(data)) for kind, at, data in found]


class Since(NamedTuple):
    """What a chain has got since it had a digest: of which kinds, and the last things that happened to one thing."""

    kinds: set[str]
    last: list[Told]


def since(
    chain: UUID, length: int, digest: str, *, until: int, subject: UUID, kinds: tuple[str, ...], most: int
) -> Since | None:
    """What a chain has got, up to entry `until`, since it was so long and had this digest; and the last things of some
    kinds that happened to `subject` since, newest first. None if nothing has come, or if the chain never had that
    digest, because a copy from before has been restored. One query."""
    asked = {"chain": chain, "length": length, "digest": digest, "until": until, "subject": subject, "most": most}
    rows = read(_since(kinds), asked).all()
    if not rows:
        return None
    told = [Told(kind, at, json.loads(data)) for _number, kind, at, data in rows if data is not None]
    return Since({kind for _number, kind, _at, _data in rows}, told)


@cache
def _since(kinds: tuple[str, ...]) -> sa.Select[int, str, datetime, str]:
    """Each kind that has come, as number 0, and the last things with their own."""
    before = aliased(Entry)
    came = (
        select(Entry.number, Entry.kind, Entry.at, Entry.data, Entry.subject_id)
        .join(before, before.chain_id == Entry.chain_id)
        .where(
            Entry.chain_id == sa.bindparam("chain"),
            Entry.number > before.number,
            Entry.number <= sa.bindparam("until"),
            before.number == sa.bindparam("length"),
            before.digest == sa.bindparam("digest"),
        )
        .cte("came")
    ).c
    of_kinds = select(
        sa.literal(0).label("number"),
        came.kind,
        sa.cast(sa.null(), came.at.type).label("at"),
        sa.cast(sa.null(), came.data.type).label("data"),
    ).distinct()
    last = (
        select(came.number, came.kind, came.at, came.data)
        .where(came.subject_id == sa.bindparam("subject"), came.kind.in_([sa.literal(kind) for kind in kinds]))
        .order_by(came.number.desc())
        .limit(sa.bindparam("most"))
        .subquery()
    )
    both = sa.union_all(of_kinds, select(last)).subquery()
    return select(*both.c).order_by(both.c.number.desc())


@cache
def _last_things(kinds: tuple[str, ...]) -> sa.Select[str, datetime, str]:
    """The statement, put together once: a list of kinds that is told each time is spelt out each time."""
    return (
        select(Entry.kind, Entry.at, Entry.data)
        .where(Entry.subject_id == sa.bindparam("subject"), Entry.kind.in_([sa.literal(kind) for kind in kinds]))
        .order_by(Entry.number.desc())
        .limit(sa.bindparam("most"))
    )


def history(subject: UUID, *, before: int | None = None, most: int | None = None) -> Sequence[Entry]:
    """Every entry about one thing, newest first; or at most `most`, those before a number."""
    query = select(Entry).where(Entry.subject_id == subject)
    if before is not None:
        query = query.where(Entry.number < before)
    return db.session.scalars(query.order_by(Entry.number.desc()).limit(most)).all()
