"""What accepting a suggestion would give: the merge with what was written since, and where suggestions compete."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from kumppanuus.agreements import ClauseVersion, Wording
from kumppanuus.suggestions.tables import Kind
from kumppanuus.text.fingerprint import fingerprint, normalised
from kumppanuus.text.merge import Merged, merge


class Standing(StrEnum):
    """How a suggestion fits the text as it is now. What was not written on the wording in force is merged."""

    CLEAN = "clean"
    NEEDS_MERGE = "needs_merge"
    BASE_GONE = "base_gone"


class _Words(Protocol):
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def fingerprint(self) -> str: ...


class Suggested(Protocol):
    """What is asked of a suggestion here, whether it is a row or what pages show of it."""

    @property
    def kind(self) -> Kind: ...
    @property
    def title(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def base(self) -> _Words | None: ...
    @property
    def is_place_gone(self) -> bool: ...


@dataclass(frozen=True)
class Result:
    """What accepting would give.

    When clean, `title` and `text` are the wording it would give, or for a removal the one that would go; `fingerprint`
    stands for it. The merges are there where the base is not the wording in force; what needs merging has its clashes
    in them.
    """

    standing: Standing
    title: str = ""
    text: str = ""
    fingerprint: str = ""
    is_moved: bool = False  # the wording in force is not the one it was written on
    is_in_text: bool = False  # accepting changes no word: they stand in the text already
    merged_title: Merged | None = None
    merged: Merged | None = None

    @property
    def is_clean(self) -> bool:
        return self.standing is Standing.CLEAN


def result(suggestion: Suggested, current: ClauseVersion | Wording | None) -> Result:
    """What accepting a suggestion would give now. `current` is the wording in force of its clause; none for an
    addition."""
    if suggestion.kind is Kind.ADDITION:
        if suggestion.is_place_gone:
            return Result(Standing.BASE_GONE)
        return _clean(suggestion.title, suggestion.text)
    base = suggestion.base
    assert base is not None, "it is about a clause"
    assert current is not None
    is_moved = base.fingerprint != current.fingerprint
    if current.is_removal:
        return Result(Standing.BASE_GONE, is_moved=True)
    if suggestion.kind is Kind.REMOVAL:
        return Result(Standing.CLEAN, current.title, current.text, current.fingerprint, is_moved)
    if not is_moved:
        return _clean(suggestion.title, suggestion.text)
    title = merge(base.title, suggestion.title, current.title)
    text = merge(base.text, suggestion.text, current.text)
    if not (title.is_clean and text.is_clean):
        return Result(Standing.NEEDS_MERGE, is_moved=True, merged_title=title, merged=text)
    kept_title, kept_text = re.sub(r"\s+", " ", title.text).strip(), normalised(text.text).strip()
    print_ = fingerprint(kept_title, kept_text)
    is_in_text = print_ == current.fingerprint
    return Result(Standing.CLEAN, kept_title, kept_text, print_, True, is_in_text, title, text)


def _clean(title: str, text: str) -> Result:
    return Result(Standing.CLEAN, title, text, fingerprint(title, text))
