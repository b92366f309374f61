"""The shortest journey, on both databases: sign in, comment, approve."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import Site, Visit

pytestmark = pytest.mark.journey


def test_somebody_signs_in_comments_and_approves(site: Site, visit: Visit) -> None:
    aino = visit()
    aino.sign_in("Aino Heikkilä")
    clause = site.world.examples["half_authority"]
    aino.page.goto(f"/kohdat/{clause}")
    aino.page.get_by_label("Kannatan").check()
    aino.page.get_by_label("Kommentti", exact=True).fill("Tämä on hyvä näin.")
    aino.press("Lähetä kommentti")
    aino.see("Kommentti on lähetetty.")
    expect(aino.page.locator("#kommentit > li").first).to_contain_text("Tämä on hyvä näin.")
    aino.press("Hyväksy järjestöjen puolesta")
    aino.see("Kohta on nyt sovittu.")
    aino.page.reload()
    expect(aino.page.locator("#kommentit > li").first).to_contain_text("Tämä on hyvä näin.")
    aino.see("Sovittu")
