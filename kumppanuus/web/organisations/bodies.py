"""Bodies and their seats, who holds which until when, and the view of what has nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.fields import SelectChoice

from kumppanuus import members, organisations
from kumppanuus.agreements import Agreement
from kumppanuus.db import today
from kumppanuus.errors import Refused
from kumppanuus.members import Member
from kumppanuus.organisations import Body, BodyKind, Coverage, Seat, SeatRole, Sector, Term
from kumppanuus.text.collation import sort_key
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, DayField, Form, Written
from kumppanuus.web.language import plain_day
from kumppanuus.web.organisations.frame import address, parts, screen, sector_choices, sector_name, views
from kumppanuus.web.screen import may, me, reply, retry, say, show

_l = lazy_gettext

ROLES = {role: place for place, role in enumerate(words.SEAT_ROLES)}


class BodyForm(Form):
    """What a body is."""

    name = StringField(_l("Nimi"), [Written(_l("Kirjoita nimi"))])
    kind = RadioField(
        _l("Laji"),
        [Chosen(_l("Valitse laji"))],
        choices=[SelectChoice(kind.value, name) for kind, name in words.BODY_KINDS.items()],
    )
    sector = SelectField(_l("Toimiala"), description=_l("Verkoston edustajat tuovat toimialan näkemyksen."))
    drawn_from = HiddenField()

    def __init__(self, sectors: Sequence[Sector], *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        self.sector.choices = sector_choices(sectors, gettext("Ei yhtä toimialaa"))

    def values(self) -> dict[str, Any]:
        """What was filled in, as the verbs take it."""
        sector = self.sector.data
        return {
            "name": self.name.data,
            "kind": BodyKind(self.kind.data),
            "sector_id": UUID(sector) if sector else None,
        }


class SeatForm(Form):
    """A new seat in a body."""

    role = RadioField(
        _l("Tehtävä"),
        [Chosen(_l("Valitse tehtävä"))],
        choices=[SelectChoice(role.value, name) for role, name in words.SEAT_ROLES.items()],
    )
    sector = SelectField(_l("Toimiala"))

    def __init__(self, sectors: Sequence[Sector], *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        self.sector.choices = sector_choices(sectors, gettext("Ei toimialaa"))


class TermForm(Form):
    """Who holds a seat, and from when until when."""

    holder = SelectField(_l("Osallistuja"), [Written(_l("Valitse osallistuja")), Chosen(_l("Valitse osallistuja"))])
    begins_on = DayField(_l("Ensimmäinen päivä"), description=_l("Tyhjä tarkoittaa tätä päivää."))
    ends_on = DayField(_l("Viimeinen päivä"), description=_l("Tyhjä tarkoittaa toistaiseksi."))

    def __init__(self, everyone: Sequence[Member], *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        people = sorted(everyone, key=lambda member: sort_key(member.user.name))
        self.holder.choices = [
            SelectChoice("", gettext("Valitse osallistuja")),
            *(SelectChoice(str(each.id), each.user.name) for each in people),
        ]


@dataclass(frozen=True)
class TermView:
    """Somebody's time in a seat."""

    name: str
    words: str
    end_action: str
    form: Form | None
    is_coming: bool = False


@dataclass(frozen=True)
class SeatView:
    """A seat: what it is for, who holds it and who comes after. `url` is "" for who may not change it."""

    id: UUID
    role: str
    sector: str
    terms: list[TermView]
    is_held: bool
    url: str


@dataclass(frozen=True)
class BodyRow:
    """A body in the list."""

    id: UUID
    url: str
    name: str
    words: str
    seats: str
    empty: str = ""
    seats_without: list[str] = field(default_factory=list)


@screen.page("/sopimukset/<agreement>/yhteistyoelimet", may="agreement.read")
def bodies(agreement: Agreement) -> str:
    """The bodies, each with how many of its seats are held."""
    form = BodyForm(organisations.sectors_of(agreement), formdata=None) if may("body.manage") else None
    return _bodies_page(agreement, form)


