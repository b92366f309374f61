"""A summary is written, published by a job, read signed out on a phone and downloaded; those who answered are told."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]


def test_what_came_of_a_round_reaches_everybody(site: Site, visit: Visit) -> None:
    slug = site.world.slug
    tuula = visit()
    tuula.become(site.databases, site.world.tuula)
    page = tuula.page
    page.goto(f"/sopimukset/{slug}/kierrokset/1")
    page.get_by_role("link", name="Kirjoita yhteenveto").click()
    page.get_by_text("Kirjoita otsikko", exact=False).first.click()
    page.get_by_label("Otsikko").fill("Tilat ja avustukset puhuttivat eniten")
    page.get_by_role("button", name="Tallenna Otsikko").click()
    tuula.see("Teksti on tallennettu.")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tilat ja avustukset puhuttivat eniten")
    page.get_by_role("link", name="Julkaise uudelleen tai peru").click()
    tuula.press("Julkaise yhteenveto")
    page.wait_for_url("**/yhteenveto", timeout=60_000)  # the job leads back when it is done
    expect(page.get_by_text(re.compile("Julkaisu 2,"))).to_be_visible()

    reader = visit(width=360)
    reader.page.goto(f"/julkinen/{slug}/kierrokset/1/yhteenveto")
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Tilat ja avustukset puhuttivat eniten")
    reader.page.get_by_role("link", name="Mitä ei muutettu ja miksi").click()
    expect(reader.page.get_by_role("heading", name="6 Mitä ei muutettu ja miksi")).to_be_in_viewport()
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= 360
    with reader.page.expect_download() as download:
        reader.page.get_by_role("link", name=re.compile(r"PDF \(")).click()
    assert download.value.suggested_filename.endswith(f"{slug[:60]}-1.pdf")
    assert download.value.path().read_bytes().startswith(b"%PDF")

    page.get_by_role("link", name="Kerro vastaajille").click()
    tuula.see("Kaikille, joilla on sähköposti, on jo kerrottu.")
