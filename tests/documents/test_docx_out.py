"""The Word file, read back by other means than it was written with."""

import re
import zipfile
from collections import Counter
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from hypothesis import given
from lxml import etree
from openxml_audit import FileFormat, OpenXmlValidator

from kumppanuus.documents import docx_out
from kumppanuus.documents.model import Clause, Document, Section, Signatures, Signer
from kumppanuus.text import markup
from tests.documents.reading import W, commented, tracked, words
from tests.documents.trees import EVERYTHING, FINAL, REDLINE, holding, model_document
from tests.payloads import INERT, NAUGHTY, XSS
from tests.text.strategies import texts, thoroughly

TABLE_CELL = " | "


def part(document: Document, name: str) -> etree._Element:
    with zipfile.ZipFile(BytesIO(docx_out.write(document))) as package:
        return etree.fromstring(package.read(name))


class Reader:
    """Reads a Word file as Word prints it: style and words of each paragraph, with the numbers that Word counts."""

    def __init__(self, content: bytes, counts: bool = True) -> None:
        self.is_counting = counts
        with zipfile.ZipFile(BytesIO(content)) as package:
            self.body = etree.fromstring(package.read("word/document.xml")).find(f"{W}body")
            styles = etree.fromstring(package.read("word/styles.xml"))
            numbering = etree.fromstring(package.read("word/numbering.xml"))
        self.styles = {style.get(f"{W}styleId"): style for style in styles.iter(f"{W}style")}
        self.outlines = {outline.get(f"{W}abstractNumId"): outline for outline in numbering.iter(f"{W}abstractNum")}
        self.lists = {entry.get(f"{W}numId"): entry for entry in numbering.iter(f"{W}num")}
        self.counts: dict[tuple[str, int], int] = {}
        self.started: set[tuple[str, int]] = set()

    def lines(self) -> list[tuple[str, str]]:
        found = []
        for block in self.body:
            if block.tag == f"{W}p":
                found.append((self.style(block), self.number(block) + words(block)))
            elif block.tag == f"{W}tbl":
                for row in block.iter(f"{W}tr"):
                    cells = [words(cell) for cell in row.iter(f"{W}tc")]
                    is_head = row.find(f"{W}trPr/{W}tblHeader") is not None
                    found.append(("table heading" if is_head else "table row", TABLE_CELL.join(cells)))
        return found

    def style(self, paragraph: etree._Element) -> str:
        return self.styles[paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val")].find(f"{W}name").get(f"{W}val")

    def number(self, paragraph: etree._Element) -> str:
        if not self.is_counting:
            return ""
        style = self.styles[paragraph.find(f"{W}pPr/{W}pStyle").get(f"{W}val")]
        properties = paragraph.find(f"{W}pPr/{W}numPr")
        if properties is None:
            properties = style.find(f"{W}pPr/{W}numPr")
        if properties is None:
            return ""
        level = int(properties.find(f"{W}ilvl").get(f"{W}val"))
        list_id = properties.find(f"{W}numId").get(f"{W}val")
        outline_id = self.lists[list_id].find(f"{W}abstractNumId").get(f"{W}val")
        definition = self.outlines[outline_id].find(f"{W}lvl[@{W}ilvl='{level}']")
        kind = definition.find(f"{W}numFmt").get(f"{W}val")
        pattern = definition.find(f"{W}lvlText").get(f"{W}val")
        if kind != "decimal":
            return f"{pattern} " if pattern else ""
        self.counts[outline_id, level] = self.counts.get((outline_id, level), 0) + 1
        start = self.lists[list_id].find(f"{W}lvlOverride[@{W}ilvl='{level}']/{W}startOverride")
        if start is not None and (list_id, level) not in self.started:
            self.started.add((list_id, level))
            self.counts[outline_id, level] = int(start.get(f"{W}val"))
        for deeper in range(level + 1, 9):
            self.counts.pop((outline_id, deeper), None)
        return re.sub(r"%(\d)", lambda m: str(self.counts.get((outline_id, int(m[1]) - 1), 0)), pattern) + " "


def lines(document: Document) -> list[tuple[str, str]]:
    return Reader(docx_out.write(document)).lines()


def findings(document: Document, folder: Path) -> list[str]:
    path = folder / "sopimus.docx"
    path.write_bytes(docx_out.write(document))
    validator = OpenXmlValidator(file_format=FileFormat.MICROSOFT_365, max_errors=0)
    return [str(error) for error in validator.validate(path).errors]


def test_a_reader_of_the_file_sees_the_whole_document_in_order() -> None:
    assert lines(EVERYTHING) == [
        ("Title", "Järjestöyhteistyön kumppanuussopimus"),
        ("Subtitle", "[hyvinvointialue] ja alueen järjestöt"),
        ("Document Status", "Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi."),
        ("Fact", "Asianumero\t[asianumero]"),
        ("Fact", "Päiväys\tto 12.3.2026 klo 14.02"),
        ("TOC Heading", "Sisällys"),
        ("toc 1", "1\tOsapuolet"),
        ("toc 1", "2\tVoimassaolo"),
        ("toc 1", "Liite 1\tLiittyminen"),
        ("toc 1", "Liite 2\tTilat"),
        ("heading 1", "1 Osapuolet"),
        ("heading 2", "1.1 Tarkoitus"),
        ("Body Text", "Sovitaan yhteistyöstä."),
        ("heading 2", "1.2 Järjestöjen edustajat"),
        ("Clause Status", "Hyvinvointialue hyväksynyt"),
        ("Body Text", "Järjestöt valitsevat [lukumäärä] edustajaa avoimella haulla:"),
        ("List Bullet", "• yhdistyksistä"),
        ("List Bullet", "• säätiöistä"),
        ("List Number", "1. yleishyödyllisistä"),
        ("List Number", "2. muista"),
        ("Body Text", "Haku etenee näin."),
        ("List Number", "1. Haku avataan."),
        ("List Number", "2. Haku päättyy."),
        ("List Number", "4. Valinta julkaistaan."),
        ("Body Text", "Ks. hakuohje (https://example.org/ohje) ja https://example.org/tulokset."),
        ("Definition Term", "Edustaja"),
        ("List Continue", "Toimialan järjestöjen valitsema henkilö."),
        ("table heading", "Taho | Tehtävä"),
        ("table row", "Hyvinvointialue | Kutsuu koolle | kirjaa"),
        ("table row", "Järjestöt | Valitsevat [nimet]"),
        ("After Table", ""),
        ("Body Text", "Ensimmäinen rivi\ntoinen rivi"),
        ("Clause Signed", "Hyvinvointialue\tRiikka Lehto\tHyväksynyt 20.2.2026"),
        ("Clause Unsigned", "Järjestöt\t\tEi vielä hyväksytty"),
        ("Note Heading Line", "Huoli · Kaarina Nieminen · ke 11.3.2026"),
        ("Note Text", "Liian epätarkka."),
        ("Note Text", "Paljonko?"),
        ("heading 1", "2 Voimassaolo"),
        ("Numbered Text", "2.1 Sopimus on voimassa [pp.kk.vvvv] saakka."),
        ("Clause Status", "Sovittu"),
        ("Clause Signed", "Hyvinvointialue\tRiikka Lehto\tHyväksynyt 20.2.2026"),
        ("Clause Signed", "Järjestöt\tTuula Rantanen\tHyväksyneet 20.2.2026"),
        ("heading 1", "Allekirjoitukset"),
        ("Body Text", "Paikka ja aika: [paikka]"),
        ("Signing Party", "[hyvinvointialue]"),
        ("Signing Name", "[nimi]"),
        ("Signing Detail", "Hallintojohtaja"),
        ("Signing Party", "Järjestöt"),
        ("Signing Name", "Tuula Rantanen"),
        ("Signing Words", "Järjestöt allekirjoittavat liittymisilmoituksen."),
        ("heading 1", "Liite 1 Liittyminen"),
        ("Numbered Text", "L1.1 Ilmoitus annetaan koordinaattorille."),
        ("heading 1", "Liite 2 Tilat"),
        ("heading 2", "L2.1 Kokoustilat"),
        ("Body Text", "[luettelo]"),
    ]


def test_the_model_agreement_keeps_its_numbers() -> None:
    document = model_document()
    printed = [text for style, text in lines(document) if style in ("heading 1", "heading 2", "Numbered Text")]
    expected = []
    for section in [*document.sections, *document.annexes]:
        if section is document.annexes[0]:
            expected.append("Allekirjoitukset")
        expected.append(f"{section.number} {section.title}")
        expected += [f"{clause.number} {clause.title or first_paragraph(clause)}" for clause in section.clauses]
    assert printed == expected


def first_paragraph(clause: Clause) -> str:
    first = clause.blocks[0]
    assert isinstance(first, markup.Paragraph)
    return "".join(run.text for run in first.runs)


def test_numbers_that_word_would_count_otherwise_are_written_out() -> None:
    def clause(number: str) -> Clause:
        return Clause(f"c{number}", f"kohta-{number}", number, f"Kohta {number}", ())

    sections = (
        Section("s3", "luku-3", "3", "Ote", (clause("3.1"), clause("3.2"))),
        Section("s0", "luku-x", "", "Johdanto", (clause(""),)),
        Section("s1", "luku-1", "1", "Laskettu", (clause("1.1"), clause("1.3"), clause("1.2"), clause("1 §"))),
        Section("s2", "luku-2", "II", "Roomalainen", (clause("II.1"), clause("2.1"))),
    )
    written = lines(replace(FINAL, sections=sections))
    assert [text for style, text in written if style.startswith("heading")] == [
        "3\tOte",
        "3.1\tKohta 3.1",
        "3.2\tKohta 3.2",
        "Johdanto",
        "Kohta ",
        "1 Laskettu",
        "1.1 Kohta 1.1",
        "1.3\tKohta 1.3",
        "1.2 Kohta 1.2",
        "1 §\tKohta 1 §",
        "II\tRoomalainen",
        "II.1\tKohta II.1",
        "2.1\tKohta 2.1",
    ]


def test_a_bare_document_holds_no_more_than_its_text() -> None:
    assert lines(FINAL) == [
        ("Title", "Järjestöyhteistyön kumppanuussopimus"),
        ("Subtitle", "[hyvinvointialue] ja alueen järjestöt"),
        ("Document Status", "Luonnos 0.8, 12.3.2026. Ei allekirjoitettavaksi."),
        ("heading 1", "1 Parter"),
        ("heading 2", "1.1 Syfte"),
        ("Body Text", "Vi avtalar."),
    ]


@pytest.mark.parametrize(
    "document",
    [
        EVERYTHING,
        FINAL,
        replace(FINAL, sections=()),
        replace(EVERYTHING, language=FINAL.language, sections=(), annexes=(), facts=(), keywords=()),
        model_document(),
        REDLINE,
        holding([*XSS, *INERT, *NAUGHTY]),
    ],
    ids=["everything", "final", "without sections", "empty and Swedish", "model", "redline", "hostile"],
)
def test_the_standard_finds_no_fault_in_it(document: Document, tmp_path: Path) -> None:
    assert findings(document, tmp_path) == []


def test_nested_lists_stay_faultless_below_the_levels_word_knows(tmp_path: Path) -> None:
    block: markup.Block = markup.Paragraph((markup.Run("pohja"),))
    for _ in range(12):
        block = markup.List((markup.Item((block,), 1), markup.Item((), 7)), is_ordered=True)
    table = markup.List((markup.Item((markup.Table(((),), (((),),)),)),), is_ordered=False)
    clause = Clause("c1", "kohta-1-1", "1.1", "", (block, table))
    document = replace(FINAL, sections=(Section("s1", "luku-1", "1", "Syvä", (clause,)),))
    assert findings(document, tmp_path) == []
    assert ("List Number", "1. pohja") in lines(document)


def test_there_is_a_line_to_sign_on_for_whoever_has_no_name_yet() -> None:
    signatures = Signatures("Allekirjoitukset", (Signer("Hyvinvointialue", ()), Signer("Järjestöt", ())))
    assert lines(replace(FINAL, signatures=signatures))[-5:] == [
        ("heading 1", "Allekirjoitukset"),
        ("Signing Party", "Hyvinvointialue"),
        ("Signing Name", ""),
        ("Signing Party", "Järjestöt"),
        ("Signing Name", ""),
    ]


def test_it_holds_these_parts_and_points_at_nothing_outside() -> None:
    with zipfile.ZipFile(BytesIO(docx_out.write(EVERYTHING))) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert sorted(parts) == [
        "[Content_Types].xml",
        "_rels/.rels",
        "docProps/core.xml",
        "word/_rels/document.xml.rels",
        "word/document.xml",
        "word/fontTable.xml",
        "word/footer.xml",
        "word/header.xml",
        "word/numbering.xml",
        "word/settings.xml",
        "word/styles.xml",
        "word/theme.xml",
    ]
    assert [name for name, content in parts.items() if b"TargetMode" in content] == []
    instructions = re.findall(rb'instr(?:Text[^>]*>|=")\s*(\w+)', b"".join(parts.values()))
    assert Counter(instructions) == {b"TOC": 1, b"PAGE": 1, b"NUMPAGES": 1}


def test_a_redline_tracks_every_change_under_its_author() -> None:
    assert tracked(docx_out.write(REDLINE)) == [
        "- Aino10T09:30: [-Aino10T09:30 1.1][-Aino10T09:30 Tarkoitus]",
        "- Aino10T09:30: [-Aino10T09:30 Sovitaan yhteistyöstä.]",
        "- Aino10T09:30: [-Aino10T09:30 yksi]",
        "- Aino10T09:30: [-Aino10T09:30 kaksi]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 Viestintä]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 Viestitään näin:]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 heti]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 selkeästi]",
        "1.2[-Aino10T09:30 Edustajat][+Aino10T09:30 Järjestöjen edustajat]",
        "Järjestöt valitsevat [lukumäärä] edustajaa [-Aino10T09:30 avoimella haulla][+Aino10T09:30 avoimella haulla]:",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 seurakunnista]",
        "- Kaarina11T16:05: [-Kaarina11T16:05 Haku päättyy.]",
        "row - Kaarina11T16:05: ",
        "- Kaarina11T16:05: [-Kaarina11T16:05 Järjestöt]",
        "- Kaarina11T16:05: [-Kaarina11T16:05 Valitsevat [nimet]]",
        "Ensimmäinen rivitoinen rivi[+Aino10T09:30  tässä]",
        "row + Kaarina11T16:05: ",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 Yksi]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 Kaksi]",
        "row + Kaarina11T16:05: ",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 1]",
        "+ Kaarina11T16:05: [+Kaarina11T16:05 2]",
        "Ilmoitus annetaan [-Mikko koordinaattorille][+Mikko heti].",
    ]
    numbers = [each.get(f"{W}id") for each in part(REDLINE, "word/document.xml").iter(f"{W}ins", f"{W}del")]
    assert len(set(numbers)) == len(numbers)


