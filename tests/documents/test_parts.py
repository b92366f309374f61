"""What a file is made of: chapters, clauses and annexes by all the ways agreements number them, and what is left."""

from __future__ import annotations

from typing import Any

import pytest

from kumppanuus.documents import docx_in, inspection, plain_in, reading
from tests.documents.word import NAMES, docx, gone, ins, p, r, table

Outline = list[tuple[str, str, list[tuple[str, str, str]]]]


def outline(found: dict[str, Any], kind: str = "sections") -> Outline:
    """Number and title of each section, with number, title and text of its clauses."""
    return [
        (each["number"], each["title"], [(c["number"], c["title"], c["text"]) for c in each["clauses"]])
        for each in found[kind]
    ]


def of_text(text: str) -> dict[str, Any]:
    return inspection.inspect(plain_in.read_text(text.encode()))


def of_word(*body: str) -> dict[str, Any]:
    return inspection.inspect(docx_in.read(docx("".join(body))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "1. Osapuolet\n\n1.1 Osapuolet ovat alue ja järjestöt.\n\n1.2 Muut liittyvät.\n\n"
            "2. Tilat\n\n2.1 Tilat annetaan.",
            [
                ("1", "Osapuolet", [("1.1", "", "Osapuolet ovat alue ja järjestöt."), ("1.2", "", "Muut liittyvät.")]),
                ("2", "Tilat", [("2.1", "", "Tilat annetaan.")]),
            ],
        ),
        (
            "6 Avustukset\n\n6.4 Tilat\n\n6.4.1 Tilat annetaan käyttöön.\n\n6.4.2 Maksua ei peritä.",
            [
                (
                    "6",
                    "Avustukset",
                    [
                        ("6.4", "", "Tilat"),
                        ("6.4.1", "", "Tilat annetaan käyttöön."),
                        ("6.4.2", "", "Maksua ei peritä."),
                    ],
                )
            ],
        ),
        (
            "1 § Osapuolet\n\nAlue ja järjestöt sopivat.\n\n2 §\n\nVoimassaolo\n\nSopimus on voimassa.",
            [
                ("1 §", "Osapuolet", [("", "", "Alue ja järjestöt sopivat.")]),
                ("2 §", "Voimassaolo", [("", "", "Sopimus on voimassa.")]),
            ],
        ),
        (
            "1 luku Yleistä\n\n(a) Alue sopii.\n\n(b) Järjestöt sopivat.",
            [("1", "Yleistä", [("(a)", "", "Alue sopii."), ("(b)", "", "Järjestöt sopivat.")])],
        ),
        (
            "I. Osapuolet\n\nAlue sopii.\n\nII. Tilat\n\nTilat annetaan.",
            [("I", "Osapuolet", [("", "", "Alue sopii.")]), ("II", "Tilat", [("", "", "Tilat annetaan.")])],
        ),
        (
            "A. Osapuolet\n\nAlue sopii.\n\nB. Tilat\n\nTilat annetaan.",
            [("A", "Osapuolet", [("", "", "Alue sopii.")]), ("B", "Tilat", [("", "", "Tilat annetaan.")])],
        ),
        (
            "OSAPUOLET\n\nAlue sopii.\n\nTILAT\n\nTilat annetaan [nimi] käyttöön.",
            [
                ("", "OSAPUOLET", [("", "", "Alue sopii.")]),
                ("", "TILAT", [("", "", "Tilat annetaan [nimi] käyttöön.")]),
            ],
        ),
        (
            "1. Rakenne\n\n1.1 Jäseniä ovat:\n\n- yhdistykset\n- säätiöt\n\n"
            "1.2 Haku etenee:\n\n1. haku avataan\n2. haku päättyy",
            [
                (
                    "1",
                    "Rakenne",
                    [
                        ("1.1", "", "Jäseniä ovat:\n\n- yhdistykset\n- säätiöt"),
                        ("1.2", "", "Haku etenee:\n\n1. haku avataan\n2. haku päättyy"),
                    ],
                )
            ],
        ),
        (
            "1. Aika\n\n1.1 Sopimus on voimassa määräajan, joka alkaa\n1.1.2027 ja on 12 kuukautta.\n\n"
            "1.2 Pysyvä yhteistyöelin kokoontuu ensimmäisen kerran\n3. tammikuuta.",
            [
                (
                    "1",
                    "Aika",
                    [
                        ("1.1", "", "Sopimus on voimassa määräajan, joka alkaa 1.1.2027 ja on 12 kuukautta."),
                        ("1.2", "", "Pysyvä yhteistyöelin kokoontuu ensimmäisen kerran 3. tammikuuta."),
                    ],
                )
            ],
        ),
        (
            "Alue ja järjestöt sopivat näin.\n\nSopimus on voimassa.",
            [("", "", [("", "", "Alue ja järjestöt sopivat näin."), ("", "", "Sopimus on voimassa.")])],
        ),
    ],
)
def test_numbers_in_all_the_usual_forms_make_chapters_and_clauses(text: str, expected: Outline) -> None:
    assert outline(of_text(text)) == expected