@screen.deed("/sopimukset/<agreement>/yhteistyoelimet", may="body.manage")
def add_body(agreement: Agreement) -> Response:
    form = BodyForm(organisations.sectors_of(agreement))

    def part() -> str:
        return parts.add_body(form, address(agreement, "yhteistyoelimet"))

    def page() -> str:
        return _bodies_page(agreement, form)

    if not form.validate():
        return retry(part, page)
    try:
        body = organisations.add_body(agreement, **form.values(), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("%(name)s on lisätty. Lisää nyt sen paikat.", name=body.name))
    return reply(otherwise=address(agreement, "yhteistyoelimet", body.id))


@screen.page("/sopimukset/<agreement>/yhteistyoelimet/<uuid:body>", may="agreement.read")
def body(agreement: Agreement, body: Body) -> str:
    """A body with its seats and who holds them today."""
    return _body_page(
        agreement, body, SeatForm(organisations.sectors_of(agreement), formdata=None) if may("body.manage") else None
    )


@screen.page("/sopimukset/<agreement>/yhteistyoelimet/<uuid:body>/muutos", may="body.manage")
def edit_body(agreement: Agreement, body: Body) -> str:
    """The page where a body is changed or removed."""
    kept = {"name": body.name, "kind": body.kind.value, "sector": str(body.sector_id or "")}
    form = BodyForm(organisations.sectors_of(agreement), formdata=None, data={**kept, "drawn_from": body.state})
    return _edit_page(agreement, body, form)


@screen.deed("/sopimukset/<agreement>/yhteistyoelimet/<uuid:body>/muutos", may="body.manage")
def change_body(agreement: Agreement, body: Body) -> Response:
    form, meanwhile, home = (
        BodyForm(organisations.sectors_of(agreement)),
        list[str](),
        address(agreement, "yhteistyoelimet", body.id),
    )

    def part() -> str:
        return parts.change_body(form, home, ", ".join(meanwhile))

    def page() -> str:
        return _edit_page(agreement, body, form, ", ".join(meanwhile))

    if not form.validate():
        return retry(part, page)
    try:
        organisations.change_body(body, **form.values(), drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, organisations.BodyChangedMeanwhile):
            form.drawn_from.data = body.state
            meanwhile += [body.name, _kind_words(body)]
        return retry(part, page, refusal)
    say(gettext("Tiedot on tallennettu: %(name)s.", name=body.name))
    return reply(otherwise=home)


@screen.deed("/sopimukset/<agreement>/yhteistyoelimet/<uuid:body>/poisto", may="body.manage")
def remove_body(agreement: Agreement, body: Body) -> Response:
    name = body.name
    organisations.remove_body(body, by=me().id)
    say(gettext("%(name)s on poistettu.", name=name))
    return reply(otherwise=address(agreement, "yhteistyoelimet"))


