"""A file as it was read: its paragraphs in order with every word, tracked change and comment. Readers write it.

Nothing here knows chapters or clauses; `parts` finds those. A piece of text may be inserted, deleted or both: deleted
by one person out of what another had inserted. What is seen of the text depends on which changes are taken: a `View`
says which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class ChangeKind(StrEnum):
    """What a tracked change did."""

    INSERT = "insert"
    DELETE = "delete"
    MOVE_FROM = "move_from"
    MOVE_TO = "move_to"


class Mark(NamedTuple):
    """A tracked change: what, by whom and when. The author may be empty, the moment (UTC) unknown."""

    kind: ChangeKind
    author: str
    at: datetime | None


class Piece(NamedTuple):
    """Words set and changed alike. `note` is the number of a footnote that is referred to here, without words."""

    text: str
    inserted: Mark | None = None
    deleted: Mark | None = None
    is_bold: bool = False
    is_italic: bool = False
    link: str = ""
    note: int = 0


class Role(StrEnum):
    """What a paragraph is by its place in the file."""

    BODY = "body"
    TITLE = "title"
    HEADING = "heading"
    CONTENTS = "contents"  # of a table of contents
    NOTE = "note"  # a footnote; it follows the paragraph that refers to it
    BOX = "box"  # in a text box; it follows the paragraph the box hangs on
    COVER = "cover"  # beside the title: what our own exports print there
    ASIDE = "aside"  # about a clause and no part of it: what our own exports print there
    SIGNATURES = "signatures"  # lines to sign on in our own exports


class Cell(NamedTuple):
    """A place in a table: which table of the file, which row and column, each from 0."""

    table: int
    row: int
    column: int


class Item(NamedTuple):
    """The place of a paragraph in a list: which list, how deep from 0, and whether with signs rather than numbers."""

    list_id: str
    level: int
    is_bullet: bool


class Paragraph(NamedTuple):
    """One paragraph. `inserted` and `deleted` are changes of its end, where it was split or joined with the next.

    `number` is the automatic number as it is printed (`3.4`, `(a)`), `number_before` the one before the changes.
    `level` is the rank of a heading from 1, `anchors` are the bookmarks that begin here.
    """

    pieces: tuple[Piece, ...]
    inserted: Mark | None = None
    deleted: Mark | None = None
    role: Role = Role.BODY
    level: int = 0
    number: str = ""
    number_before: str = ""
    item: Item | None = None
    cell: Cell | None = None
    note: int = 0  # of a footnote: its number
    anchors: tuple[str, ...] = ()
    is_bold: bool = False  # by its style

    @property
    def is_changed(self) -> bool:
        """Whether anything of it is a tracked change."""
        if self.inserted or self.deleted:
            return True
        return any(piece.inserted or piece.deleted for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment: `paragraph` is where the words begin that it is about, `anchor` those words. `parent` is the id of
    the comment it replies to."""

    id: str
    author: str
    at: datetime | None
    text: str
    anchor: str
    paragraph: int | None
    parent: str | None
    is_done: bool


class Why(StrEnum):
    """Why something of a file is not taken into the text."""

    HEADER = "header"
    PICTURE = "picture"
    EMBEDDED = "embedded"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class LeftOver:
    """Something that is no paragraph of the text."""

    text: str
    why: Why


@dataclass(frozen=True, slots=True)
class Source:
    """A file: `language` and `title` as the file tells them, `data` what programs have put beside the text."""

    paragraphs: tuple[Paragraph, ...]
    comments: tuple[Comment, ...] = ()
    left_over: tuple[LeftOver, ...] = ()
    language: str = ""
    title: str = ""
    data: tuple[str, ...] = ()


# ---------------------------------------------------------------- views

View = Callable[[Mark], bool]  # whether a change is taken


def final(_mark: Mark) -> bool:
    """All changes accepted."""
    return True


def original(_mark: Mark) -> bool:
    """All changes rejected."""
    return False


def of_author(author: str) -> View:
    """The changes of one author accepted, all others rejected."""
    return lambda mark: mark.author == author


def stands(inserted: Mark | None, deleted: Mark | None, view: View) -> bool:
    """Whether what was changed so is seen in a view."""
    return (inserted is None or view(inserted)) and (deleted is None or not view(deleted))


def seen(paragraphs: Iterable[Paragraph], view: View) -> Iterator[Paragraph]:
    """The paragraphs of a view, without changes: those joined whose border does not stand, none without words.

    The first that has words gives the joined one its looks and its number. Cells of a table are never joined.
    """
    held: Paragraph | None = None
    hanging: list[Paragraph] = []  # what hangs on the paragraph that is held
    for paragraph in paragraphs:
        ends = True
        if paragraph.is_changed:
            ends = stands(paragraph.inserted, paragraph.deleted, view)
            pieces = (p for p in paragraph.pieces if stands(p.inserted, p.deleted, view))
            taken = tuple(piece._replace(inserted=None, deleted=None) for piece in pieces)
            paragraph = paragraph._replace(pieces=taken, inserted=None, deleted=None)
        if held is None:
            if ends or paragraph.role in _HANGING:
                if has_words(paragraph):
                    yield paragraph
            else:
                held = paragraph
            continue
        if paragraph.role in _HANGING:
            hanging.append(paragraph)
            continue
        if held.cell != paragraph.cell:
            yield from filter(has_words, [held, *hanging])
            held, hanging = paragraph, []
        elif has_words(held):
            anchors = held.anchors + paragraph.anchors
            held = held._replace(pieces=held.pieces + paragraph.pieces, anchors=anchors)
        else:
            held = paragraph._replace(pieces=held.pieces + paragraph.pieces)
        if ends:
            yield from filter(has_words, [held, *hanging])
            held, hanging = None, []
    if held is not None:
        yield from filter(has_words, [held, *hanging])


_HANGING = (Role.NOTE, Role.BOX)


def has_words(paragraph: Paragraph) -> bool:
    return any(piece.text and not piece.text.isspace() for piece in paragraph.pieces)


def words(paragraph: Paragraph) -> str:
    """The words of a paragraph of a view."""
    return "".join(piece.text for piece in paragraph.pieces)


def lines(source: Source, view: View) -> list[str]:
    """The words of each paragraph in a view, in order; a footnote follows the paragraph that refers to it."""
    return [words(paragraph) for paragraph in seen(source.paragraphs, view)]
