"""Somebody comes and goes: invited by mail, joined on a phone, moved to another address, took the own data, left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from kumppanuus import ledger
from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

FIRST, SECOND = "lempi@kumppanuus.example", "lempi@toinen.example"


def test_somebody_is_invited_joins_on_a_phone_moves_takes_the_own_data_and_leaves(site: Site, visit: Visit) -> None:
    members = f"/sopimukset/{site.world.slug}/osallistujat"
    mikko = visit()
    mikko.become(site.databases, site.world.mikko)
    mikko.page.goto(members)
    form = mikko.unfold("Kutsu osallistujia")
    form.get_by_label("Sähköpostiosoitteet").fill(FIRST)
    form.get_by_label("Lukija").first.check()
    form.get_by_label("Ei kumpikaan").check()
    form.get_by_label("Terveiset kutsuttaville").fill("Tule mukaan.")
    mikko.press("Lähetä kutsut")
    mikko.see("Kutsuttiin 1 henkilö.")

    phone = visit(width=360)
    phone.page.goto(site.link_to(FIRST))
    phone.see("Mikko Saarela kutsuu sinut mukaan", "Tule mukaan.")
    phone.hold()
    phone.page.get_by_label("Nimi").fill("Lempi Lahti")
    phone.press("Liity ja kirjaudu")
    phone.see("Tervetuloa! Osallistut nyt sopimukseen")
    mikko.page.goto(members)
    expect(mikko.page.get_by_role("main")).to_contain_text("Lempi Lahti")

    phone.page.goto("/oma-sivu")
    phone.follow("Vaihda sähköpostiosoite")
    phone.page.get_by_label("Uusi sähköpostiosoite").fill(SECOND)
    phone.press("Lähetä vahvistuslinkki")
    phone.see("Vahvista osoite linkistä")
    phone.page.goto(site.link_to(SECOND))
    phone.press("Vahvista osoite")
    phone.see(f"Kirjaudut nyt osoitteella {SECOND}.")
    assert "Etkö vaihtanut sitä itse?" in site.letter_to(FIRST)

    phone.follow("Mitä palvelu tietää sinusta")
    phone.hold()
    with phone.page.expect_download() as download:
        phone.follow("Lataa tietosi")
    told = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (told["address"], told["tables"]["user"][0]["name"]) == (SECOND, "Lempi Lahti")

    phone.page.goto("/oma-sivu/poistaminen")
    phone.press("Poista tietoni")
    phone.see("Merkitse, että ymmärrät")
    phone.hold()
    phone.page.get_by_label("Ymmärrän").check()
    phone.press("Poista tietoni")
    phone.see("Tietosi on poistettu.")
    phone.page.goto("/oma-sivu")
    expect(phone.heading()).to_have_text("Kirjaudu sähköpostilla")
    mikko.page.goto(members)
    expect(mikko.page.get_by_role("main")).not_to_contain_text("Lempi")
    with site.databases.app.app_context():
        assert ledger.verify() is None
