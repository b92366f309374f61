"""Tables of who is told what: how far the record was read, one notice per person and entry, the letters they leave in,
and what each person chose."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, Word, now


class Why(StrEnum):
    """Why a person is told of something; where there are several reasons, the first of these."""

    DIRECT = "direct"  # it answers or asks the person, or is about the person
    OWNER = "owner"  # answers for the question
    AUTHOR = "author"  # has said something there, or suggested it
    APPROVER = "approver"
    COORDINATOR = "coordinator"
    FOLLOWER = "follower"  # chose to follow it
    MEMBER = "member"


class Rhythm(StrEnum):
    """How often a person gets letters about what happened. What is said to the person comes at once, unless never."""

    AT_ONCE = "at_once"
    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Cursor(Base):
    """How far a chain of the record has been read, and the day whose deadlines were reminded of."""

    __tablename__ = "notice_cursor"

    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int]
    reminded_on: Mapped[date | None]


class Notice(Base):
    """A person is to be told of an entry: why, when it is due, and by which digest, once it has been put into one."""

    __tablename__ = "notice"
    __table_args__ = (
        # What waits is looked for every other second.
        sa.Index(
            "ix_notice_due_at",
            "due_at",
            sqlite_where=sa.text("digest_id IS NULL"),
            postgresql_where=sa.text("digest_id IS NULL"),
        ),
        sa.Index("ix_notice_digest_id", "digest_id"),
    )

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    chain_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    why: Mapped[Why] = mapped_column(Word(Why))
    at: Mapped[datetime]  # when it happened
    due_at: Mapped[datetime]
    digest_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("digest.id"))


class Digest(Identified, Base):
    """A letter to one person about what happened: how often the person wanted it, and when it left.

    `slot` is the moment it belongs to, such as seven o'clock of a Monday; none if it leaves at once. Nobody gets two
    for one slot.
    """

    __tablename__ = "digest"
    __table_args__ = (sa.UniqueConstraint("user_id", "slot"),)

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    rhythm: Mapped[Rhythm] = mapped_column(Word(Rhythm))
    slot: Mapped[datetime | None]
    made_at: Mapped[datetime] = mapped_column(default=now, index=True)
    sent_at: Mapped[datetime | None]


class Mailing(Base):
    """What is known of the mail of a person. Who has no row gets letters weekly, and nothing has failed."""

    __tablename__ = "mailing"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    rhythm: Mapped[Rhythm] = mapped_column(Word(Rhythm), default=Rhythm.WEEKLY)
    failing_address: Mapped[str] = mapped_column(default="")  # that no letter reached; another one is tried anew
    failing_since: Mapped[datetime | None]
    calendar_hash: Mapped[str | None] = mapped_column(unique=True)


class Following(Base):
    """A choice of a person: to be told of a thing, or not. The choice about the narrowest thing counts."""

    __tablename__ = "following"

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    subject_id: Mapped[UUID] = mapped_column(primary_key=True)  # of an agreement, a section, a clause or a question
    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    is_muted: Mapped[bool]
    chosen_at: Mapped[datetime] = mapped_column(default=now)


class Reminder(Base):
    """A person is reminded of a deadline, a week or a day before it: once for each thing and day."""

    __tablename__ = "reminder"
    __table_args__ = (sa.Index("ix_reminder_digest_id", "digest_id"),)

    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), primary_key=True)
    thing_id: Mapped[UUID] = mapped_column(primary_key=True)  # a question or a round
    due_on: Mapped[date] = mapped_column(primary_key=True)
    days: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)  # 7 or 1
    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    made_at: Mapped[datetime] = mapped_column(default=now)
    digest_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("digest.id"))
