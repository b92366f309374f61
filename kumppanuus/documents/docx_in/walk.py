"""The text of a Word file from top to bottom: paragraphs with every word, change, comment and automatic number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any

from lxml.etree import _Element

from kumppanuus.documents.docx_in.names import MC, VAL, A, M, R, W, child, is_on, number_of
from kumppanuus.documents.docx_in.numbering import Count, Numbering
from kumppanuus.documents.docx_in.styles import Style, Styles
from kumppanuus.documents.source import (
    Cell,
    ChangeKind,
    Item,
    LeftOver,
    Mark,
    Paragraph,
    Piece,
    Role,
    View,
    Why,
    final,
    original,
    stands,
)

_CHANGES = {
    f"{W}ins": ChangeKind.INSERT,
    f"{W}del": ChangeKind.DELETE,
    f"{W}moveFrom": ChangeKind.MOVE_FROM,
    f"{W}moveTo": ChangeKind.MOVE_TO,
}
_TAKING = (ChangeKind.DELETE, ChangeKind.MOVE_FROM)

Pieces = tuple[Piece, ...]

# Signs that are elements.
_SIGNS = {
    f"{W}tab": "\t",
    f"{W}ptab": "\t",
    f"{W}br": "\n",
    f"{W}cr": "\n",
    f"{W}noBreakHyphen": "\u2011",
    f"{W}softHyphen": "\u00ad",
}
_TEXTS = {f"{W}t", f"{W}delText", f"{M}t", f"{A}t"}
# What holds no words of the text: properties, instructions of fields, marks for the proofreader.
_SILENT = {
    f"{W}{name}"
    for name in (
        *("pPr", "rPr", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "trPr", "tcPr", "tblPrEx", "sectPr", "customXmlPr"),
        *("instrText", "delInstrText", "proofErr", "annotationRef", "footnoteRef", "endnoteRef", "smartTagPr"),
        *("permStart", "permEnd", "lastRenderedPageBreak", "rubyPr", "separator", "continuationSeparator"),
    )
}
_MARKERS = {
    f"{W}{name}" for name in ("bookmarkStart", "commentRangeStart", "commentRangeEnd", "commentReference", "fldChar")
} | {f"{W}footnoteReference", f"{W}endnoteReference"}
_P, _R, _TBL, _TR, _TC, _T = (f"{W}{name}" for name in ("p", "r", "tbl", "tr", "tc", "t"))
_RPR, _PPR, _NUMPR, _NUMID, _ILVL = (f"{W}{name}" for name in ("rPr", "pPr", "numPr", "numId", "ilvl"))
_PSTYLE, _OUTLINE, _B, _I = (f"{W}{name}" for name in ("pStyle", "outlineLvl", "b", "i"))
_AUTHOR, _DATE = f"{W}author", f"{W}date"


class Walk:
    """Reads paragraphs out of block content. What it has found stands in its attributes."""

    def __init__(self, styles: Styles, numbering: Numbering, links: dict[str, str]) -> None:
        self.paragraphs: list[Paragraph] = []
        self.left_over: list[LeftOver] = []
        self.anchors: dict[str, tuple[int, list[str]]] = {}  # comment → the paragraph it begins in, the words it covers
        self.notes: list[tuple[str, str]] = []  # what a note reference refers to, in order: (kind, id)
        self._styles, self._numbering, self._links = styles, numbering, links
        self._after = self._before = Count(numbering)
        self._open: dict[str, list[str]] = {}  # comments whose words are being read
        self._bookmarks: list[str] = []
        self._fields: list[str] = []  # the instruction of each field that is open
        self._contents = 0  # fields and frames of a table of contents that are open
        self._boxes: list[tuple[_Element, int]] = []
        self._tables = 0
        self._cell: Cell | None = None
        self._role: Role | None = None
        self._note = 0
        self._inserted: Mark | None = None
        self._deleted: Mark | None = None
        self._marks: dict[tuple[str, str, str], Mark] = {}
        self._items: dict[tuple[str, int], Item] = {}
        self._is_joined = [False, False]  # whether the next paragraph is one with the last: after all changes, before
        # Of the paragraph that is being read.
        self._pieces: list[Piece] = []
        self._link = ""

    # ------------------------------------------------------------ blocks

    def blocks(self, parent: _Element) -> None:
        """Read the paragraphs and tables inside an element, in order."""
        for element in parent:
            tag = element.tag
            if tag == _P:
                self._paragraph(element)
            elif tag == _TBL:
                self._table(element)
            elif tag in _MARKERS:
                self._marker(element)
            elif tag in _SILENT:
                continue
            elif tag == f"{W}sdt":
                self._frame(element, self.blocks)
            elif tag == f"{W}altChunk":
                self.left_over.append(LeftOver("", Why.EMBEDDED))
            elif tag == f"{MC}AlternateContent":
                self.blocks(_chosen(element))
            elif tag == _R or tag in _TEXTS:
                self._stray(element)
            elif tag in _CHANGES:
                self._changed(element, self.blocks)
            else:
                self.blocks(element)

    def box(self, parent: _Element, role: Role, note: int = 0) -> None:
        """Read blocks that hang on a paragraph: a text box or a note."""
        before = self._role, self._note, self._cell
        self._role, self._note, self._cell = role, note, None
        self.blocks(parent)
        self._role, self._note, self._cell = before

    def note(self, parent: _Element, note: int, changed: tuple[Mark | None, Mark | None]) -> None:
        """Read the note that a piece with these changes refers to."""
        before = self._inserted, self._deleted
        self._inserted, self._deleted = changed
        self.box(parent, Role.NOTE, note)
        self._inserted, self._deleted = before

    def _frame(self, element: _Element, read: Callable[[_Element], None]) -> None:
        gallery = element.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")
        is_contents = gallery is not None and "table of contents" in gallery.get(VAL, "").lower()
        self._contents += is_contents
        content = child(element, "sdtContent")
        if content is not None:
            read(content)
        self._contents -= is_contents

    def _stray(self, element: _Element) -> None:
        """Words outside any paragraph, as a damaged file may hold them: a paragraph of their own."""
        self._pieces = []
        self._inline(element)
        pieces = tuple(self._pieces)
        self.paragraphs.append(Paragraph(pieces, self._inserted, self._deleted, role=self._role or Role.BODY))
        self._ended(pieces, self._inserted, self._deleted)

    def _changed(self, element: _Element, read: Callable[[_Element], None]) -> None:
        before = self._inserted, self._deleted
        mark = self._mark(element)
        if mark.kind in _TAKING:
            self._deleted = mark
        else:
            self._inserted = mark
        read(element)
        self._inserted, self._deleted = before

    def _mark(self, element: _Element) -> Mark:
        key = (element.tag, element.get(_AUTHOR, ""), element.get(_DATE, ""))
        found = self._marks.get(key)
        if found is None:
            found = self._marks[key] = Mark(_CHANGES[key[0]], key[1].strip(), moment(key[2]))
        return found

    def _table(self, table: _Element) -> None:
        if self._cell is not None:  # a table in a cell: its words belong to the cell
            for row in _inside(table, _TR):
                for cell in _inside(row, _TC):
                    with self._changed_as(row, "trPr"), self._changed_as(cell, "tcPr"):
                        self.blocks(cell)
            return
        number, self._tables = self._tables, self._tables + 1
        for at, row in enumerate(_inside(table, _TR)):
            for column, cell in enumerate(_inside(row, _TC)):
                self._cell = Cell(number, at, column)
                with self._changed_as(row, "trPr"), self._changed_as(cell, "tcPr"):
                    self.blocks(cell)
        self._cell = None

    @contextmanager
    def _changed_as(self, element: _Element, properties: str) -> Iterator[None]:
        """What is read inside was inserted or deleted with the row or cell it stands in, if that was."""
        before = self._inserted, self._deleted
        found = child(element, properties)
        for each in found if found is not None else ():
            at = moment(each.get(f"{W}date", ""))
            if each.tag in (f"{W}ins", f"{W}cellIns"):
                self._inserted = Mark(ChangeKind.INSERT, each.get(f"{W}author", "").strip(), at)
            elif each.tag in (f"{W}del", f"{W}cellDel"):
                self._deleted = Mark(ChangeKind.DELETE, each.get(f"{W}author", "").strip(), at)
        yield
        self._inserted, self._deleted = before

    # ------------------------------------------------------------ paragraphs

    def _paragraph(self, element: _Element) -> None:
        style_id, list_id, list_level, rank = "", None, None, None
        inserted, deleted, was_contents = self._inserted, self._deleted, self._contents
        self._pieces = []
        each = _first(element)
        while each is not None:
            tag = each.tag
            if tag == _R:
                self._run(each)
            elif tag == _PPR:
                style_id, list_id, list_level, rank, inserted, deleted = self._properties(each)
            else:
                self._inline_one(each)
            each = each.getnext()
        style = self._styles.find(style_id)
        role, level = style.role, style.level
        if rank is not None and 0 <= rank < 9:
            role, level = Role.HEADING, rank + 1
        if self._contents or was_contents:
            role, level = Role.CONTENTS, 0
        if self._role:
            role, level = self._role, 0
        pieces = tuple(self._pieces)
        numbers = ("", "")
        item = self._place(style, style_id, list_id, list_level)
        if item is not None:
            numbers = self._numbers(item, pieces, inserted, deleted)
        self.paragraphs.append(
            Paragraph(
                pieces,
                inserted,
                deleted,
                role,
                level,
                numbers[0] or numbers[1],
                numbers[1] or numbers[0],
                item,
                self._cell,
                self._note,
                tuple(self._bookmarks),
                style.is_bold,
            )
        )
        self._bookmarks.clear()
        self._ended(pieces, inserted, deleted)
        boxes, self._boxes = self._boxes, []
        for box, note in boxes:
            self.box(box, Role.BOX, note)

    def _properties(
        self, properties: _Element
    ) -> tuple[str, str | None, _Element | None, int | None, Mark | None, Mark | None]:
        """What a paragraph says of itself: its style, its list and the level there, its rank as a heading, and the
        changes of its end."""
        style_id, list_id, list_level, rank = "", None, None, None
        inserted, deleted = self._inserted, self._deleted
        for each in properties:
            tag = each.tag
            if tag == _PSTYLE:
                style_id = each.get(VAL, "")
            elif tag == _NUMPR:
                for inside in each:
                    if inside.tag == _NUMID:
                        list_id = inside.get(VAL, "")
                    elif inside.tag == _ILVL:
                        list_level = inside
            elif tag == _OUTLINE:
                rank = number_of(each.get(VAL), 9)
            elif tag == _RPR:
                for change in each:
                    if change.tag in _CHANGES:
                        mark = self._mark(change)
                        if mark.kind in _TAKING:
                            deleted = mark
                        else:
                            inserted = mark
        return style_id, list_id, list_level, rank, inserted, deleted

    def _ended(self, pieces: Pieces, inserted: Mark | None, deleted: Mark | None) -> None:
        """Note the end of a paragraph: whether the next one is one with it, and for comments that go on."""
        if inserted is None and deleted is None:  # what most are: it ends in every view
            self._is_joined = [False, False]
        else:
            for which, view in enumerate((final, original)):
                ends = stands(inserted, deleted, view)
                self._is_joined[which] = not ends and (self._is_joined[which] or _has_words(pieces, view))
        for words in self._open.values():
            words.append("\n")

    def _place(self, style: Style, style_id: str, list_id: str | None, list_level: _Element | None) -> Item | None:
        """The list that a paragraph belongs to, and its level there."""
        own = style.list_id if list_id is None else list_id
        if not own or own == "0" or own not in self._numbering:
            return None
        if list_level is not None:
            at = number_of(list_level.get(VAL), 0)
        elif style.list_level is not None:
            at = style.list_level
        else:
            at = self._numbering.level_of_style(own, style_id) or 0
        at = min(max(at, 0), 8)
        item = self._items.get((own, at))
        if item is None:
            level = self._numbering.level(own, at)
            item = self._items[own, at] = Item(own, at, level is not None and level.form == "bullet")
        return item

    def _numbers(self, item: Item, pieces: Pieces, inserted: Mark | None, deleted: Mark | None) -> tuple[str, str]:
        """The number of a paragraph after the changes and before them. One that is joined to the last has none."""
        list_id, at, _is_bullet = item
        counted = [not joined for joined in self._is_joined]
        if inserted is not None or deleted is not None:
            for which, view in enumerate((final, original)):
                is_seen = stands(inserted, deleted, view) or _has_words(pieces, view)
                counted[which] = counted[which] and is_seen
        if counted == [True, True] and self._before is self._after:
            number = self._after.next(list_id, at)
            return number, number
        if self._before is self._after:
            self._before = self._after.copy()  # from here on the two ways of seeing count apart
        after = self._after.next(list_id, at) if counted[0] else ""
        before = self._before.next(list_id, at) if counted[1] else ""
        return after, before

    # ------------------------------------------------------------ inside a paragraph

    def _inline(self, parent: _Element) -> None:
        element = _first(parent)
        while element is not None:
            if element.tag == _R:
                self._run(element)
            else:
                self._inline_one(element)
            element = element.getnext()

    def _inline_one(self, element: _Element) -> None:
        tag = element.tag
        if tag in _CHANGES:
            self._changed(element, self._inline)
        elif tag == _R:
            self._run(element)
        elif tag in _MARKERS:
            self._marker(element)
        elif tag in _SILENT:
            return
        elif tag in _TEXTS:
            self._say(element.text or "", False, False)
        elif tag == f"{W}hyperlink":
            before, self._link = self._link, self._links.get(element.get(f"{R}id", ""), "")
            self._inline(element)
            self._link = before
        elif tag == f"{W}sdt":
            self._frame(element, self._inline)
        elif tag == f"{MC}AlternateContent":
            self._inline(_chosen(element))
        elif tag == f"{W}txbxContent":
            self._boxes.append((element, 0))
        elif tag == _P:  # only in a damaged file
            self._inline(element)
        elif tag in (f"{W}object", f"{W}drawing", f"{W}pict"):
            self._picture(element)
        else:
            self._inline(element)

    def _run(self, run: _Element) -> None:
        is_bold = is_italic = False
        element = _first(run)
        while element is not None:
            tag = element.tag
            if tag == _T:
                self._say(element.text or "", is_bold, is_italic)
            elif tag == _RPR:
                if len(element):
                    is_bold, is_italic = self._looks(run, element)
            elif tag in _SIGNS:
                self._say(_SIGNS[tag], is_bold, is_italic)
            elif tag in _TEXTS:
                self._say(element.text or "", is_bold, is_italic)
            elif tag == f"{W}sym":
                code = element.get(f"{W}char", "")
                self._say(chr(int(code, 16)) if _is_hex(code) else "", is_bold, is_italic)
            elif tag == f"{W}instrText":
                if self._fields:
                    self._instruct(element.text or "")
            else:
                self._inline_one(element)
            element = element.getnext()

    def _looks(self, run: _Element, properties: _Element) -> tuple[bool, bool]:
        is_bold = is_italic = False
        for each in properties:
            tag = each.tag
            if tag == _B:
                is_bold = is_on(each)
            elif tag == _I:
                is_italic = is_on(each)
            elif tag == f"{W}rStyle":
                style = self._styles.find(each.get(VAL, ""))
                is_bold, is_italic = style.is_bold, style.is_italic
            elif tag == f"{W}vanish" and is_on(each):
                self.left_over.append(LeftOver("".join(words.text or "" for words in run.iter(_T)), Why.HIDDEN))
        return is_bold, is_italic

    def _say(self, text: str, is_bold: bool, is_italic: bool) -> None:
        if not text:
            return
        if self._open:
            for words in self._open.values():
                words.append(text)
        inserted, deleted, link, pieces = self._inserted, self._deleted, self._link, self._pieces
        if pieces:
            said, last_inserted, last_deleted, was_bold, was_italic, last_link, note = pieces[-1]
            is_same = last_inserted is inserted and last_deleted is deleted and last_link == link and not note
            if is_same and was_bold == is_bold and was_italic == is_italic:
                text = said + text
                pieces.pop()
        pieces.append(_piece((text, inserted, deleted, is_bold, is_italic, link, 0)))

    def _picture(self, element: _Element) -> None:
        before = len(self._boxes), len(self._pieces)
        self._inline(element)
        if (len(self._boxes), len(self._pieces)) != before:
            return
        named = next((each for each in element.iter() if each.tag.endswith("}docPr")), None)
        words = named.get("descr") or named.get("title") or "" if named is not None else ""
        self.left_over.append(LeftOver(words, Why.EMBEDDED if element.tag == f"{W}object" else Why.PICTURE))

    def _marker(self, element: _Element) -> None:
        tag = element.tag
        own = element.get(f"{W}id", "")
        if tag == f"{W}bookmarkStart":
            self._bookmarks.append(element.get(f"{W}name", ""))
        elif tag == f"{W}commentRangeStart":
            self._open[own] = []
            self.anchors[own] = (len(self.paragraphs), self._open[own])
        elif tag == f"{W}commentRangeEnd":
            self._open.pop(own, None)
        elif tag == f"{W}commentReference":
            self.anchors.setdefault(own, (len(self.paragraphs), []))
        elif tag == f"{W}fldChar":
            self._field(element.get(f"{W}fldCharType", ""))
        else:
            self.notes.append(("footnote" if tag == f"{W}footnoteReference" else "endnote", own))
            self._pieces.append(Piece("", self._inserted, self._deleted, note=len(self.notes)))

    def _field(self, kind: str) -> None:
        if kind == "begin":
            self._fields.append("")
        elif kind == "end" and self._fields:
            self._contents -= int(self._fields.pop() == "TOC")

    def _instruct(self, text: str) -> None:
        if not self._fields[-1] and text.strip():
            field = text.split()[0].upper()
            self._fields[-1] = field
            self._contents += int(field == "TOC")


# A piece of all its values in order, in half the time: a file holds many times more of them than of anything else.
_piece: Callable[[tuple[Any, ...]], Piece] = partial(tuple.__new__, Piece)


def moment(text: str) -> datetime | None:
    """A moment as Word writes it, or None: some programs write the year 0, or nothing."""
    try:
        found = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if found.year < 1970:
        return None
    found = found.replace(microsecond=0)
    try:
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError:
        return None


def _first(parent: _Element) -> _Element | None:
    """The first child. Whoever goes on by `getnext` is twice as fast as by iterating: there are ten thousands of
    parents with two children."""
    return parent[0] if len(parent) else None


def _has_words(pieces: Pieces, view: View) -> bool:
    return any(piece.text.strip() and stands(piece.inserted, piece.deleted, view) for piece in pieces)


def _chosen(element: _Element) -> _Element:
    """One of the forms of something that is told in several: the first with words, or else the first."""
    forms = list(element)
    wordy = (form for form in forms if next(form.iter(_T, f"{W}delText"), None) is not None)
    return next(wordy, forms[0] if forms else element)


def _inside(parent: _Element, tag: str) -> list[_Element]:
    """The rows of a table or the cells of a row, also those in a frame of any kind."""
    found: list[_Element] = []
    for each in parent:
        if each.tag == tag:
            found.append(each)
        elif each.tag not in _SILENT and each.tag not in (_TBL, _P):
            found += _inside(each, tag)
    return found


def _is_hex(text: str) -> bool:
    try:
        return 0x20 <= int(text, 16) < 0xD800 or 0xE000 <= int(text, 16) < 0xFFFE
    except ValueError:
        return False
