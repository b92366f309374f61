"""The elements that Word files are made of: paragraphs, runs, tracked changes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from itertools import count

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.lines import Del, Ins, Mark, Piece
from kumppanuus.text.markup import Run

NAMESPACES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
}
W = f"{{{NAMESPACES['w']}}}"
ADDED, REMOVED = "0B5D3B", "A01C1C"
LIST_STEP = 397  # twentieths of a point, as all lengths here


def add(parent: _Element, tag: str, **attributes: str | int) -> _Element:
    """A new last child."""
    child = etree.SubElement(parent, f"{W}{tag}")
    for name, value in attributes.items():
        child.set(f"{W}{name}", str(value))
    return child


def xml(root: _Element) -> bytes:
    """A part of the package."""
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def wall_clock(at: datetime) -> str:
    """A moment as Word writes those of changes and comments: the time on the writer's wall, whatever the Z says."""
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def keep_with_next(paragraph: _Element) -> None:
    """Hold a paragraph on the page of the next one."""
    if paragraph.tag == f"{W}p":
        paragraph[0].insert(1, etree.Element(f"{W}keepNext"))


def words(
    parent: _Element,
    text: str,
    is_bold: bool = False,
    is_italic: bool = False,
    is_placeholder: bool = False,
    is_added: bool = False,
    is_removed: bool = False,
) -> None:
    """A run of words, if there are any."""
    if not text:
        return
    run = add(parent, "r")
    if is_bold or is_italic or is_placeholder or is_added or is_removed:
        properties = add(run, "rPr")
        if is_placeholder:
            add(properties, "rStyle", val="PlaceholderText")
        if is_bold:
            add(properties, "b")
        if is_italic:
            add(properties, "i")
        if is_removed:
            add(properties, "strike")
        if is_added or is_removed:
            add(properties, "color", val=ADDED if is_added else REMOVED)
        if is_added:
            add(properties, "u", val="single")
    put(run, text)


def put(run: _Element, text: str, tag: str = "t") -> None:
    """Text into a run, its line ends and tabs as Word has them."""
    for piece in re.split(r"([\n\t])", text) if "\n" in text or "\t" in text else (text,):
        if piece == "\n":
            add(run, "br")
        elif piece == "\t":
            add(run, "tab")
        elif piece:
            element = add(run, tag)
            element.text = piece
            element.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")


def field_mark(paragraph: _Element, kind: str) -> None:
    """The begin, the middle or the end of a field."""
    add(add(paragraph, "r"), "fldChar", fldCharType=kind)


class Changes:
    """Tracked changes of one file: each has a number of its own."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def pieces(self, paragraph: _Element, pieces: Iterable[Piece]) -> None:
        """Words in order, those of a change inside the element that says whose it is."""
        for piece in pieces:
            match piece:
                case Run():
                    is_changed = (piece.is_added, piece.is_removed)
                    words(paragraph, piece.text, piece.is_bold, piece.is_italic, piece.is_placeholder, *is_changed)
                case Ins(runs, mark):
                    change = self._change(paragraph, "ins", mark)
                    for run in runs:
                        words(change, run.text, run.is_bold, run.is_italic, run.is_placeholder)
                case Del(runs, mark):
                    change = self._change(paragraph, "del", mark)
                    for run in runs:
                        words(change, run.text, run.is_bold, run.is_italic, run.is_placeholder)
                    for element in change.iter(f"{W}t"):
                        element.tag = f"{W}delText"

    def paragraph(self, paragraph: _Element, added: Mark | None, removed: Mark | None) -> None:
        """Say of a finished paragraph that its end, and so the paragraph, is added or taken out."""
        if added or removed:
            self.row(add(paragraph[0], "rPr"), added, removed)

    def row(self, properties: _Element, added: Mark | None, removed: Mark | None) -> None:
        """Say so in the properties of a row of a table, or of the end of a paragraph."""
        if added:
            self._change(properties, "ins", added)
        if removed:
            self._change(properties, "del", removed)

    def _change(self, parent: _Element, tag: str, mark: Mark) -> _Element:
        change = add(parent, tag, id=next(self._numbers), author=mark.author)
        if mark.at is not None:
            change.set(f"{W}date", wall_clock(mark.at))
        return change
