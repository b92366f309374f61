"""The tables of responses: what came of remarks and why, and which remarks each response answers."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import ClauseVersion
from kumppanuus.db import Base, Identified, Word, now
from kumppanuus.members import Member
from kumppanuus.rounds import Round
from kumppanuus.statements import Disposition, Remark


class Response(ledger.Sealed, Identified, Base):
    """What came of one or many remarks of a round, with the reason.

    It is a draft of all coordinators, in no seal, until it is released; from then on it stays as it is. One that was
    released by mistake is replaced by another, and both stay. An official can be asked to write it.
    """

    __tablename__ = "response"
    __table_args__ = (sa.Index("ix_response_round_id_released_at", "round_id", "released_at"),)
    seal: ClassVar = (
        "id",
        "round_id",
        "disposition",
        "reason",
        "version_id",
        "replaces_id",
        "released_at",
        "released_by_id",
        "replaced_at",
    )
    sealed_from: ClassVar = "released_at"

    round_id: Mapped[UUID] = mapped_column(sa.ForeignKey("round.id"))
    disposition: Mapped[Disposition | None] = mapped_column(Word(Disposition))  # none while an official is asked
    reason: Mapped[str] = mapped_column(default="")
    version_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))  # the wording that came of it
    replaces_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("response.id"))
    revision: Mapped[int] = mapped_column(default=1)  # grows with every change: a form tells which one it shows
    made_at: Mapped[datetime] = mapped_column(default=now)
    made_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    asked_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("member.id"), index=True)  # who is to write it
    asked_note: Mapped[str] = mapped_column(default="")
    released_at: Mapped[datetime | None]
    released_by_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("user.id"))
    replaced_at: Mapped[datetime | None]  # when the response that replaces it was released

    round: Mapped[Round] = relationship()
    version: Mapped[ClauseVersion | None] = relationship()
    changed_by: Mapped[User] = relationship(foreign_keys=[changed_by_id])
    asked: Mapped[Member | None] = relationship()
    replaces: Mapped[Response | None] = relationship(remote_side="Response.id")
    links: Mapped[list[ResponseRemark]] = relationship(back_populates="response")

    @property
    def is_released(self) -> bool:
        return self.released_at is not None

    @property
    def is_ready(self) -> bool:
        """Whether it says what came of its remarks, so that it can be released."""
        return self.disposition is not None


_DRAFT = sa.text("released_at IS NULL")


class ResponseRemark(ledger.Sealed, Identified, Base):
    """A remark that a response answers. A remark stands in one draft at most."""

    __tablename__ = "response_remark"
    __table_args__ = (
        sa.Index("uq_response_remark_draft", "remark_id", unique=True, sqlite_where=_DRAFT, postgresql_where=_DRAFT),
        sa.UniqueConstraint("response_id", "remark_id"),
        sa.Index("ix_response_remark_remark_id", "remark_id"),
    )
    seal: ClassVar = ("id", "response_id", "remark_id", "released_at")
    sealed_from: ClassVar = "released_at"

    response_id: Mapped[UUID] = mapped_column(sa.ForeignKey("response.id"))
    remark_id: Mapped[UUID] = mapped_column(sa.ForeignKey("remark.id"))
    released_at: Mapped[datetime | None]  # with its response

    response: Mapped[Response] = relationship(back_populates="links")
    remark: Mapped[Remark] = relationship()
