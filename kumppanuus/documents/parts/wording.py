"""The words of a clause of a file as the text of a clause here, in any view of its changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kumppanuus.documents.parts.labels import Form, bullet, of_automatic, split
from kumppanuus.documents.parts.rows import Row
from kumppanuus.documents.parts.tree import Clause
from kumppanuus.documents.source import Paragraph, Role, Source, View, seen
from kumppanuus.text import markup
from kumppanuus.text.markup import Block, Item, List, Run, Runs, Table
from kumppanuus.text.writing import write

_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


def title_of(source: Source, row: Row, view: View) -> str:
    """The words of a heading without their number, on one line; none where the view has no such row."""
    shown = [each for each in seen(source.paragraphs[row.start : row.stop], view) if each.role is not Role.NOTE]
    text = " ".join("".join(piece.text for piece in each.pieces) for each in shown)
    if row.label is not None and not (shown and _automatic(shown[0])):
        text = split(text)[1]
    return re.sub(r"\s+", " ", text.replace("\u00ad", "")).strip()


def text_of(source: Source, rows: Sequence[Row], clause: Clause, view: View) -> tuple[str, str]:
    """Title and text of a clause in a view. A title with nothing below it is the text."""
    title = title_of(source, rows[clause.rows[0]], view) if clause.has_title else ""
    own = [rows[at] for at in clause.rows[clause.has_title :]]
    paragraphs: list[Paragraph] = []
    for number, row in enumerate(own):
        shown = list(seen(source.paragraphs[row.start : row.stop], view))
        if number == 0 and not clause.has_title and clause.number and shown:
            shown[0] = _without_number(shown[0])
        paragraphs += shown
    notes = [each for each in paragraphs if each.role is Role.NOTE]
    if clause.has_title:
        shown = list(seen(source.paragraphs[rows[clause.rows[0]].start : rows[clause.rows[0]].stop], view))
        notes = [each for each in shown if each.role is Role.NOTE] + notes
    names = {number: str(place) for place, number in enumerate(dict.fromkeys(each.note for each in notes), start=1)}
    blocks = _blocks([each for each in paragraphs if each.role is not Role.NOTE], names)
    for note in notes:
        mark = names[note.note].translate(_RAISED)
        blocks.append(markup.Paragraph((Run(f"{mark} "), *_runs(note, names))))
    text = write(blocks)
    return (title, text) if text else ("", title)


def _automatic(paragraph: Paragraph) -> bool:
    return bool(paragraph.number or paragraph.number_before)


def _without_number(paragraph: Paragraph) -> Paragraph:
    """A paragraph without the number it begins with, typed or automatic."""
    if _automatic(paragraph):
        return paragraph._replace(number="", number_before="", item=None)
    text = "".join(piece.text for piece in paragraph.pieces)
    label, rest = split(text)
    return _cut(paragraph, len(text) - len(rest)) if label else paragraph


def _cut(paragraph: Paragraph, signs: int) -> Paragraph:
    """A paragraph without its first signs."""
    pieces = []
    for piece in paragraph.pieces:
        taken = min(signs, len(piece.text))
        signs -= taken
        if len(piece.text) > taken or piece.note:
            pieces.append(piece._replace(text=piece.text[taken:]))
    return paragraph._replace(pieces=tuple(pieces))


# ---------------------------------------------------------------- blocks


def _blocks(paragraphs: Sequence[Paragraph], names: dict[int, str]) -> list[Block]:
    blocks: list[Block] = []
    at = 0
    while at < len(paragraphs):
        paragraph = paragraphs[at]
        if paragraph.cell is not None:
            end = at
            while end < len(paragraphs) and _in_table(paragraphs[end], paragraph):
                end += 1
            blocks.append(_table(paragraphs[at:end], names))
            at = end
        elif entry := _entry(paragraph, names):
            entries = []
            while entry is not None:
                entries.append(entry)
                at += 1
                entry = _entry(paragraphs[at], names) if at < len(paragraphs) else None
            blocks += _lists(entries)
        else:
            blocks.append(markup.Paragraph(_runs(_spelled(paragraph), names)))
            at += 1
    return [block for block in blocks if not isinstance(block, markup.Paragraph) or block.runs]


def _in_table(paragraph: Paragraph, first: Paragraph) -> bool:
    return paragraph.cell is not None and first.cell is not None and paragraph.cell.table == first.cell.table


def _table(paragraphs: Sequence[Paragraph], names: dict[int, str]) -> Block:
    """A table; its first row is the one of headings. Paragraphs in one cell are joined by a line break."""
    cells: dict[tuple[int, int], Runs] = {}
    for each in paragraphs:
        assert each.cell is not None
        place = (each.cell.row, each.cell.column)
        runs = _runs(_spelled(each), names)
        cells[place] = (*cells[place], Run(" "), *runs) if place in cells else runs
    columns = max(column for _row, column in cells) + 1
    grid = [
        tuple(cells.get((row, column), ()) for column in range(columns)) for row in sorted({at for at, _c in cells})
    ]
    if columns == 1:
        # One column is a frame round words, and Markdown has no table of one.
        return List(tuple(Item((markup.Paragraph(row[0]),)) for row in grid), is_ordered=False)
    return Table(grid[0], tuple(grid[1:]))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A paragraph of a list: how deep it stands, its number or none, its words."""

    level: int
    number: int | None
    runs: Runs


