"""The register of organisations of an agreement: what they are, and whom to ask for."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kumppanuus import accounts, ledger
from kumppanuus.agreements import Agreement
from kumppanuus.db import LINE, db, line, now
from kumppanuus.errors import Conflict, Refused
from kumppanuus.organisations.sectors import sectors_of
from kumppanuus.organisations.tables import Body, Organisation, OrganisationKind, Sector, further_sectors
from kumppanuus.text import collation

SHORT_LINE = 100  # a municipality, a telephone number
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class Details:
    """What is told of an organisation. `contact_address` is an e-mail address; sectors are ids of the agreement's."""

    name: str
    kind: OrganisationKind = OrganisationKind.ASSOCIATION
    municipality: str = ""
    business_id: str = ""
    main_sector_id: UUID | None = None
    sector_ids: tuple[UUID, ...] = ()  # besides the main one
    is_volunteer_run: bool = False
    is_employer: bool = False
    is_service_provider: bool = False
    receives_grants: bool = False
    contact_name: str = ""
    contact_address: str = ""
    contact_phone: str = ""


@dataclass(frozen=True)
class OrganisationAdded(ledger.Event, kind="organisation.added", about="organisation_id"):
    organisation_id: UUID
    name: str


@dataclass(frozen=True)
class OrganisationChanged(ledger.Event, kind="organisation.changed", about="organisation_id"):
    organisation_id: UUID
    name: str


@dataclass(frozen=True)
class OrganisationRemoved(ledger.Event, kind="organisation.removed", about="organisation_id"):
    organisation_id: UUID
    name: str


@dataclass(frozen=True)
class ContactErased(ledger.Event, kind="organisation.contact-erased", about="organisation_id"):
    organisation_id: UUID
    name: str


class OrganisationKnown(Refused):
    """The register holds this organisation already: by name and municipality, or by business id; `name` tells it."""


class OrganisationGone(Refused):
    """The organisation has been taken out of the register."""


class OrganisationChangedMeanwhile(Conflict):
    """Somebody has changed the organisation since the form was drawn."""


class BadBusinessId(Refused):
    """It is no Finnish business id: seven digits, a dash and the check digit that follows from them."""


class NoSuchSector(Refused):
    """A sector is not of this agreement."""


def add(agreement: Agreement, details: Details, *, by: UUID) -> Organisation:
    """Put an organisation into the register.

    Refuses `Empty`, `TooLong`, `BadBusinessId`, `BadAddress`, `NoSuchSector`, `OrganisationKnown`.
    """
    kept = clean(details)
    ledger.lock(agreement.id)
    _require_new(agreement.id, kept, but=None)
    organisation = Organisation(agreement_id=agreement.id, sectors=[])
    organisation.agreement = agreement
    write(organisation, kept, _sectors(agreement, kept))
    db.session.add(organisation)
    db.session.flush()
    event = OrganisationAdded(organisation_id=organisation.id, name=organisation.name)
    ledger.record(event, chain=agreement.id, by=by)
    return organisation


def change(organisation: Organisation, details: Details, *, drawn_from: str, by: UUID) -> None:
    """Change what the register tells of an organisation. `drawn_from` is the `state` that the form showed.

    Refuses `OrganisationGone`, `OrganisationChangedMeanwhile` and what `add` refuses.
    """
    kept = clean(details)
    _hold(organisation)
    if drawn_from != organisation.state:
        raise OrganisationChangedMeanwhile()
    _require_new(organisation.agreement_id, kept, but=organisation.id)
    write(organisation, kept, _sectors(organisation.agreement, kept))
    event = OrganisationChanged(organisation_id=organisation.id, name=organisation.name)
    ledger.record(event, chain=organisation.agreement_id, by=by)


def remove(organisation: Organisation, *, by: UUID) -> None:
    """Take an organisation out of the register and erase its contact. What was said in its name keeps the name.

    Refuses `OrganisationGone`.
    """
    _hold(organisation)
    organisation.removed_at = now()
    organisation.contact_name = organisation.contact_address = organisation.contact_phone = ""
    event = OrganisationRemoved(organisation_id=organisation.id, name=organisation.name)
    ledger.record(event, chain=organisation.agreement_id, by=by)


def erase_contacts(addresses: Collection[str], *, by: UUID) -> None:
    """Erase the contacts that have one of some addresses, in every agreement; each leaves an entry there, so that a
    coordinator knows that the organisation needs another."""
    query = select(Organisation).where(Organisation.contact_address.in_(addresses))
    for organisation in db.session.scalars(query.order_by(Organisation.agreement_id, Organisation.id)).all():
        _hold(organisation)
        organisation.contact_name = organisation.contact_address = organisation.contact_phone = ""
        event = ContactErased(organisation_id=organisation.id, name=organisation.name)
        ledger.record(event, chain=organisation.agreement_id, by=by)


