"""Organisations, sectors, bodies and seats."""

from __future__ import annotations

from uuid import UUID

from kumppanuus.organisations import Sector
from kumppanuus.web.forms import Form
from kumppanuus.web.gallery.shelf import Section, Shown, Specimen, specimen
from kumppanuus.web.organisations.bodies import BodyForm, BodyRow, SeatForm, SeatView, TermForm, TermView
from kumppanuus.web.organisations.intake import Problem
from kumppanuus.web.organisations.register import Row
from kumppanuus.web.organisations.sectors import SectorForm, SectorRow

parts = Shown("organisations/parts.html")


def sections() -> list[Section]:
    """The register of organisations, and who sits where."""
    return [Section("Järjestöt ja toimialat", _register()), Section("Yhteistyöelimet ja paikat", _bodies())]


def _register() -> list[Specimen]:
    plain = Row(UUID(int=90), "#", "Nuorten Tupa ry", "Yhdistys, Selkäjärvi", "Lapset, nuoret ja perheet")
    bare = Row(UUID(int=91), "#", "Selkäjärven kaupunki", "Kunta", "")
    heard = SectorRow(UUID(int=92), "Vammaisuus", "4 järjestöä", "#", "Kaarina Nieminen", "#")
    silent = SectorRow(UUID(int=93), "Luonto ja ympäristö", "Ei järjestöjä", "#", "", "")
    add, wrong = SectorForm(formdata=None), SectorForm(formdata=None)
    change = SectorForm(formdata=None, data={"name_fi": "Vammaisuus", "name_sv": "Funktionsnedsättning"})
    wrong.name_fi.errors = ["Kirjoita nimi"]
    problems = [Problem(4, "Nimi puuttuu.", ""), Problem(12, "Y-tunnus ei ole oikea.", "1234567-2")]
    return [
        specimen("Järjestöt", parts.organisation(plain), parts.organisation(bare), inside="div.sheet ul.rows"),
        specimen("Toimialat", parts.sector(heard), parts.sector(silent), inside="div.sheet ul.rows"),
        specimen("Toimialan lisääminen", parts.add_sector(add, "#")),
        specimen("Toimialan lisääminen: virhe", parts.add_sector(wrong, "#")),
        specimen("Toimialan muuttaminen", parts.rename_sector(change, "#")),
        specimen("Toimiala: joku muu ehti ensin", parts.rename_sector(change, "#", "Vammaisuus, Funktionsnedsättning")),
        specimen("Taulukon rivit, jotka jäävät pois", parts.problems(problems), inside="div.sheet"),
    ]


def _bodies() -> list[Specimen]:
    sectors = [Sector(id=UUID(int=92), position=1, name_fi="Vammaisuus", name_sv="", name_en="")]
    table = BodyRow(UUID(int=94), "#", "Kumppanuuspöytä", "Kumppanuuspöytä", "18 paikkaa", "4 tyhjää")
    without = BodyRow(
        UUID(int=95), "#", "Vammaisverkosto", "Toimialaverkosto", "2 paikkaa", "", ["Edustaja", "Varajäsen"]
    )
    now = TermView("Kaarina Nieminen", "1.1.2026–31.12.2027", "#", Form(formdata=None))
    coming = TermView("Pertti Oksanen", "1.1.2028 alkaen", "#", Form(formdata=None), is_coming=True)
    held = SeatView(UUID(int=96), "Edustaja", "Vammaisuus", [now, coming], True, "#")
    empty = SeatView(UUID(int=97), "Varajäsen", "", [], False, "#")
    add, wrong = BodyForm(sectors, formdata=None), BodyForm(sectors, formdata=None)
    change = BodyForm(sectors, formdata=None, data={"name": "Vammaisverkosto", "kind": "sector_network"})
    wrong.name.errors = ["Tämän niminen toimielin on jo olemassa. Kirjoita toinen nimi."]
    late = TermForm([], formdata=None)
    late.ends_on.errors = ["Viimeinen päivä on ennen ensimmäistä. Korjaa päivät."]
    return [
        specimen("Toimielimet", parts.body(table), parts.body(without), inside="div.sheet ul.rows"),
        specimen("Toimielimen lisääminen", parts.add_body(add, "#")),
        specimen("Toimielimen lisääminen: virhe", parts.add_body(wrong, "#")),
        specimen("Toimielimen muuttaminen", parts.change_body(change, "#")),
        specimen("Toimielin: joku muu ehti ensin", parts.change_body(change, "#", "Vammaisverkosto, Toimialaverkosto")),
        specimen("Paikat", parts.seat(held), parts.seat(empty), inside="div.sheet ul.rows"),
        specimen("Kaudet", parts.term(now), parts.term(coming), inside="div.sheet ul.rows"),
        specimen("Paikan lisääminen", parts.add_seat(SeatForm(sectors, formdata=None), "#")),
        specimen("Paikan antaminen", parts.begin_term(TermForm([], formdata=None), "#")),
        specimen("Paikan antaminen: virhe", parts.begin_term(late, "#")),
    ]
