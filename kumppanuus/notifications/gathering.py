"""Reading the record: what it tells anew becomes a notice for each person who is to be told."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from kumppanuus.agreements import Agreement
from kumppanuus.db import db, run, table_of, writing
from kumppanuus.ledger import INSTALLATION, Chain, Entry
from kumppanuus.members import Member
from kumppanuus.notifications import rhythm
from kumppanuus.notifications.audience import audiences
from kumppanuus.notifications.separately import separately
from kumppanuus.notifications.tables import Cursor, Notice, Rhythm

# How many notices one transaction writes at most, more or less, so that nobody waits long to write.
MOST_ROWS = 5_000

_BEHIND = (
    select(Chain.id)
    .outerjoin(Cursor, Cursor.chain_id == Chain.id)
    .where(Chain.id != INSTALLATION, Cursor.number.is_(None) | (Cursor.number < Chain.length))
    .order_by(Chain.id)
)


def gather() -> int:
    """Make a notice for each person and new entry of the record. Returns how many.

    The notices of an entry are written in one transaction with how far the record was read: whoever is killed on the
    way leaves none out and makes none twice. What is wrong with one agreement is raised once all others are told.
    """
    chains = db.session.scalars(_BEHIND).all()
    db.session.rollback()
    return separately(partial(_gather, chain) for chain in chains)


def _gather(chain: UUID) -> int:
    made = 0
    while (count := _gather_some(chain)) is not None:
        made += count
    return made


def _gather_some(chain: UUID) -> int | None:
    """Make the notices of the next entries of a chain; None if there are none."""
    with writing():
        cursor = _held(chain)
        most = max(1, MOST_ROWS // _how_many_members(chain))
        query = select(Entry).where(Entry.chain_id == chain, Entry.number > cursor.number)
        entries = db.session.scalars(query.order_by(Entry.number).limit(most)).all()
        agreement = db.session.get(Agreement, chain)
        if not entries or agreement is None:
            db.session.commit()
            return None
        rows = _rows(agreement, entries)
        if rows:
            run(table_of(Notice).insert(), rows)
        cursor.number = entries[-1].number
        db.session.commit()
        return len(rows)


def _rows(agreement: Agreement, entries: Sequence[Entry]) -> list[dict[str, object]]:
    told = list(audiences(agreement, entries))
    rhythms = rhythm.rhythms({user for _entry, people in told for user in people})
    rows: list[dict[str, object]] = []
    for entry, people in told:
        for user, why in people.items():
            due_at = rhythm.due(rhythms.get(user, Rhythm.WEEKLY), why, entry.at)
            if due_at is not None:
                row = {"user_id": user, "chain_id": entry.chain_id, "number": entry.number, "why": why}
                rows.append({**row, "at": entry.at, "due_at": due_at, "digest_id": None})
    return rows


def _held(chain: UUID) -> Cursor:
    """How far a chain was read, held until the transaction ends; made when the chain is first read."""
    query = select(Cursor).where(Cursor.chain_id == chain).with_for_update()
    found = db.session.scalar(query)
    if found is None:
        # Two workers may find none at the same time: one of them writes it, and both then wait for each other here.
        dialect = postgresql if db.session.get_bind().dialect.name == "postgresql" else sqlite
        first = {"chain_id": chain, "number": _already_old(chain)}
        run(dialect.insert(table_of(Cursor)).values(first).on_conflict_do_nothing(), {})
        found = db.session.scalars(query).one()
    return found


def _already_old(chain: UUID) -> int:
    """The last entry that is told to nobody because the last Monday's letter would not have told it either."""
    query = select(sa.func.max(Entry.number)).where(Entry.chain_id == chain, Entry.at < rhythm.last_letter_begins())
    return db.session.scalar(query) or 0


def _how_many_members(chain: UUID) -> int:
    query = select(sa.func.count()).where(Member.agreement_id == chain, Member.ended_at.is_(None))
    return max(1, db.session.scalars(query).one())
