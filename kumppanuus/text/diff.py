"""What changed between two wordings, word by word, for people to read.

Words, dates (1.6.2026) and numbers (25 000,50) stay whole, and changes that stand close together are shown as one,
so that a changed phrase reads as a phrase. Nothing here is bound to a clock: the same two texts always give the same
answer, in time that grows with their length. Where two long texts share next to nothing, what lies between the words
they do share is shown as replaced.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

Kind = Literal["equal", "insert", "delete"]

# Signs nobody sees and that turn nothing round on the screen. Marks of direction are not among them: with those a
# wording can be made to read otherwise, so a change of one must show.
_UNSEEN = "\u00ad\u200b\u2060\ufeff"
_RUN = re.compile(rf"[\s{_UNSEEN}]+")
_MARKS = "".join(sign for sign in map(chr, range(0x300, 0x10000)) if unicodedata.category(sign).startswith("M"))
_IN_WORD = rf"[\w{_MARKS}]"
_TOKEN = re.compile(
    rf"\d{{1,3}}(?: \d{{3}})+(?:,\d+)?(?!{_IN_WORD})"  # thousands
    r"|\d+(?:[.,]\d+)+"  # dates and decimals
    rf"|{_IN_WORD}+(?:[-–'’:]{_IN_WORD}+)*"
    r"|\s+"
    rf"|[^\w\s](?:[{_MARKS}]|\u200d[^\w\s]|[\U0001f3fb-\U0001f3ff])*"
)

# How many edited tokens the search for the shortest way may meet: in a whole text, and between two shared words.
_MOST_EDITS = 150
_MOST_EDITS_BETWEEN = 30
_MOST_LEVELS = 12


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
    sides = _Sides(old, new)
    edits = _edits(sides.before, sides.after)
    return sides.changes(_grouped(_aligned(edits, sides), sides))


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


class _Edit(NamedTuple):
    """A stretch deleted, inserted or (both filled, the same) equal: one sign per token, as in `_Sides`."""

    deleted: str
    inserted: str
    is_equal: bool = False


class _Sides:
    """Both texts as tokens, and as strings of one sign per token where tokens that look the same share theirs."""

    def __init__(self, old: str, new: str) -> None:
        self._signs: dict[str, str] = {}
        self.old_tokens, self.before = self._spelled(unicodedata.normalize("NFC", old))
        self.new_tokens, self.after = self._spelled(unicodedata.normalize("NFC", new))
        looks = {sign: look for look, sign in self._signs.items()}
        self.words = {sign for sign, look in looks.items() if any(map(str.isalnum, look))}
        self.blanks = {sign for sign, look in looks.items() if look.isspace()}
        self.line_ends = {sign for sign in self.blanks if "\n" in looks[sign]}
        self.stops = {sign for sign, look in looks.items() if look in {".", "!", "?", ":", ";"}} | self.line_ends

    def _spelled(self, text: str) -> tuple[list[str], str]:
        seen, origins = _seen(text)
        found = list(_TOKEN.finditer(seen))
        # A token reaches to the next one: what is not seen belongs to the word before it.
        borders = [0, *(origins[token.start()] for token in found[1:]), len(text)]
        tokens = [text[start:end] for start, end in pairwise(borders)] if text else []
        looks = [token.group() for token in found] or [""] * len(tokens)
        return tokens, "".join(self._signs.setdefault(look, chr(len(self._signs))) for look in looks)

    def changes(self, edits: Iterable[_Edit]) -> list[Change]:
        """The edits in the words of both sides."""
        changes: list[Change] = []
        unseen = self._signs.get("", "")  # the sign of a text in which there is nothing to see
        x = y = 0
        for edit in edits:
            old = "".join(self.old_tokens[x : x + len(edit.deleted)])
            new = "".join(self.new_tokens[y : y + len(edit.inserted)])
            x, y = x + len(edit.deleted), y + len(edit.inserted)
            if edit.is_equal:
                changes.append(Change("equal", new, old if old != new else None))
                continue
            if old:
                changes.append(Change("equal", "", old) if edit.deleted == unseen else Change("delete", old))
            if new:
                changes.append(Change("equal", new, "") if edit.inserted == unseen else Change("insert", new))
        return changes


def _seen(text: str) -> tuple[str, list[int]]:
    """What a reader can tell of a text, and for each sign of it the place in the text that it comes from."""
    parts: list[str] = []
    origins: list[int] = []
    at = 0
    for run in _RUN.finditer(text):
        parts.append(text[at : run.start()])
        origins += range(at, run.start())
        at = run.end()
        if run.start() > 0 and run.end() < len(text):
            parts.append(_seen_blank(run.group()))
            origins += [run.start()] * len(parts[-1])
    parts.append(text[at:])
    origins += range(at, len(text))
    return "".join(parts), origins


def _seen_blank(run: str) -> str:
    lines = re.split(r"\r\n|[\n\r]", run.translate(_WITHOUT_UNSEEN))
    if len(lines) == 1:
        return " " if lines[0] else ""
    # The blanks before the first word of a line may be what nests a list; those at its end are nothing.
    return "\n" * min(len(lines) - 1, 2) + re.sub(r"[^\t]", " ", lines[-1])


_WITHOUT_UNSEEN = dict.fromkeys(map(ord, _UNSEEN))


def _edits(before: str, after: str, level: int = 0) -> list[_Edit]:
    """The edits between two spelled texts: the shortest way where that is short, else shared word by shared word."""
    head = _common(before, 0, after, 0)
    start, before, after = before[:head], before[head:], after[head:]
    tail = _common(before[::-1], 0, after[::-1], 0)
    before, after, end = before[: len(before) - tail], after[: len(after) - tail], before[len(before) - tail :]
    way = None
    if before and after:
        way = _shortest(before, after, _MOST_EDITS_BETWEEN if level else _MOST_EDITS)
        if way is None and level < _MOST_LEVELS:
            way = _between_anchors(before, after, level)
    if way is None:
        way = [_Edit(before, after)]
    return _joined([_Edit(start, start, True), *way, _Edit(end, end, True)])


def _common(before: str, x: int, after: str, y: int) -> int:
    """How many signs are the same from these two places on; by leaps, since it may be a whole text."""
    size, leap, limit = 0, 1, min(len(before) - x, len(after) - y)
    while leap:
        if size + leap <= limit and before[x + size : x + size + leap] == after[y + size : y + size + leap]:
            size += leap
            leap *= 2
        else:
            leap //= 2
    return size


def _shortest(before: str, after: str, most_edits: int) -> list[_Edit] | None:
    """The shortest way by Myers' greedy search, or None if it takes more than so many edits."""
    if abs(len(before) - len(after)) > most_edits:
        return None
    goal = len(before) - len(after)
    furthest = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(most_edits, len(before) + len(after)) + 1):
        trail.append(furthest.copy())
        for k in range(-edits, edits + 1, 2):
            if k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1]):
                x = furthest[k + 1]
            else:
                x = furthest[k - 1] + 1
            y = x - k
            if x < len(before) and y < len(after) and before[x] == after[y]:
                x += _common(before, x, after, y)
            furthest[k] = x
            if k == goal and x >= len(before):
                return _walked(before, after, trail)
    return None


