"""The main job from an empty start to a document, with JavaScript and without: draft, comment, approve, export."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import docx
import pytest
from playwright.sync_api import expect

from tests.databases import SQLITE
from tests.journeys.conftest import Site, Visit
from tests.journeys.visitor import Visitor

pytestmark = [pytest.mark.journey, pytest.mark.parametrize("databases", [SQLITE], indirect=True)]

FIRST = "Osapuolet tekevät yhteistyötä ihmisten hyväksi."
SECOND = "Sopimus koskee kaikkia alueen järjestöjä, myös pieniä."


@pytest.mark.parametrize("java_script", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_an_agreement_is_drafted_commented_approved_and_made_into_a_document(
    java_script: bool, site: Site, visit: Visit
) -> None:
    mikko, aino, riikka = (visit(java_script=java_script) for _ in range(3))
    for visitor, name in ((mikko, "Mikko Saarela"), (aino, "Aino Heikkilä"), (riikka, "Riikka Lehto")):
        visitor.sign_in(name)

    home = start(mikko)
    fill_a_placeholder(mikko, home)
    rewrite(mikko, f"{home}/kohdat/1-1", FIRST)
    rewrite(mikko, f"{home}/kohdat/1-2", SECOND)
    for visitor, address, role, side in (
        (riikka, "riikka.lehto@kumppanuus.example", "Viranhaltija", "Hyvinvointialue"),
        (aino, "aino.heikkila@kumppanuus.example", "Järjestön edustaja", "Järjestöt"),
    ):
        invite_approver(mikko, home, address, role, side)
        visitor.page.goto(site.link_to(address))
        visitor.press("Liity")
        visitor.see("Osallistut nyt sopimukseen")

    comment_and_answer(aino, mikko, f"{home}/kohdat/1-1")
    agree(aino, riikka, home)
    change_what_was_agreed(mikko, aino, riikka, home)
    reopen(riikka, f"{home}/kohdat/1-1")
    settle_a_question(mikko, riikka, f"{home}/kysymykset/1")
    make_a_document(mikko, home)
    tell_it_all(aino, home)


def start(mikko: Visitor) -> str:
    """Start an agreement from the model text with its questions; gives its address."""
    page = mikko.page
    page.goto("/sopimukset")
    mikko.follow("Aloita uusi sopimus")
    mikko.press("Aloita sopimus")
    mikko.see("Sopimusta ei ole vielä aloitettu", "Kirjoita sopimuksen nimi")
    page.get_by_label("Sopimuksen nimi").fill("Lammen kumppanuussopimus")
    page.get_by_label("Hyvinvointialueen tai kunnan nimi").fill("Lammen hyvinvointialue")
    page.get_by_label("Järjestöjen yhteistyöelimen nimi").fill("Lammen järjestöneuvosto")
    page.get_by_label("Asianumero").fill("LHVA/7/2026")
    page.get_by_label("En kumpaakaan").check()
    expect(page.get_by_label("Mallitekstistä")).to_be_checked()
    expect(page.get_by_label("Ota mukaan avoimet kysymykset")).to_be_checked()
    mikko.press("Aloita sopimus")
    mikko.see("Sopimus on aloitettu. Olet sen koordinaattori.")
    expect(mikko.heading()).to_have_text("Lammen kumppanuussopimus")
    return page.url.partition("#")[0].removeprefix(mikko.url)


def fill_a_placeholder(mikko: Visitor, home: str) -> None:
    page = mikko.page
    page.goto(home)
    mikko.follow("Täytä puuttuvat tiedot")
    left = page.locator("#jaljella-h")
    before = int(left.inner_text().split()[1])
    clause = page.locator("section.sheet").first
    clause.locator("input[type=text]").first.fill("kaksitoista")
    mikko.press("Tallenna", within=clause)
    mikko.see("on tallennettu.")
    expect(left).to_have_text(f"Jäljellä {before - 1} paikkaa")


def rewrite(mikko: Visitor, clause: str, text: str) -> None:
    """Give a clause a new text."""
    page = mikko.page
    page.goto(clause)
    mikko.follow("Muokkaa tekstiä")
    page.get_by_label("Teksti", exact=True).fill(text)
    page.get_by_label("Miksi muutat tekstiä?").fill("Selvempi näin.")
    mikko.press("Näytä muutokset")
    expect(page.locator("#esikatselu ins").first).to_be_visible()
    mikko.press("Tallenna kohta")
    mikko.see("on tallennettu.", text)


def invite_approver(mikko: Visitor, home: str, address: str, role: str, side: str) -> None:
    page = mikko.page
    page.goto(f"{home}/osallistujat")
    form = mikko.unfold("Kutsu osallistujia")
    form.get_by_label("Sähköpostiosoitteet").fill(address)
    form.get_by_role("group", name="Rooli").get_by_label(role).check()
    form.get_by_role("group", name="Osapuoli").get_by_label(side).check()
    form.get_by_label("Saa hyväksyä kohtia osapuolensa puolesta").check()
    mikko.press("Lähetä kutsut", within=form)
    mikko.see("Kutsuttiin 1 henkilö.")


def comment_and_answer(aino: Visitor, mikko: Visitor, clause: str) -> None:
    """A worry is told, and the coordinator says what came of it."""
    page = aino.page
    page.goto(clause)
    aino.press("Lähetä kommentti")
    aino.see("Kommenttia ei ole vielä lähetetty", "Kirjoita kommentti")
    page.get_by_label("Huoli").check()
    page.get_by_label("Kommentti", exact=True).fill("Ketkä ovat osapuolet?")
    aino.press("Lähetä kommentti")
    aino.see("Kommentti on lähetetty.")
    expect(page.locator("#kommentit-h")).to_have_text("1 kommentti")
    said = page.locator("#kommentit > li")
    expect(said).to_have_count(1)
    expect(said).to_contain_text("Ketkä ovat osapuolet?")
    expect(said).to_contain_text("Huoli")

    page = mikko.page
    page.goto(clause)
    mikko.follow("Merkitse käsitellyksi")
    page.get_by_label("Vastine").fill("Ne luetellaan kohdassa 1.3.")
    mikko.press("Merkitse käsitellyksi")
    mikko.see("Kommentti on merkitty käsitellyksi.")
    for visitor in (mikko, aino):
        visitor.page.goto(clause)
        expect(visitor.page.locator("#kommentit > li .answer")).to_contain_text("Ne luetellaan kohdassa 1.3.")


def agree(aino: Visitor, riikka: Visitor, home: str) -> None:
    """Both sides approve the first clause, on its own page and in its chapter; one side approves the second."""
    aino.page.goto(f"{home}/kohdat/1-1")
    aino.press("Hyväksy järjestöjen puolesta")
    aino.see("Hyväksyit kohdan 1.1. Hyvinvointialue ei ole vielä hyväksynyt sitä.")
    riikka.page.goto(f"{home}/luvut/1")
    first, second = riikka.page.locator("article").nth(0), riikka.page.locator("article").nth(1)
    riikka.press("Hyväksy hyvinvointialueen puolesta", within=first)
    riikka.see("Hyväksyit kohdan 1.1. Kohta on nyt sovittu.")
    expect(first.locator(".c-state")).to_have_text("Sovittu")
    expect(first.get_by_role("button")).to_have_count(0)  # an agreed clause has nothing to press but what is folded
    aino.page.goto(f"{home}/luvut/1")
    aino.press("Hyväksy järjestöjen puolesta", within=aino.page.locator("article").nth(1))
    aino.see("Hyväksyit kohdan 1.2.")
    expect(second.locator(".c-state")).not_to_have_text("Sovittu")


def change_what_was_agreed(mikko: Visitor, aino: Visitor, riikka: Visitor, home: str) -> None:
    """A comma clears both approvals; each side sees the change and approves it anew, all of them by one button."""
    page = mikko.page
    page.goto(f"{home}/kohdat/1-1")
    mikko.follow("Muokkaa tekstiä")
    mikko.see("Kohta on sovittu. Jos muutat tekstiä, kummankin osapuolen pitää hyväksyä se uudelleen.")
    page.get_by_label("Teksti", exact=True).fill(FIRST.replace(" ihmisten", ", ihmisten"))
    mikko.press("Tallenna kohta")
    mikko.see("Kohta 1.1 on tallennettu.")
    expect(page.locator(".signs")).to_contain_text("Ei vielä hyväksytty")
    expect(page.locator(".signs .yes")).to_have_count(0)
    rewrite(mikko, f"{home}/kohdat/1-2", SECOND.replace("kaikkia", "jokaista"))

    aino.page.goto(home)
    aino.follow("Muuttuneet kohdat")
    expect(aino.page.locator("main section.sheet h2")).to_have_count(2)
    expect(aino.page.locator("ins").first).to_contain_text(",")
    aino.press("Hyväksy kaikki 2 muutosta")
    aino.see("Hyväksyit 2 kohtaa: 1.1 ja 1.2.", "Mikään hyväksymänne kohta ei ole muuttunut.")
    riikka.page.goto(f"{home}/muuttuneet")
    expect(riikka.page.locator("main section.sheet h2")).to_have_count(1)
    riikka.press("Hyväksy hyvinvointialueen puolesta")
    riikka.see("Hyväksyit kohdan 1.1. Kohta on nyt sovittu.", "Mikään hyväksymänne kohta ei ole muuttunut.")


def reopen(riikka: Visitor, clause: str) -> None:
    page = riikka.page
    page.goto(clause)
    form = riikka.unfold("Avaa kohta uudelleen")
    riikka.press("Avaa kohta uudelleen", within=form)
    riikka.see("Kohtaa ei ole vielä avattu", "Kirjoita perustelu")
    page.get_by_label("Miksi kohta pitää avata?").fill("Valtuusto pyysi tarkennusta.")
    riikka.press("Avaa kohta uudelleen", within=page.locator("details.form[open]"))
    riikka.see("Avasit kohdan 1.1 uudelleen.", "Avattu uudelleen", "Valtuusto pyysi tarkennusta.")
    expect(page.locator(".signs .yes")).to_have_count(0)


def settle_a_question(mikko: Visitor, riikka: Visitor, question: str) -> None:
    """The coordinator proposes a solution; only an official can say that it is agreed."""
    page = mikko.page
    page.goto(question)
    form = mikko.unfold("Esitä ratkaisu")
    mikko.press("Esitä ratkaisu", within=form)
    mikko.see("Kysymystä ei ole vielä siirretty")
    page.get_by_label("Ehdotus ratkaisuksi").fill("Kulut korvataan kuitteja vastaan.")
    mikko.press("Esitä ratkaisu", within=page.locator("details.form[open]"))
    mikko.see("Ehdotus ratkaisuksi on esitetty.", "Viranhaltija merkitsee kysymyksen sovituksi.")
    expect(page.locator("summary", has_text="Merkitse sovituksi")).to_have_count(0)

    page = riikka.page
    page.goto(question)
    riikka.see("Kulut korvataan kuitteja vastaan.")
    form = riikka.unfold("Merkitse sovituksi")
    form.get_by_label("Mitä sovittiin?").fill("Matkakulut korvataan kuitteja vastaan.")
    riikka.press("Merkitse sovituksi", within=form)
    riikka.see("Kysymys 1 on nyt sovittu.", "Matkakulut korvataan kuitteja vastaan.")


def make_a_document(mikko: Visitor, home: str) -> None:
    """The Word file holds the text as it stands and says that it is a draft."""
    page = mikko.page
    page.goto(home)
    mikko.follow("Tee asiakirja")
    mikko.see("Sopimus ei ole vielä valmis allekirjoitettavaksi.")
    page.get_by_label("Luonnos ja kohtien tilanne").check()
    page.get_by_role("group", name="Tiedostomuoto").get_by_label("Word").check()
    with page.expect_download() as download:
        mikko.press("Tee asiakirja")
    assert download.value.suggested_filename.endswith(".docx")
    document = docx.Document(BytesIO(Path(download.value.path()).read_bytes()))
    lines = [paragraph.text for paragraph in document.paragraphs]
    text = "\n".join(lines)
    assert "Lammen kumppanuussopimus" in text
    assert FIRST.replace(" ihmisten", ", ihmisten") in lines
    assert SECOND.replace("kaikkia", "jokaista") in lines
    assert "kaksitoista" in text
    assert "luonnos" in text.lower()
    assert document.core_properties.title == "Lammen kumppanuussopimus"


def tell_it_all(aino: Visitor, home: str) -> None:
    """Everything that happened can be read, by everybody in the agreement."""
    aino.page.goto(home)
    aino.follow("Tapahtumat")
    told = aino.page.locator("#lista")
    for sentence in (
        "Mikko Saarela aloitti sopimuksen.",
        "Mikko Saarela kirjasi 13 avointa kysymystä.",
        "Aino Heikkilä liittyi sopimukseen kutsusta.",
        "Mikko Saarela muutti kohdan 1.1 ",
        "Aino Heikkilä kommentoi kohtaa 1.1 ",
        "Mikko Saarela käsitteli kommentin kohdassa 1.1 ",
        "Riikka Lehto hyväksyi kohdan 1.1 ",
        "Kohta on nyt sovittu.",
        "Riikka Lehto avasi kohdan 1.1 ",
        "Riikka Lehto merkitsi sovituksi kysymyksen 1",
        "Mikko Saarela teki asiakirjan",
    ):
        expect(told).to_contain_text(sentence)
