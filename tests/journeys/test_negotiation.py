"""Three people suggest to one clause: one is accepted, one merged by hand, one rejected, and both sides approve it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

ONLINE, BY_LETTER = "Asiasta tiedotetaan verkossa.", "Asiasta tiedotetaan kirjeellä."
BOTH = "Asiasta tiedotetaan verkossa ja kirjeellä."


@pytest.mark.parametrize(
    ("java_script", "label"), [(True, "2.2"), (False, "2.4")], ids=["with JavaScript", "without JavaScript"]
)
def test_three_suggest_and_two_sides_agree(java_script: bool, label: str, site: Site, visit: Visit) -> None:
    riikka, aino, kaarina = (visit(java_script=java_script) for _ in range(3))
    for visitor, person in ((riikka, "riikka"), (aino, "aino"), (kaarina, "kaarina")):
        visitor.become(site.databases, getattr(site.world, person))
    clause = f"/kohdat/{site.world.clauses[label]}"
    before = text_of(riikka, clause)

    first = suggest(kaarina, clause, "Tämä kohta on turha.", "Sama sanotaan muualla.")
    second = suggest(aino, clause, f"{before} {ONLINE}", "Tieto tavoittaa kaikki.")
    third = suggest(riikka, clause, f"{before} {BY_LETTER}", "Kaikilla ei ole verkkoa.")
    riikka.hold()
    expect(riikka.page.locator(f"#ehdotus-{third} .rivals")).to_contain_text(f"Kilpailee ehdotuksen {second} kanssa.")

    reject(riikka, clause, first)
    accept_in_the_chapter(riikka, clause, second, label)
    merge_by_hand(aino, clause, third)
    riikka.page.goto(clause)
    riikka.press("Hyväksy hyvinvointialueen puolesta")
    riikka.see(f"Hyväksyit kohdan {label}. Kohta on nyt sovittu.", BOTH)
    riikka.hold()
    tell_it(kaarina, clause, [first, second, third])


def text_of(visitor: Visitor, clause: str) -> str:
    visitor.page.goto(f"{clause}/ehdota")
    return visitor.page.get_by_label("Ehdotuksesi").input_value()


def suggest(visitor: Visitor, clause: str, text: str, reason: str) -> int:
    """Write other words, see what they change, and send them; gives the number of the suggestion."""
    page = visitor.page
    page.goto(clause)
    visitor.follow("Ehdota muutosta")
    page.get_by_label("Ehdotuksesi").fill(text)
    visitor.press("Näytä muutokset")
    expect(page.locator("#esikatselu ins").first).to_be_visible()
    visitor.press("Lähetä ehdotus")
    visitor.see("Ehdotusta ei ole vielä lähetetty", "Kirjoita perustelu")
    page.get_by_label("Miksi ehdotat muutosta?").fill(reason)
    visitor.press("Lähetä ehdotus")
    told = page.get_by_text(re.compile(r"Muutosehdotus \d+ on lähetetty\."))
    expect(told).to_be_visible()
    number = re.search(r"\d+", told.inner_text())
    assert number is not None
    expect(page.locator(f"#ehdotus-{number[0]}")).to_contain_text(reason)
    return int(number[0])


def reject(visitor: Visitor, clause: str, number: int) -> None:
    """A reason is asked for, and stays with the suggestion."""
    page = visitor.page
    page.goto(clause)
    panel = page.locator(f"#ehdotus-{number}")
    folded = panel.locator("details.form")
    folded.locator("summary").click()
    visitor.press("Hylkää ehdotus", within=folded)
    visitor.see("Kirjoita perustelu")
    page.get_by_label("Miksi hylkäät ehdotuksen?").and_(page.locator("[aria-invalid]")).fill("Kohtaa tarvitaan.")
    visitor.press("Hylkää ehdotus", within=page.locator("details.form[open]"))
    visitor.see(f"Hylkäsit ehdotuksen {number}.")


def accept_in_the_chapter(visitor: Visitor, clause: str, number: int, label: str) -> None:
    """The clause comes back with the new words, and its heading in focus where there is JavaScript."""
    page = visitor.page
    page.goto(clause)
    page.locator(".crumbs a", has_text=label.split(".")[0]).first.click()
    page.locator(f"#ehdotus-{number}").get_by_role("button", name=re.compile("^Hyväksy ehdotus(?! hyv)")).click()
    visitor.see(f"Hyväksyit ehdotuksen {number}. Kohdan {label} uusi teksti on voimassa.")
    article = page.locator(f"#clause-{clause.rpartition('/')[2]}")
    expect(article.locator(".c-body").first).to_contain_text(ONLINE)
    expect(page.locator(f"#ehdotus-{number}")).to_have_count(0)
    visitor.hold()


def merge_by_hand(visitor: Visitor, clause: str, number: int) -> None:
    """Both have added words at one place: others are written, the merged text is seen and accepted for the side."""
    page = visitor.page
    page.goto(clause)
    panel = page.locator(f"#ehdotus-{number}")
    expect(panel).to_contain_text("Samoja sanoja on muutettu ehdotuksen jälkeen.")
    visitor.follow("Yhdistä tekstit", within=panel)
    visitor.hold()
    visitor.press("Näytä yhdistetty teksti")
    visitor.see("Tekstejä ei ole vielä yhdistetty")
    page.get_by_role("radio", name="Kirjoita itse").check()
    page.get_by_role("textbox", name="Oma sanamuoto").fill("verkossa ja kirjeellä")
    visitor.press("Näytä yhdistetty teksti")
    expect(page.locator("#muokkaus-h")).to_be_visible()
    expect(page.get_by_label("Teksti", exact=True)).to_have_value(re.compile(f"{BOTH}$"))
    visitor.hold()
    visitor.press("Hyväksy ehdotus järjestöjen puolesta")
    visitor.see(f"Hyväksyit ehdotuksen {number}.", "Hyvinvointialue ei ole vielä hyväksynyt sitä.")


def tell_it(visitor: Visitor, clause: str, numbers: list[int]) -> None:
    """The history says in words who suggested what, what came of it, and why."""
    page = visitor.page
    page.goto(f"{clause}/historia")
    told = page.get_by_role("main")
    first, second, third = numbers
    for sentence in (
        "Kaarina Nieminen ehdotti muutosta kohtaan",
        f"Riikka Lehto hylkäsi muutosehdotuksen {first}",
        f"Riikka Lehto hyväksyi muutosehdotuksen {second}",
        f"Aino Heikkilä hyväksyi muokattuna muutosehdotuksen {third}",
        "Kohta on nyt sovittu.",
        "Perustelu: Kohtaa tarvitaan.",
    ):
        expect(told).to_contain_text(sentence)
    visitor.follow(f"Muutosehdotus {first}")
    visitor.see(f"Muutosehdotus {first} on hylätty", "Kohtaa tarvitaan.")
    visitor.hold()
