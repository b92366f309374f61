"""The PDF, read back by its structure, as a screen reader reads it, and by its pages."""

import json
import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given, settings
from lxml import etree

from kumppanuus.documents import pdf
from kumppanuus.documents.model import Clause, Document, Section, Signatures, Signer
from kumppanuus.text import markup
from tests.documents.pdf_reader import SOFT_HYPHEN, Reader
from tests.documents.trees import EVERYTHING, FINAL, holding, model_document
from tests.payloads import INERT, NAUGHTY, XSS
from tests.text.strategies import texts, thoroughly


def read(document: Document) -> Reader:
    return Reader(pdf.write(document))


def one_clause(text: str, title: str = "Kohta") -> Document:
    clause = Clause("c1", "kohta-1-1", "1.1", title, markup.blocks(text))
    return replace(FINAL, sections=(Section("s1", "luku-1", "1", "Luku", (clause,)),))


def test_a_reader_of_the_file_hears_the_whole_document_in_order() -> None:
    assert read(EVERYTHING).lines() == [
        ("Title", "Järjestöyhteistyön kumppanuussopimus"),
        ("P", "[hyvinvointialue] ja alueen järjestöt"),
        ("P", "Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi."),
        *[("P", "Asianumero"), ("P", "[asianumero]"), ("P", "Päiväys"), ("P", "to 12.3.2026 klo 14.02")],
        ("H1", "Sisällys"),
        *[("TOCI", "1 Osapuolet 2"), ("TOCI", "2 Voimassaolo 2"), ("TOCI", "Allekirjoitukset 3")],
        *[("TOCI", "Liite 1 Liittyminen 4"), ("TOCI", "Liite 2 Tilat 5")],
        ("H1", "1 Osapuolet"),
        ("H2", "1.1 Tarkoitus"),
        ("P", "Sovitaan yhteistyöstä."),
        ("H2", "1.2 Järjestöjen edustajat"),
        ("P", "Hyvinvointialue hyväksynyt"),
        ("P", "Järjestöt valitsevat [lukumäärä] edustajaa avoimella haulla:"),
        *[("Lbl", "•"), ("P", "yhdistyksistä"), ("Lbl", "•"), ("P", "säätiöistä")],
        *[("Lbl", "1."), ("P", "yleishyödyllisistä"), ("Lbl", "2."), ("P", "muista")],
        ("P", "Haku etenee näin."),
        *[("Lbl", "1."), ("P", "Haku avataan."), ("Lbl", "2."), ("P", "Haku päättyy.")],
        *[("Lbl", "4."), ("P", "Valinta julkaistaan.")],
        ("P", "Ks. hakuohje (https://example.org/ohje) ja https://example.org/tulokset."),
        *[("Lbl", "Edustaja"), ("P", "Toimialan järjestöjen valitsema henkilö.")],
        *[("TH", "Taho"), ("TH", "Tehtävä")],
        *[
            ("TD", "Hyvinvointialue"),
            ("TD", "Kutsuu koolle | kirjaa"),
            ("TD", "Järjestöt"),
            ("TD", "Valitsevat [nimet]"),
        ],
        ("P", "Ensimmäinen rivi toinen rivi"),
        ("P", "Hyvinvointialue Riikka Lehto Hyväksynyt 20.2.2026"),
        ("P", "Järjestöt Ei vielä hyväksytty"),
        *[("P", "Huoli · Kaarina Nieminen · ke 11.3.2026"), ("P", "Liian epätarkka."), ("P", "Paljonko?")],
        ("H1", "2 Voimassaolo"),
        ("P", "2.1 Sopimus on voimassa [pp.kk.vvvv] saakka."),
        ("P", "Sovittu"),
        ("P", "Hyvinvointialue Riikka Lehto Hyväksynyt 20.2.2026"),
        ("P", "Järjestöt Tuula Rantanen Hyväksyneet 20.2.2026"),
        ("H1", "Allekirjoitukset"),
        ("P", "Paikka ja aika: [paikka]"),
        *[("P", "[hyvinvointialue]"), ("P", "[nimi] Hallintojohtaja"), ("P", "Järjestöt"), ("P", "Tuula Rantanen")],
        ("P", "Järjestöt allekirjoittavat liittymisilmoituksen."),
        *[("H1", "Liite 1 Liittyminen"), ("P", "L1.1 Ilmoitus annetaan koordinaattorille.")],
        *[("H1", "Liite 2 Tilat"), ("H2", "L2.1 Kokoustilat"), ("P", "[luettelo]")],
    ]


def test_the_model_agreement_keeps_its_numbers() -> None:
    document = model_document()
    headings = [words for tag, words in read(document).lines() if tag in ("H1", "H2")]
    expected = ["Sisällys"]
    for section in [*document.sections, *document.annexes]:
        if section is document.annexes[0]:
            expected.append("Allekirjoitukset")
        expected.append(f"{section.number} {section.title}")
        expected += [f"{clause.number} {clause.title}" for clause in section.clauses if clause.title]
    assert headings == expected