def test_headings_by_style_make_chapters_and_titles_and_text_between_belongs_to_them() -> None:
    found = of_word(
        p(r("Kumppanuussopimus"), style="Otsikko"),
        p(r("Luonnos johtokunnalle.")),
        p(r("Osapuolet"), style="Otsikko1"),
        p(r("Ketkä sopivat"), style="Otsikko2"),
        p(r("Alue ja järjestöt.")),
        p(r("Muut liittyvät.")),
        p(r("Tilat"), style="Otsikko1"),
        p(r("Tilat annetaan.")),
        table(("Tila", "Paikkoja"), ("Sali", "40")),
    )

    assert (found["title"], found["language"]) == ("Kumppanuussopimus", "fi")
    assert outline(found) == [
        ("", "Osapuolet", [("", "Ketkä sopivat", "Alue ja järjestöt.\n\nMuut liittyvät.")]),
        ("", "Tilat", [("", "", "Tilat annetaan.\n\n| Tila | Paikkoja |\n|---|---|\n| Sali | 40 |")]),
    ]
    assert found["left_over"] == [{"text": "Luonnos johtokunnalle.", "why": "stands before the first chapter"}]


def test_automatic_numbers_are_the_numbers_of_the_parts() -> None:
    found = of_word(
        p(r("Osapuolet"), style="Luku"),
        p(r("Alue sopii."), style="Kohta"),
        p(r("Jäseniä ovat"), style="Kohta"),
        p(r("yhdistykset"), numbered=(1, 2)),
        p(r("säätiöt"), numbered=(1, 2)),
        p(r("Tilat"), style="Luku"),
        p(r("Tilat annetaan."), style="Kohta"),
    )

    assert outline(found) == [
        ("1", "Osapuolet", [("1.1", "", "Alue sopii."), ("1.2", "", "Jäseniä ovat\n\n(a) yhdistykset\n\n(b) säätiöt")]),
        ("2", "Tilat", [("2.1", "", "Tilat annetaan.")]),
    ]


def test_annexes_have_numbers_of_their_own_and_signatures_stand_aside() -> None:
    found = of_text(
        "1. Osapuolet\n\nAlue sopii liitteessä 1 kerrotulla tavalla.\n\nAllekirjoitukset\n\nAika ja paikka\n\n"
        "Liite 1. Liittyminen\n\n1.1 Järjestö liittyy ilmoituksella.\n\nLiite 2\n\nTilat\n\nSali on auki."
    )

    assert outline(found) == [("1", "Osapuolet", [("", "", "Alue sopii liitteessä 1 kerrotulla tavalla.")])]
    assert outline(found, "annexes") == [
        ("1", "Liittyminen", [("1.1", "", "Järjestö liittyy ilmoituksella.")]),
        ("2", "Tilat", [("", "", "Sali on auki.")]),
    ]
    assert [each["text"] for each in found["left_over"]] == ["Allekirjoitukset", "Aika ja paikka"]


def test_a_list_of_annexes_is_a_list_and_no_annexes() -> None:
    found = of_text("1. Liitteet\n\nSopimuksen liitteet ovat:\n\nLiite 1 Tilat\n\nLiite 2 Yhteyshenkilöt")

    assert outline(found, "annexes") == []
    assert outline(found)[0][2] == [("", "", "Sopimuksen liitteet ovat:\n\nLiite 1 Tilat\n\nLiite 2 Yhteyshenkilöt")]


def test_sections_hold_the_text_before_the_changes_and_changes_name_their_clause() -> None:
    found = of_word(
        p(r("Rakenne"), style="Luku"),
        p(r("Kokous on "), gone("keväällä"), ins("syksyllä"), r("."), style="Kohta"),
        p(ins("Uusi kohta."), style="Kohta", end='<w:ins w:id="1" w:author="Aino Mäkelä"/>'),
        p(r("Viimeinen."), style="Kohta"),
    )

    assert outline(found) == [("1", "Rakenne", [("1.1", "", "Kokous on keväällä."), ("1.2", "", "Viimeinen.")])]
    assert [(each["kind"], each["text"], each["clause"]) for each in found["changes"]] == [
        ("delete", "keväällä", "1.1"),
        ("insert", "syksyllä", "1.1"),
        ("insert", "Uusi kohta.", "1.2"),
    ]
    assert found["paragraphs_final"] == ["Rakenne", "Kokous on syksyllä.", "Uusi kohta.", "Viimeinen."]


def test_a_footnote_is_raised_in_the_text_and_printed_below_it() -> None:
    part = f'<w:footnotes {NAMES}><w:footnote w:id="7">{p(r("Ks. liite 1."))}</w:footnote></w:footnotes>'
    body = p(r("Osapuolet"), style="Otsikko1") + p(
        r("Tilat"), '<w:r><w:footnoteReference w:id="7"/></w:r>', r(" annetaan.")
    )

    found = inspection.inspect(docx_in.read(docx(body, {"word/footnotes.xml": part})))

    assert outline(found)[0][2] == [("", "", "Tilat¹ annetaan.\n\n¹ Ks. liite 1.")]


def test_a_text_file_in_any_usual_encoding_and_with_any_line_ends_reads_the_same() -> None:
    text = "1. Ääni\r\n\r\n1.1 Öljy – å."
    files = [text.encode(each) for each in ("utf-8", "utf-8-sig", "utf-16", "cp1252")]

    assert {str(outline(inspection.inspect(reading.read("a.txt", each)))) for each in files} == {
        str([("1", "Ääni", [("1.1", "", "Öljy – å.")])])
    }
