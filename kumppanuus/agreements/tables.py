"""Tables and events of agreements: parties, sections, clauses, versions of their wording, editions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, MappedSQLExpression, column_property, declared_attr, mapped_column, relationship

from kumppanuus import ledger
from kumppanuus.db import Base, Identified, Word, now
from kumppanuus.text.fingerprint import fingerprint, removal_fingerprint


class AgreementKind(StrEnum):
    """What kind of document is written."""

    PARTNERSHIP_AGREEMENT = "partnership_agreement"
    COOPERATION_DOCUMENT = "cooperation_document"
    COOPERATION_PLAN = "cooperation_plan"
    MUNICIPAL_DOCUMENT = "municipal_document"
    FUNCTIONAL_AGREEMENT = "functional_agreement"


class TextLanguage(StrEnum):
    """Language of the text of an agreement."""

    FI = "fi"
    SV = "sv"


class Side(StrEnum):
    """The two sides of every agreement: the county (or municipality), and the organisations."""

    AUTHORITY = "authority"
    ORGANISATIONS = "organisations"

    @property
    def other(self) -> Side:
        return Side.ORGANISATIONS if self is Side.AUTHORITY else Side.AUTHORITY


class SectionKind(StrEnum):
    """A chapter of the text, or an annex with numbering of its own."""

    CHAPTER = "chapter"
    ANNEX = "annex"


class Agreement(ledger.Sealed, Identified, Base):
    """A document two sides write together. Its id is also the id of its chain in the ledger."""

    __tablename__ = "agreement"
    seal: ClassVar = (
        "id",
        "slug",
        "kind",
        "title",
        "language",
        "authority_name",
        "body_name",
        "case_number",
        "signature_text",
    )

    slug: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[AgreementKind] = mapped_column(Word(AgreementKind))
    title: Mapped[str]
    language: Mapped[TextLanguage] = mapped_column(Word(TextLanguage), default=TextLanguage.FI)
    authority_name: Mapped[str]
    body_name: Mapped[str]
    case_number: Mapped[str] = mapped_column(default="")
    signature_text: Mapped[str] = mapped_column(default="")
    made_at: Mapped[datetime] = mapped_column(default=now)

    @declared_attr
    def happened(cls) -> MappedSQLExpression[int]:  # noqa: N805 - SQLAlchemy calls it with the class
        """How many entries its chain in the ledger had when it was read: a page that shows it knows what is news."""
        length = sa.select(ledger.Chain.length).where(ledger.Chain.id == cls.id)
        return column_property(sa.func.coalesce(length.scalar_subquery(), 0))

    @property
    def facts_digest(self) -> str:
        """Stands for the facts that `edit` changes: a form that carries another digest was drawn from other facts."""
        facts = [self.title, self.authority_name, self.body_name, self.case_number, self.signature_text]
        return hashlib.sha256(f"kumppanuus facts 1\n{ledger.canonical(facts)}".encode()).hexdigest()

    def name_of(self, side: Side) -> str:
        """The name a side signs under."""
        return self.authority_name if side is Side.AUTHORITY else self.body_name


class Section(ledger.Sealed, Identified, Base):
    """A chapter or an annex. A removed section is empty and can be restored."""

    __tablename__ = "section"
    __table_args__ = (sa.Index("ix_section_agreement_id_position", "agreement_id", "position"),)
    seal: ClassVar = ("id", "agreement_id", "kind", "title", "position", "removed_at")

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    kind: Mapped[SectionKind] = mapped_column(Word(SectionKind), default=SectionKind.CHAPTER)
    title: Mapped[str]
    position: Mapped[int]
    removed_at: Mapped[datetime | None]


class Clause(ledger.Sealed, Identified, Base):
    """The smallest unit that can be agreed. Its identity is permanent; its number follows from its place."""

    __tablename__ = "clause"
    __table_args__ = (
        sa.Index("ix_clause_agreement_id", "agreement_id"),
        sa.Index("ix_clause_section_id_position", "section_id", "position"),
    )
    seal: ClassVar = ("id", "agreement_id", "section_id", "position", "current_number")

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    section_id: Mapped[UUID] = mapped_column(sa.ForeignKey("section.id"))
    position: Mapped[int]
    current_number: Mapped[int] = mapped_column(default=0)

    agreement: Mapped[Agreement] = relationship()
    section: Mapped[Section] = relationship()
    current: Mapped[ClauseVersion] = relationship(
        primaryjoin=(
            "and_(ClauseVersion.clause_id == Clause.id, foreign(ClauseVersion.number) == Clause.current_number)"
        ),
        viewonly=True,
        uselist=False,
    )

    @property
    def is_removed(self) -> bool:
        return self.current.is_removal


class ClauseVersion(ledger.Sealed, Identified, Base):
    """One exact wording of a clause, with who wrote it and when. Never changed."""

    __tablename__ = "clause_version"
    __table_args__ = (sa.UniqueConstraint("clause_id", "number"),)
    seal: ClassVar = (
        "id",
        "clause_id",
        "number",
        "title",
        "text",
        "is_removal",
        "fingerprint",
        "base_id",
        "author_id",
        "written_at",
        "reason",
    )

    clause_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause.id"))
    number: Mapped[int]
    title: Mapped[str]
    text: Mapped[str]
    is_removal: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str]
    base_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("clause_version.id"))
    author_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    written_at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(default="")

    clause: Mapped[Clause] = relationship()

    @staticmethod
    def print_of(title: str, text: str, *, is_removal: bool) -> str:
        """The fingerprint of a wording, or of having none."""
        return removal_fingerprint() if is_removal else fingerprint(title, text)


class Edition(ledger.Sealed, Identified, Base):
    """The whole text frozen under a name, such as 0.8."""

    __tablename__ = "edition"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "name"),)
    seal: ClassVar = ("id", "agreement_id", "name", "frozen_at", "frozen_by_id", "content_digest")

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    name: Mapped[str]
    frozen_at: Mapped[datetime] = mapped_column(default=now)
    frozen_by_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    content_digest: Mapped[str]


class EditionClause(Identified, Base):
    """Which version of a clause an edition holds, where, and under which number."""

    __tablename__ = "edition_clause"
    __table_args__ = (sa.UniqueConstraint("edition_id", "place"),)

    edition_id: Mapped[UUID] = mapped_column(sa.ForeignKey("edition.id"))
    place: Mapped[int]
    section_kind: Mapped[SectionKind] = mapped_column(Word(SectionKind))
    section_label: Mapped[str]
    section_title: Mapped[str]
    label: Mapped[str]
    version_id: Mapped[UUID] = mapped_column(sa.ForeignKey("clause_version.id"))

    version: Mapped[ClauseVersion] = relationship()


# Events. `label` is the number a clause or section had at that moment ("3.4", "L1.2", "3").


@dataclass(frozen=True)
class AgreementStarted(ledger.Event, kind="agreement.started"):
    """`origin` is the title of the agreement whose text it started from, if any."""

    clauses: int
    origin_id: UUID | None = None
    origin: str = ""


@dataclass(frozen=True)
class AgreementEdited(ledger.Event, kind="agreement.edited"):
    pass


@dataclass(frozen=True)
class SectionAdded(ledger.Event, kind="section.added"):
    section_id: UUID
    label: str
    annex: bool


@dataclass(frozen=True)
class SectionRenamed(ledger.Event, kind="section.renamed"):
    section_id: UUID
    label: str
    annex: bool


@dataclass(frozen=True)
class SectionMoved(ledger.Event, kind="section.moved"):
    section_id: UUID
    label: str
    from_label: str
    annex: bool


@dataclass(frozen=True)
class SectionRemoved(ledger.Event, kind="section.removed"):
    section_id: UUID
    label: str
    annex: bool


@dataclass(frozen=True)
class SectionRestored(ledger.Event, kind="section.restored"):
    section_id: UUID
    label: str
    annex: bool


@dataclass(frozen=True)
class ClauseAdded(ledger.Event, kind="clause.added", about="clause_id"):
    clause_id: UUID
    version_id: UUID
    label: str


@dataclass(frozen=True)
class ClauseRewritten(ledger.Event, kind="clause.rewritten", about="clause_id"):
    """`merged`: written on an older version than the one before it, and brought together with that one."""

    clause_id: UUID
    version_id: UUID
    number: int
    label: str
    merged: bool = False


@dataclass(frozen=True)
class ClauseMoved(ledger.Event, kind="clause.moved", about="clause_id"):
    clause_id: UUID
    label: str
    from_label: str


@dataclass(frozen=True)
class ClauseRemoved(ledger.Event, kind="clause.removed", about="clause_id"):
    clause_id: UUID
    version_id: UUID
    number: int
    label: str


@dataclass(frozen=True)
class ClauseRestored(ledger.Event, kind="clause.restored", about="clause_id"):
    clause_id: UUID
    version_id: UUID
    number: int
    label: str


@dataclass(frozen=True)
class EditionFrozen(ledger.Event, kind="edition.frozen"):
    edition_id: UUID
    name: str