def _entry(paragraph: Paragraph, names: dict[int, str]) -> _Entry | None:
    """A paragraph as it stands in a list that markup knows; None if it does not."""
    if paragraph.cell is not None:
        return None
    item = paragraph.item
    if item is not None and item.is_bullet:
        return _Entry(item.level, None, _runs(paragraph, names))
    if item is not None and _automatic(paragraph):
        label = of_automatic(paragraph.number_before or paragraph.number)
        if label and label.form is Form.DECIMAL and label.depth == 1 and len(label.text) <= 3:
            return _Entry(item.level, int(label.text), _runs(paragraph, names))
        return None
    text = "".join(piece.text for piece in paragraph.pieces)
    if signs := bullet(text.lstrip()):
        return _Entry(0, None, _runs(_cut(paragraph, len(text) - len(text.lstrip()) + signs), names))
    label, rest = split(text)
    if label and label.form is Form.DECIMAL and label.depth == 1 and text.lstrip()[len(label.text) :][:1] == ".":
        return _Entry(0, int(label.text), _runs(_cut(paragraph, len(text) - len(rest)), names))
    return None


def _spelled(paragraph: Paragraph) -> Paragraph:
    """A paragraph with its automatic number written out."""
    number = paragraph.number_before or paragraph.number
    if not number:
        return paragraph
    return paragraph._replace(pieces=(paragraph.pieces[0]._replace(text=f"{number} "), *paragraph.pieces))


def _lists(entries: Sequence[_Entry], depth: int = 0) -> list[Block]:
    """Lists of entries, deeper ones inside the item above them."""
    blocks: list[Block] = []
    items: list[Item] = []
    level = min(entry.level for entry in entries)
    at = 0
    while at < len(entries):
        entry = entries[at]
        end = at + 1
        while end < len(entries) and entries[end].level > level:
            end += 1
        inside: tuple[Block, ...] = ()
        if end > at + 1:
            inside = tuple(_lists(entries[at + 1 : end], depth + 1)) if depth < 4 else ()
        if items and (items[-1].number is None) != (entry.number is None):
            blocks.append(List(tuple(items), is_ordered=items[-1].number is not None))
            items = []
        items.append(Item((markup.Paragraph(entry.runs), *inside), entry.number))
        if depth >= 4:
            items += [Item((markup.Paragraph(each.runs),), entry.number) for each in entries[at + 1 : end]]
        at = end
    blocks.append(List(tuple(items), is_ordered=items[-1].number is not None))
    return blocks


def _runs(paragraph: Paragraph, names: dict[int, str]) -> Runs:
    """The words of a paragraph as runs. What is bold or slanted from end to end is not said: it stresses nothing."""
    worded = [piece for piece in paragraph.pieces if piece.text.strip()]
    all_bold, all_italic = all(p.is_bold for p in worded), all(p.is_italic for p in worded)
    runs: list[Run] = []
    for piece in paragraph.pieces:
        text = names.get(piece.note, "").translate(_RAISED) if piece.note else piece.text.replace("\u00ad", "")
        link = piece.link if re.match(r"https?://|mailto:", piece.link) else ""
        run = Run(text, piece.is_bold and not all_bold, piece.is_italic and not all_italic, link=link)
        if runs and replace(runs[-1], text="") == replace(run, text=""):
            runs[-1] = replace(run, text=runs[-1].text + text)
        elif text:
            runs.append(run)
    if runs:
        runs[0] = replace(runs[0], text=runs[0].text.lstrip())
        runs[-1] = replace(runs[-1], text=runs[-1].text.rstrip())
    return tuple(run for run in runs if run.text)
