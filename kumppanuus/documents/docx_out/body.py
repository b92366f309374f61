"""The main part of a Word file, from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import count
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.docx_out.comments import Comments
from kumppanuus.documents.docx_out.elements import (
    LIST_STEP,
    NAMESPACES,
    Changes,
    W,
    add,
    field_mark,
    keep_with_next,
    put,
    words,
)
from kumppanuus.documents.docx_out.numbering import DEEPEST, HANGING, Numbering, Series
from kumppanuus.documents.lines import Del, Kind, Line, Mark, Pieces, lines_of
from kumppanuus.documents.model import Clause, Document, Section, Signatures, Status, line
from kumppanuus.text.markup import Run

TEXT_WIDTH = 7994  # 14.1 cm on A4
WIDE_WIDTH = 13606  # 24 cm on A4 that lies across

STATUS_COLOURS = {
    "draft": "48555F",
    "comment": "1B4F9C",
    "change": "68359A",
    "half": "0D6A4F",
    "agreed": "12603F",
    "reopen": "864700",
    "late": "B0201C",
}


class _Counted(NamedTuple):
    """The list that the last numbered item belongs to, and the number that would follow in the text as it was."""

    list_id: int
    follows: int


class Body:
    """Writes the main part."""

    def __init__(self, numbering: Numbering, comments: Comments) -> None:
        self.root = etree.Element(f"{W}document", nsmap={"w": NAMESPACES["w"], "r": NAMESPACES["r"]})
        self._body = etree.SubElement(self.root, f"{W}body")
        self._numbering = numbering
        self._comments = comments
        self._changes = Changes()
        self._bookmarks = count(1)
        self._width = TEXT_WIDTH

    def document(self, document: Document) -> None:
        """All of it."""
        self._cover(document)
        for section in document.sections:
            self._section(section, self._numbering.sections)
        if document.signatures:
            self._signatures(document.signatures)
        for annex in document.annexes:
            if annex.is_wide:
                # What stands before lies upright: its pages end here.
                self._page(add(self._body, "p"))
                self._width = WIDE_WIDTH
            self._section(annex, self._numbering.annexes, on_new_page=not annex.is_wide)
        self._page()

    def _cover(self, document: Document) -> None:
        self._line("Title", document.title)
        self._line("Subtitle", document.subtitle)
        self._line("DocumentStatus", document.status)
        for fact in document.facts:
            paragraph = self._paragraph("Fact")
            words(paragraph, fact.label, is_bold=True)
            words(paragraph, "\t")
            self._changes.pieces(paragraph, line(fact.value))
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
                field_mark(entry, "begin")
                add(add(entry, "r"), "instrText").text = r'TOC \o "1-1" \n \h \z \u'
                field_mark(entry, "separate")
            link = add(entry, "hyperlink", anchor=_bookmark(section.id), history="1")
            words(link, f"{section.number}\t" if section.number else "")
            self._changes.pieces(link, line(section.title))
            if number == len(sections) - 1:
                field_mark(entry, "end")

    def _section(self, section: Section, series: Series, on_new_page: bool = False) -> None:
        title = section.redline or Line(Kind.HEADING, (line(section.title),))
        numbered = None if title.removed else series.section(section.number)
        heading = self._heading("Heading1", numbered, section.number, title.removed)
        if on_new_page:
            heading[0].insert(1, etree.Element(f"{W}pageBreakBefore"))
        bookmark = self._begin_bookmark(heading, section.id)
        self._changes.pieces(heading, title.cells[0])
        add(heading, "bookmarkEnd", id=bookmark)
        self._changes.paragraph(heading, title.added, title.removed)
        for clause in section.clauses:
            self._clause(clause, series)

    def _clause(self, clause: Clause, series: Series) -> None:
        lines = _lines(clause)
        is_removed = all(each.removed for each in lines) and bool(lines)
        # A clause that a change takes out keeps its number, but whether Word counts it depends on what Word shows.
        numbered = None if is_removed else series.clause(clause.number)
        # Without a title the number stands before the first paragraph: an empty heading would be read aloud as one.
        has_first = bool(lines) and lines[0].kind in (Kind.HEADING, Kind.TEXT) and not lines[0].depth
        opening = lines[0] if has_first else Line(Kind.TEXT, ((),))
        is_titled = opening.kind is Kind.HEADING
        number_mark = opening.removed if is_removed else None
        style = "Heading2" if is_titled else "NumberedText"
        first = self._heading(style, numbered, clause.number, number_mark)
        bookmark = self._begin_bookmark(first, clause.id)
        with self._comments.on(first, clause.comments):
            self._changes.pieces(first, opening.cells[0])
        self._changes.paragraph(first, opening.added, opening.removed)
        if clause.status and is_titled:
            self._status(clause.status)
        self._lines(lines[1:] if has_first else lines)
        if lines and (lines[-1].added or lines[-1].removed) and self._body[-1].tag == f"{W}p":
            # LibreOffice joins a paragraph that comes or goes with the next one when it hides the change. That must not
            # be the next heading, which would lose its number.
            self._paragraph("AfterTable")
        add(self._body, "bookmarkEnd", id=bookmark)
        if clause.sign_lines:
            keep_with_next(self._body[-2])  # before the end of the bookmark
        if clause.status and not is_titled:
            self._status(clause.status)
        for number, sign in enumerate(clause.sign_lines, start=1):
            paragraph = self._paragraph("ClauseUnsigned" if sign.name is None else "ClauseSigned")
            if number < len(clause.sign_lines):
                keep_with_next(paragraph)
            words(paragraph, sign.side, is_bold=True)
            words(paragraph, f"\t{sign.name or ''}\t{sign.words}")
        for note in clause.notes:
            self._line("NoteHeading", note.heading)
            for part in note.text.split("\n"):
                if part.strip():
                    words(self._paragraph("NoteText"), part)

    def _status(self, status: Status) -> None:
        colour = STATUS_COLOURS.get(status.key.partition("_")[0], STATUS_COLOURS["draft"])
        run = add(self._paragraph("ClauseStatus"), "r")
        looks = add(run, "rPr")
        add(looks, "color", val=colour)
        add(looks, "bdr", val="single", sz=6, space=1, color=colour)
        put(run, status.words)

    def _signatures(self, signatures: Signatures) -> None:
        heading = self._heading("Heading1", None, "")
        self._changes.pieces(heading, line(signatures.title))
        for above in signatures.above:
            self._line("BodyText", above)
        for signer in signatures.signers:
            self._line("SigningParty", signer.party)
            name, *details = signer.names or ("",)
            # Has the line to sign on above it, with a name or without.
            self._changes.pieces(self._paragraph("SigningName"), line(name))
            for detail in details:
                self._line("SigningDetail", detail)
        for below in signatures.below:
            self._line("SigningWords", below)

    # --- Lines of a clause --------------------------------------------------------------------------------------------

    def _lines(self, lines: Sequence[Line]) -> None:
        counted: dict[int, _Counted] = {}
        rows: list[Line] = []
        for each in lines:
            is_row = each.kind in (Kind.HEADING_ROW, Kind.ROW)
            if rows and not (is_row and each.kind is Kind.ROW and len(each.cells) == len(rows[0].cells)):
                self._table(rows)
                rows = []
            if is_row:
                rows.append(each)
                counted = {}
                continue
            ended = each.depth + (each.kind is Kind.NUMBER)
            counted = {depth: last for depth, last in counted.items() if depth < ended}
            self._line_of(each, counted)
        if rows:
            self._table(rows)

    def _line_of(self, each: Line, counted: dict[int, _Counted]) -> None:
        level = min(each.depth, DEEPEST)
        match each.kind:
            case Kind.BULLET:
                paragraph = self._paragraph("ListBullet")
                _numbered(paragraph, self._numbering.bullets, level)
            case Kind.NUMBER:
                paragraph = self._paragraph("ListNumber")
                counted[each.depth] = self._counted(each, level, counted.get(each.depth))
                _numbered(paragraph, counted[each.depth].list_id, level)
            case Kind.TERM:
                paragraph = self._paragraph("DefinitionTerm")
            case _:
                paragraph = self._paragraph("ListContinue" if each.depth else "BodyText")
        if each.depth and each.kind in (Kind.TERM, Kind.TEXT):
            add(paragraph[0], "ind", left=LIST_STEP * each.depth)
        self._changes.pieces(paragraph, each.cells[0])
        self._changes.paragraph(paragraph, each.added, each.removed)

    def _counted(self, each: Line, level: int, last: _Counted | None) -> _Counted:
        """The list that an item is counted in: that of the one before, unless its author made it begin anew.

        Word counts added items, too: the items after one are not held to the numbers they had.
        """
        number = 1 if each.number is None else each.number
        if last is not None and each.added:
            return last
        is_next = last is not None and last.follows == number
        list_id = last.list_id if last is not None and is_next else self._numbering.count_from(number, level)
        return _Counted(list_id, number if each.added else number + 1)

    def _table(self, rows: list[Line]) -> None:
        columns = max(len(rows[0].cells), 1)
        indent = LIST_STEP * rows[0].depth
        shares = rows[0].widths or (1,) * columns
        widths = [(self._width - indent) * share // sum(shares) for share in shares]
        table = add(self._body, "tbl")
        properties = add(table, "tblPr")
        add(properties, "tblStyle", val="TableGrid")
        add(properties, "tblW", w=sum(widths), type="dxa")
        add(properties, "tblInd", w=indent, type="dxa")
        add(properties, "tblLook", val="0620")  # a first row that is one of headings, no bands
        grid = add(table, "tblGrid")
        for width in widths:
            add(grid, "gridCol", w=width)
        for each in rows:
            row = add(table, "tr")
            behaviour = add(row, "trPr")
            add(behaviour, "cantSplit")
            is_heading = each.kind is Kind.HEADING_ROW
            if is_heading:
                add(behaviour, "tblHeader")
            self._changes.row(behaviour, each.added, each.removed)
            for place, pieces in enumerate(each.cells or ((),)):
                cell = add(row, "tc")
                add(add(cell, "tcPr"), "tcW", w=widths[min(place, columns - 1)], type="dxa")
                paragraph = add(cell, "p")
                add(add(paragraph, "pPr"), "pStyle", val="TableHeading" if is_heading else "TableText")
                self._changes.pieces(paragraph, pieces)
                self._changes.paragraph(paragraph, each.added, each.removed)
        # Two tables in a row would be one; and Word wants a paragraph after the last. It is never itself a change: its
        # end going would join what stands on both sides of it.
        self._paragraph("AfterTable")

    # --- Paragraphs ---------------------------------------------------------------------------------------------------

    def _page(self, last: _Element | None = None) -> None:
        """How the pages lie up to here: up to a last paragraph, or to the end of the file."""
        page = add(self._body if last is None else add(last, "pPr"), "sectPr")
        for kind in ("header", "footer"):
            reference = add(page, f"{kind}Reference", type="default")
            reference.set(f"{{{NAMESPACES['r']}}}id", f"{kind}")
        if self._width == WIDE_WIDTH:
            add(page, "pgSz", w=16838, h=11906, orient="landscape")
            add(page, "pgMar", top=1588, right=1588, bottom=1418, left=1644, header=680, footer=624, gutter=0)
        else:
            add(page, "pgSz", w=11906, h=16838)
            add(page, "pgMar", top=1588, right=1644, bottom=1418, left=2268, header=680, footer=624, gutter=0)

    def _paragraph(self, style: str) -> _Element:
        paragraph = add(self._body, "p")
        add(add(paragraph, "pPr"), "pStyle", val=style)
        return paragraph

    def _line(self, style: str, text: str) -> None:
        if text:
            self._changes.pieces(self._paragraph(style), line(text))

    def _heading(
        self, style: str, numbered: tuple[int, int] | None, number: str, removed: Mark | None = None
    ) -> _Element:
        """A paragraph that begins with a number: one that Word counts, or else one written as it is printed."""
        paragraph = self._paragraph(style)
        if numbered:
            _numbered(paragraph, *numbered)
        else:
            _numbered(paragraph, self._numbering.uncounted, 0)
            if number:
                add(paragraph[0], "ind", left=0, hanging=HANGING)
                self._changes.pieces(paragraph, _written(f"{number}\t", removed))
        return paragraph

    def _begin_bookmark(self, paragraph: _Element, owner: str) -> int:
        number = next(self._bookmarks)
        add(paragraph, "bookmarkStart", id=number, name=_bookmark(owner))
        return number


def _lines(clause: Clause) -> Sequence[Line]:
    if clause.redline is not None:
        return clause.redline
    heading = [Line(Kind.HEADING, (line(clause.title),))] if clause.title else []
    return [*heading, *lines_of(clause.blocks)]


def _written(text: str, removed: Mark | None) -> Pieces:
    return (Del((Run(text),), removed),) if removed else (Run(text),)


def _numbered(paragraph: _Element, list_id: int, level: int) -> None:
    properties = add(paragraph[0], "numPr")
    add(properties, "ilvl", val=level)
    add(properties, "numId", val=list_id)


def _bookmark(owner: str) -> str:
    """The bookmark of a section or clause, by its id: it stays with the text through edits in Word and LibreOffice."""
    return f"kp_{re.sub(r'[^A-Za-z0-9_]', '_', owner)}"[:40]
