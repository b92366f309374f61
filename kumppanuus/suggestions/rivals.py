"""Where open suggestions about one clause compete: accepting one of them takes words the other would change."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations
from typing import NamedTuple
from uuid import UUID

from kumppanuus.agreements import ClauseVersion, Wording
from kumppanuus.suggestions.outcome import result
from kumppanuus.suggestions.reads import Shown
from kumppanuus.suggestions.tables import Kind
from kumppanuus.text.merge import merge


class Rival(NamedTuple):
    """Another open suggestion, and the words in force that both change; none where either takes all of them, or both
    only add."""

    suggestion: Shown
    words: tuple[str, ...]


def rivals(shown: Sequence[Shown], current: ClauseVersion | Wording) -> dict[UUID, list[Rival]]:
    """The rivals of each of the suggestions about a clause, by the id of the suggestion. Reads nothing.

    Two rewrites compete where they cannot both be merged into the wording in force; one that needs merging already
    competes with that and is left out. A removal competes with every rewrite. Additions compete with nothing.
    """
    found: dict[UUID, list[Rival]] = {}
    living = [each for each in shown if each.is_open and each.kind is not Kind.ADDITION]
    outcomes = {each.id: result(each, current) for each in living}
    fitting = [each for each in living if outcomes[each.id].is_clean]
    for one, other in combinations(fitting, 2):
        if Kind.REMOVAL in (one.kind, other.kind):
            words: tuple[str, ...] | None = None if one.kind is other.kind else ()
        else:
            mine, theirs = outcomes[one.id], outcomes[other.id]
            titles = _clashes(current.title, mine.title, theirs.title)
            texts = _clashes(current.text, mine.text, theirs.text)
            words = None if titles is None and texts is None else (*(titles or ()), *(texts or ()))
        if words is not None:
            found.setdefault(one.id, []).append(Rival(other, words))
            found.setdefault(other.id, []).append(Rival(one, words))
    return found


@lru_cache(maxsize=2048)
def _clashes(base: str, mine: str, theirs: str) -> tuple[str, ...] | None:
    """The words of the base that both change; None if the two can be merged."""
    merged = merge(base, mine, theirs)
    if merged.is_clean:
        return None
    return tuple(words for clash in merged.clashes if (words := " ".join(clash.base.split())))
