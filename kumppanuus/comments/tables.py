"""Tables of threads, comments and support, and the events that seal them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Clause, ClauseVersion
from kumppanuus.db import Base, Identified, Word, now
from kumppanuus.members import SpeaksFor
from kumppanuus.organisations import Body, Organisation

LONGEST = 4_000


class CommentKind(StrEnum):
    """What a comment is: support, a question, or a concern. A reply has no kind."""

    SUPPORT = "support"
    QUESTION = "question"
    CONCERN = "concern"


class Comment(ledger.Sealed, Identified, Base):
    """One thing said, with the wording it was said about and in whose name."""

    __tablename__ = "comment"
    __table_args__ = (
        sa.Index("ix_comment_thread_id", "thread_id", "written_at"),
        # Holds all that counting asks for, so that no row of a comment is read for it.
        sa.Index("ix_comment_counts", "thread_id", "parent_id", "handled_at"),
    )
    seal: ClassVar = (
        "id",
        "thread_id",
        "parent_id",
        "kind",
        "text",
        "author_id",
        "speaks_for",
        "organisation_id",
        "network_id",
        "version_id",
        "written_at",
        "edited_at",
        "handled_at",
        "handled_by_id",
        "response",
    )

    thread_id: Mapped[UUID] = mapped_column(sa.ForeignKey("thread.id"))
    parent_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("comment.id"), index=True)
    kind: Mapped[CommentKind | None] = mapped_column(Word(CommentKind))
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    speaks_for: Mapped[SpeaksFor] = mapped_column(Word(SpeaksFor), default=SpeaksFor.SELF)
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    network_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"))
    version_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)
    edited_at: Mapped[datetime | None]
    handled_at: Mapped[datetime | None]
    handled_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    response: Mapped[str] = mapped_column(default="")

    thread: Mapped[Thread] = relationship()
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    handled_by: Mapped[User | None] = relationship(foreign_keys=[handled_by_id])
    organisation: Mapped[Organisation | None] = relationship()
    network: Mapped[Body | None] = relationship()
    version: Mapped[ClauseVersion | None] = relationship()

    @property
    def is_reply(self) -> bool:
        return self.parent_id is not None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer. A reply waits for none."""
        return self.handled_at is None and self.parent_id is None


class Thread(ledger.Sealed, Identified, Base):
    """What comments hang on. A clause has one; other things hold the id of theirs."""

    __tablename__ = "thread"
    seal: ClassVar = ("id", "agreement_id", "clause_id")

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"), index=True)
    clause_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause.id"), unique=True)

    agreement: Mapped[Agreement] = relationship()
    clause: Mapped[Clause | None] = relationship()

    @property
    def is_closed(self) -> bool:
        """Whether its clause was taken out of the text: what was said is still read, and nothing new is said."""
        return self.clause is not None and self.clause.is_removed


class Endorsement(ledger.Sealed, Identified, Base):
    """One member's support of a comment."""

    __tablename__ = "endorsement"
    __table_args__ = (sa.UniqueConstraint("comment_id", "user_id"),)
    seal: ClassVar = ("id", "comment_id", "user_id", "given_at", "ended_at")

    comment_id: Mapped[UUID] = mapped_column(sa.ForeignKey("comment.id"))
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    given_at: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


# Events name the clause, if there is one, so that a comment shows in the history of its clause.


@dataclass(frozen=True)
class CommentAdded(ledger.Event, kind="comment.added", about="subject_id"):
    comment_id: UUID
    subject_id: UUID
    reply: bool


@dataclass(frozen=True)
class CommentEdited(ledger.Event, kind="comment.edited", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class CommentSettled(ledger.Event, kind="comment.settled", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class CommentEndorsed(ledger.Event, kind="comment.endorsed", about="subject_id"):
    comment_id: UUID
    subject_id: UUID


@dataclass(frozen=True)
class EndorsementWithdrawn(ledger.Event, kind="comment.endorsement-withdrawn", about="subject_id"):
    comment_id: UUID
    subject_id: UUID
