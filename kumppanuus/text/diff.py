"""What changed between two wordings, word by word, for people to read.

Changes that stand close together are shown as one, so that a changed phrase reads as a phrase.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kumppanuus.text.alignment import Edit, edits, together
from kumppanuus.text.tokens import Alphabet, Spelled

Kind = Literal["equal", "insert", "delete"]


@dataclass(frozen=True, slots=True)
class Change:
    """A stretch of text that both sides hold, only the new one (insert) or only the old one (delete).

    `was` is set where both sides hold it in two spellings that look the same: it is the old one, `text` the new one.
    """

    kind: Kind
    text: str
    was: str | None = None

    @property
    def is_blank(self) -> bool:
        """Whether it is white space only, so that showing it takes a sign of its own."""
        return not self.text.strip()


def diff(old: str, new: str) -> list[Change]:
    """The changes from one text to the other, in reading order, a deletion before the insertion in its place.

    `old_side` and `new_side` of the answer give both texts back exactly, in NFC. What nobody can see is never a
    change: a no-break or thin space for a space, soft hyphens and other signs without width, more blanks than one
    inside a line, blanks at the end of one, more empty lines than one. Such a stretch is equal and keeps the old
    spelling in `was`.
    """
    alphabet = Alphabet()
    before, after = alphabet.spelled(old), alphabet.spelled(new)
    way = edits(before.signs, after.signs, alphabet)
    return _in_words(grouped(way, alphabet), before, after, alphabet.unseen)


def old_side(changes: Iterable[Change]) -> str:
    """The old text that the changes were made from."""
    return "".join(c.text if c.was is None else c.was for c in changes if c.kind != "insert")


def new_side(changes: Iterable[Change]) -> str:
    """The new text that the changes lead to."""
    return "".join(c.text for c in changes if c.kind != "delete")


def changed_words(changes: Iterable[Change]) -> tuple[int, int]:
    """How many deletions and how many insertions are shown."""
    counts = Counter(c.kind for c in changes)
    return counts["delete"], counts["insert"]


def _in_words(edits: Iterable[Edit], before: Spelled, after: Spelled, unseen: str) -> list[Change]:
    """The edits in the words of both sides."""
    changes: list[Change] = []
    x = y = 0
    for edit in edits:
        gone, come = before.tokens[x : x + len(edit.deleted)], after.tokens[y : y + len(edit.inserted)]
        x, y = x + len(gone), y + len(come)
        if edit.is_equal:
            changes.append(Change("equal", "".join(come), None if gone == come else "".join(gone)))
            continue
        old, new = "".join(gone), "".join(come)
        if old:
            changes.append(Change("equal", "", old) if edit.deleted == unseen else Change("delete", old))
        if new:
            changes.append(Change("equal", new, "") if edit.inserted == unseen else Change("insert", new))
    return changes


def grouped(edits: list[Edit], alphabet: Alphabet) -> list[Edit]:
    """Take equal stretches that are short beside the changes around them into these, so that a phrase reads as one.

    A stretch of n words goes if both changes beside it have at least 2n; never one with the end of a sentence or line.
    """
    grouped: list[Edit] = []
    sizes: list[tuple[int, int]] = []  # words deleted and inserted by each
    for edit in edits:
        grouped.append(edit)
        size = _words(edit.deleted, alphabet)
        sizes.append((size, size if edit.is_equal else _words(edit.inserted, alphabet)))
        while len(grouped) > 2 and not edit.is_equal:
            between = grouped[-2]
            if 2 * sizes[-2][0] > min(max(sizes[-3]), max(sizes[-1])) or not alphabet.stops.isdisjoint(between.deleted):
                break
            grouped[-3:] = [together(grouped[-3:], is_equal=False)]
            sizes[-3:] = [(sum(size[0] for size in sizes[-3:]), sum(size[1] for size in sizes[-3:]))]
    return grouped


def _words(signs: str, alphabet: Alphabet) -> int:
    return sum(map(alphabet.words.__contains__, signs))