def find_or_add(agreement: Agreement, name: str, kind: OrganisationKind, *, by: UUID) -> Organisation:
    """The organisation a person is said to speak for; one of this kind is put into the register if there is none.

    Where several share a name they are told apart by the municipality: "Nimi, Kunta". Refuses `Empty`, `TooLong`.
    """
    name = line(name, "organisation")
    ledger.lock(agreement.id)
    return by_name(agreement, name) or add(agreement, Details(name, kind), by=by)


# ---------------------------------------------------------------- what is kept


def clean(details: Details) -> Details:
    """The details as they are kept. Refuses `Empty`, `TooLong`, `Unwritable`, `BadBusinessId` and `BadAddress`."""
    address = line(details.contact_address, "contact_address", LINE, needed=False)
    if address:
        try:
            address = accounts.clean_address(address)
        except accounts.BadAddress:
            raise accounts.BadAddress(field="contact_address") from None
    return replace(
        details,
        name=line(details.name, "name"),
        municipality=line(details.municipality, "municipality", SHORT_LINE, needed=False),
        business_id=business_id(details.business_id),
        contact_name=line(details.contact_name, "contact_name", LINE, needed=False),
        contact_address=address,
        contact_phone=line(details.contact_phone, "contact_phone", SHORT_LINE, needed=False),
        sector_ids=tuple(dict.fromkeys(each for each in details.sector_ids if each != details.main_sector_id)),
    )


def business_id(text: str) -> str:
    """A Finnish business id (Y-tunnus) as it is kept, or "". Refuses `BadBusinessId`.

    The check digit (Finnish Tax Administration, checking of the business id): the seven digits are weighted 7, 9, 10,
    5, 8, 4, 2 and added up, modulo 11. A remainder of 0 gives 0, of 1 no id at all, any other 11 less the remainder.
    """
    typed = line(text, "business_id", SHORT_LINE, needed=False).replace(" ", "")
    if not typed:
        return ""
    found = re.fullmatch(r"(\d{6,7})[-–]?(\d)", typed, re.ASCII)
    if found is None:
        raise BadBusinessId(field="business_id")
    digits = found[1].zfill(7)
    remainder = sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11
    if remainder == 1 or int(found[2]) != (11 - remainder) % 11:
        raise BadBusinessId(field="business_id")
    return f"{digits}-{found[2]}"


def details_of(organisation: Organisation) -> Details:
    """What the register tells of an organisation."""
    return Details(
        name=organisation.name,
        kind=organisation.kind,
        municipality=organisation.municipality,
        business_id=organisation.business_id,
        main_sector_id=organisation.main_sector_id,
        sector_ids=tuple(sector.id for sector in organisation.sectors),
        is_volunteer_run=organisation.is_volunteer_run,
        is_employer=organisation.is_employer,
        is_service_provider=organisation.is_service_provider,
        receives_grants=organisation.receives_grants,
        contact_name=organisation.contact_name,
        contact_address=organisation.contact_address,
        contact_phone=organisation.contact_phone,
    )


def write(organisation: Organisation, kept: Details, sectors: dict[UUID, Sector]) -> None:
    """Write cleaned details into a row: for the verbs of this package."""
    for name in PLAIN:
        setattr(organisation, name, getattr(kept, name))
    organisation.name_key, organisation.municipality_key = kept.name.casefold(), kept.municipality.casefold()
    organisation.main_sector = sectors[kept.main_sector_id] if kept.main_sector_id else None
    organisation.sectors = [sectors[each] for each in kept.sector_ids]


PLAIN = (
    "name",
    "kind",
    "municipality",
    "business_id",
    "is_volunteer_run",
    "is_employer",
    "is_service_provider",
    "receives_grants",
    "contact_name",
    "contact_address",
    "contact_phone",
)


# ---------------------------------------------------------------- reads


@dataclass(frozen=True)
class Search:
    """What the register is narrowed to; "" and None narrow nothing. `words` is a part of a name or a municipality."""

    words: str = ""
    kind: OrganisationKind | None = None
    municipality: str = ""
    sector_id: UUID | None = None
    receives_grants: bool | None = None


@dataclass(frozen=True)
class Found:
    """A page of the organisations that fit, and how many fit in all."""

    rows: Sequence[Organisation]
    total: int


_READ = (joinedload(Organisation.main_sector), selectinload(Organisation.sectors))
# The alphabet of thousands of names costs more than everything else on the page.
_order = lru_cache(maxsize=16_384)(collation.sort_key)


