"""The tables of statements: what somebody answered to a round, clause by clause, through which channel, by whom."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import Language, User
from kumppanuus.agreements import Clause, ClauseVersion, Section
from kumppanuus.comments import CommentKind
from kumppanuus.db import Base, Identified, Word, now
from kumppanuus.organisations import Body, Organisation
from kumppanuus.rounds import Invitee, Round, RoundLink, RoundQuestion
from kumppanuus.suggestions import Suggestion


class Channel(StrEnum):
    """How an answer came."""

    WEB = "web"
    EMAIL = "email"
    PHONE = "phone"
    PAPER = "paper"
    MEETING = "meeting"


class Stance(StrEnum):
    """Where a respondent of a consultation stands on a clause or on a section."""

    SUPPORTS = "supports"
    SUPPORTS_WITH_REMARKS = "supports_with_remarks"
    OPPOSES = "opposes"
    NOTHING_TO_STATE = "nothing_to_state"


class Disposition(StrEnum):
    """What came of a remark."""

    ACCEPTED = "accepted"
    ACCEPTED_IN_PART = "accepted_in_part"
    NOT_ACCEPTED = "not_accepted"
    NO_ACTION_NEEDED = "no_action_needed"


_SENT = sa.text("sent_at IS NOT NULL")


class Statement(ledger.Sealed, Identified, Base):
    """One answer to a round: of an invitee, or of somebody who came by the link of a section.

    It is a draft, in no seal, until it is sent. The name and address of the giver are personal data: they stand outside
    the seal and can be erased.
    """

    __tablename__ = "statement"
    __table_args__ = (
        sa.Index("uq_statement_sent_invitee", "invitee_id", unique=True, sqlite_where=_SENT, postgresql_where=_SENT),
        sa.Index("ix_statement_round_id_sent_at", "round_id", "sent_at"),
    )
    seal: ClassVar = (
        "id",
        "round_id",
        "invitee_id",
        "organisation_id",
        "body_id",
        "named",
        "channel",
        "people",
        "user_id",
        "recorded_by_id",
        "link_id",
        "sent_at",
        "is_late",
        "confirmed_at",
        "corrected_at",
        "hidden_at",
        "hidden_by_id",
        "hidden_reason",
    )
    sealed_from: ClassVar = "sent_at"
    private: ClassVar = ("giver_name", "giver_address")

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    invitee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("invitee.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"))
    body_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"))
    named: Mapped[str] = mapped_column(default="")  # an organisation that is not in the register
    channel: Mapped[Channel] = mapped_column(Word(Channel), default=Channel.WEB)
    giver_name: Mapped[str] = mapped_column(default="")
    giver_address: Mapped[str] = mapped_column(default="")
    giver_language: Mapped[Language] = mapped_column(Word(Language), default=Language.FI)  # of letters to the giver
    shows_name: Mapped[bool] = mapped_column(default=False)
    people: Mapped[int | None]  # how many stand behind it, when told
    user_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))  # who sent it with an account
    recorded_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))  # who wrote it down for the giver
    link_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("round_link.id"))
    overall: Mapped[str] = mapped_column(default="")  # now a remark; old seals cover what stood here
    made_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]
    is_late: Mapped[bool] = mapped_column(default=False)  # at the sending
    confirmed_at: Mapped[datetime | None]
    corrected_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    hidden_reason: Mapped[str] = mapped_column(default="")

    round: Mapped[Round] = relationship()
    invitee: Mapped[Invitee | None] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    body: Mapped[Body | None] = relationship()
    user: Mapped[User | None] = relationship(foreign_keys=[user_id])
    recorded_by: Mapped[User | None] = relationship(foreign_keys=[recorded_by_id])
    link: Mapped[RoundLink | None] = relationship()
    remarks: Mapped[list[Remark]] = relationship(back_populates="statement")
    files: Mapped[list[StatementFile]] = relationship(back_populates="statement")

    @property
    def is_sent(self) -> bool:
        return self.sent_at is not None

    @property
    def is_unasked(self) -> bool:
        """Whether it is one that members of an organisation began which was not asked."""
        ways = (self.invitee_id, self.link_id, self.recorded_by_id)
        return self.organisation_id is not None and all(each is None for each in ways)


class Remark(ledger.Sealed, Identified, Base):
    """What a statement says of one clause or section, to a question, or (with none of them) of the whole; a wording it
    suggests; and what came of it.

    One that a correction took out of a sent statement is withdrawn: it stays for the record and shows no more.
    """

    __tablename__ = "remark"
    __table_args__ = (
        sa.Index("ix_remark_statement_id", "statement_id"),
        sa.Index("ix_remark_clause_id", "clause_id"),
    )
    seal: ClassVar = (
        "id",
        "statement_id",
        "clause_id",
        "section_id",
        "question_id",
        "version_id",
        "kind",
        "stance",
        "text",
        "suggested_title",
        "suggested_text",
        "sent_at",
        "withdrawn_at",
        "hidden_at",
        "hidden_by_id",
        "hidden_reason",
        "disposition",
        "reason",
        "answered_at",
        "answered_by_id",
        "suggestion_id",
    )
    sealed_from: ClassVar = "sent_at"

    statement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("statement.id"))
    clause_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause.id"))
    section_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("section.id"))
    question_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("round_question.id"))
    version_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))  # the wording of the edition
    kind: Mapped[CommentKind | None] = mapped_column(Word(CommentKind))
    stance: Mapped[Stance | None] = mapped_column(Word(Stance))
    text: Mapped[str] = mapped_column(default="")
    suggested_title: Mapped[str | None]
    suggested_text: Mapped[str | None]
    written_at: Mapped[datetime] = mapped_column(default=now)
    written_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))  # while it is a draft, with an account
    sent_at: Mapped[datetime | None]  # with its statement, or with the correction that brought it
    withdrawn_at: Mapped[datetime | None]
    hidden_at: Mapped[datetime | None]
    hidden_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    hidden_reason: Mapped[str] = mapped_column(default="")
    disposition: Mapped[Disposition | None] = mapped_column(Word(Disposition))
    reason: Mapped[str] = mapped_column(default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    suggestion_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("suggestion.id"), index=True)

    statement: Mapped[Statement] = relationship(back_populates="remarks")
    clause: Mapped[Clause | None] = relationship()
    section: Mapped[Section | None] = relationship()
    question: Mapped[RoundQuestion | None] = relationship()
    version: Mapped[ClauseVersion | None] = relationship()
    suggestion: Mapped[Suggestion | None] = relationship()


class StatementFile(ledger.Sealed, Identified, Base):
    """A file that came with a statement, kept as it came. Its digest is sealed, so that the bytes can be erased."""

    __tablename__ = "statement_file"
    seal: ClassVar = ("id", "statement_id", "name", "media_type", "size", "digest", "sent_at", "withdrawn_at")
    sealed_from: ClassVar = "sent_at"
    private: ClassVar = ("content",)

    statement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("statement.id"), index=True)
    name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]  # bytes
    digest: Mapped[str]  # SHA-256 of the bytes
    content: Mapped[bytes | None] = mapped_column(sa.LargeBinary, deferred=True)
    added_at: Mapped[datetime] = mapped_column(default=now)
    sent_at: Mapped[datetime | None]  # with its statement
    withdrawn_at: Mapped[datetime | None]

    statement: Mapped[Statement] = relationship(back_populates="files")


class StatementLink(Identified, Base):
    """A link by which the giver of a statement confirms or corrects it; only its hash is kept. It ends with the round.

    A letter makes its own when it is sent.
    """

    __tablename__ = "statement_link"

    statement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("statement.id"), index=True)
    secret_hash: Mapped[str] = mapped_column(unique=True)
    made_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]

    statement: Mapped[Statement] = relationship()
