"""A coordinator brings a table of organisations in, gives a seat, and its holder speaks for the network at once."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

TABLE = "nimi;kunta;toimiala\nKuulo ry;Selkäjärvi;Vammaisuus\nOuto ry;;Kalastus\n"


def test_a_table_is_stored_once_and_a_seat_gives_a_voice(site: Site, visit: Visit) -> None:
    home = f"/sopimukset/{site.world.slug}"
    mikko = visit(width=360)
    mikko.become(site.databases, site.world.mikko)
    page = mikko.page
    page.goto(f"{home}/osallistujat")
    page.get_by_role("link", name="Järjestöt", exact=True).click()
    page.get_by_role("link", name="Tuo taulukosta").click()
    page.get_by_label("Liitä taulukko").fill(TABLE)
    mikko.press("Lue taulukko")
    mikko.see("Toimialaa ei ole tässä sopimuksessa.")
    page.get_by_role("button", name="Tallenna luetteloon").dblclick()
    # The second press may have gone before the answer to the first was there; then both are told.
    told = re.compile(r"Luetteloon lisättiin 1 järjestö\. 1 rivi jäi pois\.|Lomake on jo lähetetty\.")
    expect(page.get_by_role("main").get_by_text(told).first).to_be_visible()
    with page.expect_response("**haku=kuulo+ry**"):  # not only what its first letters found
        page.get_by_label("Hae nimellä tai kunnalla").press_sequentially("kuulo ry")
    expect(page.locator("#lista li")).to_have_count(1)
    page.goto(f"{home}/edustus")
    page.get_by_role("link", name="Ikäihmisten verkosto").click()
    page.get_by_role("link", name=re.compile("Anna paikka")).first.click()
    page.get_by_label("Osallistuja").select_option(label="Veikko Hämäläinen")
    mikko.press("Anna paikka")
    mikko.see("Paikka on annettu: Veikko Hämäläinen.")
    veikko = visit()
    veikko.become(site.databases, site.world.veikko)
    veikko.page.goto(f"/kohdat/{site.world.examples['draft']}")
    expect(veikko.page.get_by_label("Ikäihmisten verkosto").first).to_be_visible()