def test_comments_stand_at_their_clause_with_replies_and_what_is_done() -> None:
    body = part(REDLINE, "word/document.xml")
    assert commented(docx_out.write(REDLINE)) == [
        ("Tuula Rantanen", "Huoli: Liian epätarkka.|Paljonko?", None, "1"),
        ("Mikko Saarela", "Luku tulee liitteeseen 2.", "Tuula Rantanen", "0"),
        ("Pekka Virtanen", "Kysymys: Kuka kutsuu koolle?", None, "0"),
        ("Tuula Rantanen", "Huoli: Liian epätarkka.|Paljonko?", None, "1"),
        ("Mikko Saarela", "Luku tulee liitteeseen 2.", "Tuula Rantanen", "0"),
    ]
    for name in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        paragraphs = [next(mark.iterancestors(f"{W}p")) for mark in body.iter(f"{W}{name}")]
        found = [mark.get(f"{W}id") for mark in body.iter(f"{W}{name}")]
        assert found == ["0", "1", "2", "3", "4"]
        assert [bookmarks(paragraph) for paragraph in paragraphs] == [*[["kp_c12"]] * 3, *[["kp_ca11"]] * 2]


def bookmarks(element: etree._Element) -> list[str]:
    return [mark.get(f"{W}name") for mark in element.iter(f"{W}bookmarkStart")]