@pytest.mark.parametrize(
    ("document", "language"),
    [
        (EVERYTHING, "fi-FI"),
        (FINAL, "sv-FI"),
        (replace(FINAL, sections=()), "sv-FI"),
        (replace(EVERYTHING, sections=(), annexes=(), keywords=(), facts=()), "fi-FI"),
    ],
    ids=["everything", "final", "without sections", "empty contents"],
)
def test_it_claims_to_be_accessible_and_archivable(document: Document, language: str) -> None:
    file = read(document).pdf
    assert (str(file.Root.Lang), bool(file.Root.MarkInfo.Marked)) == (language, True)
    assert bool(file.Root.ViewerPreferences.DisplayDocTitle)
    told = etree.fromstring(file.Root.Metadata.read_bytes())
    names = {"pdfuaid:part", "pdfaid:part", "pdfaid:conformance", "xmp:CreateDate", "dc:language", "pdf:Keywords"}
    said = {}
    for element in told.iter():
        name = f"{element.prefix}:{etree.QName(element).localname}" if isinstance(element.tag, str) else ""
        if name in names or name in ("dc:title", "dc:creator", "dc:description"):
            said[name] = "".join(element.itertext()).strip()
    expected = {
        "dc:title": document.title,
        "dc:creator": document.author,
        "dc:description": document.status,
        "dc:language": language,
        "pdfuaid:part": "1",
        "pdfaid:part": "3",
        "pdfaid:conformance": "A",
        "xmp:CreateDate": "2026-03-12T12:02:00+00:00",
    }
    assert said == expected | ({"pdf:Keywords": ", ".join(document.keywords)} if document.keywords else {})


def test_its_bookmarks_are_the_headings() -> None:
    reader = read(EVERYTHING)
    with reader.pdf.open_outline() as outline:
        found = [(str(part.title), [str(each.title) for each in part.children]) for part in outline.root]
    assert found == [
        ("1 Osapuolet", ["1.1 Tarkoitus", "1.2 Järjestöjen edustajat"]),
        ("2 Voimassaolo", []),
        ("Allekirjoitukset", []),
        ("Liite 1 Liittyminen", []),
        ("Liite 2 Tilat", ["L2.1 Kokoustilat"]),
    ]


def test_every_page_of_a_draft_says_what_it_is_without_being_read_aloud() -> None:
    beside = read(EVERYTHING).artifacts()
    header, footer = ["Järjestöyhteistyön kumppanuussopimus, luonnos 0.8", "LUONNOS"], "Tiiviste 9f3a 61c0 77de"
    assert [sorted(page.split("\n")) for page in beside] == [
        sorted(["LUONNOS", *header, footer, f"Sivu {number}/5"]) for number in range(1, 6)
    ]


def test_a_final_agreement_bears_no_mark_and_no_contents() -> None:
    reader = read(FINAL)
    assert [sorted(page.split("\n")) for page in reader.artifacts()] == [
        sorted(["Järjestöyhteistyön kumppanuussopimus, luonnos 0.8", "Tiiviste 9f3a 61c0 77de", "Sivu 1/1"])
    ]
    assert reader.lines() == [
        ("Title", "Järjestöyhteistyön kumppanuussopimus"),
        ("P", "[hyvinvointialue] ja alueen järjestöt"),
        ("P", "Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi."),
        ("H1", "1 Parter"),
        ("H2", "1.1 Syfte"),
        ("P", "Vi avtalar."),
    ]


def test_the_agreement_is_attached_for_programs() -> None:
    reader = read(EVERYTHING)  # kept for as long as the file is read
    file = reader.pdf
    assert list(file.attachments) == ["sopimus.json"]
    assert [str(each.AFRelationship) for each in file.Root.AF] == ["/Source"]
    attached = file.attachments["sopimus.json"].get_file()
    assert attached.mime_type == "application/json"
    told = json.loads(attached.read_bytes())
    assert (told["format"], told["version"], told["language"], told["made_at"]) == (
        *("kumppanuus document", 1, "fi"),
        "2026-03-12T12:02:00+00:00",
    )
    assert told["sections"][1]["clauses"] == [
        {
            "id": "c21",
            "anchor": "kohta-2-1",
            "number": "2.1",
            "title": "",
            "blocks": [
                {
                    "kind": "paragraph",
                    "runs": [
                        {"text": "Sopimus on voimassa "},
                        {"text": "[pp.kk.vvvv]", "is_placeholder": True},
                        {"text": " saakka."},
                    ],
                }
            ],
            "status": {"key": "agreed", "words": "Sovittu"},
            "sign_lines": [
                {"side": "Hyvinvointialue", "name": "Riikka Lehto", "words": "Hyväksynyt 20.2.2026"},
                {"side": "Järjestöt", "name": "Tuula Rantanen", "words": "Hyväksyneet 20.2.2026"},
            ],
            "notes": [],
            "version": "",
        }
    ]


