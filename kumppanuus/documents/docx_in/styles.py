"""The styles of a Word file: which paragraphs they make headings, lists and contents."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml.etree import _Element

from kumppanuus.documents.docx_in.names import VAL, W, child, is_on, number_of, value
from kumppanuus.documents.source import Role

_HEADING = re.compile(r"(?:heading|otsikko|rubrik) ?([1-9])")
_CONTENTS = re.compile(r"(?:toc|contents|sisluet|sisällysluettelo|innehåll) ?[1-9]|toc ?heading|contents heading")
_DEEPEST = 20  # styles that rest on each other

# What our own exports print beside the text, by the ids of their styles.
_OURS = {
    "DocumentStatus": Role.COVER,
    "Fact": Role.COVER,
    "Subtitle": Role.COVER,
    "ClauseStatus": Role.ASIDE,
    "ClauseSigned": Role.ASIDE,
    "ClauseUnsigned": Role.ASIDE,
    "NoteHeading": Role.ASIDE,
    "NoteText": Role.ASIDE,
    "SigningParty": Role.SIGNATURES,
    "SigningName": Role.SIGNATURES,
    "SigningDetail": Role.SIGNATURES,
    "SigningWords": Role.SIGNATURES,
}


@dataclass(slots=True)
class Style:
    """A style with what it takes over from those it rests on. `list_id` may be empty, `level` 0: no heading."""

    role: Role = Role.BODY
    level: int = 0
    list_id: str = ""
    list_level: int | None = None
    is_bold: bool = False
    is_italic: bool = False


_PLAIN = Style()


class Styles:
    """The styles by id; an id nobody defines is read by its name."""

    def __init__(self, root: _Element | None) -> None:
        self._elements: dict[str, _Element] = {}
        self._known: dict[str, Style] = {}
        self.language = ""
        self.default = ""
        if root is None:
            return
        for each in root.iterchildren(f"{W}style"):
            own = each.get(f"{W}styleId", "")
            self._elements[own] = each
            if each.get(f"{W}type") == "paragraph" and each.get(f"{W}default") in ("1", "true"):
                self.default = own
        language = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}lang")
        self.language = language.get(VAL, "") if language is not None else ""

    def find(self, style_id: str) -> Style:
        """A style by its id; none is the usual one of paragraphs."""
        style_id = style_id or self.default
        if style_id not in self._known:
            self._known[style_id] = self._read(style_id, _DEEPEST)
        return self._known[style_id]

    def _read(self, style_id: str, depth: int) -> Style:
        element = self._elements.get(style_id)
        name = (value(child(element, "name")) or style_id).lower()
        based_on = value(child(element, "basedOn"))
        base = self._read(based_on, depth - 1) if based_on and depth else _PLAIN
        found = Style(base.role, base.level, base.list_id, base.list_level, base.is_bold, base.is_italic)
        properties = child(element, "pPr")
        outline = child(properties, "outlineLvl")
        if heading := _HEADING.fullmatch(name):
            found.role, found.level = Role.HEADING, int(heading[1])
        elif name == "title":
            found.role, found.level = Role.TITLE, 0
        elif _CONTENTS.fullmatch(name):
            found.role, found.level = Role.CONTENTS, 0
        elif outline is not None:
            rank = number_of(value(outline), 9)
            found.role, found.level = (Role.HEADING, rank + 1) if 0 <= rank < 9 else (Role.BODY, 0)
        elif style_id in _OURS:
            found.role, found.level = _OURS[style_id], 0
        numbered = child(properties, "numPr")
        if numbered is not None:
            found.list_id = value(child(numbered, "numId")) or found.list_id
            level = child(numbered, "ilvl")
            found.list_level = number_of(value(level), 0) if level is not None else found.list_level
        looks = child(element, "rPr")
        for name_of, attribute in (("b", "is_bold"), ("i", "is_italic")):
            set_so = child(looks, name_of)
            if set_so is not None:
                setattr(found, attribute, is_on(set_so))
        return found