def test_the_file_says_what_it_was_made_of() -> None:
    source = part(REDLINE, "customXml/item1.xml")
    assert dict(source.attrib) == {"agreement": "5f0e", "head": "sopimus:17:ab12", "contents": "redline"}
    assert [dict(clause.attrib) for clause in source] == [
        {"id": "c11", "version": "v11"},
        {"id": "c12", "version": "v12"},
        {"id": "ca11", "version": "va1"},
    ]
    starts = bookmarks(part(REDLINE, "word/document.xml"))
    assert starts == ["kp_s1", "kp_c11", "kp_x1", "kp_c12", "kp_s2", "kp_c21", "kp_a1", "kp_ca11"]


def test_numbers_after_a_clause_that_is_to_go_are_as_they_were_agreed_to_be() -> None:
    printed = [text for style, text in lines(REDLINE) if style in ("heading 1", "heading 2", "Numbered Text")]
    assert printed == [
        "1 Osapuolet",
        "1.1\tTarkoitus",
        "Viestintä",
        "1.2\tEdustajatJärjestöjen edustajat",
        "2 Voimassaolo",
        "2.1 Sopimus on voimassa [pp.kk.vvvv] saakka.",
        "Allekirjoitukset",
        "Liite 1 Liittyminen",
        "L1.1 Ilmoitus annetaan koordinaattorilleheti.",
    ]


