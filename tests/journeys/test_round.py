"""A round from end to end: organisations from a table, the request, answers by a link and on paper, who is silent."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from kumppanuus.db import db, writing
from kumppanuus.rounds import Invitee
from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

ORGANISATIONS = 30
TABLE = "\n".join(
    [
        "nimi;kunta;toimiala;sähköposti",
        *(f"Vaara {each} ry;Selkäjärvi;Vammaisuus;vaara{each}@kumppanuus.example" for each in range(ORGANISATIONS)),
        ";Selkäjärvi;Vammaisuus;nimeton@kumppanuus.example",
        "Outo ry;Selkäjärvi;Kalastus;outo@kumppanuus.example",
    ]
)


def test_organisations_are_asked_answer_from_a_phone_or_on_paper_and_the_silent_are_reminded(
    site: Site, visit: Visit
) -> None:
    home = f"/sopimukset/{site.world.slug}"
    mikko = visit()
    mikko.become(site.databases, site.world.mikko)
    page = mikko.page
    page.goto(f"{home}/jarjestot/tuonti")
    page.get_by_label("Liitä taulukko").fill(TABLE)
    mikko.press("Lue taulukko")
    mikko.see("Toimialaa ei ole tässä sopimuksessa.")
    mikko.press("Tallenna luetteloon")
    mikko.see(f"Luetteloon lisättiin {ORGANISATIONS} järjestöä. 2 riviä jäi pois.")

    page.goto(f"{home}/kierrokset/uusi")
    page.locator("[name=title]").fill("Mitä mieltä Vaara on?")
    page.locator("[name=background]").fill("Sopimus uudistuu.")
    mikko.press("Tallenna luonnos")
    mikko.follow("Valitse kutsuttavat")
    page.goto(f"{page.url}?haku=vaara")
    mikko.press(f"Lisää kaikki {ORGANISATIONS} järjestöä")
    mikko.see(f"{ORGANISATIONS} kutsuttavaa on lisätty.")
    address = page.url.removesuffix("/kutsutut")
    page.goto(f"{address}/avaaminen")
    mikko.press("Avaa kierros")
    mikko.see(f"Kierros on avattu. {ORGANISATIONS} kutsua lähtee.")

    phone = visit(width=360)
    phone.page.goto(link_in(site.letter_to("vaara0@")))
    answer(phone, "Vaaran näkemys.")

    page.goto(f"{address}/vastaa")
    mikko.follow("Kirjaa vastaus")
    page.get_by_label("Paperilla").check()
    page.get_by_label("Kenen vastaus tämä on?").select_option(label="Vaara 2 ry")
    page.get_by_label("Vastauksen antajan nimi").fill("Olga")
    mikko.press("Jatka vastauksen sisältöön")
    mikko.follow("1 ")
    page.get_by_label("Kommentti kohtaan 1.1").fill("Paperilla luki näin.")
    mikko.press("Tallenna ja jatka")
    page.goto(f"{page.url.partition('/luvut')[0]}/lahetys")
    mikko.press("Kirjaa vastaus")
    mikko.see("Vastaus on kirjattu.")

    with site.databases.app.app_context(), writing():  # six days pass
        db.session.execute(sa.update(Invitee).values(invited_at=sa.func.datetime(Invitee.invited_at, "-6 days")))
        db.session.commit()
    page.goto(address)
    mikko.hold()
    expect(page.locator("dl.figures")).to_contain_text(f"2 / {ORGANISATIONS}")
    silent = ORGANISATIONS - 2
    mikko.see(f"{silent} kutsuttua ei ole vastannut", "Vaara 29 ry")
    mikko.follow(f"Muistuta {silent} vastaamatonta")
    mikko.press(f"Lähetä {silent} muistutusta")
    mikko.see(f"Muistutus lähtee {silent} kutsutulle.")
    page.goto(f"{address}/lausunnot")
    expect(page.get_by_role("main").get_by_role("link", name=re.compile(r"^Vaara \d ry"))).to_have_count(2)


def link_in(letter: str) -> str:
    found = re.search(r"^\S*(/vastaukset/[\w-]{43})$", letter, re.MULTILINE)
    assert found is not None, letter
    return found[1]


def answer(phone: Visitor, words: str) -> None:
    """Say something of a clause by a link, suggest other words, and send it; then it rests."""
    page = phone.page
    phone.follow("Aloita vastaus")
    page.get_by_role("group", name="Millainen vastauksesi on kohtaan 1.1?").get_by_label("Huoli").check()
    page.get_by_label("Kommentti kohtaan 1.1").fill(words)
    first = page.locator("section.answering").first
    first.locator("summary").click()
    box = first.get_by_label("Uusi teksti")
    box.fill(f"{box.input_value()} Lisäys.")
    phone.press("Näytä muutokset", within=first)
    expect(page.locator("ins").first).to_contain_text("Lisäys.")
    phone.hold()
    phone.press("Tallenna ja jatka")
    expect(phone.heading()).to_contain_text("2 ")
    phone.follow("Kaikki luvut")
    phone.follow("Tarkista ja lähetä")
    phone.see(words)
    phone.hold()
    page.get_by_role("button", name="Lähetä vastaus").dblclick()
    expect(page.get_by_role("main").get_by_text(re.compile("Vastaus on lähetetty"))).not_to_have_count(0)
    expect(page.get_by_role("link", name="Lue koko vastaus")).to_be_visible()
    assert page.get_by_role("link", name="Tarkista ja lähetä").count() == 0
