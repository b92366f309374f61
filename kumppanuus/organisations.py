"""Organisations and networks: in whose name people speak."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column

from kumppanuus.db import Base, Identified, Word, db, line, table_of

_Named = TypeVar("_Named", "Organisation", "Body")


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
    return _find_or_add(Organisation, line(name, "organisation"), kind)


def find_or_add_body(name: str, kind: BodyKind = BodyKind.SECTOR_NETWORK) -> Body:
    """The body of this name; a new one is made if there is none. Refuses `Empty`, `TooLong`."""
    return _find_or_add(Body, line(name, "network"), kind)


def _find_or_add(table: type[_Named], name: str, kind: StrEnum) -> _Named:
    by_name = select(table).where(table.name_key == name.casefold())
    found = db.session.scalar(by_name)
    if found is None:
        # Two who write the same new name at once make one row: the second waits for the first.
        insert = postgresql.insert if db.session.get_bind().dialect.name == "postgresql" else sqlite.insert
        values = {"id": uuid4(), "name": name, "name_key": name.casefold(), "kind": kind}
        db.session.execute(insert(table_of(table)).values(values).on_conflict_do_nothing())
        found = db.session.scalars(by_name).one()
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
