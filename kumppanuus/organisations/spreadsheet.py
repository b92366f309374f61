"""Organisations in from a table as text, and out again: what spreadsheets save as CSV.

Reading is pure: `read` gives rows and faults by line, `plan` holds them against the register, and only `store` writes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from kumppanuus import ledger
from kumppanuus.accounts import BadAddress
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, now, run, table_of
from kumppanuus.errors import Empty, Refused, TooLong
from kumppanuus.organisations.register import PLAIN, BadBusinessId, Details, Search, clean, search, write
from kumppanuus.organisations.sectors import sectors_of
from kumppanuus.organisations.tables import Organisation, OrganisationKind, Sector, further_sectors

MOST_ROWS = 5_000
MOST_CHARACTERS = 900_000  # of pasted text: what one form may hold

# Column → its names in a heading: the Finnish one is written out; all are read, in any case.
HEADINGS: dict[str, tuple[str, ...]] = {
    "name": ("nimi", "järjestö", "järjestön nimi", "namn", "organisation", "name"),
    "kind": ("laji", "järjestön laji", "typ", "slag", "kind", "type"),
    "municipality": ("kunta", "kotipaikka", "kotikunta", "kommun", "hemort", "municipality"),
    "business_id": ("y-tunnus", "ytunnus", "fo-nummer", "business id"),
    "main_sector": ("toimiala", "päätoimiala", "järjestötoimiala", "sektor", "huvudsektor", "sector", "main sector"),
    "sectors": ("muut toimialat", "övriga sektorer", "other sectors"),
    "is_volunteer_run": ("vapaaehtoisvoimin", "frivilligbaserad", "volunteer-run"),
    "is_employer": ("työnantaja", "arbetsgivare", "employer"),
    "is_service_provider": ("palveluntuottaja", "tjänsteproducent", "service provider"),
    "receives_grants": ("saa avustusta", "får understöd", "receives grants"),
    "contact_name": ("yhteyshenkilö", "kontaktperson", "contact", "contact name"),
    "contact_address": ("sähköposti", "sähköpostiosoite", "e-post", "epost", "e-mail", "email"),
    "contact_phone": ("puhelin", "puhelinnumero", "telefon", "phone"),
}
_FLAGS = ("is_volunteer_run", "is_employer", "is_service_provider", "receives_grants")

KINDS: dict[OrganisationKind, tuple[str, ...]] = {
    OrganisationKind.ASSOCIATION: ("yhdistys", "rekisteröity yhdistys", "ry", "förening", "rf", "association"),
    OrganisationKind.FOUNDATION: ("säätiö", "sr", "stiftelse", "foundation"),
    OrganisationKind.INFORMAL_GROUP: ("toimintaryhmä", "verksamhetsgrupp", "informal group"),
    OrganisationKind.PARISH: ("seurakunta", "församling", "parish"),
    OrganisationKind.UMBRELLA: ("kattojärjestö", "takorganisation", "umbrella organisation"),
    OrganisationKind.MUNICIPALITY: ("kunta", "kaupunki", "kommun", "stad", "municipality"),
    OrganisationKind.COUNTY: ("hyvinvointialue", "välfärdsområde", "wellbeing services county", "county"),
    OrganisationKind.OTHER: ("muu", "annan", "annat", "other"),
}
_YES = {"kyllä", "k", "x", "1", "on", "ja", "j", "yes", "y", "true"}
_NO = {"", "ei", "e", "0", "-", "nej", "n", "no", "false"}

_COLUMNS = {heading: column for column, headings in HEADINGS.items() for heading in headings}
_KINDS = {word: kind for kind, words in KINDS.items() for word in (*words, kind.value)}


class Fault(StrEnum):
    """Why a row is not taken."""

    NO_NAME = "no_name"
    TOO_LONG = "too_long"
    TOO_MANY_CELLS = "too_many_cells"
    UNKNOWN_KIND = "unknown_kind"
    UNKNOWN_SECTOR = "unknown_sector"
    NEITHER_YES_NOR_NO = "neither_yes_nor_no"
    BAD_BUSINESS_ID = "bad_business_id"
    BAD_ADDRESS = "bad_address"
    UNWRITABLE = "unwritable"
    TWICE = "twice"
    TWO_IN_REGISTER = "two_in_register"


@dataclass(frozen=True)
class BadRow:
    """A row that is not taken: the line it begins on, why, the cell that is wrong and its column."""

    line: int
    fault: Fault
    cell: str = ""
    column: str = ""


@dataclass(frozen=True)
class GoodRow:
    """A row that can be taken. `given` are the columns that say something; the others leave what is known alone."""

    line: int
    details: Details
    given: frozenset[str]


@dataclass(frozen=True)
class Table:
    """A table that was read."""

    good: list[GoodRow]
    bad: list[BadRow]
    ignored: list[str] = field(default_factory=list)  # headings that are not known


@dataclass(frozen=True)
class Plan:
    """What storing a table would do: rows that are new, rows that change what is known, and how many change nothing."""

    new: list[GoodRow]
    changes: list[tuple[UUID, GoodRow]]
    same: int
    bad: list[BadRow]
    ignored: list[str]


class NotATable(Refused):
    """There is no heading for the name of the organisation on the first line, or no row under it."""


class TooManyRows(Refused):
    """The table has more rows than are taken at once: `most`."""


@dataclass(frozen=True)
class OrganisationsImported(ledger.Event, kind="organisation.imported"):
    added: int
    changed: int


def decode(content: bytes) -> str:
    """The text of a file: UTF-8, with or without its mark, UTF-16 with its mark, else Windows-1252."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read(text: str, sectors: Sequence[Sector]) -> Table:
    """Read a table: headings on the first line, cells apart by ; or , or tabs, whichever the headings are.

    Refuses `NotATable`, `TooManyRows` and `TooLong`.
    """
    if len(text) > MOST_CHARACTERS:
        raise TooLong(field="text", most=MOST_CHARACTERS, length=len(text))
    rows = _rows(text.removeprefix("\ufeff"))
    _line, first = next(rows, (0, []))
    columns = [_COLUMNS.get(_plain(cell)) for cell in first]
    if "name" not in columns:
        raise NotATable(field="text")
    table = Table(
        [], [], [cell.strip() for cell, known in zip(first, columns, strict=True) if not known and cell.strip()]
    )
    reader = _Reader(sectors)
    for count, (number, cells) in enumerate(rows, start=1):
        if count > MOST_ROWS:
            raise TooManyRows(field="text", most=MOST_ROWS)
        row = reader.row(number, columns, cells)
        if isinstance(row, GoodRow):
            table.good.append(row)
        else:
            table.bad.append(row)
    if not table.good and not table.bad:
        raise NotATable(field="text")
    return table


