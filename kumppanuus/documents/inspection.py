"""What `flask import --inspect` prints of a file: its parts, changes and comments as plain data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from kumppanuus.documents import parts, source
from kumppanuus.documents.parts import Reading, Row, Section
from kumppanuus.documents.source import Mark, Role, Source, Why, final, original

_WHY = {
    parts.Reason.CONTENTS: "part of a table of contents, which is made anew",
    parts.Reason.COVER: "stands beside the title",
    parts.Reason.ASIDE: "tells how a clause stands and is no part of it",
    parts.Reason.BEFORE: "stands before the first chapter",
    parts.Reason.BY_HAND: "left out by hand",
    Why.HEADER: "header or footer of the pages",
    Why.PICTURE: "picture",
    Why.EMBEDDED: "embedded object",
    Why.HIDDEN: "hidden in Word; it is read all the same",
}
_SIGNATURES = "signature block, kept outside the clauses"


def inspect(read: Source) -> dict[str, Any]:
    """A file as JSON takes it. `sections` hold the text before the tracked changes, which `changes` list.

    A comment's `parent` is the `id` of the comment it replies to. Moments are in UTC, or null where the file has none.
    """
    rows = parts.rows_of(read)
    reading = parts.arrange(rows, parts.find(rows))
    after, before = source.lines(read, final), source.lines(read, original)
    return {
        "title": title(read, rows, reading),
        "language": language(read, before),
        "sections": [_section(read, rows, each) for each in reading.sections],
        "annexes": [_section(read, rows, each) for each in reading.annexes],
        "changes": list(_changes(read, rows, reading)),
        "comments": [
            {
                "id": each.id,
                "author": each.author or None,
                "date": _date(each.at),
                "text": each.text,
                "anchor": each.anchor,
                "parent": each.parent,
                "done": each.is_done,
            }
            for each in read.comments
        ],
        "paragraphs_final": after,
        "paragraphs_original": before,
        "left_over": list(_left_over(read, rows, reading)),
    }


def title(read: Source, rows: Sequence[Row], reading: Reading) -> str:
    """The title of a file: the one in its text, else the one among its properties."""
    if reading.title is not None:
        row = rows[reading.title]
        return parts.title_of(read, row, original) or parts.title_of(read, row, final)
    return read.title


_COMMON = {
    "fi": {"ja", "on", "ei", "tai", "sekä", "että", "ovat", "joka", "mukaan", "voi", "järjestöt", "sopimus"},
    "sv": {"och", "är", "att", "som", "eller", "för", "av", "inte", "med", "den", "ska", "avtalet", "till"},
    "en": {"and", "the", "of", "to", "is", "that", "or", "not", "shall", "for", "with", "in"},
}


def language(read: Source, lines: Sequence[str]) -> str | None:
    """The language of the text by its commonest words, else by what the file says; None if neither tells."""
    counts = dict.fromkeys(_COMMON, 0)
    for word in re.findall(r"\w+", " ".join(lines)[:50_000].lower()):
        for each, common in _COMMON.items():
            counts[each] += word in common
    best = max(counts, key=lambda each: counts[each])
    if counts[best]:
        return best
    told = read.language[:2].lower()
    return told if told in _COMMON else None


def _section(read: Source, rows: Sequence[Row], section: Section) -> dict[str, Any]:
    heading = "" if section.row is None else parts.title_of(read, rows[section.row], original)
    if section.row is not None and not heading:
        heading = parts.title_of(read, rows[section.row], final)
    clauses = []
    for clause in section.clauses:
        name, text = parts.text_of(read, rows, clause, original)
        if name or text:
            clauses.append({"number": clause.number, "title": name, "text": text})
    return {"number": section.number, "title": heading, "clauses": clauses}


def _changes(read: Source, rows: Sequence[Row], reading: Reading) -> Iterator[dict[str, Any]]:
    numbers: dict[int, str] = {}
    for section, clause in reading.clauses():
        for row in clause.rows:
            numbers |= dict.fromkeys(range(rows[row].start, rows[row].stop), clause.number or section.number)
    for section in (*reading.sections, *reading.annexes):
        if section.row is not None:
            numbers[rows[section.row].start] = section.number
    for at, paragraph in enumerate(read.paragraphs):
        for mark, text in changes_of(paragraph):
            yield {
                "kind": mark.kind.value,
                "author": mark.author or None,
                "date": _date(mark.at),
                "text": text,
                "clause": numbers.get(at) or None,
            }


def changes_of(paragraph: source.Paragraph) -> list[tuple[Mark, str]]:
    """The tracked changes of a paragraph with their words; a change of its end alone has a line end for words.

    What one person inserted and another deleted again is in both changes.
    """
    found: list[tuple[int, Mark, str]] = []  # where it begins
    open_at: dict[Mark, int] = {}  # a change that goes on → its place in `found`
    for at, piece in enumerate(paragraph.pieces):
        marks = [mark for mark in (piece.inserted, piece.deleted) if mark is not None]
        open_at = {mark: place for mark, place in open_at.items() if mark in marks}
        for mark in marks:
            if mark in open_at:
                begun, _mark, text = found[open_at[mark]]
                found[open_at[mark]] = (begun, mark, text + piece.text)
            else:
                open_at[mark] = len(found)
                found.append((at, mark, piece.text))
    for end in (paragraph.inserted, paragraph.deleted):
        # The end of a cell goes with the cell.
        if end and paragraph.cell is None and not any(_alike(end, each) for _at, each, _text in found):
            found.append((len(paragraph.pieces), end, "\n"))
    return [(mark, text) for _at, mark, text in found if text]


def _alike(one: Mark, other: Mark) -> bool:
    return (one.kind, one.author) == (other.kind, other.author)


def _left_over(read: Source, rows: Sequence[Row], reading: Reading) -> Iterator[dict[str, str]]:
    for at, reason in reading.left:
        yield {"text": _row_text(read, rows[at]), "why": _WHY[reason]}
    for at in reading.signatures:
        yield {"text": _row_text(read, rows[at]), "why": _SIGNATURES}
    for each in read.left_over:
        yield {"text": each.text, "why": _WHY[each.why]}


def _row_text(read: Source, row: Row) -> str:
    own = read.paragraphs[row.start : row.stop]
    shown = list(source.seen(own, original)) or list(source.seen(own, final))
    return "\n".join(source.words(each) for each in shown if each.role is not Role.NOTE)


def _date(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