def search(agreement: Agreement, asked: Search, *, start: int = 0, most: int | None = None) -> Found:
    """Organisations in alphabetical order, with their sectors; at most `most` from `start`. Three queries."""
    query = select(Organisation.id, Organisation.name, Organisation.municipality).where(
        Organisation.agreement_id == agreement.id, Organisation.removed_at.is_(None)
    )
    if words := collation.fold(asked.words).strip():
        query = query.where(
            Organisation.name_key.contains(words, autoescape=True)
            | Organisation.municipality_key.contains(words, autoescape=True)
        )
    if asked.kind is not None:
        query = query.where(Organisation.kind == asked.kind)
    if asked.municipality:
        query = query.where(Organisation.municipality_key == asked.municipality.casefold())
    if asked.receives_grants is not None:
        query = query.where(Organisation.receives_grants.is_(asked.receives_grants))
    if asked.sector_id is not None:
        others = select(further_sectors.c.organisation_id).where(further_sectors.c.sector_id == asked.sector_id)
        query = query.where((Organisation.main_sector_id == asked.sector_id) | Organisation.id.in_(others))
    fitting = sorted(db.session.execute(query).all(), key=lambda row: (_order(row[1]), _order(row[2]), row[0]))
    ids = [row[0] for row in fitting[start : None if most is None else start + most]]
    rows = {each.id: each for part in _chunks(ids, 500) for each in _read(part)}
    return Found([rows[each] for each in ids], len(fitting))


def _read(ids: Collection[UUID]) -> Sequence[Organisation]:
    return db.session.scalars(select(Organisation).where(Organisation.id.in_(ids)).options(*_READ)).all()


def by_id(organisation_id: UUID) -> Organisation | None:
    """An organisation with its sectors; also one that was taken out of the register."""
    query = select(Organisation).where(Organisation.id == organisation_id)
    return db.session.scalar(query.options(joinedload(Organisation.agreement), *_READ))


def by_name(agreement: Agreement, name: str) -> Organisation | None:
    """The organisation of this name in the register. Where several share it, "Nimi, Kunta" tells which."""
    query = select(Organisation).where(Organisation.agreement_id == agreement.id, Organisation.removed_at.is_(None))
    query = query.order_by(Organisation.municipality_key, Organisation.id)
    found = db.session.scalars(query.where(Organisation.name_key == name.casefold())).first()
    if found is None and ", " in name:
        short, _comma, place = name.rpartition(", ")
        found = db.session.scalars(
            query.where(Organisation.name_key == short.casefold(), Organisation.municipality_key == place.casefold())
        ).first()
    return found


def municipalities(agreement: Agreement) -> list[str]:
    """The municipalities of the register in alphabetical order, each once."""
    query = select(Organisation.municipality).where(
        Organisation.agreement_id == agreement.id, Organisation.removed_at.is_(None), Organisation.municipality != ""
    )
    by_key = {each.casefold(): each for each in db.session.scalars(query.distinct())}
    return sorted(by_key.values(), key=_order)


def labels(agreement: Agreement) -> list[str]:
    """What every organisation is called, in alphabetical order: with its municipality where several share a name."""
    query = select(Organisation.name, Organisation.municipality).where(
        Organisation.agreement_id == agreement.id, Organisation.removed_at.is_(None)
    )
    rows = db.session.execute(query).all()
    seen: dict[str, int] = {}
    for name, _place in rows:
        seen[name.casefold()] = seen.get(name.casefold(), 0) + 1
    named = [f"{name}, {place}" if place and seen[name.casefold()] > 1 else name for name, place in rows]
    return sorted(named, key=_order)


def named(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Names of organisations and bodies by id, also of what was removed, in one query each."""
    wanted = list(ids)
    if not wanted:
        return {}
    return {
        row[0]: row[1]
        for table in (Organisation, Body)
        for row in db.session.execute(select(table.id, table.name).where(table.id.in_(wanted)))
    }


# ---------------------------------------------------------------- inside


def _hold(organisation: Organisation) -> None:
    ledger.lock(organisation.agreement_id)
    db.session.refresh(organisation)
    if organisation.removed_at is not None:
        raise OrganisationGone()


def _require_new(agreement_id: UUID, kept: Details, *, but: UUID | None) -> None:
    same = (Organisation.name_key == kept.name.casefold()) & (
        Organisation.municipality_key == kept.municipality.casefold()
    )
    if kept.business_id:
        same |= Organisation.business_id == kept.business_id
    query = select(Organisation).where(
        Organisation.agreement_id == agreement_id, Organisation.removed_at.is_(None), same
    )
    if but is not None:
        query = query.where(Organisation.id != but)
    known = db.session.scalars(query.limit(1)).first()
    if known is not None:
        by_id_only = known.name_key != kept.name.casefold()
        raise OrganisationKnown(field="business_id" if by_id_only else "name", name=known.name)


def _sectors(agreement: Agreement, kept: Details) -> dict[UUID, Sector]:
    wanted = {*kept.sector_ids, *([kept.main_sector_id] if kept.main_sector_id else [])}
    if not wanted:
        return {}
    found = {sector.id: sector for sector in sectors_of(agreement)}
    if not wanted <= found.keys():
        raise NoSuchSector(field="main_sector")
    return found


def _chunks(ids: list[UUID], size: int) -> Iterable[list[UUID]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