def test_only_links_that_lead_out_lead_anywhere() -> None:
    text = "[a](https://example.org/?a=1&b=2) [b](mailto:a@example.org) [c](javascript:alert) [d](/sopimukset)"
    file = read(replace(one_clause(text), contents_title=None)).pdf
    actions = [note.A for page in file.pages for note in page.get("/Annots", []) if "/A" in note]
    assert [(str(action.S), str(action.get("/URI"))) for action in actions] == [
        ("/URI", "https://example.org/?a=1&b=2"),
        ("/URI", "mailto:a@example.org"),
    ]
    keys = {str(name) for name in file.Root}
    assert keys & {"/OpenAction", "/AA", "/AcroForm", "/JavaScript"} == set()


MARK = re.compile(r"[•–]|\d+\.")  # of an item
CODE = [
    "#panic()",
    '#read("/etc/passwd")',
    "$x^2$",
    "*b* _i_",
    "= otsikko",
    "@viite <nimi>",
    "// pois /* pois */",
    "\\ ~",
]


@pytest.mark.parametrize("payloads", [XSS, INERT, NAUGHTY, CODE], ids=["xss", "inert", "naughty", "code of Typst"])
def test_it_holds_every_text_as_it_was_typed(payloads: list[str]) -> None:
    payloads = [text for text in payloads if "\u202e" not in text]  # turned round on purpose, and so read backwards
    reader = read(holding(payloads))
    lines = reader.lines()
    bodies = {plainly(words) for tag, words in lines if tag == "P"}
    assert [text for text in payloads if plainly(text) and plainly(text) not in bodies] == []
    titles = [plainly(words) for tag, words in lines if tag == "H2"]
    assert titles == [plainly(f"1.{n} {text}") for n, text in enumerate(payloads, start=1)]
    told = json.loads(reader.pdf.attachments["sopimus.json"].get_file().read_bytes())
    notes = [clause["notes"][0]["text"] for clause in told["sections"][0]["clauses"]]
    assert notes == payloads


def plainly(text: str) -> str:
    """The words of a text as a PDF can hold them: no blanks but spaces, nothing nobody sees, no signs of private use.

    Of what runs from right to left, which a page holds in the order of its glyphs, and of signs that are put together
    of several, which may stand there twice, only the set of them is told.
    """
    text = re.sub("[\ue000-\uf8ff\U000f0000-\U0010ffff]", "\ufffd", text)
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf" and sign not in "\ufe0f\u3164\uffa0")
    is_ordered = all(unicodedata.bidirectional(sign) not in ("R", "AL") for sign in seen)
    is_ordered = is_ordered and not any(unicodedata.combining(sign) or sign == "\u20e3" for sign in seen)
    return " ".join(seen.split()) if is_ordered else "".join(sorted(set(seen)))


@settings(thoroughly, max_examples=60)
@given(texts)
def test_no_word_of_any_clause_is_lost(text: str) -> None:
    lines = [words for tag, words in read(one_clause(text)).lines()[5:] if tag != "Lbl" or not MARK.fullmatch(words)]
    words = "".join(lines).replace(" (https://b.fi)", "")
    assert re.sub(r"\W", "", plainly(words)) == re.sub(r"\W", "", plainly(markup.plain(text)))


def test_there_is_a_line_to_sign_on_for_whoever_has_no_name_yet() -> None:
    signatures = Signatures("Allekirjoitukset", (Signer("Hyvinvointialue", ()), Signer("Järjestöt", ())))
    reader = read(replace(FINAL, signatures=signatures))
    assert reader.lines()[-3:] == [("H1", "Allekirjoitukset"), ("P", "Hyvinvointialue"), ("P", "Järjestöt")]
    assert (reader.strokes(), read(FINAL).strokes()) == (2, 0)


@pytest.mark.parametrize("language", ["fi", "sv"])
def test_long_words_are_broken_as_the_language_breaks_them(language: str) -> None:
    word = {"fi": "yhdenvertaisuussuunnitelma", "sv": "jämställdhetsplanering"}[language]
    narrow = "a | b | c | d | e\n--|--|--|--|--\n" + " | ".join([word] * 5)
    document = replace(one_clause(narrow), language=language)
    broken = {tuple(words.split(SOFT_HYPHEN)) for tag, words in read(document).lines(with_hyphens=True) if tag == "TD"}
    assert broken == {{"fi": ("yhdenvertai", "suussuunnitel", "ma"), "sv": ("jämställdhets", "planering")}[language]}


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf.write(EVERYTHING) == pdf.write(EVERYTHING)
