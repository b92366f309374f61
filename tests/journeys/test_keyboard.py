"""A journey by keyboard alone, in by the mailed link: where the focus goes after everything a person does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

ADDRESS = "aino.heikkila@kumppanuus.example"


def test_somebody_comes_in_comments_and_approves_by_keyboard_alone(site: Site, visit: Visit) -> None:
    aino = visit()
    wanted = site.world.examples["half_authority"]
    label = next(label for label, clause in site.world.clauses.items() if clause == wanted)
    come_in_by_letter(aino, site)
    go_to_clause(aino, label)
    approve_undo_and_approve(aino, label)
    comment(aino, label)
    answer_oneself(aino)


def press(visitor: Visitor, target: Locator, key: str = "Enter", back: bool = False) -> None:
    """Go to something by Tab and press a key on it."""
    visitor.tab_to(target, "Shift+Tab" if back else "Tab")
    visitor.page.keyboard.press(key)


def come_in_by_letter(aino: Visitor, site: Site) -> None:
    page = aino.page
    page.goto("/")
    press(aino, page.get_by_role("link", name="Siirry sisältöön"))
    expect(page.locator("#sisalto")).to_be_focused()
    address = page.get_by_label("Sähköpostiosoite")
    aino.tab_to(address)
    page.keyboard.type("aino")
    page.keyboard.press("Enter")
    expect_errors(aino, "Viestiä ei ole vielä lähetetty")
    press(aino, page.locator("#virheet a"))
    expect(address).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type(ADDRESS)
    page.keyboard.press("Enter")
    expect(aino.heading()).to_have_text("Kirjaudu koodilla")
    link = re.search(r"http\S+", site.letter_to(ADDRESS))
    assert link is not None
    assert link[0].startswith(site.server.url)
    page.goto(link[0])
    press(aino, page.get_by_role("main").get_by_role("button", name="Kirjaudu"), "Space")
    expect(aino.heading()).to_contain_text("Hei Aino")


def go_to_clause(aino: Visitor, label: str) -> None:
    """From the front page by the contents to a clause in its chapter."""
    page = aino.page
    press(aino, page.get_by_role("navigation", name="Päävalikko").get_by_role("link", name="Sopimus"))
    press(aino, page.get_by_role("main").get_by_role("link", name=re.compile(rf"^{label} ")))
    expect(heading_of(aino, label)).to_be_focused()


def heading_of(aino: Visitor, label: str) -> Locator:
    return aino.page.locator(f"#kohta-{label.replace('.', '-')}")


def approve_undo_and_approve(aino: Visitor, label: str) -> None:
    page, heading = aino.page, heading_of(aino, label)
    notices = page.locator("#ilmoitukset")
    approve = aino.button("Hyväksy järjestöjen puolesta", within=page.locator("article", has=heading))
    press(aino, approve)
    expect(notices).to_contain_text(f"Hyväksyit kohdan {label}. Kohta on nyt sovittu.")
    expect(heading).to_be_focused()
    press(aino, notices.get_by_role("button", name="Kumoa"), back=True)
    expect(notices).to_contain_text(f"Kohdan {label} hyväksyntä on kumottu.")
    expect(heading).to_be_focused()
    press(aino, approve)
    expect(notices).to_contain_text("Kohta on nyt sovittu.")
    expect(heading).to_be_focused()
    aino.hold()


def comment(aino: Visitor, label: str) -> None:
    page = aino.page
    clause = page.locator("article", has=heading_of(aino, label))
    press(aino, clause.get_by_role("link", name=re.compile("^Historia")))
    expect(aino.heading()).to_contain_text(label)
    send = page.get_by_role("button", name="Lähetä kommentti")
    press(aino, send)
    expect_errors(aino, "Kommenttia ei ole vielä lähetetty")
    aino.hold()
    press(aino, page.locator("#virheet a", has_text="Valitse, millainen kommenttisi on"))
    expect(page.get_by_role("group", name="Millainen kommenttisi on?")).to_be_focused()
    press(aino, page.get_by_label("Kannatan"), "Space")
    aino.tab_to(page.get_by_label("Kommentti", exact=True))
    page.keyboard.type("Hyvä, että tämä on mukana.")
    press(aino, send)
    newest = page.locator("#kommentit > li").first
    expect(newest).to_contain_text("Hyvä, että tämä on mukana.")
    expect(newest).to_be_focused()
    expect(page.locator("#ilmoitukset")).to_contain_text("Kommentti on lähetetty.")
    assert not page.title().startswith("Virhe:")


def answer_oneself(aino: Visitor) -> None:
    """A form under a comment leads to itself and back, and a reply to the reply."""
    page = aino.page
    newest = page.locator("#kommentit > li").first
    edit = newest.get_by_role("link", name=re.compile("^Muokkaa"))
    press(aino, edit)
    expect(newest.get_by_role("heading", name="Muokkaa kommenttia")).to_be_focused()
    aino.hold()
    page.keyboard.press("Escape")
    expect(newest.locator("textarea")).to_have_count(0)
    expect(edit).to_be_focused()
    press(aino, newest.get_by_role("link", name=re.compile("^Vastaa")), back=True)
    expect(newest.get_by_role("heading", name="Vastaa henkilölle Aino Heikkilä")).to_be_focused()
    aino.tab_to(newest.get_by_label("Vastaus", exact=True))
    page.keyboard.type("Lisään vielä tämän.")
    press(aino, newest.get_by_role("button", name="Lähetä vastaus"))
    reply = newest.locator("li", has_text="Lisään vielä tämän.")
    expect(reply).to_be_focused()


def expect_errors(aino: Visitor, heading: str) -> None:
    """The summary has the focus, and the title says first that something is wrong."""
    summary = aino.page.locator("#virheet")
    expect(summary).to_contain_text(heading)
    expect(summary).to_be_focused()
    expect(aino.page).to_have_title(re.compile("^Virhe: "))
