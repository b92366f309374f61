"""The first reading of a file: which part each row is, by styles, numbers and the way its words stand."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kumppanuus.documents.parts.labels import Form, Label, is_title_like
from kumppanuus.documents.parts.rows import Part, Reason, Row
from kumppanuus.documents.source import Role

# How numbers of whole chapters are written.
_OF_CHAPTERS = (Form.PARAGRAPH, Form.CHAPTER, Form.ROMAN, Form.CAPITAL)
_SIGNATURES = re.compile(r"(?:allekirjoitu(?:s|kset)|underskrift(?:er)?|signatures?)\W*", re.IGNORECASE)
_FIXED = {Role.CONTENTS: Reason.CONTENTS, Role.COVER: Reason.COVER, Role.ASIDE: Reason.ASIDE}

Found = tuple[Part, Reason | None]


def find(rows: Sequence[Row]) -> list[Found]:
    """A part for each row, and the reason for each that is not taken."""
    found = _Finder(rows).found()
    return _settled(rows, found)


class _Finder:
    """Reads rows from top to bottom, with an eye on how the whole file is built."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._rows = rows
        headings = [row for row in rows if row.role is Role.HEADING and not _is_annex(row)]
        levels = sorted({row.level for row in headings})
        top = [row for row in headings if row.level == levels[0]] if levels else []
        # A heading of its own rank at the very start, and nothing else of that rank, is the title of all.
        self._title = top[0] if len(top) == 1 and top[0] is headings[0] and not top[0].label else None
        if self._title is not None and (len(levels) > 1 or any(_counts_as_section(row) for row in rows)):
            levels = levels[1:]
        else:
            self._title = None
        self._top = levels[0] if levels else 0
        self._has_styles = bool(levels)
        labels = [row.label for row in rows if row.label and row.role in (Role.BODY, Role.HEADING)]
        self._has_parts = any(each.form is Form.DECIMAL and each.depth > 1 for each in labels)
        self._has_numbered_sections = any(self._is_numbered_section(row) for row in rows)
        self._has_sections = self._has_styles or self._has_numbered_sections or any(map(self._is_bare_heading, rows))
        self._part: Part | None = None  # of the section that is open
        self._clause: Row | None = None  # the row that began the clause that is open
        self._last: Row | None = None
        self._is_signing = False
        self._has_title = False

    def found(self) -> list[Found]:
        return [self._read(at, row) for at, row in enumerate(self._rows)]

    def _read(self, at: int, row: Row) -> Found:
        part, reason = self._part_of(at, row)
        if part in (Part.SECTION, Part.ANNEX):
            self._part, self._clause, self._is_signing = part, None, False
        elif part in (Part.HEADING, Part.CLAUSE):
            self._clause = row
            self._part = self._part or Part.SECTION
        elif part is Part.TITLE:
            self._has_title = True
        elif part is Part.SIGNATURES:
            self._is_signing, self._clause = True, None
        self._last = row
        return part, reason

    def _part_of(self, at: int, row: Row) -> Found:
        if row.role in _FIXED:
            return Part.LEFT, _FIXED[row.role]
        if row.role is Role.SIGNATURES:
            return Part.SIGNATURES, None
        if _is_annex(row) and not row.is_table:
            return Part.ANNEX, None
        if is_signature_heading(row) and (row.role is Role.HEADING or self._is_short(row)):
            return Part.SIGNATURES, None
        if row is self._title or (row.role is Role.TITLE and not self._has_title and self._part is None):
            return Part.TITLE, None
        if row.role in (Role.HEADING, Role.TITLE) and (row.words or row.label):
            return self._heading(row), None
        if self._is_signing:
            if self._is_numbered_section(row):
                return Part.SECTION, None
            return Part.SIGNATURES, None
        return self._body(at, row)

    def _heading(self, row: Row) -> Part:
        is_short = len(row.words) <= 200 and not (row.words.endswith(".") and len(row.words) > 80)
        if row.role is Role.TITLE:
            return Part.SECTION
        if row.label and row.label.form is Form.DECIMAL and row.label.depth > 1:
            return Part.HEADING if is_short else Part.CLAUSE
        if not is_short:
            return Part.CLAUSE
        if self._part is Part.ANNEX and not (row.label and row.label.form in _OF_CHAPTERS):
            return Part.HEADING
        return Part.SECTION if row.level <= self._top or self._part is None else Part.HEADING

    def _body(self, at: int, row: Row) -> Found:
        if row.is_table or row.role in (Role.BOX, Role.NOTE):
            return self._going_on()
        if row.is_bullet:
            return self._going_on()
        if row.label:
            return self._numbered(at, row, row.label), None
        if self._is_bare_heading(row) and not (self._last and self._is_introducing(self._last)):
            if self._part is None and not self._has_title and at == 0 and self._is_title(at):
                return Part.TITLE, None
            return (Part.HEADING if self._has_numbered_sections and self._part else Part.SECTION), None
        if self._part is None:
            return self._before(at, row)
        opened = self._clause
        if opened is None:
            return Part.CLAUSE, None
        if opened.label or self._is_titled(opened) or (self._last and self._is_introducing(self._last)):
            return Part.TEXT, None
        return Part.CLAUSE, None

    def _numbered(self, at: int, row: Row, label: Label) -> Part:
        if label.form is Form.SMALL:
            return self._item(row, label)
        if label.form is Form.DECIMAL and label.depth > 1:
            return Part.HEADING if self._is_headline(at, row) else Part.CLAUSE
        if self._continues_list(row, label):
            return Part.TEXT
        if self._is_numbered_section(row):
            return Part.SECTION
        if self._part is None and not self._has_sections:
            return Part.CLAUSE
        if self._has_styles and self._clause is not None and row.item and self._clause.item is None:
            return Part.TEXT  # a list, where headings make the clauses
        return Part.HEADING if self._is_headline(at, row) else Part.CLAUSE

    def _item(self, row: Row, label: Label) -> Part:
        opened = self._clause
        if opened is None:
            return Part.CLAUSE
        own = opened.label
        return Part.CLAUSE if own and own.form is Form.SMALL and _alike(own, label) else Part.TEXT

    def _continues_list(self, row: Row, label: Label) -> bool:
        """Whether a number belongs to a list inside a clause: the words before it introduce it, or it is the next."""
        last = self._last
        if last is None or self._clause is None:
            return False
        if self._is_introducing(last):
            return label.text in ("1", "A", "I")
        if last is self._clause or last.label is None or last.label.form is not label.form:
            return False
        is_next = last.label.text.isdigit() and label.text.isdigit() and int(label.text) == int(last.label.text) + 1
        return is_next and last.label.depth == 1

    def _is_numbered_section(self, row: Row) -> bool:
        """Whether a paragraph that is no heading by its style is one by its number."""
        return not self._has_styles and _counts_as_section(row)

    def _is_bare_heading(self, row: Row) -> bool:
        """Whether words without style or number stand as a heading does: short, and bold or in capitals."""
        if row.label or row.role is not Role.BODY or row.is_table or row.is_bullet or self._has_styles:
            return False
        letters = [sign for sign in row.words if sign.isalpha()]
        is_capital = len(letters) > 2 and all(sign.isupper() for sign in letters)
        return is_title_like(row.words, 100) and (row.is_bold or is_capital)

    def _is_headline(self, at: int, row: Row) -> bool:
        """Whether a numbered paragraph is the title of a clause: short, and words without such a number follow."""
        following = self._rows[at + 1] if at + 1 < len(self._rows) else None
        if following is None or not is_title_like(row.words) or following.role is not Role.BODY:
            return False
        return following.label is None and not following.is_bullet and not following.is_table

    def _before(self, at: int, row: Row) -> Found:
        """A paragraph before the first chapter."""
        if not self._has_title and self._title is None and at == 0 and is_title_like(row.words):
            return Part.TITLE, None
        if not self._has_sections_after(at):
            return Part.CLAUSE, None
        return Part.LEFT, Reason.BEFORE

    def _is_title(self, at: int) -> bool:
        """Whether a bare heading at the start is the title of all: others, or numbered ones, follow it."""
        following = self._rows[at + 1] if at + 1 < len(self._rows) else None
        is_alone = following is not None and not self._is_bare_heading(following)
        return self._has_sections_after(at) and (self._has_numbered_sections or not is_alone)

    def _has_sections_after(self, at: int) -> bool:
        rest = self._rows[at + 1 :]
        if self._has_styles:
            return any(row.role is Role.HEADING for row in rest)
        return any(self._is_numbered_section(row) or self._is_bare_heading(row) for row in rest) or self._has_parts

    def _going_on(self) -> Found:
        if self._part is None and self._has_sections:
            return Part.LEFT, Reason.BEFORE
        return (Part.CLAUSE if self._clause is None else Part.TEXT), None

    @staticmethod
    def _is_introducing(row: Row) -> bool:
        return row.words.endswith(":")

    @staticmethod
    def _is_titled(row: Row) -> bool:
        return row.role is Role.HEADING or (row.is_bold and is_title_like(row.words))

    @staticmethod
    def _is_short(row: Row) -> bool:
        return len(row.words) <= 40 and not row.is_table


