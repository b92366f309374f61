"""Bodies, their seats, and the terms people hold them for. Who speaks for a network holds a seat in it today."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from kumppanuus import accounts, ledger
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, line, now, today
from kumppanuus.errors import Conflict, Refused
from kumppanuus.organisations.sectors import sectors_of
from kumppanuus.organisations.tables import Body, BodyKind, Seat, SeatRole, Sector, Term


@dataclass(frozen=True)
class BodyAdded(ledger.Event, kind="body.added", about="body_id"):
    body_id: UUID
    name: str


@dataclass(frozen=True)
class BodyChanged(ledger.Event, kind="body.changed", about="body_id"):
    body_id: UUID
    name: str


@dataclass(frozen=True)
class BodyRemoved(ledger.Event, kind="body.removed", about="body_id"):
    body_id: UUID
    name: str


@dataclass(frozen=True)
class SeatAdded(ledger.Event, kind="seat.added", about="body_id"):
    body_id: UUID
    seat_id: UUID
    seat_role: SeatRole
    name: str  # of the body


@dataclass(frozen=True)
class SeatRemoved(ledger.Event, kind="seat.removed", about="body_id"):
    body_id: UUID
    seat_id: UUID
    seat_role: SeatRole
    name: str


@dataclass(frozen=True)
class TermBegun(ledger.Event, kind="term.begun", about="body_id"):
    """`begins_on` and `ends_on` are days as "2026-03-18"; `ends_on` is "" when the end is open."""

    body_id: UUID
    term_id: UUID
    user_id: UUID
    seat_role: SeatRole
    name: str
    begins_on: str
    ends_on: str


@dataclass(frozen=True)
class TermEnded(ledger.Event, kind="term.ended", about="body_id"):
    body_id: UUID
    term_id: UUID
    user_id: UUID
    seat_role: SeatRole
    name: str


class BodyTaken(Refused):
    """The agreement has a body of this name."""


class BodyChangedMeanwhile(Conflict):
    """Somebody has changed the body since the form was drawn."""


class BodyGone(Refused):
    """The body has been removed."""


class Held(Refused):
    """Somebody holds the seat, or a seat of the body, today or later."""


class SeatGone(Refused):
    """The seat has been removed."""


class SeatTaken(Refused):
    """The seat is held in that time; `name` tells by whom."""


class SeatHeldAlready(Refused):
    """The person holds another seat of the same role in the body in that time; `name` tells who."""


class EndsBeforeItBegins(Refused):
    """The last day is before the first."""


class PastTerm(Refused):
    """The last day has passed already: such a term would give nothing."""


class TermOver(Refused):
    """The term has ended."""


class ForeignSector(Refused):
    """The sector is not of this agreement."""


def add_body(agreement: Agreement, *, name: str, kind: BodyKind, sector_id: UUID | None = None, by: UUID) -> Body:
    """Add a body without seats. Refuses `Empty`, `TooLong`, `BodyTaken`, `ForeignSector`."""
    name = line(name, "name")
    ledger.lock(agreement.id)
    _require_name(agreement.id, name)
    body = Body(agreement_id=agreement.id, name=name, name_key=name.casefold(), kind=kind, sector_id=None)
    body.agreement, body.sector = agreement, _sector(agreement.id, sector_id)
    db.session.add(body)
    db.session.flush()
    ledger.record(BodyAdded(body_id=body.id, name=name), chain=agreement.id, by=by)
    return body


def change_body(
    body: Body, *, name: str, kind: BodyKind, sector_id: UUID | None = None, drawn_from: str, by: UUID
) -> None:
    """Change what a body is called, what it is and its sector.

    Refuses `Empty`, `TooLong`, `BodyGone`, `BodyChangedMeanwhile`, `BodyTaken`, `ForeignSector`.
    """
    name = line(name, "name")
    _hold(body)
    if drawn_from != body.state:
        raise BodyChangedMeanwhile()
    if name.casefold() != body.name_key:
        _require_name(body.agreement_id, name)
    sector = _sector(body.agreement_id, sector_id)
    body.name, body.name_key, body.kind, body.sector = name, name.casefold(), kind, sector
    ledger.record(BodyChanged(body_id=body.id, name=name), chain=body.agreement_id, by=by)


def remove_body(body: Body, *, by: UUID) -> None:
    """Remove a body and its seats; what was said in its name stays. Refuses `BodyGone`, and `Held` while somebody
    holds a seat."""
    _hold(body)
    seats = _seats(body)
    if any(_is_held(seat) for seat in seats):
        raise Held()
    body.removed_at = now()
    for seat in seats:
        seat.removed_at = now()
    ledger.record(BodyRemoved(body_id=body.id, name=body.name), chain=body.agreement_id, by=by)


def add_seat(body: Body, *, role: SeatRole, sector_id: UUID | None = None, by: UUID) -> Seat:
    """Add an empty seat to a body. Refuses `BodyGone`, `ForeignSector`."""
    _hold(body)
    seat = Seat(body_id=body.id, role=role, terms=[])
    seat.body, seat.sector = body, _sector(body.agreement_id, sector_id)
    db.session.add(seat)
    db.session.flush()
    db.session.expire(body, ["seats"])
    event = SeatAdded(body_id=body.id, seat_id=seat.id, seat_role=role, name=body.name)
    ledger.record(event, chain=body.agreement_id, by=by)
    return seat


def remove_seat(seat: Seat, *, by: UUID) -> None:
    """Remove a seat. Refuses `SeatGone`, and `Held` while somebody holds it."""
    _hold_seat(seat)
    if _is_held(seat):
        raise Held()
    seat.removed_at = now()
    db.session.expire(seat.body, ["seats"])
    event = SeatRemoved(body_id=seat.body_id, seat_id=seat.id, seat_role=seat.role, name=seat.body.name)
    ledger.record(event, chain=seat.agreement_id, by=by)


def begin_term(seat: Seat, user: User, *, begins_on: date | None = None, ends_on: date | None = None, by: UUID) -> Term:
    """Let a person hold a seat, from today if no day is given; what the seat gives begins and ends with it.

    Refuses `SeatGone`, `EndsBeforeItBegins`, `PastTerm`, `SeatTaken` and `SeatHeldAlready`.
    """
    begins_on = begins_on or today()
    _hold_seat(seat)
    if ends_on is not None and ends_on < begins_on:
        raise EndsBeforeItBegins(field="ends_on")
    if ends_on is not None and ends_on < today():
        raise PastTerm(field="ends_on")
    for term in seat.terms:
        if _meets(term, begins_on, ends_on):
            raise SeatTaken(field="begins_on", name=term.user.name)
    if any(
        other.role is seat.role and term.user_id == user.id and _meets(term, begins_on, ends_on)
        for other in _seats(seat.body)
        if other.sector_id == seat.sector_id
        for term in other.terms
    ):
        raise SeatHeldAlready(field="holder", name=user.name)
    term = Term(user_id=user.id, begins_on=begins_on, ends_on=ends_on)
    term.user, term.seat = user, seat
    db.session.add(term)
    db.session.flush()
    accounts.change_rights(user)
    event = TermBegun(
        body_id=seat.body_id,
        term_id=term.id,
        user_id=user.id,
        seat_role=seat.role,
        name=seat.body.name,
        begins_on=begins_on.isoformat(),
        ends_on=ends_on.isoformat() if ends_on else "",
    )
    ledger.record(event, chain=seat.agreement_id, by=by)
    return term


def end_term(term: Term, *, by: UUID) -> None:
    """End a term now, or call off one that has not begun; what the seat gave ends at once. Refuses `TermOver`."""
    ledger.lock(term.agreement_id)
    db.session.refresh(term)
    if term.is_over:
        raise TermOver()
    _end(term, by=by)


def end_terms_of(agreement_id: UUID, user: User, *, by: UUID) -> None:
    """End every term of a person in the bodies of an agreement. The caller holds the chain of the agreement."""
    query = (
        select(Term)
        .join(Seat, Seat.id == Term.seat_id)
        .join(Body, Body.id == Seat.body_id)
        .where(Term.user_id == user.id, Term.ended_at.is_(None), Body.agreement_id == agreement_id)
        .options(joinedload(Term.seat).joinedload(Seat.body), joinedload(Term.user))
        .order_by(Term.begins_on, Term.id)
    )
    for term in db.session.scalars(query).all():
        if not term.is_over:
            _end(term, by=by)


def join_network(agreement: Agreement, network: str, user: User, *, by: UUID) -> None:
    """Let a person speak for the network of this name: in its first empty seat of a representative, or a new one.

    The network is made if there is none. Refuses `Empty`, `TooLong`, `SeatHeldAlready`.
    """
    name = line(network, "network")
    ledger.lock(agreement.id)
    body = _named(agreement.id, name) or add_body(agreement, name=name, kind=BodyKind.SECTOR_NETWORK, by=by)
    seats = [seat for seat in _seats(body) if seat.role is SeatRole.REPRESENTATIVE]
    free = next((seat for seat in seats if not _is_held(seat)), None)
    begin_term(free or add_seat(body, role=SeatRole.REPRESENTATIVE, by=by), user, by=by)


# ---------------------------------------------------------------- reads

_WITH_SEATS = (
    joinedload(Body.sector),
    selectinload(Body.seats).joinedload(Seat.sector),
    selectinload(Body.seats).selectinload(Seat.terms).joinedload(Term.user),
)


def bodies_of(agreement: Agreement) -> Sequence[Body]:
    """The bodies of an agreement with their seats and all their terms, in three queries."""
    query = select(Body).where(Body.agreement_id == agreement.id, Body.removed_at.is_(None)).options(*_WITH_SEATS)
    return db.session.scalars(query.order_by(Body.name_key, Body.id)).all()


def body_by_id(body_id: UUID) -> Body | None:
    """A body with its seats and all their terms; also one that was removed."""
    return db.session.scalar(select(Body).where(Body.id == body_id).options(joinedload(Body.agreement), *_WITH_SEATS))


def seat_by_id(seat_id: UUID) -> Seat | None:
    options = (joinedload(Seat.body).joinedload(Body.agreement), selectinload(Seat.terms).joinedload(Term.user))
    return db.session.scalar(select(Seat).where(Seat.id == seat_id).options(*options))


def term_by_id(term_id: UUID) -> Term | None:
    path = joinedload(Term.seat).joinedload(Seat.body).joinedload(Body.agreement)
    return db.session.scalar(select(Term).where(Term.id == term_id).options(path, joinedload(Term.user)))


def led_by(user_id: UUID) -> set[UUID]:
    """The bodies whose chair or secretary a person is today."""
    return set(db.session.scalars(_leading(Seat.body_id).where(Term.user_id == user_id)))


def leaders(body_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The chairs and secretaries of some bodies today: users by the id of the body; one query."""
    found: dict[UUID, list[UUID]] = {}
    query = _leading(Seat.body_id, Term.user_id).where(Seat.body_id.in_(body_ids))
    for body_id, user_id in db.session.execute(query.distinct().order_by(Seat.body_id, Term.user_id)):
        found.setdefault(body_id, []).append(user_id)
    return found


