"""Two coordinators answer a round at one desk: by groups, one after the other, at once, and release what is ready."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]


def test_two_share_the_desk_and_release_what_they_wrote(site: Site, visit: Visit) -> None:
    mikko, tuula = visit(), visit(java_script=False)
    for visitor, person in ((mikko, "mikko"), (tuula, "tuula")):
        visitor.become(site.databases, getattr(site.world, person))
    desk = f"/sopimukset/{site.world.slug}/kierrokset/2/vastineet"
    mikko.page.goto(desk)
    mikko.hold()
    left = waiting(mikko)
    mikko.follow("Vastaa seuraavaan")
    tuula.page.goto(mikko.page.url)
    mikko.page.get_by_label("Otetaan huomioon").check()
    mikko.page.get_by_label("Perustelu").fill("Mikon perustelu.")
    first = mikko.page.url
    mikko.press("Tallenna ja siirry seuraavaan")
    expect(mikko.page).not_to_have_url(first)
    expect(mikko.page.locator("#vastine-h")).to_be_focused()
    mikko.hold()

    tuula.page.get_by_label("Ei vaadi toimia").check()
    tuula.page.get_by_label("Perustelu").fill("Tuulan perustelu.")
    tuula.press("Tallenna ja siirry seuraavaan")
    tuula.see("Mikon perustelu.")
    expect(tuula.page.get_by_label("Perustelu")).to_have_value("Tuulan perustelu.")
    tuula.page.goto(desk)
    boxes = tuula.page.locator("input[name=r]")
    boxes.nth(0).check()
    boxes.nth(1).check()
    tuula.press("Vastaa valittuihin")
    tuula.page.get_by_label("Ei vaadi toimia").check()
    tuula.page.get_by_label("Perustelu").fill("Kiitos.")
    tuula.press("Tallenna ja palaa luetteloon")
    assert waiting(tuula) < left - 1

    mikko.page.goto(f"{desk}/julkaisu")
    mikko.hold()
    mikko.press("Julkaise valitut")
    mikko.see("on julkaistu.")
    mikko.page.goto(f"{desk}?tila=answered")
    mikko.see("Vastine julkaistu: otetaan huomioon", "Vastine julkaistu: ei vaadi toimia")


def waiting(visitor: Visitor) -> int:
    """How many comments wait, as the heading of the desk tells."""
    found = re.match(r"\d+", visitor.heading().inner_text())
    assert found
    return int(found[0])
