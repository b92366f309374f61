"""A draft that lives in Word becomes an agreement; the file was saved by LibreOffice, and a process reads it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

DRAFT = Path(__file__).parents[1] / "documents" / "libreoffice.docx"
LONG = 60_000  # milliseconds for a process that a busy machine has to start


def test_a_draft_from_word_becomes_an_agreement(site: Site, visit: Visit) -> None:
    visitor = visit()
    visitor.become(site.databases, site.world.mikko)
    page = visitor.page

    page.goto("/sopimukset/uusi")
    page.get_by_role("link", name="Aloita Word-tiedostosta").click()
    page.get_by_label("Tiedosto").set_input_files(DRAFT)
    page.get_by_role("button", name="Lue tiedosto").click()
    page.wait_for_url(re.compile("/tuonnit/[0-9a-f-]{36}"), timeout=LONG)

    rows = page.locator("#tuonti .found .t")
    expect(page.get_by_text("Tiedostosta löytyi 2 lukua, 6 kohtaa")).to_be_visible()
    expect(rows.filter(has_text="Osapuolet ovat")).to_contain_text("Järvi-Suomi")
    page.get_by_role("button", name=re.compile("^Jaa tästä.*Loppu")).click()
    expect(page.get_by_text("Tiedostosta löytyi 2 lukua, 7 kohtaa")).to_be_visible()
    expect(page.locator(":focus")).to_contain_text("Loppu.")
    assert not visitor.violations()

    page.get_by_label("Hyvinvointialueen tai kunnan nimi").fill("Koealue")
    page.get_by_label("Järjestöjen yhteistyöelimen nimi").fill("Koepöytä")
    page.get_by_text("En kumpaakaan").click()
    page.get_by_role("button", name="Aloita sopimus").click()
    page.wait_for_url("**/sopimukset/koealue-*", timeout=LONG)

    expect(page.get_by_role("heading", level=1)).to_have_text("Yhteistyön sopimus")
    expect(page.get_by_role("main")).to_contain_text("2.3")
    page.goto(f"{page.url}/muutosehdotukset")
    expect(page.get_by_role("main")).to_contain_text("Tekijä: Aino Mäkelä")