def is_led(body_id: Any, day: Any) -> sa.Exists:
    """Whether the body of a column has a chair or a secretary on a day, as a condition of a query."""
    return _leading(Seat.id, day=day).where(Seat.body_id == body_id).exists()


def _leading(*columns: Any, day: Any = None) -> sa.Select[Any]:
    """Who holds the seat of a chair or a secretary on a day, by default today."""
    day = today() if day is None else day
    return (
        select(*columns)
        .select_from(Seat)
        .join(Term, Term.seat_id == Seat.id)
        .where(
            Seat.role.in_([SeatRole.CHAIR, SeatRole.SECRETARY]),
            Seat.removed_at.is_(None),
            Term.ended_at.is_(None),
            Term.begins_on <= day,
            Term.ends_on.is_(None) | (Term.ends_on >= day),
        )
    )


def network_names(agreement: Agreement) -> list[str]:
    """The names of the networks of an agreement."""
    query = select(Body.name).where(
        Body.agreement_id == agreement.id, Body.removed_at.is_(None), Body.kind == BodyKind.SECTOR_NETWORK
    )
    return list(db.session.scalars(query))


@dataclass(frozen=True)
class Coverage:
    """Who is missing: the seats nobody holds today, by body, and the sectors nobody speaks for."""

    bodies: Sequence[Body]
    sectors: Sequence[Sector]
    voices: dict[UUID, list[Term]]  # sector → terms in force that bring its view

    @property
    def empty_seats(self) -> dict[Body, list[Seat]]:
        """The seats without a holder, by body; only bodies that have any."""
        found = {body: [seat for seat in body.seats if seat.current is None] for body in self.bodies}
        return {body: seats for body, seats in found.items() if seats}

    @property
    def silent(self) -> list[Sector]:
        """The sectors without a voice."""
        return [sector for sector in self.sectors if sector.id not in self.voices]

    @property
    def seats(self) -> int:
        """How many seats there are."""
        return sum(len(body.seats) for body in self.bodies)