def test_no_heading_follows_a_paragraph_that_comes_or_goes() -> None:
    """LibreOffice would take the number from it."""
    paragraphs = list(part(REDLINE, "word/document.xml").iter(f"{W}p"))
    changed = [each.find(f"{W}pPr/{W}rPr") is not None for each in paragraphs]
    styles = [each.find(f"{W}pPr/{W}pStyle").get(f"{W}val") for each in paragraphs]
    follows = [style for was, now, style in zip(changed, changed[1:], styles[1:], strict=False) if was and not now]
    assert follows
    assert not {"Heading1", "Heading2", "NumberedText"} & set(follows)


def test_its_properties_are_ours_and_no_others() -> None:
    properties = part(EVERYTHING, "docProps/core.xml")
    assert {etree.QName(entry).localname: entry.text for entry in properties} == {
        "title": "Järjestöyhteistyön kumppanuussopimus",
        "creator": "Järvi-Suomen hyvinvointialue",
        "language": "fi-FI",
        "keywords": "kumppanuussopimus, luonnos",
        "created": "2026-03-12T12:02:00Z",
    }
    read = docx.Document(BytesIO(docx_out.write(EVERYTHING))).core_properties
    assert (read.title, read.author, read.created) == (
        EVERYTHING.title,
        EVERYTHING.author,
        EVERYTHING.made_at,
    )


