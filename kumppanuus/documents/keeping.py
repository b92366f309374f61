"""A `Source` as plain data and back: so that a file that was read can be kept and need not be read again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from kumppanuus.documents.source import (
    Cell,
    ChangeKind,
    Comment,
    Item,
    LeftOver,
    Mark,
    Paragraph,
    Piece,
    Role,
    Source,
    Why,
)


def to_data(source: Source) -> dict[str, Any]:
    """As JSON takes it. Each mark stands once in a list, and pieces name its place there."""
    marks: dict[Mark, int] = {}

    def place(mark: Mark | None) -> int | None:
        return None if mark is None else marks.setdefault(mark, len(marks))

    paragraphs = []
    for each in source.paragraphs:
        pieces = [
            [
                piece.text,
                place(piece.inserted),
                place(piece.deleted),
                piece.is_bold,
                piece.is_italic,
                piece.link,
                piece.note,
            ]
            for piece in each.pieces
        ]
        paragraphs.append(
            {
                "pieces": pieces,
                "changed": [place(each.inserted), place(each.deleted)],
                "role": each.role.value,
                "level": each.level,
                "numbers": [each.number, each.number_before],
                "item": each.item,
                "cell": each.cell,
                "note": each.note,
                "is_bold": each.is_bold,
            }
        )
    comments = [
        [each.id, each.author, _moment(each.at), each.text, each.anchor, each.paragraph, each.parent, each.is_done]
        for each in source.comments
    ]
    return {
        "paragraphs": paragraphs,
        "marks": [[mark.kind.value, mark.author, _moment(mark.at)] for mark in marks],
        "comments": comments,
        "left_over": [[each.text, each.why.value] for each in source.left_over],
        "language": source.language,
        "title": source.title,
    }


def from_data(data: dict[str, Any]) -> Source:
    """What `to_data` has written. Bookmarks and what programs put beside the text are not kept."""
    marks = [Mark(ChangeKind(kind), author, _read(at)) for kind, author, at in data["marks"]]

    def mark(place: int | None) -> Mark | None:
        return None if place is None else marks[place]

    paragraphs = tuple(
        Paragraph(
            pieces=tuple(Piece(text, mark(i), mark(d), *rest) for text, i, d, *rest in each["pieces"]),
            inserted=mark(each["changed"][0]),
            deleted=mark(each["changed"][1]),
            role=Role(each["role"]),
            level=each["level"],
            number=each["numbers"][0],
            number_before=each["numbers"][1],
            item=Item(*each["item"]) if each["item"] else None,
            cell=Cell(*each["cell"]) if each["cell"] else None,
            note=each["note"],
            is_bold=each["is_bold"],
        )
        for each in data["paragraphs"]
    )
    comments = tuple(
        Comment(own, author, _read(at), text, anchor, paragraph, parent, is_done)
        for own, author, at, text, anchor, paragraph, parent, is_done in data["comments"]
    )
    left_over = tuple(LeftOver(text, Why(why)) for text, why in data["left_over"])
    return Source(paragraphs, comments, left_over, data["language"], data["title"])


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat()


def _read(at: str | None) -> datetime | None:
    return None if at is None else datetime.fromisoformat(at)
