"""Writing at the end of a chain, one writer after the other."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.db import db, now, run, table_of
from kumppanuus.ledger.digests import canonical, entry_digest, name_of, row_digest
from kumppanuus.ledger.tables import GENESIS, Chain, Entry, Event, Sealed

# Where a session keeps what was recorded in its transaction (kind, actor, subject), for whoever tells it on at its end.
RECORDED = "recorded"

# Where a session keeps the heads it has read, by chain: (length, digest).
_READ = "ledger heads"


def lock(chain: UUID) -> None:
    """Wait until nobody else writes to a chain, and let nobody else until the transaction ends. Flushes the session.

    What was read before may have changed while waiting: the caller reads anew what it seals. Whoever holds several
    takes those of agreements first, in the order of their ids, and that of the installation last: two who take them in
    other orders wait for each other for ever.
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
            "seals": canonical({name_of(row): {"columns": row.seal, "digest": row_digest(row)} for row in seals}),
            "previous": digest,
        }
        row["digest"] = digest = entry_digest(row)
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
