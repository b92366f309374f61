"""A file cut into rows: what can be a title, a clause or a part of one, and never less."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kumppanuus.documents.parts.labels import Label, bullet, of_automatic, split
from kumppanuus.documents.source import Item, Paragraph, Role, Source, View, final, original, seen, stands, words


class Part(StrEnum):
    """What a row of a file is in the agreement."""

    TITLE = "title"
    SECTION = "section"  # the heading of a chapter
    ANNEX = "annex"  # the heading of an annex
    HEADING = "heading"  # the title of a clause, which begins here
    CLAUSE = "clause"  # a clause without a title begins here
    TEXT = "text"  # goes on with the clause above
    SIGNATURES = "signatures"
    LEFT = "left"  # not taken


class Reason(StrEnum):
    """Why a row is not taken."""

    CONTENTS = "contents"  # a table of contents: the numbers and titles make it anew
    COVER = "cover"  # stands beside the title
    ASIDE = "aside"  # says how a clause stands, and is no part of it
    BEFORE = "before"  # stands before the first chapter
    BY_HAND = "by_hand"  # the person left it out


@dataclass(frozen=True, slots=True)
class Row:
    """The paragraphs from `start` to before `stop` of a file, and how they read.

    `words` are those before the changes, or after them where there were none, without their number.
    """

    start: int
    stop: int
    label: Label | None
    words: str
    role: Role
    level: int
    item: Item | None
    is_table: bool
    is_bold: bool
    is_new: bool  # all of it was inserted
    is_bullet: bool


_ALONE = re.compile(
    r"\s*(?:\d{1,3}\s?[a-z]?\s*§|§\s*\d{1,3}|\d{1,2}\s+luku|(?:liite|bilaga)\s+\w{1,3})\.?\s*", re.IGNORECASE
)


def rows_of(source: Source) -> list[Row]:
    """The rows of a file that hold words, in order."""
    paragraphs = source.paragraphs
    bounds = list(_bounds(paragraphs))
    rows: list[Row] = []
    for start, stop in bounds:
        row = _row(paragraphs, start, stop)
        if row is None:
            continue
        last = rows[-1] if rows else None
        if last and _is_alone(paragraphs, last) and not row.label and not row.is_table and len(row.words) <= 120:
            rows[-1] = _joined(paragraphs, last, row)
        else:
            rows.append(row)
    return rows


def _bounds(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, int]]:
    """Where rows begin and end: a table is one, notes stay with their paragraph, and what was one before stays one."""
    start = 0
    while start < len(paragraphs):
        stop = start + 1
        first = paragraphs[start]
        if first.cell is not None:
            while stop < len(paragraphs) and (_same_table(first, paragraphs[stop]) or _hangs(paragraphs[stop])):
                stop += 1
        else:
            while stop < len(paragraphs) and (_hangs(paragraphs[stop]) or _was_one(paragraphs, start, stop)):
                stop += 1
        yield start, stop
        start = stop


def _same_table(one: Paragraph, other: Paragraph) -> bool:
    return one.cell is not None and other.cell is not None and one.cell.table == other.cell.table


def _hangs(paragraph: Paragraph) -> bool:
    return paragraph.role is Role.NOTE


def _was_one(paragraphs: Sequence[Paragraph], start: int, stop: int) -> bool:
    """Whether the paragraph at `stop` was one with those before it, until somebody split them."""
    following = paragraphs[stop]
    last = next((each for each in reversed(paragraphs[start:stop]) if not _hangs(each)), None)
    if last is None or following.cell is not None or not last.is_changed:
        return False
    if stands(last.inserted, last.deleted, original):
        return False
    return _worded(last, original) and _worded(following, original)


def _worded(paragraph: Paragraph, view: View) -> bool:
    return any(piece.text.strip() and stands(piece.inserted, piece.deleted, view) for piece in paragraph.pieces)


def _row(paragraphs: Sequence[Paragraph], start: int, stop: int) -> Row | None:
    own = paragraphs[start:stop]
    before = [each for each in seen(own, original) if not _hangs(each)]
    shown = before or [each for each in seen(own, final) if not _hangs(each)]
    if not shown:
        # Inserted and deleted again, or only a note: nothing that anybody reads in either view.
        return None
    first = shown[0]
    text = words(first) if first.cell is None else "".join(beside(shown))
    number = (first.number_before if before else first.number) if first.cell is None else ""
    label, rest = (of_automatic(number), text) if number else split(text)
    if first.cell is not None:
        label, rest = None, text
    signs = 0 if label or first.cell is not None else bullet(text.lstrip())
    is_bullet = bool(signs) or (first.item is not None and first.item.is_bullet)
    return Row(
        start=start,
        stop=stop,
        label=label,
        words=rest.lstrip()[signs:].strip(),
        role=first.role,
        level=first.level,
        item=first.item,
        is_table=first.cell is not None,
        is_bold=first.is_bold or all(piece.is_bold for piece in first.pieces if piece.text.strip()),
        is_new=not before,
        is_bullet=is_bullet,
    )


def beside(paragraphs: Sequence[Paragraph]) -> Iterator[str]:
    """The words of a table, its cells and rows kept apart."""
    last: Paragraph | None = None
    for each in paragraphs:
        if last is not None and last.cell and each.cell:
            yield "\n" if last.cell.row != each.cell.row else " | " if last.cell != each.cell else " "
        yield words(each)
        last = each


def _is_alone(paragraphs: Sequence[Paragraph], row: Row) -> bool:
    """Whether a row is a number and nothing more: its title stands in the next one."""
    return not row.words and row.label is not None and bool(_ALONE.fullmatch(words(paragraphs[row.start])))


def _joined(paragraphs: Sequence[Paragraph], number: Row, title: Row) -> Row:
    return Row(
        start=number.start,
        stop=title.stop,
        label=number.label,
        words=title.words,
        role=number.role if number.role is not Role.BODY else title.role,
        level=number.level or title.level,
        item=None,
        is_table=False,
        is_bold=True,
        is_new=number.is_new,
        is_bullet=False,
    )