def plan(agreement: Agreement, table: Table) -> Plan:
    """Hold the rows against the register. The same organisation is known by its business id, else by its name and
    municipality; a row that means one that an earlier row meant is a fault."""
    known = _Known(agreement)
    found = Plan([], [], 0, list(table.bad), table.ignored)
    taken: set[Any] = set()
    same = 0
    for row in table.good:
        meant = known.meant(row.details)
        kept = _merged(known.details[meant[0]], row) if meant else row.details
        keys = {*_keys(row.details), *_keys(kept), *meant}
        if len(meant) > 1 or not known.holders(keys) <= set(meant):
            found.bad.append(BadRow(row.line, Fault.TWO_IN_REGISTER, row.details.name))
        elif keys & taken:
            found.bad.append(BadRow(row.line, Fault.TWICE, row.details.name))
        else:
            taken |= keys
            if not meant:
                found.new.append(row)
            elif kept == known.details[meant[0]]:
                same += 1
            else:
                found.changes.append((meant[0], replace(row, details=kept)))
    found.bad.sort(key=lambda each: each.line)
    return replace(found, same=same)


def store(agreement: Agreement, table: Table, *, by: UUID | None) -> Plan:
    """Write what the plan of a table says, and one entry for all of it; nothing when nothing is new. Returns the
    plan as it was carried out: the register may have changed since a person looked at one."""
    ledger.lock(agreement.id)
    done = plan(agreement, table)
    if not done.new and not done.changes:
        return done
    made, links = [], []
    for row in done.new:
        organisation = _values(agreement, row.details)
        made.append(organisation)
        links += [{"organisation_id": organisation["id"], "sector_id": each} for each in row.details.sector_ids]
    if made:
        run(table_of(Organisation).insert(), made)
    if links:
        run(further_sectors.insert(), links)
    sectors = {sector.id: sector for sector in sectors_of(agreement)}
    for part in _in_parts(done.changes, 500):
        query = select(Organisation).where(Organisation.id.in_([each for each, _row in part]))
        rows = {each.id: each for each in db.session.scalars(query)}
        for organisation_id, row in part:
            write(rows[organisation_id], row.details, sectors)
    event = OrganisationsImported(added=len(done.new), changed=len(done.changes))
    ledger.record(event, chain=agreement.id, by=by)
    return done


