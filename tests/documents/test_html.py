"""The HTML file, read by a parser that forgives nothing."""

import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from hypothesis import given

from kumppanuus.documents import html
from kumppanuus.documents.model import Clause, Document, Section
from kumppanuus.text import markup
from tests.documents.trees import EVERYTHING, FINAL, holding, model_document
from tests.html import mistakes, parse
from tests.payloads import INERT, NAUGHTY, XSS
from tests.text.strategies import texts, thoroughly

PLAIN_ELEMENTS = {
    *["html", "head", "meta", "title", "style", "body", "header", "nav", "main", "section", "footer", "div"],
    *["h1", "h2", "h3", "p", "br", "span", "strong", "em", "mark", "a", "ul", "ol", "li", "dl", "dt", "dd"],
    *["table", "thead", "tbody", "tr", "th", "td"],
}
PLAIN_ATTRIBUTES = {
    *["lang", "charset", "name", "content", "class", "id", "href", "value", "scope", "role", "tabindex"],
    *["aria-hidden", "aria-labelledby"],
}


def page(document: Document) -> Element:
    # Strict, but for control signs: those that XML can carry stay in the text as they were typed.
    source = html.write(document).decode()
    assert {mistake.split()[0] for mistake in mistakes(source)} <= {
        "control-character-in-input-stream",
        "noncharacter-in-input-stream",
    }
    return parse(source)


def words(element: Element) -> str:
    for line_break in element.iter("br"):
        line_break.text = "\n"
    return "".join(element.itertext()).strip("\n")


def texts_of(root: Element, path: str) -> list[str]:
    return [words(element) for element in root.findall(path)]


def test_a_reader_of_the_file_sees_the_whole_document_in_order() -> None:
    body = page(EVERYTHING).find("body")
    assert body is not None
    rows = [re.sub(r"\s+", " ", row).strip() for row in words(body).split("\n")]
    assert [row for row in rows if row] == [
        "LUONNOS",
        "Järjestöyhteistyön kumppanuussopimus",
        "[hyvinvointialue] ja alueen järjestöt",
        "Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi.",
        "Asianumero[asianumero]",
        "Päiväysto 12.3.2026 klo 14.02",
        "Sisällys",
        *["1 Osapuolet", "1.1 Tarkoitus", "1.2 Järjestöjen edustajat", "2 Voimassaolo"],
        *["Liite 1 Liittyminen", "Liite 2 Tilat", "L2.1 Kokoustilat"],
        "1 Osapuolet",
        "1.1 Tarkoitus",
        "Sovitaan yhteistyöstä.",
        "1.2 Järjestöjen edustajat",
        "Hyvinvointialue hyväksynyt",
        "Järjestöt valitsevat [lukumäärä] edustajaa avoimella haulla:",
        *["yhdistyksistä", "säätiöistä", "yleishyödyllisistä", "muista"],
        "Haku etenee näin.",
        *["Haku avataan.", "Haku päättyy.", "Valinta julkaistaan."],
        "Ks. hakuohje ja https://example.org/tulokset.",
        *["Edustaja", "Toimialan järjestöjen valitsema henkilö."],
        *["Taho", "Tehtävä", "Hyvinvointialue", "Kutsuu koolle | kirjaa", "Järjestöt", "Valitsevat [nimet]"],
        *["Ensimmäinen rivi", "toinen rivi"],
        *["Hyvinvointialue", "Riikka Lehto", "Hyväksynyt 20.2.2026", "Järjestöt", "Ei vielä hyväksytty"],
        *["Huoli · Kaarina Nieminen · ke 11.3.2026", "Liian epätarkka.", "Paljonko?"],
        "2 Voimassaolo",
        "2.1",
        "Sovittu",
        "Sopimus on voimassa [pp.kk.vvvv] saakka.",
        *["Hyvinvointialue", "Riikka Lehto", "Hyväksynyt 20.2.2026"],
        *["Järjestöt", "Tuula Rantanen", "Hyväksyneet 20.2.2026"],
        "Allekirjoitukset",
        "Paikka ja aika: [paikka]",
        *["[hyvinvointialue]", "[nimi]", "Hallintojohtaja", "Järjestöt", "Tuula Rantanen"],
        "Järjestöt allekirjoittavat liittymisilmoituksen.",
        *["Liite 1 Liittyminen", "L1.1", "Ilmoitus annetaan koordinaattorille."],
        *["Liite 2 Tilat", "L2.1 Kokoustilat", "[luettelo]"],
        "Tiiviste 9f3a 61c0 77de",
    ]


def test_lists_keep_the_numbers_their_author_gave() -> None:
    values = [[item.get("value") for item in numbered.findall("li")] for numbered in page(EVERYTHING).iter("ol")]
    assert values == [["1", "2"], ["1", "2", "4"]]


