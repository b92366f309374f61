"""The record: what happened, one chain per agreement and one for the installation, which cannot be altered unnoticed.

Each entry holds the digest of the one before it and the digests of the rows it sealed. `verify` reads it all again: the
chain, every sealed row, and that no row of a sealed table stands without a seal. Ids only; names of people live
outside.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, ClassVar, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from kumppanuus.db import Base, db, now, read, run, table_of

# Chain of what belongs to no agreement: accounts, and the starting of agreements.
INSTALLATION = UUID(int=0)
GENESIS = "0" * 64

# Where a session keeps what was recorded in its transaction (kind, actor, subject), for whoever tells it on at its end.
RECORDED = "recorded"

# Where a session keeps the heads it has read, by chain: (length, digest).
_READ = "ledger heads"


class Event:
    """Base of all events. A concept declares its own as frozen dataclasses of ids, numbers and words, with a `kind`.

    `about` names the field with the id of the thing the event belongs to (a clause, a question), for its history.
    """

    kind: ClassVar[str]
    about: ClassVar[str | None]
    kinds: ClassVar[dict[str, type[Event]]] = {}

    def __init_subclass__(cls, kind: str, about: str | None = None, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        cls.kind, cls.about = kind, about
        Event.kinds[kind] = cls


class Sealed:
    """Mixin of a table whose rows are sealed. `seal` names the columns that count; ids and moments count as text.

    `sealed_from` names the moment from which a row counts, where it is a draft before: while that column is empty, the
    row stands without a seal. Once sealed it stays so; the moment is among the columns of its seal.
    """

    seal: ClassVar[tuple[str, ...]]
    sealed_from: ClassVar[str] = ""
    private: ClassVar[tuple[str, ...]] = ()  # columns outside every seal that leave the database in no archive
    tables: ClassVar[dict[str, type[Any]]] = {}

    def __init_subclass__(cls, **rest: Any) -> None:
        super().__init_subclass__(**rest)
        Sealed.tables[cls.__tablename__] = cls  # type: ignore[attr-defined]  # every Sealed class is also a table


class Chain(Base):
    """The head of one chain: how long it is and the digest of its last entry. Locking this row puts writers in
    order."""

    __tablename__ = "ledger_chain"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    length: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(default=GENESIS)


class Entry(Base):
    """One thing that happened. Never updated, never deleted."""

    __tablename__ = "ledger_entry"
    __table_args__ = (
        sa.Index("ix_ledger_entry_chain_id_kind_number", "chain_id", "kind", "number"),
        sa.Index("ix_ledger_entry_subject_id", "subject_id"),
    )

    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(index=True)
    subject_id: Mapped[UUID | None]
    data: Mapped[str]  # canonical JSON of the event; text, so that the bytes that were hashed are the bytes kept
    seals: Mapped[str]  # canonical JSON: {"table:id": {"columns": […], "digest": "…"}}
    previous: Mapped[str]
    digest: Mapped[str]

    @property
    def facts(self) -> dict[str, Any]:
        """The fields of the event as plain values."""
        facts: dict[str, Any] = json.loads(self.data)
        return facts


def lock(chain: UUID) -> None:
    """Wait until nobody else writes to a chain, and let nobody else until the transaction ends. Flushes the session.

    What was read before may have changed while waiting: the caller reads anew what it seals.
    """
    db.session.flush()
    _locked(chain)


def _locked(chain: UUID) -> tuple[int, str] | None:
    found = run(_HEAD, {"of": chain}).one_or_none()
    if found is not None:
        note_head(chain, *found)
    return found if found is None else (found[0], found[1])


def note_head(chain: UUID, length: int, digest: str) -> None:
    """Tell what one row of a chain says that was read along with something else, so that `record` need not ask. It may
    be out of date: `record` writes only after the very entry it knows."""
    db.session.info.setdefault(_READ, {})[chain] = length, digest


class Happening(NamedTuple):
    """Something to be recorded: the event, the rows it seals, and who did it."""

    event: Event
    seals: tuple[Sealed, ...]
    by: UUID | None


class Recorded(NamedTuple):
    """What the record says of an entry just written: its number in the chain, the digest of it, and when."""

    number: int
    digest: str
    at: datetime


def record(event: Event, *seals: Sealed, chain: UUID, by: UUID | None) -> Recorded:
    """Write one entry at the end of a chain, sealing the given rows as they are now. Flushes the session first."""
    return record_all([Happening(event, seals, by)], chain=chain)[0]


# The statements of `record`, put together once: every deed runs them. The head moves only from where it was read.
_chains, _entries = table_of(Chain), table_of(Entry)
_HEAD = select(_chains.c.length, _chains.c.head).where(_chains.c.id == sa.bindparam("of")).with_for_update()
_MOVE_HEAD = (
    _chains.update()
    .where(_chains.c.id == sa.bindparam("of"), _chains.c.head == sa.bindparam("known"))
    .values(length=sa.bindparam("length"), head=sa.bindparam("head"))
)
_FIRST, _WRITE = _chains.insert(), _entries.insert()
# PostgreSQL moves the head and writes the entry in one.
_moved = _MOVE_HEAD.returning(_chains.c.id).cte("moved")
_MOVE_AND_WRITE = (
    _entries.insert()
    .from_select(
        [column.name for column in _entries.c],
        select(*(sa.bindparam(column.name, type_=column.type) for column in _entries.c)).select_from(_moved),
    )
    .execution_options(preserve_rowcount=True)
)


def record_all(happenings: Iterable[Happening], *, chain: UUID) -> list[Recorded]:
    """Write entries at the end of a chain, one after the other, for the cost of one. Flushes the session first."""
    db.session.flush()
    happenings = list(happenings)
    if not happenings:
        return []
    known = db.session.info.get(_READ, {}).get(chain)
    rows = _following(happenings, chain, *known) if known else []
    if not (known and _written(rows, known[1])):
        # Nobody has read the head yet, or somebody has moved it since.
        length, digest = _locked(chain) or (0, "")
        rows = _following(happenings, chain, length, digest or GENESIS)
        _written(rows, digest)
    note_head(chain, rows[-1]["number"], rows[-1]["digest"])
    told = db.session.info.setdefault(RECORDED, [])
    told += [(row["kind"], row["actor_id"], row["subject_id"]) for row in rows]
    return [Recorded(row["number"], row["digest"], row["at"]) for row in rows]


def _following(happenings: Iterable[Happening], chain: UUID, length: int, digest: str) -> list[dict[str, Any]]:
    """The entries as they follow an entry with a number and a digest."""
    rows: list[dict[str, Any]] = []
    for event, seals, by in happenings:
        length += 1
        row = {
            "chain_id": chain,
            "number": length,
            "kind": event.kind,
            "at": now(),
            "actor_id": by,
            "subject_id": getattr(event, event.about) if event.about else None,
            "data": canonical(vars(event)),
            "seals": canonical({_name(row): {"columns": row.seal, "digest": _row_digest(row)} for row in seals}),
            "previous": digest,
        }
        row["digest"] = digest = _entry_digest(row)
        rows.append(row)
    return rows


def _written(rows: list[dict[str, Any]], known: str) -> bool:
    """Write entries after the one with this digest, or as the first of all where there is none. Returns False, and
    writes nothing, if another has come in between."""
    last = rows[-1]
    head = {"length": last["number"], "head": last["digest"]}
    if not known:
        run(_FIRST, {"id": last["chain_id"], **head})
    elif len(rows) == 1 and db.session.get_bind().dialect.name == "postgresql":
        return run(_MOVE_AND_WRITE, {**last, **head, "of": last["chain_id"], "known": known}).rowcount == 1
    elif run(_MOVE_HEAD, {**head, "of": last["chain_id"], "known": known}).rowcount == 0:
        return False
    run(_WRITE, rows if len(rows) > 1 else last)
    return True


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


_before = aliased(Entry)
_KINDS_SINCE = (
    select(Entry.kind)
    .join(_before, _before.chain_id == Entry.chain_id)
    .where(
        Entry.chain_id == sa.bindparam("chain"),
        Entry.number > _before.number,
        _before.number == sa.bindparam("length"),
        _before.digest == sa.bindparam("digest"),
    )
    .distinct()
)


def kinds_since(chain: UUID, length: int, digest: str) -> set[str]:
    """Of which kinds the entries are that a chain has got since it was so long and had this digest; none if it never
    had, because a copy from before has been restored, or if nothing has come since."""
    return set(read(_KINDS_SINCE, {"chain": chain, "length": length, "digest": digest}).scalars())


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


# ---------------------------------------------------------------- digests


def canonical(value: Any) -> str:
    """JSON with sorted keys and no blanks: one text for one value. Ids, days, moments and words become strings."""
    return _encoder.encode(value)


def _plain(value: Any) -> Any:
    match value:
        case UUID():
            return str(value)
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case StrEnum():
            return value.value
        case set() | frozenset() | tuple():
            return sorted(value) if isinstance(value, (set, frozenset)) else list(value)
    raise TypeError(f"{type(value).__name__} cannot be recorded")


_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=_plain)


def _sha256(scope: str, text: str) -> str:
    # The scope keeps a digest of one kind from ever standing for another.
    return hashlib.sha256(f"kumppanuus {scope} 1\n{text}".encode()).hexdigest()


_CHAINED = ("chain_id", "number", "kind", "at", "actor_id", "subject_id", "data", "seals", "previous")


def _entry_digest(row: Mapping[str, Any]) -> str:
    return _sha256("entry", canonical({name: row[name] for name in _CHAINED}))


def _name(row: Sealed) -> str:
    return f"{row.__tablename__}:{row.id}"  # type: ignore[attr-defined]  # every Sealed class is a table with an id


def _row_digest(row: Any) -> str:
    return _digest_of({column: getattr(row, column) for column in row.seal})


def _digest_of(values: dict[str, Any]) -> str:
    return _sha256("row", canonical(values))


# ---------------------------------------------------------------- verifying


@dataclass(frozen=True)
class Flaw:
    """A place where the record does not hold: `where` names it, `what` says it in a sentence (English, for the
    command)."""

    chain: UUID
    number: int | None
    where: str
    what: str

    def __str__(self) -> str:
        at = f"entry {self.number}" if self.number is not None else "head"
        return f"chain {self.chain}, {at}, {self.where}: {self.what}"


def verify(*, known_heads: dict[UUID, tuple[int, str]] | None = None) -> Flaw | None:
    """Read the whole record again and return the first flaw, or None.

    `known_heads` are digests somebody has kept outside, by chain: (number, digest); they show a tail that was cut off
    and written anew.
    """
    last_seal: dict[str, tuple[UUID, int, dict[str, Any]]] = {}
    lengths: dict[UUID, tuple[int, str]] = {}
    every = _every_entry()
    for entry in every:
        number, previous = lengths.get(entry.chain_id, (0, GENESIS))
        flaw = _flaw_of(entry, number + 1, previous)
        if flaw:
            every.close()
            return flaw
        lengths[entry.chain_id] = (entry.number, entry.digest)
        known = (known_heads or {}).get(entry.chain_id)
        if known and known[0] == entry.number and known[1] != entry.digest:
            every.close()
            return Flaw(entry.chain_id, entry.number, "digest", "is not the digest that was given out")
        for name, seal in json.loads(entry.seals).items():
            last_seal[name] = (entry.chain_id, entry.number, seal)
    return _flaw_of_heads(lengths, known_heads or {}) or _flaw_of_rows(last_seal)


def _every_entry() -> Generator[Entry, None, None]:
    query = select(Entry).order_by(Entry.chain_id, Entry.number).execution_options(yield_per=500)
    found = db.session.scalars(query)
    try:
        yield from found
    finally:
        found.close()  # the cursor stays open on the server when reading stops at a flaw


def _flaw_of(entry: Entry, number: int, previous: str) -> Flaw | None:
    if entry.number != number:
        return Flaw(entry.chain_id, number, "number", f"entry {number} is missing, {entry.number} follows")
    if entry.previous != previous:
        return Flaw(entry.chain_id, number, "previous", "does not continue the entry before it")
    try:
        digest = _entry_digest({name: getattr(entry, name) for name in _CHAINED})
        json.loads(entry.seals).items(), json.loads(entry.data).items()
    except (TypeError, ValueError, AttributeError):
        return Flaw(entry.chain_id, number, "data", "cannot be read")
    if digest != entry.digest:
        return Flaw(entry.chain_id, number, "digest", "the entry was changed after it was written")
    return None


def _flaw_of_heads(lengths: dict[UUID, tuple[int, str]], known: dict[UUID, tuple[int, str]]) -> Flaw | None:
    heads = {row.id: (row.length, row.head) for row in db.session.execute(select(_chains))}
    for chain in sorted(heads.keys() | lengths.keys()):
        if heads.get(chain) != lengths.get(chain, (0, GENESIS)):
            return Flaw(chain, None, "chain", "the head does not match the last entry: the end was cut off or added to")
    for chain, (number, _digest) in known.items():
        if lengths.get(chain, (0, GENESIS))[0] < number:
            return Flaw(chain, number, "digest", "the entry that was given out is gone")
    return None


def _flaw_of_rows(last_seal: dict[str, tuple[UUID, int, dict[str, Any]]]) -> Flaw | None:
    flaws = []
    unseen = dict(last_seal)
    for table, model in sorted(Sealed.tables.items()):
        for row in _rows(model):
            if isinstance(row, str):
                flaws.append(Flaw(INSTALLATION, None, f"{table}:{row}", "the row cannot be read"))
                unseen.pop(f"{table}:{row}", None)
                continue
            name = f"{table}:{row['id']}"
            sealed = unseen.pop(name, None)
            if sealed is None and model.sealed_from and row[model.sealed_from] is None:
                continue
            if sealed is None:
                flaws.append(Flaw(INSTALLATION, None, name, "the row stands without a seal"))
            elif _digest_of({column: row.get(column) for column in sealed[2]["columns"]}) != sealed[2]["digest"]:
                flaws.append(Flaw(sealed[0], sealed[1], name, "the row was changed after it was sealed"))
    flaws += [Flaw(chain, number, name, "the sealed row is gone") for name, (chain, number, _seal) in unseen.items()]
    return min(flaws, key=lambda flaw: (flaw.number is None, flaw.number or 0, flaw.where), default=None)


def _rows(model: type[Any]) -> Iterator[Any]:
    """The rows of a table as mappings; where a value cannot even be read, the id of that row as text."""
    table: sa.Table = model.__table__
    try:
        yield from db.session.execute(select(table)).mappings().all()
    except (ValueError, LookupError, TypeError, AttributeError):
        for raw in db.session.execute(select(sa.type_coerce(table.c.id, sa.Text))).scalars().all():
            try:
                yield (
                    db.session.execute(select(table).where(sa.type_coerce(table.c.id, sa.Text) == raw)).mappings().one()
                )
            except (ValueError, LookupError, TypeError, AttributeError):
                yield str(raw)


def event_fields(kind: str) -> set[str]:
    """Names of the fields of an event, for the sentences that tell it."""
    return {field.name for field in fields(Event.kinds[kind])}  # type: ignore[arg-type]  # every event is a dataclass