def is_signature_heading(row: Row) -> bool:
    """Whether a row is the heading of the signatures and nothing more."""
    return bool(_SIGNATURES.fullmatch(row.words))


def _is_annex(row: Row) -> bool:
    if row.label is None or row.label.form is not Form.ANNEX:
        return False
    return row.role in (Role.HEADING, Role.TITLE) or not row.words or is_title_like(row.words)


def _counts_as_section(row: Row) -> bool:
    """Whether a number and the words after it read as the heading of a chapter."""
    label = row.label
    if label is None or row.role is not Role.BODY or row.is_table or not is_title_like(row.words):
        return False
    return label.form in _OF_CHAPTERS or (label.form is Form.DECIMAL and label.depth == 1)


def _alike(one: Label, other: Label) -> bool:
    """Whether two small numbers are of one kind: (a) and (b), but not (a) and (1)."""
    signs = [re.sub(r"\W", "", each.text).isdigit() for each in (one, other)]
    return signs[0] == signs[1] and one.text.startswith("(") == other.text.startswith("(")


def _settled(rows: Sequence[Row], found: list[Found]) -> list[Found]:
    """What only shows once all is read: headings of annexes that are a list of annexes, chapters that are a list."""
    for at, (part, _reason) in enumerate(found):
        row = rows[at]
        if row.role is not Role.BODY or part not in (Part.ANNEX, Part.SECTION):
            continue
        following = found[at + 1][0] if at + 1 < len(found) else None
        last = found[at - 1][0] if at else None
        is_empty = following in (None, part) and (at + 1 == len(found) or rows[at + 1].role is Role.BODY)
        if part is Part.ANNEX and is_empty and (following is Part.ANNEX or last in (Part.TEXT, Part.CLAUSE)):
            has_clause = any(each in (Part.CLAUSE, Part.HEADING) for each, _why in found[:at])
            found[at] = (Part.TEXT if has_clause and last in (Part.TEXT, Part.CLAUSE) else Part.CLAUSE), None
    return found
