"""Sectors: the fields of work an agreement divides its organisations by. They begin as a list of twenty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select

from kumppanuus import ledger, starters
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, line
from kumppanuus.errors import Conflict, Refused
from kumppanuus.organisations.tables import Body, Organisation, Seat, Sector, further_sectors

LONGEST = 120


@dataclass(frozen=True)
class SectorsListed(ledger.Event, kind="sector.listed"):
    sectors: int


@dataclass(frozen=True)
class SectorAdded(ledger.Event, kind="sector.added", about="sector_id"):
    sector_id: UUID
    name: str


@dataclass(frozen=True)
class SectorRenamed(ledger.Event, kind="sector.renamed", about="sector_id"):
    sector_id: UUID
    name: str


@dataclass(frozen=True)
class SectorRemoved(ledger.Event, kind="sector.removed", about="sector_id"):
    sector_id: UUID
    name: str


class SectorTaken(Refused):
    """The agreement has a sector of this name."""


class SectorsListedAlready(Refused):
    """The agreement has sectors already."""


class SectorInUse(Refused):
    """An organisation, a body or a seat belongs to the sector."""


class SectorChangedMeanwhile(Conflict):
    """Somebody has changed the sector since the form was drawn."""


def list_sectors(agreement: Agreement, *, by: UUID) -> list[Sector]:
    """Give an agreement the twenty sectors to begin with. Refuses `SectorsListedAlready` if it has any."""
    ledger.lock(agreement.id)
    if sectors_of(agreement):
        raise SectorsListedAlready()
    made = [
        Sector(
            agreement_id=agreement.id,
            position=place,
            name_fi=names["fi"],
            name_sv=names["sv"],
            name_en=names["en"],
            name_key=names["fi"].casefold(),
        )
        for place, names in enumerate(starters.sectors(), start=1)
    ]
    db.session.add_all(made)
    ledger.record(SectorsListed(sectors=len(made)), chain=agreement.id, by=by)
    return made


def add_sector(agreement: Agreement, *, name_fi: str, name_sv: str = "", name_en: str = "", by: UUID) -> Sector:
    """Add a sector at the end of the list. Refuses `Empty`, `TooLong`, `SectorTaken`."""
    names = _names(name_fi, name_sv, name_en)
    ledger.lock(agreement.id)
    known = sectors_of(agreement)
    _require_free(known, names[0])
    sector = Sector(
        agreement_id=agreement.id,
        position=max((each.position for each in known), default=0) + 1,
        name_fi=names[0],
        name_sv=names[1],
        name_en=names[2],
        name_key=names[0].casefold(),
    )
    db.session.add(sector)
    db.session.flush()
    ledger.record(SectorAdded(sector_id=sector.id, name=sector.name_fi), chain=agreement.id, by=by)
    return sector


def rename_sector(
    sector: Sector, *, name_fi: str, name_sv: str = "", name_en: str = "", drawn_from: str, by: UUID
) -> None:
    """Give a sector other names. Refuses `Empty`, `TooLong`, `SectorTaken`, `SectorChangedMeanwhile`."""
    names = _names(name_fi, name_sv, name_en)
    ledger.lock(sector.agreement_id)
    db.session.refresh(sector)
    if drawn_from != sector.state:
        raise SectorChangedMeanwhile()
    known = db.session.scalars(select(Sector).where(Sector.agreement_id == sector.agreement_id, Sector.id != sector.id))
    _require_free(known.all(), names[0])
    sector.name_fi, sector.name_sv, sector.name_en = names
    sector.name_key = names[0].casefold()
    ledger.record(SectorRenamed(sector_id=sector.id, name=sector.name_fi), chain=sector.agreement_id, by=by)


def remove_sector(sector: Sector, *, by: UUID) -> None:
    """Take a sector off the list. Refuses `SectorInUse`."""
    ledger.lock(sector.agreement_id)
    if sector.id in used_sectors(sector.agreement_id):
        raise SectorInUse()
    gone = SectorRemoved(sector_id=sector.id, name=sector.name_fi)
    agreement_id = sector.agreement_id
    # What was taken out of the register keeps its name, not its sector.
    db.session.execute(
        sa.update(Organisation).where(Organisation.main_sector_id == sector.id).values(main_sector_id=None)
    )
    db.session.execute(sa.delete(further_sectors).where(further_sectors.c.sector_id == sector.id))
    for table in (Body, Seat):
        db.session.execute(sa.update(table).where(table.sector_id == sector.id).values(sector_id=None))
    db.session.delete(sector)
    ledger.record(gone, chain=agreement_id, by=by)


# ---------------------------------------------------------------- reads


_SECTORS = select(Sector).where(Sector.agreement_id == sa.bindparam("agreement")).order_by(Sector.position, Sector.id)


def sectors_of(agreement: Agreement) -> Sequence[Sector]:
    """The sectors of an agreement in their order."""
    return db.session.scalars(_SECTORS, {"agreement": agreement.id}).all()


def sector_by_id(sector_id: UUID) -> Sector | None:
    return db.session.get(Sector, sector_id)


def used_sectors(agreement_id: UUID) -> set[UUID]:
    """Ids of the sectors that an organisation, a body or a seat belongs to, in one query."""
    living = Organisation.removed_at.is_(None) & (Organisation.agreement_id == agreement_id)
    in_body = Body.removed_at.is_(None) & (Body.agreement_id == agreement_id)
    query = sa.union(
        select(Organisation.main_sector_id).where(living),
        select(further_sectors.c.sector_id)
        .join(Organisation, Organisation.id == further_sectors.c.organisation_id)
        .where(living),
        select(Body.sector_id).where(in_body),
        select(Seat.sector_id).join(Body, Body.id == Seat.body_id).where(in_body, Seat.removed_at.is_(None)),
    )
    return {each for each in db.session.execute(query).scalars() if each is not None}


def count_by_sector(agreement: Agreement) -> dict[UUID, int]:
    """How many organisations have each sector as their main one."""
    query = (
        select(Organisation.main_sector_id, sa.func.count())
        .where(
            Organisation.agreement_id == agreement.id,
            Organisation.removed_at.is_(None),
            Organisation.main_sector_id.is_not(None),
        )
        .group_by(Organisation.main_sector_id)
    )
    return {sector_id: number for sector_id, number in db.session.execute(query) if sector_id is not None}


# ---------------------------------------------------------------- inside


def _names(name_fi: str, name_sv: str, name_en: str) -> tuple[str, str, str]:
    return (
        line(name_fi, "name_fi", LONGEST),
        line(name_sv, "name_sv", LONGEST, needed=False),
        line(name_en, "name_en", LONGEST, needed=False),
    )


def _require_free(known: Sequence[Sector], name: str) -> None:
    if name.casefold() in {each.name_key for each in known}:
        raise SectorTaken(field="name_fi")