# ---------------------------------------------------------------- out


def as_csv(agreement: Agreement) -> str:
    """The register as a table that `read` reads and spreadsheets open: UTF-8 with its mark is for the caller.

    No cell begins a formula: one that begins with = + - @ (also behind blanks, or wide), a tab or a line break gets an
    apostrophe before it (OWASP, CSV injection); `read` takes it off again.
    """
    out = io.StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([headings[0] for headings in HEADINGS.values()])
    for each in search(agreement, Search()).rows:
        cells: dict[str, str] = {name: str(getattr(each, name)) for name in PLAIN if name not in _FLAGS}
        cells |= {name: "kyllä" if getattr(each, name) else "ei" for name in _FLAGS}
        cells["kind"] = KINDS[each.kind][0]
        cells["main_sector"] = each.main_sector.name_fi if each.main_sector else ""
        cells["sectors"] = " | ".join(sector.name_fi for sector in each.sectors)
        writer.writerow([harmless(cells[column]) for column in HEADINGS])
    return out.getvalue()


# How a formula begins for one spreadsheet or another, also behind blanks and in the wide signs of East Asian keyboards;
# and what `harmless` puts before it.
_FORMULA = re.compile("[\t\r\n]|\\s*[=+@'\uff1d\uff0b\uff0d\uff20-]")


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


