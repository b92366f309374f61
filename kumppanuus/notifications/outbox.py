"""The outbox: what is to be sent waits here, in the transaction that wished for it; a worker writes and sends it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from kumppanuus.db import Base, Identified, Word, db, now, writing
from kumppanuus.jobs import Job
from kumppanuus.notifications import letters, post, rhythm
from kumppanuus.notifications.letters import AddressOf, Letter, Written
from kumppanuus.notifications.post import Failure
from kumppanuus.notifications.tables import Digest

log = logging.getLogger("kumppanuus.mail")

LONG_WAIT = timedelta(seconds=10)  # after which people have gone on to something else

# How long to wait after each failure; three days in all, then it is given up and told.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, *(360,) * 11))


class Outgoing(Identified, Base):
    """A letter that is to be sent: what it is about, not its words. A sign-in link is made when its letter is sent."""

    __tablename__ = "outbox"

    letter: Mapped[Letter] = mapped_column(Word(Letter))
    subject_id: Mapped[UUID]
    user_id: Mapped[UUID | None]  # to which of several people it goes; none if what it is about says that
    queue_id: Mapped[UUID | None] = mapped_column(index=True)  # letters of one queue leave in the order of their making
    made_at: Mapped[datetime] = mapped_column(default=now)
    next_try_at: Mapped[datetime | None] = mapped_column(default=now, index=True)  # none once sent, dropped or given up
    tries: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None]
    given_up_at: Mapped[datetime | None]


def wish(letter: Letter, subject_id: UUID, *, queue: UUID | None = None) -> Outgoing:
    """Wish for a letter, in the transaction of the request.

    Letters of one `queue` leave in the order they were wished for, whatever happens to one of them; without one, those
    about the same thing.
    """
    outgoing = Outgoing(letter=letter, subject_id=subject_id, queue_id=queue or subject_id)
    db.session.add(outgoing)
    db.session.flush()
    return outgoing


def wish_all(letter: Letter, recipients: Mapping[UUID, Iterable[UUID | None]]) -> int:
    """Wish for letters about some things to each of their recipients: a user, or none for the one that the thing itself
    tells. Returns how many."""
    letters = [
        Outgoing(letter=letter, subject_id=thing, user_id=user, queue_id=user or thing)
        for thing, users in recipients.items()
        for user in users
    ]
    db.session.add_all(letters)
    db.session.flush()
    return len(letters)


def tell_of_job(job: Job) -> None:
    """Wish for a letter about a job that has just ended, if it took long. Whoever stopped it knows already."""
    if now() - job.made_at >= LONG_WAIT:
        wish(Letter.JOB_ENDED, job.id)


def send_due(address_of: AddressOf) -> int:
    """Send every letter that is due, the oldest first. Returns how many left.

    A letter is written in one transaction and its fate noted in another,
    so that a slow mail server keeps nobody from writing. Whoever dies in between leaves it to be sent again. One that
    cannot be written is tried again like one that was not taken, and holds no other back.
    """
    sent = 0
    while (taken := _take(address_of)) is not None:
        if taken.is_broken:
            continue
        outgoing_id, written = taken.id, taken.written
        failure = post.deliver(written, outgoing_id) if written else None
        with writing():
            outgoing = db.session.get_one(Outgoing, outgoing_id)
            if written is None:
                outgoing.next_try_at = None
            elif failure is None:
                _left(outgoing, written)
                sent += 1
            else:
                _failed(outgoing, written, failure)
            db.session.commit()
    return sent


def _left(outgoing: Outgoing, written: Written) -> None:
    outgoing.sent_at, outgoing.next_try_at = now(), None
    if outgoing.letter is Letter.DIGEST:
        db.session.execute(sa.update(Digest).where(Digest.id == outgoing.subject_id).values(sent_at=now()))
    rhythm.note_success(written.address)


def _failed(outgoing: Outgoing, written: Written, failure: Failure) -> None:
    if _is_given_up(outgoing) or failure.is_refused_address:
        rhythm.note_failure(written.address)


def _is_given_up(outgoing: Outgoing) -> bool:
    """Give a letter up that was tried often enough; whether it was."""
    is_given_up = outgoing.tries > len(WAITS)
    if is_given_up:
        outgoing.given_up_at, outgoing.next_try_at = now(), None
    return is_given_up


_before = aliased(Outgoing)
_WAITS_BEHIND_ANOTHER = sa.exists().where(
    _before.queue_id == Outgoing.queue_id, _before.next_try_at.is_not(None), _before.made_at < Outgoing.made_at
)


class _Taken(NamedTuple):
    """A letter that was due, with its words if anybody is to get it; a broken one could not be written."""

    id: UUID
    written: Written | None = None
    is_broken: bool = False


def _take(address_of: AddressOf) -> _Taken | None:
    """The next letter that is due. Its next try is put off."""
    with writing():
        outgoing = db.session.scalar(
            select(Outgoing)
            .where(Outgoing.next_try_at <= now(), ~_WAITS_BEHIND_ANOTHER)
            .order_by(Outgoing.next_try_at, Outgoing.made_at)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if outgoing is None:
            db.session.rollback()
            return None
        taken = _Taken(outgoing.id)
        try:
            _put_off(outgoing)
            written = letters.write(outgoing.letter, outgoing.subject_id, address_of, outgoing.user_id)
            taken = taken._replace(written=written)
        except Exception:
            db.session.rollback()
            log.exception("letter %s could not be written", taken.id)
            outgoing = db.session.get_one(Outgoing, taken.id)
            _put_off(outgoing)
            _is_given_up(outgoing)
            taken = taken._replace(is_broken=True)
        db.session.commit()
        return taken


def _put_off(outgoing: Outgoing) -> None:
    outgoing.tries += 1
    outgoing.next_try_at = now() + WAITS[min(outgoing.tries, len(WAITS)) - 1]
