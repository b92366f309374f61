"""Feedback on the accessibility of the service: anybody gives it, and it is answered within the days the law gives.

The Act on the Provision of Digital Services (306/2019) gives 14 days from the day it came.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import Language, User, clean_address
from kumppanuus.db import SHORT, Base, Identified, Word, db, helsinki_day, line, now, today, written
from kumppanuus.errors import Refused

DUE = timedelta(days=14)


class Feedback(Identified, Base):
    """What somebody found hard to use, and what was answered. The address is personal data and is erased in time."""

    __tablename__ = "feedback"

    text: Mapped[str]
    place: Mapped[str] = mapped_column(default="")  # which page, as it was told
    reply_address: Mapped[str] = mapped_column(default="")  # where the answer is sent; none when nobody asked for one
    language: Mapped[Language] = mapped_column(Word(Language))
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
    answer: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))

    answered_by: Mapped[User | None] = relationship()

    @property
    def due_on(self) -> date:
        """The last day to answer."""
        return helsinki_day(self.made_at) + DUE

    @property
    def days_late(self) -> int:
        """How many days the answer is late; 0 when it is in time or given."""
        return max(0, (today() - self.due_on).days) if self.answered_at is None else 0


@dataclass(frozen=True)
class FeedbackGiven(ledger.Event, kind="feedback.given", about="feedback_id"):
    feedback_id: UUID


@dataclass(frozen=True)
class FeedbackAnswered(ledger.Event, kind="feedback.answered", about="feedback_id"):
    feedback_id: UUID


class AnsweredBefore(Refused):
    """Somebody has answered already."""


def give(text: str, *, place: str, reply_address: str, language: Language, by: UUID | None) -> Feedback:
    """Keep what somebody found hard to use. `by` is the person who is signed in, if any; only the record names them.

    Refuses `Empty`, `TooLong`, `Unwritable` and, for an address that is none, `accounts.BadAddress`.
    """
    found = Feedback(
        text=written(text, "text", SHORT),
        place=line(place, "place", needed=False),
        reply_address=clean_address(reply_address) if (reply_address or "").strip() else "",
        language=language,
    )
    db.session.add(found)
    db.session.flush()
    ledger.record(FeedbackGiven(found.id), chain=ledger.INSTALLATION, by=by)
    return found


def answer(feedback: Feedback, text: str, *, by: UUID) -> None:
    """Answer what somebody found hard to use. Refuses `AnsweredBefore`, `Empty`, `TooLong`, `Unwritable`."""
    said = written(text, "answer", SHORT)
    ledger.lock(ledger.INSTALLATION)  # of two who answer at once, one is told
    db.session.refresh(feedback)
    if feedback.answered_at is not None:
        raise AnsweredBefore(field="answer")
    feedback.answer, feedback.answered_at, feedback.answered_by_id = said, now(), by
    ledger.record(FeedbackAnswered(feedback.id), chain=ledger.INSTALLATION, by=by)


def by_id(feedback_id: UUID) -> Feedback | None:
    """One feedback."""
    return db.session.get(Feedback, feedback_id)


MOST = 100  # of those answered, on the page


def waiting() -> Sequence[Feedback]:
    """What is not answered, the oldest first."""
    return db.session.scalars(
        select(Feedback).where(Feedback.answered_at.is_(None)).order_by(Feedback.made_at, Feedback.id)
    ).all()


def answered() -> Sequence[Feedback]:
    """What was answered, the newest answer first, at most `MOST`; with who answered."""
    query = select(Feedback).where(Feedback.answered_at.is_not(None)).options(sa.orm.joinedload(Feedback.answered_by))
    return db.session.scalars(query.order_by(Feedback.answered_at.desc(), Feedback.id).limit(MOST)).all()


def forget_old(after: timedelta) -> int:
    """Erase addresses of those who were answered long ago; returns how many."""
    old = sa.update(Feedback).where(Feedback.answered_at <= now() - after, Feedback.reply_address != "")
    return int(db.session.execute(old.values(reply_address="")).rowcount)  # type: ignore[attr-defined]  # an update tells its rows