@pytest.mark.parametrize(("document", "language"), [(EVERYTHING, "fi-FI"), (FINAL, "sv-FI")])
def test_the_styles_say_the_language_of_the_text(document: Document, language: str) -> None:
    languages = {element.get(f"{W}val") for element in part(document, "word/styles.xml").iter(f"{W}lang")}
    assert languages == {language}
    assert part(document, "word/settings.xml").find(f"{W}themeFontLang").get(f"{W}val") == language


def test_headings_are_real_headings() -> None:
    styles = docx.Document(BytesIO(docx_out.write(EVERYTHING))).styles
    levels = {
        name: styles[name].element.find(f"{W}pPr/{W}outlineLvl").get(f"{W}val") for name in ("Heading 1", "Heading 2")
    }
    assert levels == {"Heading 1": "0", "Heading 2": "1"}


def test_every_page_of_a_draft_says_what_it_is() -> None:
    header = part(EVERYTHING, "word/header.xml")
    assert words(header) == "Järjestöyhteistyön kumppanuussopimus, luonnos 0.8\tLUONNOS"
    assert header.xpath("//*[local-name()='textpath']/@string") == ["LUONNOS"]


def test_a_final_agreement_bears_no_mark() -> None:
    header = part(FINAL, "word/header.xml")
    assert words(header) == "Järjestöyhteistyön kumppanuussopimus, luonnos 0.8"
    assert header.xpath("//*[local-name()='textpath']") == []