@screen.deed("/sopimukset/<agreement>/yhteistyoelimet/<uuid:body>/paikat", may="body.manage")
def add_seat(agreement: Agreement, body: Body) -> Response:
    form, home = SeatForm(organisations.sectors_of(agreement)), address(agreement, "yhteistyoelimet", body.id)

    def part() -> str:
        return parts.add_seat(form, home)

    def page() -> str:
        return _body_page(agreement, body, form)

    if not form.validate():
        return retry(part, page)
    sector_id = UUID(form.sector.data) if form.sector.data else None
    try:
        seat = organisations.add_seat(body, role=SeatRole(form.role.data), sector_id=sector_id, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Paikka on lisätty: %(role)s.", role=str(words.SEAT_ROLES[seat.role]).lower()))
    return reply(otherwise=f"{home}#paikka-{seat.id}")


@screen.page("/sopimukset/<agreement>/paikat/<uuid:seat>", may="body.manage")
def seat(agreement: Agreement, seat: Seat) -> str:
    """The page where a seat is given to somebody, or removed."""
    return _seat_page(agreement, seat, TermForm(members.everyone(agreement), formdata=None))


@screen.deed("/sopimukset/<agreement>/paikat/<uuid:seat>/poisto", may="body.manage")
def remove_seat(agreement: Agreement, seat: Seat) -> Response:
    organisations.remove_seat(seat, by=me().id)
    say(gettext("Paikka on poistettu."))
    return reply(otherwise=address(agreement, "yhteistyoelimet", seat.body_id))


@screen.deed("/sopimukset/<agreement>/paikat/<uuid:seat>/kaudet", may="body.manage")
def begin_term(agreement: Agreement, seat: Seat) -> Response:
    everyone = members.everyone(agreement)
    form = TermForm(everyone)

    def part() -> str:
        return parts.begin_term(form, address(agreement, "paikat", seat.id))

    def page() -> str:
        return _seat_page(agreement, seat, form)

    if not form.validate():
        return retry(part, page)
    holder = next(each for each in everyone if str(each.id) == form.holder.data)
    try:
        organisations.begin_term(
            seat, holder.user, begins_on=form.begins_on.data, ends_on=form.ends_on.data, by=me().id
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Paikka on annettu: %(name)s.", name=holder.user.name))
    return reply(otherwise=f"{address(agreement, 'yhteistyoelimet', seat.body_id)}#paikka-{seat.id}")


@screen.deed("/sopimukset/<agreement>/kaudet/<uuid:term>/paattaminen", may="body.manage")
def end_term(agreement: Agreement, term: Term) -> Response:
    organisations.end_term(term, by=me().id)
    say(gettext("%(name)s ei enää ole paikalla.", name=term.user.name))
    return reply(otherwise=f"{address(agreement, 'yhteistyoelimet', term.seat.body_id)}#paikka-{term.seat_id}")


@screen.page("/sopimukset/<agreement>/edustus", may="agreement.read")
def coverage(agreement: Agreement) -> str:
    """What has nobody: the sectors without a voice and the seats without a holder."""
    found = organisations.coverage(agreement)
    empty = found.empty_seats
    return show(
        "organisations/coverage.html",
        section="agreement",
        agreement=agreement,
        views=views(agreement, "edustus"),
        heading=_coverage_heading(found),
        news=_coverage_news(found),
        silent=[(sector_name(each), f"{address(agreement, 'jarjestot')}?toimiala={each.id}") for each in found.silent],
        sectors=len(found.sectors),
        heard=[
            (sector_name(each), ", ".join(dict.fromkeys(term.user.name for term in found.voices[each.id])))
            for each in found.sectors
            if each.id in found.voices
        ],
        rows=[_body_row(agreement, each, [_seat_words(seat) for seat in seats]) for each, seats in empty.items()],
        seats=found.seats,
        manages=may("body.manage"),
        sectors_url=address(agreement, "toimialat"),
        bodies_url=address(agreement, "yhteistyoelimet"),
    )


# ---------------------------------------------------------------- views


def _coverage_heading(found: Coverage) -> str:
    if not found.sectors and not found.seats:
        return gettext("Edustus")
    if not found.silent and not found.empty_seats:
        return gettext("Jokaisella toimialalla ja paikalla on edustaja")
    if found.silent:
        return ngettext(
            "%(num)s toimiala on ilman edustajaa", "%(num)s toimialaa on ilman edustajaa", len(found.silent)
        )
    empty = sum(map(len, found.empty_seats.values()))
    return ngettext("%(num)s paikka on vailla haltijaa", "%(num)s paikkaa on vailla haltijaa", empty)


def _coverage_news(found: Coverage) -> str:
    told = []
    if found.sectors:
        told.append(ngettext("Toimialoja on %(num)s.", "Toimialoja on %(num)s.", len(found.sectors)))
    if found.seats:
        empty = sum(map(len, found.empty_seats.values()))
        told.append(ngettext("Paikkoja on %(num)s.", "Paikkoja on %(num)s.", found.seats))
        if empty:
            told.append(ngettext("Niistä %(num)s on tyhjä.", "Niistä %(num)s on tyhjiä.", empty))
    return " ".join(told)


def _bodies_page(agreement: Agreement, form: BodyForm | None) -> str:
    return show(
        "organisations/bodies.html",
        section="agreement",
        agreement=agreement,
        address=address(agreement, "yhteistyoelimet"),
        views=views(agreement, "yhteistyoelimet"),
        form=form,
        rows=[_body_row(agreement, each) for each in _in_order(organisations.bodies_of(agreement))],
    )


def _in_order(found: Sequence[Body]) -> list[Body]:
    kinds = list(words.BODY_KINDS)
    return sorted(found, key=lambda each: (kinds.index(each.kind), sort_key(each.name)))


def _body_row(agreement: Agreement, each: Body, without: list[str] | None = None) -> BodyRow:
    empty = sum(seat.current is None for seat in each.seats)
    return BodyRow(
        id=each.id,
        url=address(agreement, "yhteistyoelimet", each.id),
        name=each.name,
        words=_kind_words(each),
        seats=ngettext("%(num)s paikka", "%(num)s paikkaa", len(each.seats)) if each.seats else gettext("Ei paikkoja"),
        empty=ngettext("%(num)s tyhjä", "%(num)s tyhjää", empty) if empty else "",
        seats_without=without or [],
    )


def _kind_words(each: Body) -> str:
    said = str(words.BODY_KINDS[each.kind])
    return f"{said}, {sector_name(each.sector)}" if each.sector else said


def _seat_words(seat: Seat) -> str:
    said = str(words.SEAT_ROLES[seat.role])
    return f"{said}, {sector_name(seat.sector)}" if seat.sector else said


def _body_page(agreement: Agreement, body: Body, form: SeatForm | None) -> str:
    seats = sorted(body.seats, key=lambda each: (ROLES[each.role], _sector_place(each), each.added_at, str(each.id)))
    return show(
        "organisations/body.html",
        section="agreement",
        agreement=agreement,
        name=body.name,
        kind=_kind_words(body),
        bodies_url=address(agreement, "yhteistyoelimet"),
        address=address(agreement, "yhteistyoelimet", body.id),
        seats=[_seat_view(agreement, each, manages=form is not None) for each in seats],
        form=form,
        speaks=body.kind is BodyKind.SECTOR_NETWORK,
    )


def _edit_page(agreement: Agreement, body: Body, form: BodyForm, meanwhile: str = "") -> str:
    return show(
        "organisations/edit_body.html",
        section="agreement",
        agreement=agreement,
        name=body.name,
        bodies_url=address(agreement, "yhteistyoelimet"),
        address=address(agreement, "yhteistyoelimet", body.id),
        form=form,
        meanwhile=meanwhile,
        is_held=any(not term.is_over for seat in body.seats for term in seat.terms),
        remove_form=Form(formdata=None),
    )


def _seat_page(agreement: Agreement, seat: Seat, form: TermForm) -> str:
    return show(
        "organisations/seat.html",
        section="agreement",
        agreement=agreement,
        name=_seat_words(seat),
        body_name=seat.body.name,
        body_url=address(agreement, "yhteistyoelimet", seat.body_id),
        view=_seat_view(agreement, seat, manages=True),
        form=form,
        remove_form=Form(formdata=None),
        speaks=seat.body.kind is BodyKind.SECTOR_NETWORK and seat.speaks,
    )


def _sector_place(seat: Seat) -> int:
    return seat.sector.position if seat.sector else 0


def _seat_view(agreement: Agreement, seat: Seat, *, manages: bool) -> SeatView:
    shown = [*([seat.current] if seat.current else []), *seat.coming]
    return SeatView(
        id=seat.id,
        role=str(words.SEAT_ROLES[seat.role]),
        sector=sector_name(seat.sector) if seat.sector else "",
        terms=[_term_view(agreement, term, manages=manages) for term in shown],
        is_held=seat.current is not None,
        url=address(agreement, "paikat", seat.id) if manages else "",
    )


def _term_view(agreement: Agreement, term: Term, *, manages: bool) -> TermView:
    first = plain_day(term.begins_on)
    said = f"{first}–{plain_day(term.ends_on)}" if term.ends_on else gettext("%(day)s alkaen", day=first)
    return TermView(
        name=term.user.name,
        words=said,
        end_action=address(agreement, "kaudet", term.id, "paattaminen") if manages else "",
        form=Form(formdata=None) if manages else None,
        is_coming=term.begins_on > today(),
    )
