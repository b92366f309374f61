"""The tree as a Word file: real headings, numbering and lists, in a package written part by part.

Nothing stands in the package that is not put there here: no template's leftovers, no macro, no reference to anything
outside. The looks are in `word/styles.xml`. The same document always gives the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from datetime import UTC
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.model import Clause, Document, Language, Section, Signatures, Status, line
from kumppanuus.text.markup import Block, Definitions, List, Paragraph, Runs, Table

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
W = f"{{{NAMESPACES['w']}}}"
LOCALES = {Language.FI: "fi-FI", Language.SV: "sv-FI"}

TEXT_WIDTH = 7994  # twentieths of a point, as all lengths here: 14.1 cm on A4
HANGING = 907  # what the numbers of clauses hang out to the left of the text
WIDE = 1474  # the room for "Liite 1" before the title of an annex
LIST_STEP = 397
DEEPEST = 8  # Word knows nine levels of lists, counted from 0

STATUS_COLOURS = {
    "draft": "48555F",
    "comment": "1B4F9C",
    "change": "68359A",
    "half": "0D6A4F",
    "agreed": "12603F",
    "reopen": "864700",
    "late": "B0201C",
}


def write(document: Document) -> bytes:
    """The document as a .docx file."""
    numbering = _Numbering(document)
    body = _Body(numbering)
    body.document(document)
    parts = {
        "[Content_Types].xml": _part("content_types.xml"),
        "_rels/.rels": _part("package_rels.xml"),
        "docProps/core.xml": _core_properties(document),
        "word/document.xml": _xml(body.root),
        "word/_rels/document.xml.rels": _part("document_rels.xml"),
        "word/styles.xml": _part("styles.xml", document.language),
        "word/settings.xml": _part("settings.xml", document.language),
        "word/fontTable.xml": _part("font_table.xml"),
        "word/theme.xml": _part("theme.xml"),
        "word/numbering.xml": _xml(numbering.root()),
        "word/header.xml": _xml(_header(document)),
        "word/footer.xml": _xml(_footer(document)),
    }
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            # A time of its own for each entry would make every file differ from the last one.
            package.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


class _Body:
    """Writes the main part from top to bottom."""

    def __init__(self, numbering: _Numbering) -> None:
        self.root = etree.Element(f"{W}document", nsmap={"w": NAMESPACES["w"], "r": NAMESPACES["r"]})
        self._body = etree.SubElement(self.root, f"{W}body")
        self._numbering = numbering
        self._bookmarks = 0

    def document(self, document: Document) -> None:
        self._cover(document)
        for section in document.sections:
            self._section(section, self._numbering.sections)
        if document.signatures:
            self._signatures(document.signatures)
        for annex in document.annexes:
            self._section(annex, self._numbering.annexes, on_new_page=True)
        self._page()

    def _cover(self, document: Document) -> None:
        self._line("Title", document.title)
        self._line("Subtitle", document.subtitle)
        self._line("DocumentStatus", document.status)
        for fact in document.facts:
            paragraph = self._paragraph("Fact")
            _words(paragraph, fact.label, is_bold=True)
            _words(paragraph, "\t")
            _runs(paragraph, line(fact.value))
        sections = [*document.sections, *document.annexes]
        if document.contents_title is not None and sections:
            self._contents(document.contents_title, sections)

    def _contents(self, title: str, sections: list[Section]) -> None:
        """A table of contents that Word can bring up to date, filled in as Word would fill it.

        Without numbers of pages: nobody knows them before Word has laid out the text, and a field that asks to be
        worked out when the file is opened makes Word ask its reader a question.
        """
        self._line("TOCHeading", title)
        for number, section in enumerate(sections):
            entry = self._paragraph("TOC1")
            if number == 0:
                _field_mark(entry, "begin")
                _add(_add(entry, "r"), "instrText").text = r'TOC \o "1-1" \n \h \z \u'
                _field_mark(entry, "separate")
            link = _add(entry, "hyperlink", anchor=_bookmark(section.id), history="1")
            _words(link, f"{section.number}\t" if section.number else "")
            _runs(link, line(section.title))
            if number == len(sections) - 1:
                _field_mark(entry, "end")

    def _section(self, section: Section, series: _Series, on_new_page: bool = False) -> None:
        heading = self._heading("Heading1", series.section(section.number), section.number)
        if on_new_page:
            heading[0].insert(1, etree.Element(f"{W}pageBreakBefore"))
        bookmark = self._begin_bookmark(heading, section.id)
        _runs(heading, line(section.title))
        _add(heading, "bookmarkEnd", id=bookmark)
        for clause in section.clauses:
            self._clause(clause, series)

    def _clause(self, clause: Clause, series: _Series) -> None:
        numbered = series.clause(clause.number)
        blocks = clause.blocks
        if clause.title:
            first = self._heading("Heading2", numbered, clause.number)
            bookmark = self._begin_bookmark(first, clause.id)
            _runs(first, line(clause.title))
            if clause.status:
                self._status(clause.status)
        else:
            # The number stands before the first paragraph: an empty heading would still be read aloud as one.
            first = self._heading("NumberedText", numbered, clause.number)
            bookmark = self._begin_bookmark(first, clause.id)
            if blocks and isinstance(blocks[0], Paragraph):
                _runs(first, blocks[0].runs)
                blocks = blocks[1:]
        self._blocks(blocks)
        _add(self._body, "bookmarkEnd", id=bookmark)
        if clause.sign_lines:
            _keep_with_next(self._body[-2])  # before the end of the bookmark
        if clause.status and not clause.title:
            self._status(clause.status)
        for number, sign in enumerate(clause.sign_lines, start=1):
            paragraph = self._paragraph("ClauseUnsigned" if sign.name is None else "ClauseSigned")
            if number < len(clause.sign_lines):
                _keep_with_next(paragraph)
            _words(paragraph, sign.side, is_bold=True)
            _words(paragraph, f"\t{sign.name or ''}\t{sign.words}")
        for note in clause.notes:
            self._line("NoteHeading", note.heading)
            for part in note.text.split("\n"):
                if part.strip():
                    _words(self._paragraph("NoteText"), part)

    def _status(self, status: Status) -> None:
        colour = STATUS_COLOURS.get(status.key.partition("_")[0], STATUS_COLOURS["draft"])
        run = _add(self._paragraph("ClauseStatus"), "r")
        looks = _add(run, "rPr")
        _add(looks, "color", val=colour)
        _add(looks, "bdr", val="single", sz=6, space=1, color=colour)
        _text(run, status.words)

    def _signatures(self, signatures: Signatures) -> None:
        heading = self._heading("Heading1", None, "")
        _runs(heading, line(signatures.title))
        for words in signatures.above:
            self._line("BodyText", words)
        for signer in signatures.signers:
            self._line("SigningParty", signer.party)
            name, *details = signer.names or ("",)
            _runs(
                self._paragraph("SigningName"), line(name)
            )  # has the line to sign on above it, with a name or without
            for words in details:
                self._line("SigningDetail", words)
        for words in signatures.below:
            self._line("SigningWords", words)

    def _blocks(self, blocks: Iterable[Block], depth: int = 0) -> None:
        """Blocks in order, `depth` lists deep."""
        for block in blocks:
            match block:
                case Paragraph(runs):
                    self._text(runs, depth)
                case List():
                    self._list(block, depth)
                case Definitions():
                    self._definitions(block, depth)
                case Table():
                    self._table(block, depth)

    def _text(self, runs: Runs, depth: int) -> None:
        paragraph = self._paragraph("ListContinue" if depth else "BodyText")
        if depth:
            _add(paragraph[0], "ind", left=LIST_STEP * depth)
        _runs(paragraph, runs)

    def _list(self, block: List, depth: int) -> None:
        level = min(depth, DEEPEST)
        style = "ListNumber" if block.is_ordered else "ListBullet"
        list_id, follows = self._numbering.bullets, -1
        for item in block.items:
            if block.is_ordered:
                number = 1 if item.number is None else item.number
                if number != follows:
                    list_id = self._numbering.count_from(number, level)
                follows = number + 1
            paragraph = self._paragraph(style)
            _numbered(paragraph, list_id, level)
            blocks = item.blocks
            if blocks and isinstance(blocks[0], Paragraph):
                _runs(paragraph, blocks[0].runs)
                blocks = blocks[1:]
            self._blocks(blocks, depth + 1)

    def _definitions(self, block: Definitions, depth: int) -> None:
        for entry in block.entries:
            for term in entry.terms:
                paragraph = self._paragraph("DefinitionTerm")
                if depth:
                    _add(paragraph[0], "ind", left=LIST_STEP * depth)
                _runs(paragraph, term)
            for meaning in entry.meanings:
                self._blocks(meaning, depth + 1)

    def _table(self, block: Table, depth: int) -> None:
        columns = max(len(block.head), 1)
        indent = LIST_STEP * depth
        width = (TEXT_WIDTH - indent) // columns
        table = _add(self._body, "tbl")
        properties = _add(table, "tblPr")
        _add(properties, "tblStyle", val="TableGrid")
        _add(properties, "tblW", w=width * columns, type="dxa")
        _add(properties, "tblInd", w=indent, type="dxa")
        _add(properties, "tblLook", val="0620")  # a first row that is one of headings, no bands
        grid = _add(table, "tblGrid")
        for _ in range(columns):
            _add(grid, "gridCol", w=width)
        for number, cells in enumerate([block.head, *block.rows]):
            row = _add(table, "tr")
            behaviour = _add(row, "trPr")
            _add(behaviour, "cantSplit")
            if number == 0:
                _add(behaviour, "tblHeader")
            for runs in cells or ((),):
                cell = _add(row, "tc")
                _add(_add(cell, "tcPr"), "tcW", w=width, type="dxa")
                paragraph = _add(cell, "p")
                _add(_add(paragraph, "pPr"), "pStyle", val="TableText" if number else "TableHeading")
                _runs(paragraph, runs)
        # Two tables in a row would be one; and Word wants a paragraph after the last.
        self._paragraph("AfterTable")

    def _page(self) -> None:
        page = _add(self._body, "sectPr")
        for kind in ("header", "footer"):
            reference = _add(page, f"{kind}Reference", type="default")
            reference.set(f"{{{NAMESPACES['r']}}}id", f"{kind}")
        _add(page, "pgSz", w=11906, h=16838)
        _add(page, "pgMar", top=1588, right=1644, bottom=1418, left=2268, header=680, footer=624, gutter=0)

    def _paragraph(self, style: str) -> _Element:
        paragraph = _add(self._body, "p")
        _add(_add(paragraph, "pPr"), "pStyle", val=style)
        return paragraph

    def _line(self, style: str, text: str) -> None:
        if text:
            _runs(self._paragraph(style), line(text))

    def _heading(self, style: str, numbered: tuple[int, int] | None, number: str) -> _Element:
        """A paragraph that begins with a number: one that Word counts, or else one written as it is printed."""
        paragraph = self._paragraph(style)
        if numbered:
            _numbered(paragraph, *numbered)
        else:
            _numbered(paragraph, self._numbering.uncounted, 0)
            if number:
                _add(paragraph[0], "ind", left=0, hanging=HANGING)
                _words(paragraph, f"{number}\t")
        return paragraph

    def _begin_bookmark(self, paragraph: _Element, owner: str) -> int:
        self._bookmarks += 1
        _add(paragraph, "bookmarkStart", id=self._bookmarks, name=_bookmark(owner))
        return self._bookmarks


class _Series:
    """Sections that Word counts in one list (`3` and `3.4`, or `Liite 1` and `L1.1`), and how far the count has come.

    Word prints what it has counted. So a number that is not the next one must be written out instead.
    """

    def __init__(self, list_id: int, sections: tuple[Section, ...]) -> None:
        numbers = (_SECTION_NUMBER.fullmatch(section.number) for section in sections)
        labels = (_CLAUSE_NUMBER.fullmatch(clause.number) for section in sections for clause in section.clauses)
        self.list_id = list_id
        self.patterns = (
            next((f"{m[1]}%1{m[2]}" for m in numbers if m), "%1"),
            next((f"{m[1]}%1.%2{m[2]}" for m in labels if m), "%1.%2"),
        )
        self._section = 0
        self._clause = 0

    def section(self, number: str) -> tuple[int, int] | None:
        """The list and level that print this number, or None."""
        if number != self.patterns[0].replace("%1", str(self._section + 1)):
            return None
        self._section, self._clause = self._section + 1, 0
        return self.list_id, 0

    def clause(self, number: str) -> tuple[int, int] | None:
        """The list and level that print this number, or None."""
        if number != self.patterns[1].replace("%1", str(self._section)).replace("%2", str(self._clause + 1)):
            return None
        self._clause += 1
        return self.list_id, 1


_SECTION_NUMBER = re.compile(r"([^\d%]*)\d+([^\d%]*)")
_CLAUSE_NUMBER = re.compile(r"([^\d%]*)\d+\.\d+([^\d%]*)")


class _Numbering:
    """The lists of one file, by their id: sections, annexes, and so on, then one for each list of numbered items."""

    bullets = 3
    uncounted = 4  # takes a heading out of the count that its style would give it
    items = 5

    def __init__(self, document: Document) -> None:
        self.sections = _Series(1, document.sections)
        self.annexes = _Series(2, document.annexes)
        self._starts: list[tuple[int, int]] = []

    def count_from(self, number: int, level: int) -> int:
        """A list of its own for numbered items that begin with this number."""
        self._starts.append((level, number))
        return self.items + len(self._starts)

    def root(self) -> _Element:
        root = etree.Element(f"{W}numbering", nsmap={"w": NAMESPACES["w"]})
        self._headings(root, self.sections, ("Heading1", "Heading2"))
        self._headings(root, self.annexes, None)
        self._list(root, self.bullets, "bullet", ["•", "–", "•", "–", "•", "–", "•", "–", "•"])
        self._list(root, self.uncounted, "none", [""])
        self._list(root, self.items, "decimal", [f"%{level}." for level in range(1, DEEPEST + 2)])
        for list_id in range(1, self.items + 1):
            _add(_add(root, "num", numId=list_id), "abstractNumId", val=list_id)
        for list_id, (level, number) in enumerate(self._starts, start=self.items + 1):
            counted = _add(root, "num", numId=list_id)
            _add(counted, "abstractNumId", val=self.items)
            _add(_add(counted, "lvlOverride", ilvl=level), "startOverride", val=number)
        return root

    @staticmethod
    def _headings(root: _Element, series: _Series, styles: tuple[str, str] | None) -> None:
        outline = _add(root, "abstractNum", abstractNumId=series.list_id)
        _add(outline, "multiLevelType", val="multilevel")
        for level, pattern in enumerate(series.patterns):
            definition = _add(outline, "lvl", ilvl=level)
            _add(definition, "start", val=1)
            _add(definition, "numFmt", val="decimal")
            if styles:
                _add(definition, "pStyle", val=styles[level])
            _add(definition, "suff", val="tab")
            _add(definition, "lvlText", val=pattern)
            _add(definition, "lvlJc", val="left")
            is_wide = pattern.find("%") > 1  # "Liite 1" finds no room in the margin, "L1.1" does
            _add(_add(definition, "pPr"), "ind", left=WIDE if is_wide else 0, hanging=WIDE if is_wide else HANGING)
            looks = _add(definition, "rPr")
            _add(looks, "b", val=0)
            _add(looks, "color", val="44525C")

    @staticmethod
    def _list(root: _Element, list_id: int, kind: str, signs: list[str]) -> None:
        outline = _add(root, "abstractNum", abstractNumId=list_id)
        _add(outline, "multiLevelType", val="multilevel")
        for level, sign in enumerate(signs):
            definition = _add(outline, "lvl", ilvl=level)
            _add(definition, "start", val=1)
            _add(definition, "numFmt", val=kind)
            if not sign:
                _add(definition, "suff", val="nothing")
            _add(definition, "lvlText", val=sign)
            _add(definition, "lvlJc", val="left")
            if sign:
                _add(_add(definition, "pPr"), "ind", left=LIST_STEP * (level + 1), hanging=LIST_STEP)


# --- Parts beside the text --------------------------------------------------------------------------------------------


def _header(document: Document) -> _Element:
    root = etree.Element(f"{W}hdr", nsmap=NAMESPACES)
    paragraph = _add(root, "p")
    _add(_add(paragraph, "pPr"), "pStyle", val="Header")
    _words(paragraph, document.header)
    if document.mark is not None:
        _words(paragraph, "\t")
        _words(paragraph, document.mark, is_bold=True)
        mark = etree.fromstring(_part("mark.xml"))
        shape = mark.find(f".//{{{NAMESPACES['v']}}}shape/{{{NAMESPACES['v']}}}textpath")
        assert shape is not None
        shape.set("string", document.mark)
        paragraph.append(mark)
    return root


def _footer(document: Document) -> _Element:
    root = etree.Element(f"{W}ftr", nsmap=NAMESPACES)
    paragraph = _add(root, "p")
    _add(_add(paragraph, "pPr"), "pStyle", val="Footer")
    _words(paragraph, f"{document.footer}\t")
    for piece in re.split(r"(\{page\}|\{pages\})", document.page_words):
        if piece in ("{page}", "{pages}"):
            field = _add(paragraph, "fldSimple", instr="PAGE" if piece == "{page}" else "NUMPAGES")
            _words(field, "1")
        else:
            _words(paragraph, piece)
    return root


def _core_properties(document: Document) -> bytes:
    core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
    dc, terms = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
    xsi = "http://www.w3.org/2001/XMLSchema-instance"
    root = etree.Element(f"{{{core}}}coreProperties", nsmap={"cp": core, "dc": dc, "dcterms": terms, "xsi": xsi})
    etree.SubElement(root, f"{{{dc}}}title").text = document.title
    etree.SubElement(root, f"{{{dc}}}creator").text = document.author
    etree.SubElement(root, f"{{{dc}}}language").text = LOCALES[document.language]
    if document.keywords:
        etree.SubElement(root, f"{{{core}}}keywords").text = ", ".join(document.keywords)
    created = etree.SubElement(root, f"{{{terms}}}created", {f"{{{xsi}}}type": "dcterms:W3CDTF"})
    created.text = document.made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return _xml(root)


@lru_cache
def _part(name: str, language: Language = Language.FI) -> bytes:
    """A part that is the same in all files of one language."""
    parser = etree.XMLParser(remove_comments=True, remove_blank_text=True, resolve_entities=False)
    root = etree.parse(Path(__file__).parent / "word" / name, parser).getroot()
    return _xml(root).replace(b'"fi-FI"', f'"{LOCALES[language]}"'.encode())


# --- Pieces of a paragraph --------------------------------------------------------------------------------------------


def _add(parent: _Element, tag: str, **attributes: str | int) -> _Element:
    child = etree.SubElement(parent, f"{W}{tag}")
    for name, value in attributes.items():
        child.set(f"{W}{name}", str(value))
    return child


def _xml(root: _Element) -> bytes:
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def _numbered(paragraph: _Element, list_id: int, level: int) -> None:
    properties = _add(paragraph[0], "numPr")
    _add(properties, "ilvl", val=level)
    _add(properties, "numId", val=list_id)


def _keep_with_next(paragraph: _Element) -> None:
    if paragraph.tag == f"{W}p":
        paragraph[0].insert(1, etree.Element(f"{W}keepNext"))


def _runs(parent: _Element, runs: Runs) -> None:
    """Runs in order. An address is written out after the words that lead there: it is read on paper, too.

    A link proper would be a reference to something outside, which files that people sign and archive do not hold.
    """
    for number, run in enumerate(runs):
        _words(parent, run.text, run.is_bold, run.is_italic, run.is_placeholder)
        following = runs[number + 1].link if number + 1 < len(runs) else ""
        if run.link and run.link != following and run.text not in (run.link, run.link.removeprefix("mailto:")):
            _words(parent, f" ({run.link})")


def _words(
    parent: _Element, text: str, is_bold: bool = False, is_italic: bool = False, is_placeholder: bool = False
) -> None:
    if not text:
        return
    run = _add(parent, "r")
    if is_bold or is_italic or is_placeholder:
        properties = _add(run, "rPr")
        if is_placeholder:
            _add(properties, "rStyle", val="PlaceholderText")
        if is_bold:
            _add(properties, "b")
        if is_italic:
            _add(properties, "i")
    _text(run, text)


def _text(run: _Element, text: str) -> None:
    for piece in re.split(r"([\n\t])", text) if "\n" in text or "\t" in text else (text,):
        if piece == "\n":
            _add(run, "br")
        elif piece == "\t":
            _add(run, "tab")
        elif piece:
            words = _add(run, "t")
            words.text = piece
            words.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def _field_mark(paragraph: _Element, kind: str) -> None:
    _add(_add(paragraph, "r"), "fldChar", fldCharType=kind)


def _bookmark(owner: str) -> str:
    """The bookmark of a section or clause, by its id: it stays with the text through edits in Word and LibreOffice."""
    return f"kp_{re.sub(r'[^A-Za-z0-9_]', '_', owner)}"[:40]
