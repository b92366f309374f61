"""When letters leave: at once after a short pause, or at seven in the morning in Helsinki, daily or on Mondays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus.accounts import User
from kumppanuus.db import HELSINKI, db, now
from kumppanuus.notifications.tables import Mailing, Notice, Rhythm, Why

HOUR = time(7)
MONDAY = 0

# What comes at once waits this long, so that what is said in one go comes in one letter.
PAUSE = timedelta(minutes=2)


def due(rhythm: Rhythm, why: Why, at: datetime) -> datetime | None:
    """When what happened at a moment is told to a person; None if the person wants no letters."""
    if rhythm is Rhythm.NEVER:
        return None
    if rhythm is Rhythm.AT_ONCE or why is Why.DIRECT:
        return at + PAUSE
    return next_slot(rhythm, at)


def next_slot(rhythm: Rhythm, after: datetime) -> datetime:
    """The first seven o'clock in Helsinki after a moment, for the weekly rhythm that of a Monday.

    Seven o'clock comes once in every day, also on those when the clock is moved.
    """
    day = after.astimezone(HELSINKI).date()
    while (slot := _slot_on(day)) <= after or (rhythm is Rhythm.WEEKLY and day.weekday() != MONDAY):
        day += timedelta(days=1)
    return slot


def last_letter_begins() -> datetime:
    """The first moment that the last Monday's letter tells of: seven o'clock on the Monday before it."""
    return _slot_on(next_slot(Rhythm.WEEKLY, now()).astimezone(HELSINKI).date() - timedelta(weeks=2))


def _slot_on(day: date) -> datetime:
    return datetime.combine(day, HOUR, HELSINKI)


def is_morning_over() -> bool:
    """Whether the hour has come today at which letters leave."""
    moment = now()
    return moment >= _slot_on(moment.astimezone(HELSINKI).date())


def mailing_of(user: User) -> Mailing:
    """What is known of the mail of a person; not yet kept if nothing is."""
    return db.session.get(Mailing, user.id) or Mailing(user_id=user.id, rhythm=Rhythm.WEEKLY, failing_address="")


def rhythms(user_ids: Iterable[UUID]) -> dict[UUID, Rhythm]:
    """How often people get letters, of those who have chosen; one query."""
    query = select(Mailing.user_id, Mailing.rhythm).where(Mailing.user_id.in_(list(user_ids)))
    return dict(db.session.execute(query).all())


def rhythm_of(user: User) -> Rhythm:
    """How often a person gets letters."""
    return mailing_of(user).rhythm


def choose_rhythm(user: User, rhythm: Rhythm) -> None:
    """Choose how often a person gets letters. What waits for the person leaves by the new rhythm; it is forgotten if
    the person wants no letters."""
    mailing = db.session.merge(mailing_of(user))
    mailing.rhythm = rhythm
    waiting = db.session.scalars(
        select(Notice).where(Notice.user_id == user.id, Notice.digest_id.is_(None)).with_for_update()
    )
    for notice in waiting:
        due_at = due(rhythm, notice.why, notice.at)
        if due_at is None:
            db.session.delete(notice)
        elif due_at != notice.due_at:
            notice.due_at = due_at
    db.session.flush()


def note_failure(address: str) -> None:
    """Note that letters do not reach an address, whoever has it now; nothing if nobody has."""
    user = db.session.scalar(select(User).where(User.address == address))
    if user is None:
        return
    mailing = db.session.merge(mailing_of(user))
    if mailing.failing_address != address or mailing.failing_since is None:
        mailing.failing_address, mailing.failing_since = address, now()


def note_success(address: str) -> None:
    """Note that a letter reached an address: what failed before has been mended."""
    db.session.execute(
        sa.update(Mailing).where(Mailing.failing_address == address).values(failing_address="", failing_since=None)
    )


def failing(user_ids: Iterable[UUID]) -> dict[UUID, datetime]:
    """Those of some people whom letters do not reach at the address they have now, and since when; one query."""
    query = (
        select(Mailing.user_id, Mailing.failing_since)
        .join(User, User.id == Mailing.user_id)
        .where(Mailing.user_id.in_(list(user_ids)), Mailing.failing_address == User.address)
    )
    return {user_id: since for user_id, since in db.session.execute(query) if since is not None}
