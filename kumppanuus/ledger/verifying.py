"""Verifying: the whole record and every sealed row are read again, and the first place that does not hold is named."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.db import Base, db, read, table_of
from kumppanuus.ledger.digests import digest_of, entry_digest
from kumppanuus.ledger.tables import GENESIS, INSTALLATION, Chain, Entry, Sealed

# A row as plain values, by column.
Row = dict[str, Any]


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
        chain = entry["chain_id"]
        number, previous = lengths.get(chain, (0, GENESIS))
        seals = _seals_of(entry, number + 1, previous)
        if isinstance(seals, Flaw):
            every.close()
            return seals
        lengths[chain] = (entry["number"], entry["digest"])
        known = (known_heads or {}).get(chain)
        if known and known[0] == entry["number"] and known[1] != entry["digest"]:
            every.close()
            return Flaw(chain, entry["number"], "digest", "is not the digest that was given out")
        for name, seal in seals.items():
            last_seal[name] = (chain, entry["number"], seal)
    return _flaw_of_heads(lengths, known_heads or {}) or _flaw_of_rows(last_seal)


# The statements are put together once, and read past the unit of work: a record has more rows than all pages.
_entries = table_of(Entry)
_EVERY_ENTRY = select(_entries).order_by(_entries.c.chain_id, _entries.c.number).execution_options(yield_per=500)


def _every_entry() -> Generator[Row, None, None]:
    found = read(_EVERY_ENTRY, {})
    names = tuple(found.keys())
    try:
        for values in found:
            yield dict(zip(names, values, strict=True))
    finally:
        found.close()  # the cursor stays open on the server when reading stops at a flaw


def _seals_of(entry: Row, number: int, previous: str) -> dict[str, Any] | Flaw:
    """What an entry seals by the name of the row, or why it does not follow the one before it."""
    chain = entry["chain_id"]
    if entry["number"] != number:
        return Flaw(chain, number, "number", f"entry {number} is missing, {entry['number']} follows")
    if entry["previous"] != previous:
        return Flaw(chain, number, "previous", "does not continue the entry before it")
    try:
        digest = entry_digest(entry)
        seals, data = json.loads(entry["seals"]), json.loads(entry["data"])
    except (TypeError, ValueError):
        return Flaw(chain, number, "data", "cannot be read")
    if not (isinstance(seals, dict) and isinstance(data, dict)):
        return Flaw(chain, number, "data", "cannot be read")
    if digest != entry["digest"]:
        return Flaw(chain, number, "digest", "the entry was changed after it was written")
    return seals


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


def _rows(model: type[Base]) -> Iterator[Row | str]:
    """The rows of a table; where a value cannot even be read, the id of that row as text."""
    table, every = table_of(model), _every_row(model)
    try:
        found = read(every, {})
        names, rows = tuple(found.keys()), found.all()
    except (ValueError, LookupError, TypeError, AttributeError):
        for raw in db.session.execute(select(sa.type_coerce(table.c.id, sa.Text))).scalars().all():
            try:
                yield dict(db.session.execute(every.where(sa.type_coerce(table.c.id, sa.Text) == raw)).mappings().one())
            except (ValueError, LookupError, TypeError, AttributeError):
                yield str(raw)
    else:
        yield from (dict(zip(names, values, strict=True)) for values in rows)


@cache
def _every_row(model: type[Base]) -> sa.Select[Any]:
    return select(table_of(model))
