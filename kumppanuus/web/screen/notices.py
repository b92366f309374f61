"""Notices: what a deed says at the head of its answer, or of the next page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Response, flash, g, get_flashed_messages


@dataclass(frozen=True)
class Flash:
    """A notice at the head of the next page, perhaps with a way to undo what it tells of."""

    text: str
    undo_action: str | None = None
    undo_words: str = ""
    undo_fields: dict[str, str] | None = None


def say(text: str, *, undo: str | None = None, undo_words: str = "") -> None:
    """Leave a notice for the answer, or for the next page if the answer shows none; `undo` is the address of the deed
    that undoes it."""
    _said().append({"text": text, "undo": undo, "words": undo_words})


def _said() -> list[Any]:
    """What was said and not yet shown in this request. It goes into the cookie only if it has to wait for a page."""
    if "said" not in g:
        g.said = []
    said: list[Any] = g.said
    return said


def flashes() -> list[Flash]:
    """The notices that wait, once."""
    kept: list[Any] = [*get_flashed_messages(), *_said()]
    g.said = []
    return [Flash(each["text"], each["undo"], each["words"]) for each in kept]


def keep_notices(response: Response) -> Response:
    """What was said and not shown waits for the next page."""
    for each in g.pop("said", ()):
        flash(each, "notice")
    return response