# ---------------------------------------------------------------- reading


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows that hold anything, each with the number of the line it begins on."""
    first = text.lstrip().partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""), delimiter=delimiter)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a cell longer than the reader takes
            cells = ["\x00"]
        if any(cell.strip() for cell in cells):
            yield begins, cells
        begins = reader.line_num + 1


def _plain(cell: str) -> str:
    return re.sub(r"\s+", " ", cell).strip().casefold()


class _Unread(Exception):
    """A cell that cannot be read."""

    def __init__(self, fault: Fault, cell: str) -> None:
        super().__init__(fault)
        self.fault, self.cell = fault, cell


class _Reader:
    """Reads rows; knows the sectors by every name they have."""

    def __init__(self, sectors: Sequence[Sector]) -> None:
        self._sectors = {name.casefold(): sector.id for sector in sectors for name in sector.names}
        self._cells: dict[str, Callable[[str], Any]] = {
            "kind": self._kind,
            "main_sector": self._sector,
            "sectors": self._several,
            **dict.fromkeys(_FLAGS, self._flag),
        }

    def row(self, number: int, columns: Sequence[str | None], cells: list[str]) -> GoodRow | BadRow:
        if any(cell.strip() for cell in cells[len(columns) :]):
            return BadRow(number, Fault.TOO_MANY_CELLS, cells[len(columns)].strip()[:80])
        values: dict[str, Any] = {}
        for column, cell in zip(columns, cells, strict=False):
            text = cell.strip()
            if text.startswith("'") and _FORMULA.match(text[1:]):
                text = text[1:]  # what `as_csv` put before a formula is no part of the name
            if not column or not text:
                continue
            try:
                values[column] = self._cells.get(column, str)(text)
            except _Unread as unread:
                return BadRow(number, unread.fault, unread.cell[:80], column)
        given = {"main_sector": "main_sector_id", "sectors": "sector_ids"}
        values = {given.get(column, column): value for column, value in values.items()}
        if not values.get("name"):
            return BadRow(number, Fault.NO_NAME)
        try:
            return GoodRow(number, clean(Details(**values)), frozenset(values))
        except Refused as refusal:
            column = refusal.facts.get("field", "")
            return BadRow(number, _fault_of(refusal), str(values.get(column, ""))[:80], column)

    def _kind(self, text: str) -> OrganisationKind:
        if _plain(text) not in _KINDS:
            raise _Unread(Fault.UNKNOWN_KIND, text)
        return _KINDS[_plain(text)]

    def _sector(self, text: str) -> UUID:
        if _plain(text) not in self._sectors:
            raise _Unread(Fault.UNKNOWN_SECTOR, text)
        return self._sectors[_plain(text)]

    def _several(self, text: str) -> tuple[UUID, ...]:
        return tuple(self._sector(each.strip()) for each in text.split("|") if each.strip())

    def _flag(self, text: str) -> bool:
        if _plain(text) not in _YES | _NO:
            raise _Unread(Fault.NEITHER_YES_NOR_NO, text)
        return _plain(text) in _YES


def _fault_of(refusal: Refused) -> Fault:
    match refusal:
        case Empty():
            return Fault.NO_NAME
        case TooLong():
            return Fault.TOO_LONG
        case BadBusinessId():
            return Fault.BAD_BUSINESS_ID
        case BadAddress():
            return Fault.BAD_ADDRESS
    return Fault.UNWRITABLE


# ---------------------------------------------------------------- planning


def _keys(details: Details) -> set[Any]:
    """What an organisation is known by: its business id, and its name in its municipality."""
    keys: set[Any] = {(details.name.casefold(), details.municipality.casefold())}
    return keys | {details.business_id} if details.business_id else keys


class _Known:
    """The register by what its organisations are known by."""

    def __init__(self, agreement: Agreement) -> None:
        table, self.details, self._by_key = table_of(Organisation), dict[UUID, Details](), dict[Any, UUID]()
        self._by_name: dict[str, list[UUID]] = {}
        living = (table.c.agreement_id == agreement.id) & table.c.removed_at.is_(None)
        others: dict[UUID, list[UUID]] = {}
        links = (
            select(further_sectors)
            .join(table, table.c.id == further_sectors.c.organisation_id)
            .join(Sector, Sector.id == further_sectors.c.sector_id)
            .where(living)
            .order_by(Sector.position)
        )
        for organisation_id, sector_id in run(links, {}):
            others.setdefault(organisation_id, []).append(sector_id)
        for row in run(select(table).where(living), {}).mappings():
            plain = {name: row[name] for name in (*PLAIN, "main_sector_id")}
            known = Details(**plain, sector_ids=tuple(others.get(row["id"], ())))
            self.details[row["id"]] = known
            self._by_key |= dict.fromkeys(_keys(known), row["id"])
            self._by_name.setdefault(known.name.casefold(), []).append(row["id"])

    def holders(self, keys: set[Any]) -> set[UUID]:
        """The organisations that are known by any of these."""
        return {self._by_key[key] for key in keys if key in self._by_key}

    def meant(self, details: Details) -> list[UUID]:
        """The organisations of the register that a row means: none, one, or two when its name is one's and its
        business id another's. Where one of the two tells no municipality, the name is enough if it is the only one."""
        found = self.holders(_keys(details))
        same_name = self._by_name.get(details.name.casefold(), [])
        if not found and len(same_name) == 1:
            known = self.details[same_name[0]]
            both_told = known.municipality and details.municipality
            two_ids = known.business_id and details.business_id  # and they differ, or it would have been found
            found = set() if both_told or two_ids else set(same_name)
        return sorted(found)


def _merged(known: Details, row: GoodRow) -> Details:
    """What is known, with what the row gives in its place."""
    merged = replace(known, **{name: getattr(row.details, name) for name in row.given})
    return replace(merged, sector_ids=tuple(each for each in merged.sector_ids if each != merged.main_sector_id))


def _values(agreement: Agreement, details: Details) -> dict[str, Any]:
    """A new row of the register as plain values."""
    return {
        "id": uuid4(),
        "agreement_id": agreement.id,
        **{name: getattr(details, name) for name in PLAIN},
        "main_sector_id": details.main_sector_id,
        "name_key": details.name.casefold(),
        "municipality_key": details.municipality.casefold(),
        "added_at": now(),
        "removed_at": None,
    }


def _in_parts(rows: list[tuple[UUID, GoodRow]], size: int) -> Iterable[list[tuple[UUID, GoodRow]]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