def _walked(before: str, after: str, trail: list[dict[int, int]]) -> list[_Edit]:
    """The edits along the way that the search found, read from its end."""
    x, y = len(before), len(after)
    way: list[_Edit] = []
    for edits in range(len(trail) - 1, 0, -1):
        furthest, k = trail[edits], x - y
        is_insertion = k == -edits or (k != edits and furthest[k - 1] < furthest[k + 1])
        from_x = furthest[k + 1 if is_insertion else k - 1]
        from_y = from_x - (k + 1 if is_insertion else k - 1)
        same = before[from_x if is_insertion else from_x + 1 : x]
        way.append(_Edit(same, same, True))
        way.append(_Edit("", after[from_y]) if is_insertion else _Edit(before[from_x], ""))
        x, y = from_x, from_y
    way.append(_Edit(before[:x], before[:x], True))
    return way[::-1]


def _between_anchors(before: str, after: str, level: int) -> list[_Edit] | None:
    """Compare piece by piece between the tokens that each side holds exactly once; None if they share none."""
    edits: list[_Edit] = []
    x = y = 0
    for at_x, at_y in _anchors(before, after):
        edits += _edits(before[x:at_x], after[y:at_y], level + 1)
        edits.append(_Edit(before[at_x], after[at_y], True))
        x, y = at_x + 1, at_y + 1
    return edits + _edits(before[x:], after[y:], level + 1) if edits else None


