"""A text as lines: one for each paragraph, item of a list and row of a table, as formats without nesting know them.

Lines of two texts can be compared and their changes marked, which trees of lists within lists cannot. What is changed
stands in them as pieces: `Ins` and `Del` hold runs, and a whole line can be added or removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from kumppanuus.text.markup import Block, Definitions, List, Paragraph, Run, Runs, Table


@dataclass(frozen=True, slots=True)
class Mark:
    """Whose change it is, and when it was written (aware, or unknown)."""

    author: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ins:
    """Words that are added by a change."""

    runs: Runs
    mark: Mark


@dataclass(frozen=True, slots=True)
class Del:
    """Words that are taken out by a change."""

    runs: Runs
    mark: Mark


Piece = Run | Ins | Del
Pieces = tuple[Piece, ...]


class Kind(StrEnum):
    """What a line is. A heading is the title of a clause; a row belongs to the table that a heading row begins."""

    HEADING = "heading"
    TEXT = "text"
    BULLET = "bullet"
    NUMBER = "number"
    TERM = "term"
    HEADING_ROW = "heading_row"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class Line:
    """A line `depth` lists deep. `cells` are the cells of a row; every other line has one. `number` is that of an item,
    `widths` are those of a table, in its row of headings.

    `added` and `removed` say whose change adds or takes out the line as a whole, its end included.
    """

    kind: Kind
    cells: tuple[Pieces, ...]
    depth: int = 0
    number: int | None = None
    added: Mark | None = None
    removed: Mark | None = None
    widths: tuple[int, ...] = ()


def lines_of(blocks: Iterable[Block], depth: int = 0) -> Iterator[Line]:
    """The lines of a text, in order. An address is written out after the words that lead there.

    It is read on paper, too; and a link proper would be a reference to something outside, which files that people sign
    and archive do not hold.
    """
    for block in blocks:
        match block:
            case Paragraph(runs):
                yield Line(Kind.TEXT, (_spelled(runs),), depth)
            case List(items, is_ordered):
                for item in items:
                    first: Runs = ()
                    rest = item.blocks
                    if rest and isinstance(rest[0], Paragraph):
                        first, rest = _spelled(rest[0].runs), rest[1:]
                    number = (1 if item.number is None else item.number) if is_ordered else None
                    yield Line(Kind.NUMBER if is_ordered else Kind.BULLET, (first,), depth, number)
                    yield from lines_of(rest, depth + 1)
            case Definitions(entries):
                for entry in entries:
                    for term in entry.terms:
                        yield Line(Kind.TERM, (_spelled(term),), depth)
                    for meaning in entry.meanings:
                        yield from lines_of(meaning, depth + 1)
            case Table(head, rows, widths):
                yield Line(Kind.HEADING_ROW, tuple(map(_spelled, head)), depth, widths=widths)
                for row in rows:
                    yield Line(Kind.ROW, tuple(map(_spelled, row)), depth)


def _spelled(runs: Runs) -> Runs:
    if not any(run.link for run in runs):
        return runs
    found: list[Run] = []
    for number, run in enumerate(runs):
        following = runs[number + 1].link if number + 1 < len(runs) else ""
        found.append(replace(run, link=""))
        if run.link and run.link != following and run.text not in (run.link, run.link.removeprefix("mailto:")):
            found.append(Run(f" ({run.link})"))
    return tuple(found)


def words_of(pieces: Iterable[Piece]) -> str:
    """All the words of some pieces, those added and those taken out alike."""
    return "".join(piece.text if isinstance(piece, Run) else "".join(r.text for r in piece.runs) for piece in pieces)
