"""How two spelled texts are laid beside each other: what one has to lose and to gain to become the other.

Nothing here is bound to a clock: the same two texts always give the same answer, in time that grows with their length.
Where two long texts share next to nothing, what lies between the words they do share counts as replaced.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from kumppanuus.text.tokens import Alphabet

# How many edited tokens the search for the shortest way may meet: in a whole text of which no word stands only once on
# each side, and otherwise.
_MOST_EDITS = 100
_MOST_EDITS_BETWEEN = 30
_MOST_LEVELS = 12
_STEPS = 32  # so many signs are compared one by one before it is done by leaps
_MOST_MOVES = 60  # how far a change is moved to where it reads better: longer than any sentence that is said twice


class Edit(NamedTuple):
    """A stretch deleted, inserted or (both filled, the same) equal: one sign per token, as `Alphabet` spells them."""

    deleted: str
    inserted: str
    is_equal: bool = False


def edits(before: str, after: str, alphabet: Alphabet) -> list[Edit]:
    """The edits from one spelled text to the other: equal stretches and changes in turn, each where it reads best."""
    return _aligned(_edits(before, after), alphabet)


def together(parts: Sequence[Edit], *, is_equal: bool) -> Edit:
    """Several edits in a row as one."""
    return Edit("".join(part.deleted for part in parts), "".join(part.inserted for part in parts), is_equal)


def common_head(before: str, after: str, x: int = 0, y: int = 0) -> int:
    """How many signs are the same from these two places on; after some, by leaps, since it may be a whole text."""
    size, leap, limit = 0, _STEPS, min(len(before) - x, len(after) - y)
    steps = min(limit, _STEPS)
    while size < steps:
        if before[x + size] != after[y + size]:
            return size
        size += 1
    while leap:
        if size + leap <= limit and before[x + size : x + size + leap] == after[y + size : y + size + leap]:
            size += leap
            leap *= 2
        else:
            leap //= 2
    return size


def _edits(before: str, after: str, level: int = 0) -> list[Edit]:
    """The edits between two spelled texts: the shortest way where that is short, else shared word by shared word."""
    head = common_head(before, after)
    start, before, after = before[:head], before[head:], after[head:]
    tail = common_head(before[::-1], after[::-1])
    before, after, end = before[: len(before) - tail], after[: len(after) - tail], before[len(before) - tail :]
    way = None
    if before and after:
        way = _shortest(before, after, _MOST_EDITS_BETWEEN)
        if way is None and level < _MOST_LEVELS:
            way = _between_anchors(before, after, level)
        if way is None and not level:
            # Where few kinds of words are said again and again, a search meets many ways and none that reads better.
            way = _shortest(before, after, min(_MOST_EDITS, 2 * len(set(before))))
    if way is None:
        way = [Edit(before, after)]
    return _joined([Edit(start, start, True), *way, Edit(end, end, True)])


def _shortest(before: str, after: str, most_edits: int) -> list[Edit] | None:
    """The shortest way by Myers' greedy search, or None if it takes more than so many edits.

    The search keeps, for each number of edits, how far each of its diagonals reaches in `before`: that of d edits are
    -d, -d + 2 … d, so that the two next to a diagonal stand beside each other in the row of one edit less.
    """
    width, height = len(before), len(after)
    if abs(width - height) > most_edits:
        return None
    rows: list[list[int]] = []
    row = [0]
    for edits in range(min(most_edits, width + height) + 1):
        if edits:
            row = [row[0], *[ahead if ahead > x else x + 1 for x, ahead in pairwise(row)], row[-1] + 1]
        for place, x in enumerate(row):
            y = x + edits - 2 * place
            if x < width and y < height and before[x] == after[y]:
                row[place] = x + common_head(before, after, x, y)
        rows.append(row)
        goal, is_between = divmod(width - height + edits, 2)
        if not is_between and 0 <= goal <= edits and row[goal] >= width:
            return _walked(before, after, rows)
    return None


def _walked(before: str, after: str, rows: list[list[int]]) -> list[Edit]:
    """The edits along the way that the search found, read from its end."""
    x, y = len(before), len(after)
    way: list[Edit] = []
    for edits in range(len(rows) - 1, 0, -1):
        row, place = rows[edits - 1], (x - y + edits) // 2
        is_insertion = place == 0 or (place != edits and row[place - 1] < row[place])
        from_x = row[place] if is_insertion else row[place - 1]
        from_y = from_x + edits - 1 - 2 * (place if is_insertion else place - 1)
        same = before[from_x if is_insertion else from_x + 1 : x]
        way.append(Edit(same, same, True))
        way.append(Edit("", after[from_y]) if is_insertion else Edit(before[from_x], ""))
        x, y = from_x, from_y
    way.append(Edit(before[:x], before[:x], True))
    return way[::-1]


def _between_anchors(before: str, after: str, level: int) -> list[Edit] | None:
    """Compare piece by piece between the tokens that each side holds exactly once; None if they share none."""
    edits: list[Edit] = []
    start = x = y = 0
    for at_x, at_y in anchors(before, after):
        if before[x:at_x] != after[y:at_y]:
            edits.append(Edit(before[start:x], before[start:x], True))
            edits += _edits(before[x:at_x], after[y:at_y], level + 1)
            start = at_x
        x, y = at_x + 1, at_y + 1
    if not x:
        return None
    return [*edits, Edit(before[start:x], before[start:x], True), *_edits(before[x:], after[y:], level + 1)]


def anchors(before: str, after: str) -> list[tuple[int, int]]:
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


def _joined(edits: Iterable[Edit]) -> list[Edit]:
    """The same edits: none empty, equal stretches and changes taking turns."""
    joined: list[Edit] = []
    parts: list[Edit] = []

    def settle() -> None:
        if parts:
            joined.append(parts[0] if len(parts) == 1 else together(parts, is_equal=parts[0].is_equal))
            parts.clear()

    for edit in edits:
        if not edit.deleted and not edit.inserted:
            continue
        if parts and parts[0].is_equal != edit.is_equal:
            settle()
        parts.append(edit)
    settle()
    return joined


def _aligned(edits: list[Edit], alphabet: Alphabet) -> list[Edit]:
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
        start = first = last = len(left.deleted)
        # It can move by one while the sign it takes in at one end is the sign it gives up at the other.
        while first > start - _MOST_MOVES and first and text[first - 1] == text[first - 1 + size]:
            first -= 1
        while last < start + _MOST_MOVES and last + size < len(text) and text[last] == text[last + size]:
            last += 1
        at = max(range(first, last + 1), key=lambda at: (_opens(text, at, alphabet), at))
        head, moved, rest = text[:at], text[at : at + size], text[at + size :]
        aligned[place - 1] = Edit(head, head, True)
        aligned[place] = Edit(moved, "") if edit.deleted else Edit("", moved)
        aligned[place + 1] = Edit(rest, rest, True)
    return _joined(aligned)


def _opens(text: str, at: int, alphabet: Alphabet) -> int:
    """How good a place this is to begin a change at."""
    if at == 0 or text[at - 1] in alphabet.line_ends:
        return 3
    if text[at - 1] not in alphabet.blanks:
        return 0
    return 2 if at > 1 and text[at - 2] in alphabet.stops else 1
