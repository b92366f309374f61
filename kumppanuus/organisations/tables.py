"""The tables of the register: organisations and their sectors, bodies, the seats in them, and who holds those when."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.db import Base, Identified, Word, now, today


class OrganisationKind(StrEnum):
    """What an organisation is in law."""

    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    INFORMAL_GROUP = "informal_group"
    PARISH = "parish"
    UMBRELLA = "umbrella"
    MUNICIPALITY = "municipality"
    COUNTY = "county"
    OTHER = "other"


class BodyKind(StrEnum):
    """What a body is."""

    PARTNERSHIP_TABLE = "partnership_table"
    ADVISORY_BOARD = "advisory_board"
    FORUM = "forum"
    SECTOR_NETWORK = "sector_network"
    WORKING_GROUP = "working_group"
    PARTICIPATION_BODY = "participation_body"


class SeatRole(StrEnum):
    """What the holder of a seat does in the body."""

    CHAIR = "chair"
    REPRESENTATIVE = "representative"
    DEPUTY = "deputy"
    SECRETARY = "secretary"
    LIAISON = "liaison"
    PREPARER = "preparer"


# Who holds such a seat brings the view of the others; a secretary, a liaison or a preparing official serves the body.
SPEAKING = (SeatRole.CHAIR, SeatRole.REPRESENTATIVE, SeatRole.DEPUTY)

_LIVING = sa.text("removed_at IS NULL")
_LIVING_WITH_ID = sa.text("removed_at IS NULL AND business_id != ''")


def _state(*values: object) -> str:
    """What can be changed of a row, as one word: what a form to change it was drawn from."""
    return hashlib.sha256(repr([str(value) for value in values]).encode(errors="surrogatepass")).hexdigest()[:32]


class Sector(Identified, Base):
    """A field of work. The list is data: a coordinator may change it. Names that are not given in a language are ""."""

    __tablename__ = "sector"
    __table_args__ = (sa.UniqueConstraint("agreement_id", "name_key"),)

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    position: Mapped[int]
    name_fi: Mapped[str]
    name_sv: Mapped[str] = mapped_column(default="")
    name_en: Mapped[str] = mapped_column(default="")
    name_key: Mapped[str]  # of the Finnish name

    def name(self, language: str) -> str:
        """Its name in `fi`, `sv` or `en`; the Finnish one if there is no other."""
        return {"sv": self.name_sv, "en": self.name_en}.get(language) or self.name_fi

    @property
    def names(self) -> tuple[str, ...]:
        """Every name it has."""
        return tuple(name for name in (self.name_fi, self.name_sv, self.name_en) if name)

    @property
    def state(self) -> str:
        """What a form to change it was drawn from."""
        return _state(self.name_fi, self.name_sv, self.name_en)


further_sectors = sa.Table(
    "organisation_sector",
    Base.metadata,
    sa.Column("organisation_id", sa.Uuid(), sa.ForeignKey("organisation.id"), primary_key=True),
    sa.Column("sector_id", sa.Uuid(), sa.ForeignKey("sector.id"), primary_key=True, index=True),
)


class Organisation(Identified, Base):
    """An organisation, a county or a municipality that people speak for, as one agreement knows it.

    The contact is personal data: it is emptied when the organisation is taken out of the register. One that was taken
    out stays, so that what was said in its name keeps the name.
    """

    __tablename__ = "organisation"
    __table_args__ = (
        sa.Index(
            "uq_organisation_living_name",
            "agreement_id",
            "name_key",
            "municipality_key",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
        sa.Index(
            "uq_organisation_living_business_id",
            "agreement_id",
            "business_id",
            unique=True,
            sqlite_where=_LIVING_WITH_ID,
            postgresql_where=_LIVING_WITH_ID,
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    name: Mapped[str]
    name_key: Mapped[str]
    kind: Mapped[OrganisationKind] = mapped_column(Word(OrganisationKind), default=OrganisationKind.ASSOCIATION)
    municipality: Mapped[str] = mapped_column(default="")
    municipality_key: Mapped[str] = mapped_column(default="")
    business_id: Mapped[str] = mapped_column(default="")  # "1234567-1", or ""
    main_sector_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("sector.id"), index=True)
    is_volunteer_run: Mapped[bool] = mapped_column(default=False)
    is_employer: Mapped[bool] = mapped_column(default=False)
    is_service_provider: Mapped[bool] = mapped_column(default=False)
    receives_grants: Mapped[bool] = mapped_column(default=False)
    contact_name: Mapped[str] = mapped_column(default="")
    contact_address: Mapped[str] = mapped_column(default="")  # e-mail
    contact_phone: Mapped[str] = mapped_column(default="")
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    main_sector: Mapped[Sector | None] = relationship()
    sectors: Mapped[list[Sector]] = relationship(secondary=further_sectors, order_by=Sector.position)

    @property
    def every_sector(self) -> list[Sector]:
        """The main sector first, then the others."""
        return [*([self.main_sector] if self.main_sector else []), *self.sectors]

    @property
    def state(self) -> str:
        """What a form to change it was drawn from."""
        return _state(
            self.name,
            self.kind,
            self.municipality,
            self.business_id,
            self.is_volunteer_run,
            self.is_employer,
            self.is_service_provider,
            self.receives_grants,
            self.contact_name,
            self.contact_address,
            self.contact_phone,
            *(sector.id for sector in self.every_sector),
            self.removed_at,
        )


class Body(Identified, Base):
    """A body people hold seats in: the cooperation body of the agreement, the network of a sector, a working group."""

    __tablename__ = "body"
    __table_args__ = (
        sa.Index(
            "uq_body_living_name",
            "agreement_id",
            "name_key",
            unique=True,
            sqlite_where=_LIVING,
            postgresql_where=_LIVING,
        ),
    )

    agreement_id: Mapped[UUID] = mapped_column(sa.ForeignKey("agreement.id"))
    name: Mapped[str]
    name_key: Mapped[str]
    kind: Mapped[BodyKind] = mapped_column(Word(BodyKind), default=BodyKind.SECTOR_NETWORK)
    sector_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("sector.id"))
    removed_at: Mapped[datetime | None]

    agreement: Mapped[Agreement] = relationship()
    sector: Mapped[Sector | None] = relationship()
    seats: Mapped[list[Seat]] = relationship(
        primaryjoin="(Seat.body_id == Body.id) & Seat.removed_at.is_(None)", viewonly=True
    )

    @property
    def state(self) -> str:
        """What a form to change it was drawn from."""
        return _state(self.name, self.kind, self.sector_id, self.removed_at)


class Seat(Identified, Base):
    """A place in a body, held or empty. Its sector is its own or, in the network of a sector, that of the body."""

    __tablename__ = "seat"

    body_id: Mapped[UUID] = mapped_column(sa.ForeignKey("body.id"), index=True)
    role: Mapped[SeatRole] = mapped_column(Word(SeatRole))
    sector_id: Mapped[UUID | None] = mapped_column(sa.ForeignKey("sector.id"))
    added_at: Mapped[datetime] = mapped_column(default=now)
    removed_at: Mapped[datetime | None]

    body: Mapped[Body] = relationship()
    sector: Mapped[Sector | None] = relationship()
    terms: Mapped[list[Term]] = relationship(back_populates="seat", order_by="Term.begins_on, Term.id")

    @property
    def agreement_id(self) -> UUID:
        """The agreement its body belongs to."""
        return self.body.agreement_id

    @property
    def speaks(self) -> bool:
        """Whether its holder brings the view of others, rather than serving the body."""
        return self.role in SPEAKING

    @property
    def current(self) -> Term | None:
        """The term in force today."""
        return next((term for term in self.terms if term.is_in_force), None)

    @property
    def coming(self) -> list[Term]:
        """The terms that have not begun."""
        return [term for term in self.terms if term.ended_at is None and term.begins_on > today()]


class Term(Identified, Base):
    """A person holds a seat from one day to another, both included. `ended_at` is set when it was cut short."""

    __tablename__ = "term"
    __table_args__ = (sa.Index("ix_term_user_id", "user_id"),)

    seat_id: Mapped[UUID] = mapped_column(sa.ForeignKey("seat.id"), index=True)
    user_id: Mapped[UUID] = mapped_column(sa.ForeignKey("user.id"))
    begins_on: Mapped[date]
    ends_on: Mapped[date | None]  # None: until further notice
    ended_at: Mapped[datetime | None]

    seat: Mapped[Seat] = relationship(back_populates="terms")
    user: Mapped[User] = relationship()

    @property
    def agreement_id(self) -> UUID:
        """The agreement its seat belongs to."""
        return self.seat.body.agreement_id

    @property
    def is_in_force(self) -> bool:
        """Whether it counts today. Asked whenever it is used, so nothing has to be run when a term ends."""
        return self.begins_on <= today() and not self.is_over

    @property
    def is_over(self) -> bool:
        """Whether it was cut short, or its last day has passed."""
        return self.ended_at is not None or (self.ends_on is not None and self.ends_on < today())
