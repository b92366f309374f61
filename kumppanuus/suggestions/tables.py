"""Table and events of suggestions."""

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
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Section, Side
from kumppanuus.comments import Thread
from kumppanuus.db import Base, Identified, Word, now
from kumppanuus.members import SpeaksFor
from kumppanuus.organisations import Body, Organisation


class Kind(StrEnum):
    """What is suggested: other words for a clause, a new clause at a place, or to take a clause out of the text."""

    REWRITE = "rewrite"
    ADDITION = "addition"
    REMOVAL = "removal"


class Status(StrEnum):
    """Whether a suggestion waits for an answer, and what the answer was."""

    OPEN = "open"
    ACCEPTED = "accepted"
    ACCEPTED_MODIFIED = "accepted_modified"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def is_accepted(self) -> bool:
        return self in (Status.ACCEPTED, Status.ACCEPTED_MODIFIED)


class Suggestion(ledger.Sealed, Identified, Base):
    """Other words for a clause: the full new title and text, and the version they were written on.

    An addition has no clause and no base but a place: after a clause of a section, or first in it. A removal has no
    words. Title, text and reason never change; what is answered stands beside them.
    """

    __tablename__ = "suggestion"
    __table_args__ = (
        sa.UniqueConstraint("agreement_id", "number"),
        sa.Index("ix_suggestion_agreement_id_status", "agreement_id", "status"),
        sa.Index("ix_suggestion_clause_id", "clause_id"),
    )
    seal: ClassVar = (
        "id",
        "agreement_id",
        "number",
        "kind",
        "clause_id",
        "base_id",
        "section_id",
        "after_id",
        "title",
        "text",
        "reason",
        "author_id",
        "side",
        "speaks_for",
        "organisation_id",
        "network_id",
        "thread_id",
        "counter_to_id",
        "written_at",
        "status",
        "answer",
        "answered_at",
        "answered_by_id",
        "result_id",
        "before_id",
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    number: Mapped[int]
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    clause_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause.id"))
    base_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))
    section_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("section.id"))
    after_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause.id"))
    title: Mapped[str] = mapped_column(default="")
    text: Mapped[str] = mapped_column(default="")
    reason: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"), index=True)
    side: Mapped[Side | None] = mapped_column(Word(Side))  # of the author when it was written
    speaks_for: Mapped[SpeaksFor] = mapped_column(Word(SpeaksFor), default=SpeaksFor.SELF)
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    network_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"))
    thread_id: Mapped[UUID] = mapped_column(sa.ForeignKey("thread.id"), unique=True)
    counter_to_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("suggestion.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OPEN)
    answer: Mapped[str] = mapped_column(default="")  # why it was rejected, or a remark on what was accepted
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    # The version that came of it, and the one in force before: the same where the words stood in the text already.
    result_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))
    before_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))

    agreement: Mapped[Agreement] = relationship()
    clause: Mapped[Clause | None] = relationship(foreign_keys=[clause_id])
    base: Mapped[ClauseVersion | None] = relationship(foreign_keys=[base_id])
    section: Mapped[Section | None] = relationship()
    after: Mapped[Clause | None] = relationship(foreign_keys=[after_id])
    author: Mapped[User] = relationship(foreign_keys=[author_id])
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id])
    organisation: Mapped[Organisation | None] = relationship()
    network: Mapped[Body | None] = relationship()
    thread: Mapped[Thread] = relationship()
    counter_to: Mapped[Suggestion | None] = relationship(remote_side="Suggestion.id")
    result: Mapped[ClauseVersion | None] = relationship(foreign_keys=[result_id])

    @property
    def is_open(self) -> bool:
        return self.status is Status.OPEN

    @property
    def is_place_gone(self) -> bool:
        """Whether the section a clause was to be added to has been taken out of the text."""
        return self.section is not None and self.section.removed_at is not None


# Events. `suggestion` is its number; `label` the number of the clause at that moment, or of the section that a clause
# is to be added to. Events name the clause, so that a suggestion shows in the history of its clause; what is to be
# added has none before it is accepted.


@dataclass(frozen=True)
class SuggestionWritten(ledger.Event, kind="suggestion.written", about="clause_id"):
    suggestion_id: UUID
    suggestion: int
    of: Kind
    clause_id: UUID | None
    section_id: UUID | None
    label: str
    annex: bool
    counter: bool


@dataclass(frozen=True)
class SuggestionAccepted(ledger.Event, kind="suggestion.accepted", about="clause_id"):
    """`number` is that of the version that came of it; `authority`, `organisations` tell who approved it with this."""

    suggestion_id: UUID
    suggestion: int
    of: Kind
    clause_id: UUID
    version_id: UUID
    number: int
    label: str
    modified: bool
    authority: bool
    organisations: bool
    agreed: bool


@dataclass(frozen=True)
class SuggestionRejected(ledger.Event, kind="suggestion.rejected", about="clause_id"):
    suggestion_id: UUID
    suggestion: int
    clause_id: UUID | None


@dataclass(frozen=True)
class SuggestionWithdrawn(ledger.Event, kind="suggestion.withdrawn", about="clause_id"):
    suggestion_id: UUID
    suggestion: int
    clause_id: UUID | None


@dataclass(frozen=True)
class AcceptanceUndone(ledger.Event, kind="suggestion.acceptance-undone", about="clause_id"):
    suggestion_id: UUID
    suggestion: int
    clause_id: UUID
    label: str
