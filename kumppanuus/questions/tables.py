"""Tables of open questions, and the events that seal them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement, Side
from kumppanuus.comments import Thread
from kumppanuus.db import Base, Identified, Word, now, today
from kumppanuus.members import Member


class Status(StrEnum):
    """Where a question stands."""

    OPEN = "open"
    IN_PREPARATION = "in_preparation"
    PROPOSED = "proposed"
    AGREED = "agreed"
    DEFERRED = "deferred"
    OUT_OF_SCOPE = "out_of_scope"


class Step(StrEnum):
    """What moving a question is called in the record: most moves are just moves, two have names of their own."""

    MOVED = "moved"
    RETURNED = "returned"
    TABLED = "tabled"


# The order of the groups in the register.
GROUPS = (Status.PROPOSED, Status.IN_PREPARATION, Status.OPEN, Status.DEFERRED, Status.AGREED, Status.OUT_OF_SCOPE)


class Question(ledger.Sealed, Identified, Base):
    """Something both sides have to settle."""

    __tablename__ = "question"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "number"),)
    seal: ClassVar = (
        "id",
        "agreement_id",
        "number",
        "title",
        "text",
        "background",
        "solution",
        "outcome",
        "reason",
        "status",
        "next_on",
        "owner_id",
        "owner_side",
        "due_on",
        "thread_id",
        "asked_by_id",
        "asked_at",
        "admitted_at",
        "refused_at",
        "moved_at",
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    number: Mapped[int | None]  # none until a coordinator admits it
    title: Mapped[str]
    text: Mapped[str]
    background: Mapped[str] = mapped_column(default="")
    solution: Mapped[str] = mapped_column(default="")
    outcome: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    status: Mapped[Status] = mapped_column(Word(Status), default=Status.OPEN)
    next_on: Mapped[date | None]
    owner_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"))
    owner_side: Mapped[Side | None] = mapped_column(Word(Side))
    due_on: Mapped[date | None]
    thread_id: Mapped[UUID] = mapped_column(sa.ForeignKey("thread.id"))
    asked_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    asked_at: Mapped[datetime] = mapped_column(default=now)
    admitted_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    moved_at: Mapped[datetime] = mapped_column(default=now)
    revision: Mapped[int] = mapped_column(default=1)

    agreement: Mapped[Agreement] = relationship()
    owner: Mapped[Member | None] = relationship()
    thread: Mapped[Thread] = relationship()
    asked_by: Mapped[User] = relationship()

    @property
    def is_admitted(self) -> bool:
        return self.admitted_at is not None

    @property
    def owner_user_id(self) -> UUID | None:
        """The person who is responsible, if anybody is."""
        return self.owner.user_id if self.owner else None

    @property
    def is_settled(self) -> bool:
        """Whether nothing waits for anybody: agreed, or not agreed here."""
        return is_settled(self.status)

    @property
    def days_late(self) -> int:
        """How many days past its due date; 0 when it has none, or is settled or deferred."""
        return days_late(self.status, self.due_on)


def is_settled(status: Status) -> bool:
    """Whether a question at this stage waits for nobody: agreed, or not agreed here."""
    return status in (Status.AGREED, Status.OUT_OF_SCOPE)


def days_late(status: Status, due_on: date | None) -> int:
    """How many days a question at this stage is past its due date; 0 when it has none, or is settled or deferred."""
    if due_on is None or is_settled(status) or status is Status.DEFERRED:
        return 0
    return max(0, (today() - due_on).days)


class Link(ledger.Sealed, Identified, Base):
    """A clause that answers a question."""

    __tablename__ = "question_clause"
    __table_args__ = (
        sa.UniqueConstraint("question_id", "clause_id"),
        sa.Index("ix_question_clause_clause_id", "clause_id"),
    )
    seal: ClassVar = ("id", "question_id", "clause_id", "ended_at")

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    clause_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause.id"))
    ended_at: Mapped[datetime | None]


class Update(ledger.Sealed, Identified, Base):
    """What has happened with a question, in somebody's words."""

    __tablename__ = "question_update"
    __table_args__ = (sa.Index("ix_question_update_question_id", "question_id", "written_at"),)
    seal: ClassVar = ("id", "question_id", "text", "author_id", "written_at")

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    text: Mapped[str]
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)

    author: Mapped[User] = relationship()


class Move(ledger.Sealed, Identified, Base):
    """One move of a question, with what stood before it, so that its mover can undo it."""

    __tablename__ = "question_move"
    __table_args__ = (sa.Index("ix_question_move_question_id", "question_id", "moved_at"),)
    seal: ClassVar = (
        "id",
        "question_id",
        "from_status",
        "to_status",
        "step",
        "outcome",
        "reason",
        "next_on",
        "moved_by_id",
        "moved_at",
        "old_solution",
        "old_outcome",
        "old_reason",
        "old_next_on",
        "undone_at",
    )

    question_id: Mapped[UUID] = mapped_column(sa.ForeignKey("question.id"))
    from_status: Mapped[Status] = mapped_column(Word(Status))
    to_status: Mapped[Status] = mapped_column(Word(Status))
    step: Mapped[Step] = mapped_column(Word(Step))
    outcome: Mapped[str]
    reason: Mapped[str]
    next_on: Mapped[date | None]
    moved_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    moved_at: Mapped[datetime] = mapped_column(default=now)
    old_solution: Mapped[str]
    old_outcome: Mapped[str]
    old_reason: Mapped[str]
    old_next_on: Mapped[date | None]
    undone_at: Mapped[datetime | None]


@dataclass(frozen=True)
class RegisterOpened(ledger.Event, kind="questions.opened"):
    questions: int


@dataclass(frozen=True)
class QuestionAsked(ledger.Event, kind="question.asked", about="question_id"):
    question_id: UUID


@dataclass(frozen=True)
class QuestionAdmitted(ledger.Event, kind="question.admitted", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionDeclined(ledger.Event, kind="question.declined", about="question_id"):
    question_id: UUID


@dataclass(frozen=True)
class QuestionMoved(ledger.Event, kind="question.moved", about="question_id"):
    question_id: UUID
    number: int
    from_status: Status
    to_status: Status
    step: Step
    move_id: UUID


@dataclass(frozen=True)
class MoveUndone(ledger.Event, kind="question.move-undone", about="question_id"):
    question_id: UUID
    number: int
    to_status: Status
    move_id: UUID


@dataclass(frozen=True)
class QuestionUpdated(ledger.Event, kind="question.updated", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionEdited(ledger.Event, kind="question.edited", about="question_id"):
    question_id: UUID
    number: int


@dataclass(frozen=True)
class QuestionAssigned(ledger.Event, kind="question.assigned", about="question_id"):
    question_id: UUID
    number: int
    member_id: UUID | None


@dataclass(frozen=True)
class QuestionLinked(ledger.Event, kind="question.linked", about="question_id"):
    question_id: UUID
    number: int
