"""Changes of a text, marked word by word: from two texts, or from one text and what several people propose for it.

Lines are paired first, those of one kind that share most of their words, and the words of each pair are compared by
`text.diff`. All places are counted in the text that is changed, so that changes of several people can be marked in it
together, as long as they do not meet.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate, pairwise

from kumppanuus.documents.lines import Del, Ins, Kind, Line, Mark, Piece, Pieces
from kumppanuus.text.alignment import anchors
from kumppanuus.text.diff import diff
from kumppanuus.text.markup import Run, Runs

LEAST_SHARED = 0.3  # of the words of two lines: fewer, and one is no change of the other
_MOST_PAIRS = 40_000  # that are weighed between two lines known to be the same


@dataclass(frozen=True, slots=True)
class _Edit:
    """Signs from `start` to `end` of a cell are replaced by runs."""

    start: int
    end: int
    runs: Runs


@dataclass(slots=True)
class Edits:
    """What changes in some lines: words in cells, lines that go, lines that come before the one with that number."""

    words: dict[tuple[int, int], list[_Edit]] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    come: dict[int, list[Line]] = field(default_factory=dict)

    def meets(self, other: Edits) -> bool:
        """Whether both change the same words or words beside each other, or lines at the same place."""
        if self.come.keys() & other.come.keys() or self.gone & other.gone:
            return True
        mine, theirs = ({line for line, _cell in edits.words} for edits in (self, other))
        if self.gone & theirs or other.gone & mine:
            return True
        return any(
            one.start <= two.end and two.start <= one.end
            for place in self.words.keys() & other.words.keys()
            for one in self.words[place]
            for two in other.words[place]
        )


def edits(before: Sequence[Line], after: Sequence[Line]) -> Edits:
    """What leads from some lines without marks to some others."""
    found = Edits()
    at = after_last = 0
    for old, new in _paired(before, after):
        if old is None:
            assert new is not None
            # A row stays with its table, also where other lines go in between.
            after_last = after_last if new.kind is Kind.ROW else at
            found.come.setdefault(after_last, []).append(new)
            continue
        at = old + 1
        if new is None:
            found.gone.add(old)
            continue
        after_last = at
        for number, (cell, changed) in enumerate(zip(before[old].cells, new.cells, strict=True)):
            if cell != changed:
                found.words[old, number] = list(_word_edits(_plain(cell), _plain(changed)))
    return found


def marked(before: Sequence[Line], changes: Iterable[tuple[Edits, Mark]]) -> tuple[Line, ...]:
    """The lines with all changes marked in them. No two of the changes meet."""
    words: dict[tuple[int, int], list[tuple[_Edit, Mark]]] = {}
    gone: dict[int, Mark] = {}
    come: dict[int, list[Line]] = {}
    for each, mark in changes:
        for place, found in each.words.items():
            words.setdefault(place, []).extend((edit, mark) for edit in found)
        gone |= dict.fromkeys(each.gone, mark)
        for at, new in each.come.items():
            come.setdefault(at, []).extend(added(new, mark))
    result: list[Line] = []
    for at, line in enumerate(before):
        result += come.get(at, [])
        if at in gone:
            result += removed([line], gone[at])
        else:
            cells = (_cell(_plain(cell), words.get((at, n), [])) for n, cell in enumerate(line.cells))
            result.append(replace(line, cells=tuple(cells)))
    return (*result, *come.get(len(before), []))


def added(lines: Iterable[Line], mark: Mark) -> Iterator[Line]:
    """Lines without marks, all of them added by one change."""
    for line in lines:
        cells = tuple((Ins(_plain(cell), mark),) if cell else () for cell in line.cells)
        yield replace(line, cells=cells, added=mark)


def removed(lines: Iterable[Line], mark: Mark) -> Iterator[Line]:
    """Lines without marks, all of them taken out by one change."""
    for line in lines:
        cells = tuple((Del(_plain(cell), mark),) if cell else () for cell in line.cells)
        yield replace(line, cells=cells, removed=mark)


# --- Lines ------------------------------------------------------------------------------------------------------------


def _paired(before: Sequence[Line], after: Sequence[Line]) -> Iterator[tuple[int | None, Line | None]]:
    """Lines in order: the number of an old one and the new one it becomes, or None for either."""
    x = y = 0
    for at_x, at_y in [*_same(before, after), (len(before), len(after))]:
        yield from _likeliest(before, range(x, at_x), after, range(y, at_y))
        if at_x < len(before):
            yield at_x, after[at_y]
        x, y = at_x + 1, at_y + 1


def _same(before: Sequence[Line], after: Sequence[Line]) -> list[tuple[int, int]]:
    """Places of lines that are the same: those at both ends, and those in between that each side holds just once."""
    head = 0
    while head < min(len(before), len(after)) and _is_same(before[head], after[head]):
        head += 1
    tail = 0
    while tail < min(len(before), len(after)) - head and _is_same(before[-1 - tail], after[-1 - tail]):
        tail += 1
    signs: dict[object, str] = {}
    olds, news = (
        "".join(signs.setdefault(_key(each), chr(len(signs))) for each in lines[head : len(lines) - tail])
        for lines in (before, after)
    )
    once = [(head + x, head + y) for x, y in anchors(olds, news)]
    ends = [(len(before) - n, len(after) - n) for n in range(tail, 0, -1)]
    return [*((at, at) for at in range(head)), *once, *ends]


def _likeliest(
    before: Sequence[Line], olds: range, after: Sequence[Line], news: range
) -> Iterator[tuple[int | None, Line | None]]:
    """The pairing that keeps the most words, by dynamic programming over both stretches; goes before comes."""
    kept = [[0.0] * (len(news) + 1) for _ in range(len(olds) + 1)]
    if 0 < len(olds) * len(news) <= _MOST_PAIRS:
        bags = [[Counter(_words(line).split()) for line in lines] for lines in (before, after)] if olds and news else []
        likeness = {
            (x, y): _likeness(before[olds[x]], bags[0][olds[x]], after[news[y]], bags[1][news[y]])
            for x in range(len(olds))
            for y in range(len(news))
        }
        for x in reversed(range(len(olds))):
            for y in reversed(range(len(news))):
                pair = likeness[x, y] and likeness[x, y] + kept[x + 1][y + 1]
                kept[x][y] = max(pair, kept[x + 1][y], kept[x][y + 1])
    x = y = 0
    while x < len(olds) or y < len(news):
        if x < len(olds) and (y == len(news) or kept[x][y] == kept[x + 1][y]):
            yield olds[x], None
            x += 1
        elif y < len(news) and (x == len(olds) or kept[x][y] == kept[x][y + 1]):
            yield None, after[news[y]]
            y += 1
        else:
            yield olds[x], after[news[y]]
            x, y = x + 1, y + 1


def _likeness(old: Line, old_words: Counter[str], new: Line, new_words: Counter[str]) -> float:
    """How much of two lines is the same, 0 if one cannot be a change of the other."""
    if _shape(old) != _shape(new):
        return 0
    most = max(old_words.total(), new_words.total())
    share = (old_words & new_words).total() / most if most else 1
    is_heading = old.kind in (Kind.HEADING, Kind.HEADING_ROW)  # of one clause or table, whatever it says
    return share if share >= LEAST_SHARED else LEAST_SHARED if is_heading else 0


def _is_same(old: Line, new: Line) -> bool:
    return _key(old) == _key(new)


def _key(line: Line) -> tuple[object, ...]:
    return *_shape(line), line.cells


def _shape(line: Line) -> tuple[object, ...]:
    # Not the number of an item: that is counted, and follows from the items before it.
    return line.kind, line.depth, len(line.cells)


def _words(line: Line) -> str:
    return " ".join(run.text for cell in line.cells for run in _plain(cell))


# --- Words ------------------------------------------------------------------------------------------------------------


def _word_edits(old: Runs, new: Runs) -> Iterator[_Edit]:
    """The edits between two cells. Words that stay but are set otherwise are replaced by themselves."""
    old_text, new_text = ("".join(run.text for run in runs) for runs in (old, new))
    x = y = 0
    start, y_from, is_open = 0, 0, False
    for change in diff(old_text, new_text):
        old_size = 0 if change.kind == "insert" else len(change.text if change.was is None else change.was)
        new_size = 0 if change.kind == "delete" else len(change.text)
        if change.kind == "equal":
            if is_open:
                yield _Edit(start, x, _cut(new, y_from, y))
                is_open = False
            if old_size == new_size:
                yield from _restyled(old, x, new, y, old_size)
            elif change.was is not None:
                yield _Edit(x, x + old_size, _cut(new, y, y + new_size))  # the same to the eye, not to the text
        elif not is_open:
            start, y_from, is_open = x, y, True
        x, y = x + old_size, y + new_size
    if is_open:
        yield _Edit(start, x, _cut(new, y_from, y))


def _restyled(old: Runs, x: int, new: Runs, y: int, size: int) -> Iterator[_Edit]:
    """Edits where words that are the same on both sides are set otherwise, or spelled otherwise for the eye."""
    was, now = _cut(old, x, x + size), _cut(new, y, y + size)
    if was == now:
        return
    borders = sorted({0, *accumulate(len(run.text) for run in was), *accumulate(len(run.text) for run in now)})
    start = None
    for left, right in pairwise(borders):
        is_other = _cut(was, left, right) != _cut(now, left, right)
        if is_other and start is None:
            start = left
        if start is not None and not is_other:
            yield _Edit(x + start, x + left, _cut(now, start, left))
            start = None
    if start is not None:
        yield _Edit(x + start, x + size, _cut(now, start, size))


def _cell(runs: Runs, found: Sequence[tuple[_Edit, Mark]]) -> Pieces:
    """The runs of a cell with edits marked in them."""
    if not found:
        return runs
    pieces: list[Piece] = []
    at = 0
    for edit, mark in sorted(found, key=lambda each: each[0].start):
        pieces += _cut(runs, at, edit.start)
        if edit.end > edit.start:
            pieces.append(Del(_cut(runs, edit.start, edit.end), mark))
        if edit.runs:
            pieces.append(Ins(edit.runs, mark))
        at = edit.end
    size = sum(len(run.text) for run in runs)
    return (*pieces, *_cut(runs, at, size))


def _cut(runs: Runs, start: int, end: int) -> Runs:
    """The runs of a stretch of signs."""
    found: list[Run] = []
    at = 0
    for run in runs:
        left, right = max(start - at, 0), min(end - at, len(run.text))
        if left < right:
            found.append(run if right - left == len(run.text) else replace(run, text=run.text[left:right]))
        at += len(run.text)
    return tuple(found)


def _plain(cell: Pieces) -> Runs:
    """The cell of a line without marks."""
    return tuple(piece for piece in cell if isinstance(piece, Run))
