"""The steps of the demo world that fill the register: organisations, sectors, bodies and seats."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from importlib.resources import files
from typing import Any
from uuid import UUID

from kumppanuus import organisations
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.organisations import Body, BodyKind, Details, OrganisationKind, Search, Seat, SeatRole, spreadsheet


class Register:
    """The register of one agreement while its story is told. `due` gives the day so many days from the story's."""

    def __init__(self, agreement: Agreement, people: Mapping[str, User], due: Callable[[int], date]) -> None:
        self._agreement, self._people, self._due = agreement, people, due

    def list_sectors(self, by: UUID) -> None:
        organisations.list_sectors(self._agreement, by=by)

    def import_organisations(self, by: UUID, *, file: str) -> None:
        text = spreadsheet.decode(files("kumppanuus.demo").joinpath(file).read_bytes())
        done = spreadsheet.store(
            self._agreement, spreadsheet.read(text, organisations.sectors_of(self._agreement)), by=by
        )
        assert not done.bad, done.bad

    def add_organisation(self, by: UUID, *, name: str, kind: str, sector: str, **rest: Any) -> None:
        details = Details(name, OrganisationKind(kind), main_sector_id=self._sector(sector), **rest)
        organisations.add(self._agreement, details, by=by)

    def change_organisation(self, by: UUID, *, name: str, **rest: Any) -> None:
        (found,) = organisations.search(self._agreement, Search(name)).rows
        details = replace(organisations.details_of(found), **rest)
        organisations.change(found, details, drawn_from=found.state, by=by)

    def remove_organisation(self, by: UUID, *, name: str) -> None:
        (found,) = organisations.search(self._agreement, Search(name)).rows
        organisations.remove(found, by=by)

    def add_sector(self, by: UUID, *, name: str) -> None:
        organisations.add_sector(self._agreement, name_fi=name, by=by)

    def rename_sector(self, by: UUID, *, name: str, to: list[str]) -> None:
        sector = organisations.sector_by_id(self._sector(name))
        assert sector is not None
        fi, sv, en = to
        organisations.rename_sector(sector, name_fi=fi, name_sv=sv, name_en=en, drawn_from=sector.state, by=by)

    def remove_sector(self, by: UUID, *, name: str) -> None:
        sector = organisations.sector_by_id(self._sector(name))
        assert sector is not None
        organisations.remove_sector(sector, by=by)

    def add_body(self, by: UUID, *, name: str, kind: str, sector: str = "") -> None:
        sector_id = self._sector(sector) if sector else None
        organisations.add_body(self._agreement, name=name, kind=BodyKind(kind), sector_id=sector_id, by=by)

    def change_body(self, by: UUID, *, name: str, sector: str) -> None:
        body = self._body(name)
        sector_id, drawn_from = self._sector(sector), body.state
        organisations.change_body(body, name=name, kind=body.kind, sector_id=sector_id, drawn_from=drawn_from, by=by)

    def remove_body(self, by: UUID, *, name: str) -> None:
        organisations.remove_body(self._body(name), by=by)

    def add_seat(
        self, by: UUID, *, body: str, role: str, sector: str = "", whom: str = "", ends: int | None = None
    ) -> None:
        """Add a seat and, if somebody is named, give it to them, until so many days from the day of the story."""
        sector_id = self._sector(sector) if sector else None
        seat = organisations.add_seat(self._body(body), role=SeatRole(role), sector_id=sector_id, by=by)
        if whom:
            ends_on = None if ends is None else self._due(ends)
            organisations.begin_term(seat, self._people[whom], ends_on=ends_on, by=by)

    def remove_seat(self, by: UUID, *, body: str, role: str, sector: str) -> None:
        organisations.remove_seat(self._seat(body, role, sector), by=by)

    def end_term(self, by: UUID, *, body: str, role: str, whom: str) -> None:
        seats = [seat for seat in self._body(body).seats if seat.role == role]
        term = next(seat.current for seat in seats if seat.current and seat.current.user is self._people[whom])
        assert term is not None
        organisations.end_term(term, by=by)

    def _sector(self, name: str) -> UUID:
        return next(each.id for each in organisations.sectors_of(self._agreement) if each.name_fi == name)

    def _body(self, name: str) -> Body:
        return next(each for each in organisations.bodies_of(self._agreement) if each.name == name)

    def _seat(self, body: str, role: str, sector: str) -> Seat:
        return next(
            seat
            for seat in self._body(body).seats
            if seat.role == role and seat.sector is not None and seat.sector.name_fi == sector
        )
