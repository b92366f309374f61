"""Organisations and networks: in whose name people speak."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, Word, db, line


class OrganisationKind(StrEnum):
    """What an organisation is in law."""

    ASSOCIATION = "association"
    FOUNDATION = "foundation"
    INFORMAL_GROUP = "informal_group"
    PARISH = "parish"
    MUNICIPALITY = "municipality"
    COUNTY = "county"
    OTHER = "other"


class BodyKind(StrEnum):
    """What a body is."""

    SECTOR_NETWORK = "sector_network"
    PARTNERSHIP_TABLE = "partnership_table"


class Organisation(Identified, Base):
    """An organisation, a county or a municipality that people speak for."""

    __tablename__ = "organisation"

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[OrganisationKind] = mapped_column(Word(OrganisationKind), default=OrganisationKind.ASSOCIATION)


class Body(Identified, Base):
    """A body people hold a seat in, for example the network of a sector."""

    __tablename__ = "body"

    name: Mapped[str]
    name_key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[BodyKind] = mapped_column(Word(BodyKind), default=BodyKind.SECTOR_NETWORK)


def find_or_add(name: str, kind: OrganisationKind = OrganisationKind.ASSOCIATION) -> Organisation:
    """The organisation of this name; a new one is made if there is none. Refuses `Empty`, `TooLong`."""
    name = line(name, "organisation")
    found = db.session.scalar(select(Organisation).where(Organisation.name_key == name.casefold()))
    if found is None:
        found = Organisation(name=name, name_key=name.casefold(), kind=kind)
        db.session.add(found)
        db.session.flush()
    return found


def find_or_add_body(name: str, kind: BodyKind = BodyKind.SECTOR_NETWORK) -> Body:
    """The body of this name; a new one is made if there is none. Refuses `Empty`, `TooLong`."""
    name = line(name, "network")
    found = db.session.scalar(select(Body).where(Body.name_key == name.casefold()))
    if found is None:
        found = Body(name=name, name_key=name.casefold(), kind=kind)
        db.session.add(found)
        db.session.flush()
    return found


def named(ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of organisations and bodies by id, in one query each."""
    wanted = set(ids)
    if not wanted:
        return {}
    found = dict(
        db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(wanted))).all()
    )
    found |= dict(db.session.execute(select(Body.id, Body.name).where(Body.id.in_(wanted))).all())
    return found


def count() -> int:
    """How many organisations the installation knows."""
    return db.session.scalar(select(func.count()).select_from(Organisation)) or 0
