"""Reminders before deadlines: of what waits for a person, a week and a day before it, once for each thing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from sqlalchemy import select

from kumppanuus import ledger, members, progress
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, today, writing
from kumppanuus.notifications import rhythm
from kumppanuus.notifications.separately import separately
from kumppanuus.notifications.tables import Cursor, Reminder, Rhythm
from kumppanuus.progress import Progress, Task
from kumppanuus.questions.tables import is_settled

WEEK, DAY = 7, 1  # days before a deadline


def remind() -> int:
    """Make the reminders of the day, once seven o'clock is over. Returns how many.

    How far it is stands in the database: a worker that was away in the morning does it later in the day, and of two
    workers one.
    """
    if not rhythm.is_morning_over():
        return 0
    query = select(Cursor.chain_id).where(Cursor.reminded_on.is_(None) | (Cursor.reminded_on < today()))
    chains = db.session.scalars(query.order_by(Cursor.chain_id)).all()
    db.session.rollback()
    return separately(partial(_remind, chain) for chain in chains)


def _remind(chain: UUID) -> int:
    agreement = db.session.get(Agreement, chain)
    wanted = list(_wanted(agreement)) if agreement else []
    db.session.rollback()
    with writing():
        cursor = db.session.scalars(select(Cursor).where(Cursor.chain_id == chain).with_for_update()).one()
        if cursor.reminded_on == today():
            db.session.rollback()
            return 0
        columns = (Reminder.user_id, Reminder.thing_id, Reminder.due_on, Reminder.days)
        rows = db.session.execute(select(*columns).where(Reminder.agreement_id == chain))
        known = {(user_id, thing_id, due_on, days) for user_id, thing_id, due_on, days in rows}
        new = [key for key in dict.fromkeys(wanted) if key not in known]
        for user_id, thing_id, due_on, days in new:
            db.session.add(Reminder(user_id=user_id, thing_id=thing_id, due_on=due_on, days=days, agreement_id=chain))
        cursor.reminded_on = today()
        db.session.commit()
        return len(new)


def _wanted(agreement: Agreement) -> Iterator[tuple[UUID, UUID, date, int]]:
    """Whom to remind of what: person, thing, its day, and how many days before it."""
    found = progress.kept(agreement, ledger.heads([agreement.id]).get(agreement.id, ""))
    if not _has_deadline(found):
        return
    people = members.everyone(agreement)
    rhythms = rhythm.rhythms(member.user_id for member in people)
    for member in people:
        if member.user.disabled_at is not None or rhythms.get(member.user_id) is Rhythm.NEVER:
            continue
        for task in progress.tasks(member, found, ()):
            thing = _thing(task)
            if thing is not None and task.due_on is not None and (days := _days_before(task.due_on)):
                yield member.user_id, thing, task.due_on, days


def _has_deadline(found: Progress) -> bool:
    """Whether any deadline comes within a week, so that it is worth asking what waits for whom."""
    days = [each.last_day for each in found.rounds]
    days += [each.due_on for each in found.register if each.due_on and not is_settled(each.status)]
    return any(_days_before(day) for day in days)


def _thing(task: Task) -> UUID | None:
    about = task.question or task.round
    return about.id if about else None


def _days_before(day: date) -> int:
    """Which reminder a day is due for; 0 if it is further away than a week, or over."""
    left = day - today()
    if not timedelta(0) <= left <= timedelta(WEEK):
        return 0
    return DAY if left <= timedelta(DAY) else WEEK