def _anchors(before: str, after: str) -> list[tuple[int, int]]:
    """Places of tokens that stand once on each side, as many of them as keep their order (patience)."""
    in_before, in_after = Counter(before), Counter(after)
    places = {sign: y for y, sign in enumerate(after) if in_after[sign] == 1}
    pairs = [(x, places[sign]) for x, sign in enumerate(before) if in_before[sign] == 1 and sign in places]
    # The longest run of rising places in `after`: for each length the lowest place that ends one, the pair that does,
    # and for each pair the one before it.
    lowest: list[int] = []
    ends: list[int] = []
    previous: list[int | None] = []
    for index, (_, y) in enumerate(pairs):
        length = bisect_left(lowest, y)
        previous.append(ends[length - 1] if length else None)
        lowest[length : length + 1] = [y]
        ends[length : length + 1] = [index]
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else None
    while at is not None:
        run.append(pairs[at])
        at = previous[at]
    return run[::-1]


def _together(parts: Sequence[_Edit], *, is_equal: bool) -> _Edit:
    return _Edit("".join(part.deleted for part in parts), "".join(part.inserted for part in parts), is_equal)


def _joined(edits: Iterable[_Edit]) -> list[_Edit]:
    """The same edits: none empty, equal stretches and changes taking turns."""
    joined: list[_Edit] = []
    parts: list[_Edit] = []

    def settle() -> None:
        if parts:
            joined.append(_together(parts, is_equal=parts[0].is_equal))
            parts.clear()

    for edit in edits:
        if not edit.deleted and not edit.inserted:
            continue
        if parts and parts[0].is_equal != edit.is_equal:
            settle()
        parts.append(edit)
    settle()
    return joined


def _aligned(edits: list[_Edit], sides: _Sides) -> list[_Edit]:
    """Move each lone insertion or deletion to where it reads best, if the words around it let it move.

    Best is from the start of a line, then of a sentence, then of a word: "sano {yksi ja }kaksi" rather than
    "sano{ yksi ja} kaksi".
    """
    aligned = list(edits)
    for place in range(1, len(edits) - 1):
        left, edit, right = aligned[place - 1 : place + 2]
        if edit.is_equal or (edit.deleted and edit.inserted):
            continue
        size = len(edit.deleted or edit.inserted)
        text = left.deleted + (edit.deleted or edit.inserted) + right.deleted
        first = last = len(left.deleted)
        # It can move by one while the sign it takes in at one end is the sign it gives up at the other.
        while first and text[first - 1] == text[first - 1 + size]:
            first -= 1
        while last + size < len(text) and text[last] == text[last + size]:
            last += 1
        at = max(range(first, last + 1), key=lambda at: (_opens(text, at, sides), at))
        head, moved, rest = text[:at], text[at : at + size], text[at + size :]
        aligned[place - 1] = _Edit(head, head, True)
        aligned[place] = _Edit(moved, "") if edit.deleted else _Edit("", moved)
        aligned[place + 1] = _Edit(rest, rest, True)
    return _joined(aligned)


def _opens(text: str, at: int, sides: _Sides) -> int:
    """How good a place this is to begin a change at."""
    if at == 0 or text[at - 1] in sides.line_ends:
        return 3
    if text[at - 1] not in sides.blanks:
        return 0
    return 2 if at > 1 and text[at - 2] in sides.stops else 1


def _grouped(edits: list[_Edit], sides: _Sides) -> list[_Edit]:
    """Take equal stretches that are short beside the changes around them into these, so that a phrase reads as one.

    A stretch of n words goes if both changes beside it have at least 2n; never one with the end of a sentence or line.
    """
    grouped: list[_Edit] = []
    sizes: list[tuple[int, int]] = []  # words deleted and inserted by each
    for edit in edits:
        grouped.append(edit)
        sizes.append((_words(edit.deleted, sides), _words(edit.inserted, sides)))
        while len(grouped) > 2 and not edit.is_equal:
            between = grouped[-2]
            if 2 * sizes[-2][0] > min(max(sizes[-3]), max(sizes[-1])) or not sides.stops.isdisjoint(between.deleted):
                break
            grouped[-3:] = [_together(grouped[-3:], is_equal=False)]
            sizes[-3:] = [(sum(size[0] for size in sizes[-3:]), sum(size[1] for size in sizes[-3:]))]
    return grouped


def _words(signs: str, sides: _Sides) -> int:
    return sum(sign in sides.words for sign in signs)