@pytest.mark.parametrize("document", [EVERYTHING, FINAL, model_document(), holding([*XSS, *INERT, *NAUGHTY])])
def test_it_stands_alone_and_runs_nothing(document: Document) -> None:
    root = page(document)
    elements = list(root.iter())
    assert {element.tag for element in elements} <= PLAIN_ELEMENTS
    assert {name for element in elements for name in element.attrib} <= PLAIN_ATTRIBUTES
    style = root.findtext("head/style")
    assert style is not None
    assert re.findall(r"url\(|@import|@font-face|//", style) == []
    addresses = {element.get("href", "") for element in root.iter("a")}
    assert [address for address in addresses if not re.match(r"#|https?://|mailto:", address)] == []


@pytest.mark.parametrize("document", [EVERYTHING, FINAL, model_document()])
def test_it_is_built_to_be_read_aloud(document: Document) -> None:
    root = page(document)
    headings = [int(element.tag[1]) for element in root.iter() if re.fullmatch(r"h\d", element.tag)]
    assert headings.count(1) == 1
    assert [(a, b) for a, b in pairwise(headings) if b > a + 1] == []
    ids = Counter(element.get("id") for element in root.iter() if element.get("id"))
    assert [anchor for anchor, times in ids.items() if times > 1] == []
    named_by = {element.get("aria-labelledby") for element in root.iter() if element.get("aria-labelledby")}
    linked = {link.get("href", "")[1:] for link in root.findall(".//nav//a")}
    assert (named_by | linked) - set(ids) == set()
    assert root.get("lang") == document.language
    assert [th.get("scope") for th in root.iter("th")] == ["col"] * len(list(root.iter("th")))


def test_its_head_says_what_it_is() -> None:
    root = page(EVERYTHING)
    assert root.findtext("head/title") == "Järjestöyhteistyön kumppanuussopimus, luonnos 0.8"
    assert {meta.get("name"): meta.get("content") for meta in root.findall("head/meta") if meta.get("name")} == {
        "viewport": "width=device-width, initial-scale=1",
        "author": "Järvi-Suomen hyvinvointialue",
        "keywords": "kumppanuussopimus, luonnos",
        "generator": "kumppanuus",
    }


def test_a_final_agreement_bears_no_mark_and_no_contents() -> None:
    root = page(FINAL)
    assert root.findall("body/p") == []
    assert list(root.iter("nav")) == []


def test_placeholders_stand_out_wherever_they_are() -> None:
    assert texts_of(page(EVERYTHING), ".//mark") == [
        *["[hyvinvointialue]", "[asianumero]", "[lukumäärä]", "[nimet]", "[pp.kk.vvvv]"],
        *["[paikka]", "[hyvinvointialue]", "[nimi]", "[luettelo]"],
    ]


def test_a_clause_without_number_and_title_can_still_be_linked_to() -> None:
    clause = Clause("c1", "kohta-johdanto", "", "", markup.blocks("a | b\n--|--\n1 | 2"))
    root = page(replace(FINAL, sections=(Section("s1", "johdanto", "", "Johdanto", (clause,)),)))
    assert [element.tag for element in root.iter() if element.get("id") == "kohta-johdanto"] == ["div"]
    assert [element.get("aria-labelledby") for element in root.findall(".//main//div[@role]")] == ["johdanto"]


@pytest.mark.parametrize("payloads", [XSS, INERT, NAUGHTY], ids=["xss", "inert", "naughty"])
def test_it_holds_every_text_as_it_was_typed(payloads: list[str]) -> None:
    root = page(holding(payloads))
    bodies = iter(texts_of(root, ".//div[@class='wording']/p"))
    assert [text for text in payloads if text.strip("\n") not in bodies] == []  # each in turn
    titles = texts_of(root, ".//h3")
    assert titles == [f"1.{n} {' '.join(text.split())}" for n, text in enumerate(payloads, start=1)]


@thoroughly
@given(texts)
def test_no_word_of_any_clause_is_lost(text: str) -> None:
    clause = Clause("c1", "kohta-1-1", "1.1", "Kohta", markup.blocks(text))
    root = page(replace(FINAL, sections=(Section("s1", "luku-1", "1", "Luku", (clause,)),)))
    wording = root.find(".//div[@class='wording']")
    assert wording is not None
    # Cells stand beside each other without a sign between them.
    assert words(wording).replace("|", " ").split() == markup.plain(text).replace("|", " ").split()


def test_the_same_document_gives_the_same_bytes() -> None:
    assert html.write(EVERYTHING) == html.write(EVERYTHING)
