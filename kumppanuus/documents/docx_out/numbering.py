"""The numbers of a Word file: what Word counts itself, and what must be written out."""

from __future__ import annotations

import re

from lxml import etree
from lxml.etree import _Element

from kumppanuus.documents.docx_out.elements import LIST_STEP, NAMESPACES, W, add
from kumppanuus.documents.model import Document, Section

HANGING = 907  # what the numbers of clauses hang out to the left of the text
WIDE = 1474  # the room for "Liite 1" before the title of an annex
DEEPEST = 8  # Word knows nine levels of lists, counted from 0


class Series:
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


class Numbering:
    """The lists of one file, by their id: sections, annexes, and so on, then one for each list of numbered items."""

    bullets = 3
    uncounted = 4  # takes a heading out of the count that its style would give it
    items = 5

    def __init__(self, document: Document) -> None:
        self.sections = Series(1, document.sections)
        self.annexes = Series(2, document.annexes)
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
            add(add(root, "num", numId=list_id), "abstractNumId", val=list_id)
        for list_id, (level, number) in enumerate(self._starts, start=self.items + 1):
            counted = add(root, "num", numId=list_id)
            add(counted, "abstractNumId", val=self.items)
            add(add(counted, "lvlOverride", ilvl=level), "startOverride", val=number)
        return root

    @staticmethod
    def _headings(root: _Element, series: Series, styles: tuple[str, str] | None) -> None:
        outline = add(root, "abstractNum", abstractNumId=series.list_id)
        add(outline, "multiLevelType", val="multilevel")
        for level, pattern in enumerate(series.patterns):
            definition = add(outline, "lvl", ilvl=level)
            add(definition, "start", val=1)
            add(definition, "numFmt", val="decimal")
            if styles:
                add(definition, "pStyle", val=styles[level])
            add(definition, "suff", val="tab")
            add(definition, "lvlText", val=pattern)
            add(definition, "lvlJc", val="left")
            is_wide = pattern.find("%") > 1  # "Liite 1" finds no room in the margin, "L1.1" does
            add(add(definition, "pPr"), "ind", left=WIDE if is_wide else 0, hanging=WIDE if is_wide else HANGING)
            looks = add(definition, "rPr")
            add(looks, "b", val=0)
            add(looks, "color", val="44525C")

    @staticmethod
    def _list(root: _Element, list_id: int, kind: str, signs: list[str]) -> None:
        outline = add(root, "abstractNum", abstractNumId=list_id)
        add(outline, "multiLevelType", val="multilevel")
        for level, sign in enumerate(signs):
            definition = add(outline, "lvl", ilvl=level)
            add(definition, "start", val=1)
            add(definition, "numFmt", val=kind)
            if not sign:
                add(definition, "suff", val="nothing")
            add(definition, "lvlText", val=sign)
            add(definition, "lvlJc", val="left")
            if sign:
                add(add(definition, "pPr"), "ind", left=LIST_STEP * (level + 1), hanging=LIST_STEP)
