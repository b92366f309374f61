"""Retention: who was told what, and which letters left, is forgotten after a time."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from kumppanuus.db import now, run, table_of
from kumppanuus.notifications.outbox import Outgoing
from kumppanuus.notifications.tables import Digest, Notice, Reminder


def forget_old_notices(after: timedelta) -> int:
    """Delete notices, reminders and digests of long ago, also those that waited in vain; returns how many.

    None of them is made anew: how far the record was read stands elsewhere, and a reminder is made a week before its
    day at the earliest. So `after` is longer than that, and than what waits for a Monday.
    """
    past = now() - after
    made = (table_of(Notice).c.at, table_of(Reminder).c.made_at)
    gone = sum(_delete(column.table, column <= past) for column in made)
    return gone + _delete(table_of(Digest), table_of(Digest).c.made_at <= past)


def forget_old_letters(after: timedelta) -> int:
    """Delete rows of the outbox of long ago that nothing is to be sent for any more; returns how many."""
    outbox = table_of(Outgoing)
    return _delete(outbox, sa.and_(outbox.c.next_try_at.is_(None), outbox.c.made_at <= now() - after))


def _delete(table: sa.Table, which: sa.ColumnElement[bool]) -> int:
    return int(run(table.delete().where(which), {}).rowcount)