def coverage(agreement: Agreement) -> Coverage:
    """Who speaks for which sector today, and what has nobody; in four queries."""
    bodies, voices = bodies_of(agreement), dict[UUID, list[Term]]()
    for body in bodies:
        for seat in body.seats:
            sector = seat.sector or body.sector
            if sector is not None and seat.speaks and seat.current is not None:
                voices.setdefault(sector.id, []).append(seat.current)
    return Coverage(bodies, sectors_of(agreement), voices)


# ---------------------------------------------------------------- inside


def _hold(body: Body) -> None:
    ledger.lock(body.agreement_id)
    db.session.refresh(body, ["name", "name_key", "kind", "sector_id", "sector", "removed_at"])
    if body.removed_at is not None:
        raise BodyGone()


def _hold_seat(seat: Seat) -> None:
    ledger.lock(seat.agreement_id)
    db.session.refresh(seat, ["removed_at", "terms"])
    if seat.removed_at is not None:
        raise SeatGone()


def _seats(body: Body) -> Sequence[Seat]:
    """The seats of a body as they are now."""
    query = (
        select(Seat)
        .where(Seat.body_id == body.id, Seat.removed_at.is_(None))
        .options(selectinload(Seat.terms).joinedload(Term.user))
        .order_by(Seat.added_at, Seat.id)
        .execution_options(populate_existing=True)
    )
    return db.session.scalars(query).all()


