"""Verifying: the whole record and every sealed row are read again, and the first place that does not hold is named."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.db import db, table_of
from kumppanuus.ledger.digests import CHAINED, digest_of, entry_digest
from kumppanuus.ledger.tables import GENESIS, INSTALLATION, Chain, Entry, Sealed


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
        digest = entry_digest({name: getattr(entry, name) for name in CHAINED})
        json.loads(entry.seals).items(), json.loads(entry.data).items()
    except (TypeError, ValueError, AttributeError):
        return Flaw(entry.chain_id, number, "data", "cannot be read")
    if digest != entry.digest:
        return Flaw(entry.chain_id, number, "digest", "the entry was changed after it was written")
    return None


def _flaw_of_heads(lengths: dict[UUID, tuple[int, str]], known: dict[UUID, tuple[int, str]]) -> Flaw | None:
    heads = {row.id: (row.length, row.head) for row in db.session.execute(select(table_of(Chain)))}
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
            elif digest_of({column: row.get(column) for column in sealed[2]["columns"]}) != sealed[2]["digest"]:
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