def test_every_page_has_its_number() -> None:
    footer = part(EVERYTHING, "word/footer.xml")
    fields = [field.get(f"{W}instr") for field in footer.iter(f"{W}fldSimple")]
    assert (words(footer), fields) == ("Tiiviste 9f3a 61c0 77de\tSivu 1/1", ["PAGE", "NUMPAGES"])


def test_every_section_and_clause_can_be_found_again_by_its_bookmark() -> None:
    body = part(EVERYTHING, "word/document.xml")
    starts = {mark.get(f"{W}id"): mark.get(f"{W}name") for mark in body.iter(f"{W}bookmarkStart")}
    ends = [mark.get(f"{W}id") for mark in body.iter(f"{W}bookmarkEnd")]
    assert sorted(starts.values()) == sorted(
        f"kp_{own}" for own in ["s1", "c11", "c12", "s2", "c21", "a1", "ca11", "a2", "ca21"]
    )
    assert sorted(ends) == sorted(starts)
    links = [link.get(f"{W}anchor") for link in body.iter(f"{W}hyperlink")]
    assert links == ["kp_s1", "kp_s2", "kp_a1", "kp_a2"]


def test_a_bookmark_has_a_name_that_word_accepts() -> None:
    own = "3f2b8c1e-7a90-4d57-b1c6-0d9e8f7a6b5c-and-more"
    clause = Clause(own, "kohta-1-1", "1.1", "Tilat", ())
    document = replace(FINAL, sections=(Section("s1", "luku-1", "1", "Luku", (clause,)),))
    names = [mark.get(f"{W}name") for mark in part(document, "word/document.xml").iter(f"{W}bookmarkStart")]
    assert names == ["kp_s1", "kp_3f2b8c1e_7a90_4d57_b1c6_0d9e8f7a6b5c_"]


def test_placeholders_stand_out_wherever_they_are() -> None:
    marked = [
        words(run)
        for run in part(EVERYTHING, "word/document.xml").iter(f"{W}r")
        if run.find(f"{W}rPr/{W}rStyle") is not None
    ]
    assert marked == [
        *["[hyvinvointialue]", "[asianumero]", "[lukumäärä]", "[nimet]", "[pp.kk.vvvv]"],
        *["[paikka]", "[hyvinvointialue]", "[nimi]", "[luettelo]"],
    ]


def test_annexes_begin_on_a_new_page() -> None:
    body = part(EVERYTHING, "word/document.xml")
    assert [words(p) for p in body.iter(f"{W}p") if p.find(f"{W}pPr/{W}pageBreakBefore") is not None] == [
        "Liittyminen",
        "Tilat",
    ]


@pytest.mark.parametrize("payloads", [XSS, INERT, NAUGHTY], ids=["xss", "inert", "naughty"])
def test_it_holds_every_text_as_it_was_typed(payloads: list[str]) -> None:
    written = lines(holding(payloads))
    bodies = iter(text for style, text in written if style == "Body Text")
    assert [text for text in payloads if text not in bodies] == []  # each in turn
    titles = [text for style, text in written if style == "heading 2"]
    assert titles == [f"1.{n} {' '.join(text.split())}" for n, text in enumerate(payloads, start=1)]


@thoroughly
@given(texts)
def test_no_word_of_any_clause_is_lost(text: str) -> None:
    clause = Clause("c1", "kohta-1-1", "", "Kohta", markup.blocks(text))
    document = replace(FINAL, sections=(Section("s1", "luku-1", "", "Luku", (clause,)),))
    written = Reader(docx_out.write(document), counts=False).lines()[5:]
    said = " ".join(words for _, words in written).replace(" (https://b.fi)", "")
    assert said.replace("|", " ").split() == markup.plain(text).replace("|", " ").split()


def test_the_same_document_gives_the_same_bytes() -> None:
    assert docx_out.write(EVERYTHING) == docx_out.write(EVERYTHING)