def _is_held(seat: Seat) -> bool:
    return any(not term.is_over for term in seat.terms)


def _meets(term: Term, begins_on: date, ends_on: date | None) -> bool:
    """Whether a term shares a day with a span."""
    if term.ended_at is not None:
        return False
    return (term.ends_on is None or begins_on <= term.ends_on) and (ends_on is None or term.begins_on <= ends_on)


def _end(term: Term, *, by: UUID) -> None:
    term.ended_at = now()
    accounts.change_rights(term.user)
    event = TermEnded(
        body_id=term.seat.body_id,
        term_id=term.id,
        user_id=term.user_id,
        seat_role=term.seat.role,
        name=term.seat.body.name,
    )
    ledger.record(event, chain=term.agreement_id, by=by)


def _named(agreement_id: UUID, name: str) -> Body | None:
    return db.session.scalar(
        select(Body).where(
            Body.agreement_id == agreement_id, Body.name_key == name.casefold(), Body.removed_at.is_(None)
        )
    )


def _require_name(agreement_id: UUID, name: str) -> None:
    if _named(agreement_id, name) is not None:
        raise BodyTaken(field="name")


def _sector(agreement_id: UUID, sector_id: UUID | None) -> Sector | None:
    if sector_id is None:
        return None
    found = db.session.get(Sector, sector_id)
    if found is None or found.agreement_id != agreement_id:
        raise ForeignSector(field="sector")
    return found
