"""The tables of rounds: what is asked, about which part of the text, of whom, until when, and by which links."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Edition, Section
from kumppanuus.db import Base, Identified, Word, now, today
from kumppanuus.members import Member
from kumppanuus.organisations import Body, Organisation


class RoundKind(StrEnum):
    """How people answer: with kinds of comments, or with stances in a formal statement."""

    COMMENT_ROUND = "comment_round"
    CONSULTATION = "consultation"


class RoundState(StrEnum):
    """Where a round stands. A late one takes answers still, and marks them."""

    DRAFT = "draft"
    OPEN = "open"
    LATE = "late"
    CLOSED = "closed"


class LinkKind(StrEnum):
    """Whom a link is for: one invitee, or whoever gets it from a network, about one section or the whole."""

    PERSONAL = "personal"
    SECTION = "section"


def _state(*values: object) -> str:
    return hashlib.sha256(repr([str(value) for value in values]).encode(errors="surrogatepass")).hexdigest()[:32]


class Round(ledger.Sealed, Identified, Base):
    """A comment round or a consultation. Before it opens it is a draft of the coordinators and stands in no seal.

    `background`, `aims`, `attention` and `contact` are the request, in the subset of Markdown that clauses know.
    """

    __tablename__ = "round"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "number"),)
    seal: ClassVar = (
        "id",
        "agreement_id",
        "number",
        "kind",
        "title",
        "background",
        "aims",
        "attention",
        "contact",
        "last_day",
        "edition_id",
        "opened_at",
        "opened_by_id",
        "closed_at",
        "closed_by_id",
        "headline",
        "lead",
    )
    sealed_from: ClassVar = "opened_at"

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    number: Mapped[int]
    kind: Mapped[RoundKind] = mapped_column(Word(RoundKind), default=RoundKind.COMMENT_ROUND)
    title: Mapped[str]
    background: Mapped[str] = mapped_column(default="")
    aims: Mapped[str] = mapped_column(default="")
    attention: Mapped[str] = mapped_column(default="")
    contact: Mapped[str] = mapped_column(default="")
    last_day: Mapped[date]  # in Helsinki; answers are in time to the end of it
    made_at: Mapped[datetime] = mapped_column(default=now)
    edition_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("edition.id"))  # what is asked about, frozen
    opened_at: Mapped[datetime | None]
    opened_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    headline: Mapped[str] = mapped_column(default="")  # the news of it, written by a coordinator
    lead: Mapped[str] = mapped_column(default="")

    agreement: Mapped[Agreement] = relationship()
    edition: Mapped[Edition | None] = relationship()
    opened_by: Mapped[User | None] = relationship(foreign_keys=[opened_by_id])
    closed_by: Mapped[User | None] = relationship(foreign_keys=[closed_by_id])
    scope: Mapped[list[RoundSection]] = relationship(cascade="all, delete-orphan")
    questions: Mapped[list[RoundQuestion]] = relationship(
        cascade="all, delete-orphan", order_by="RoundQuestion.position"
    )

    @property
    def state(self) -> RoundState:
        """Derived, so that nothing has to be run when the last day passes."""
        if self.opened_at is None:
            return RoundState.DRAFT
        if self.closed_at is not None:
            return RoundState.CLOSED
        return RoundState.LATE if today() > self.last_day else RoundState.OPEN

    @property
    def is_draft(self) -> bool:
        return self.state is RoundState.DRAFT

    @property
    def takes_answers(self) -> bool:
        """Whether it is open, in time or late."""
        return self.state in (RoundState.OPEN, RoundState.LATE)

    @property
    def section_ids(self) -> set[UUID]:
        """The sections it asks about; empty when it asks about the whole."""
        return {each.section_id for each in self.scope}

    @property
    def request_state(self) -> str:
        """All that a draft asks, as one word: what a form to change or to open it was drawn from."""
        texts = (self.title, self.kind, self.last_day, self.background, self.aims, self.attention, self.contact)
        questions = [(each.text, each.section_id) for each in self.questions]
        return _state(*texts, sorted(self.section_ids), questions)

    @property
    def news_state(self) -> str:
        """What a form to write its news was drawn from."""
        return _state(self.headline, self.lead)


class RoundSection(ledger.Sealed, Identified, Base):
    """A section a round asks about. A round without any asks about the whole."""

    __tablename__ = "round_section"
    __table_args__ = (sa.UniqueConstraint("round_id", "section_id"),)
    seal: ClassVar = ("id", "round_id", "section_id", "asked_at")
    sealed_from: ClassVar = "asked_at"

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    section_id: Mapped[UUID] = mapped_column(sa.ForeignKey("section.id"))
    asked_at: Mapped[datetime | None]  # when the round opened

    section: Mapped[Section] = relationship()


class RoundQuestion(ledger.Sealed, Identified, Base):
    """A question a round asks beside the text, about one section or about the whole."""

    __tablename__ = "round_question"
    seal: ClassVar = ("id", "round_id", "section_id", "position", "text", "asked_at")
    sealed_from: ClassVar = "asked_at"

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"), index=True)
    section_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("section.id"))
    position: Mapped[int]
    text: Mapped[str]
    asked_at: Mapped[datetime | None]  # when the round opened

    section: Mapped[Section | None] = relationship()


class Invitee(Identified, Base):
    """An organisation or a body that was asked to answer a round."""

    __tablename__ = "invitee"
    __table_args__ = (
        sa.UniqueConstraint("round_id", "organisation_id"),
        sa.UniqueConstraint("round_id", "body_id"),
        sa.CheckConstraint("(organisation_id IS NULL) != (body_id IS NULL)", name="either"),
    )

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    organisation_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("organisation.id"), index=True)
    body_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("body.id"), index=True)
    added_at: Mapped[datetime] = mapped_column(default=now)
    added_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    invited_at: Mapped[datetime | None]  # when the invitation was to leave: at the opening, or when added after it
    reminded_at: Mapped[datetime | None]  # the last time
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str] = mapped_column(default="")

    round: Mapped[Round] = relationship()
    organisation: Mapped[Organisation | None] = relationship()
    body: Mapped[Body | None] = relationship()

    @property
    def name(self) -> str:
        """Whose answer is asked for."""
        named = self.organisation or self.body
        return named.name if named else ""


class RoundLink(Identified, Base):
    """A link that lets people answer a round without an account; only its hash is kept. It ends with the round.

    A letter makes its own personal link when it is sent, so that an earlier letter goes on working. One on paper has a
    `number`, and its secret follows from that, its code and a key of the installation.
    """

    __tablename__ = "round_link"

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(Word(LinkKind))
    invitee_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("invitee.id"), index=True)
    section_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("section.id"))  # None: about all the round asks
    made_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    secret_hash: Mapped[str] = mapped_column(unique=True)
    number: Mapped[str | None] = mapped_column(unique=True)  # six digits, of a letter on paper
    made_at: Mapped[datetime] = mapped_column(default=now)
    revoked_at: Mapped[datetime | None]

    round: Mapped[Round] = relationship()
    invitee: Mapped[Invitee | None] = relationship()
    section: Mapped[Section | None] = relationship()
    made_by: Mapped[Member | None] = relationship()
