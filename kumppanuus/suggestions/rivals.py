"""Where open suggestions about one clause compete: more than one of them changes the same words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from kumppanuus.agreements import ClauseVersion, Wording
from kumppanuus.suggestions.outcome import Result, result
from kumppanuus.suggestions.reads import Shown
from kumppanuus.suggestions.tables import Kind
from kumppanuus.text.diff import Change, diff


class Rival(NamedTuple):
    """Another open suggestion, and the words in force that both change; none where either takes all of them, or both
    only add."""

    suggestion: Shown
    words: tuple[str, ...]


class Span(NamedTuple):
    """A change, with where it stands in the old text."""

    change: Change
    start: int
    end: int

    def touches(self, other: Span) -> bool:
        """Whether two changes of one text meet, with nothing or a blank between them."""
        return self.start <= other.end + 1 and other.start <= self.end + 1


def rivals(shown: Sequence[Shown], current: ClauseVersion | Wording) -> dict[UUID, list[Rival]]:
    """The rivals of each of the suggestions about a clause, by the id of the suggestion. Reads nothing.

    Two rewrites compete where what they would make of the wording in force differs from it in the same words, unless
    they would make the same of it; one that needs merging competes with that already and is left out. A removal
    competes with every rewrite. Additions compete with nothing.
    """
    found: dict[UUID, list[Rival]] = {}
    living = [each for each in shown if each.is_open and each.kind is not Kind.ADDITION]
    outcomes = {each.id: result(each, current) for each in living}
    for one, other in combinations([each for each in living if outcomes[each.id].is_clean], 2):
        if Kind.REMOVAL in (one.kind, other.kind):
            words: tuple[str, ...] | None = None if one.kind is other.kind else ()
        else:
            words = _shared(current, outcomes[one.id], outcomes[other.id])
        if words is not None:
            found.setdefault(one.id, []).append(Rival(other, words))
            found.setdefault(other.id, []).append(Rival(one, words))
    return found


def spans(changes: Iterable[Change]) -> Iterator[Span]:
    """What both sides hold and what was changed, each with its place in the old text: of what was inserted instead of
    something, the place of that."""
    at, gone = 0, None
    for each in changes:
        if each.kind == "insert" and gone is not None:
            yield Span(each, gone.start, gone.end)
            continue
        length = 0 if each.kind == "insert" else len(each.text if each.was is None else each.was)
        span = Span(each, at, at + length)
        gone = span if each.kind == "delete" else None
        at = span.end
        yield span


def _shared(current: ClauseVersion | Wording, one: Result, other: Result) -> tuple[str, ...] | None:
    """The words in force that two would change; None if they change none in common."""
    if one.fingerprint == other.fingerprint:
        return None
    sides = ((current.title, one.title, other.title), (current.text, one.text, other.text))
    met = [
        (mine, theirs)
        for before, first, second in sides
        for mine in _changed(before, first)
        for theirs in _changed(before, second)
        if mine.touches(theirs)
    ]
    if not met:
        return None
    # Whichever takes less of the text is what the other takes too, or stands beside.
    lost = [min((mine, theirs), key=lambda each: each.end - each.start).change for mine, theirs in met]
    return tuple(dict.fromkeys(words for each in lost if each.kind == "delete" and (words := each.text.strip())))


@lru_cache(maxsize=1024)
def _changed(old: str, new: str) -> tuple[Span, ...]:
    return tuple(each for each in spans(diff(old, new)) if each.change.kind != "equal")
