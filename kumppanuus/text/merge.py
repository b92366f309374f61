"""Two wordings written from the same one, brought together: what only one side changed is taken, the rest is a clash.

The method is diff3 (Khanna, Kunal, Pierce: A Formal Investigation of Diff3, 2007) on the word tokens of the diff.
It is stricter in one point: changes of the two sides that touch, with nothing or only blanks of one line between, are
a clash, because two edits of one phrase can make a third meaning that nobody wrote.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from kumppanuus.text.alignment import common_head, edits
from kumppanuus.text.tokens import Alphabet, Spelled

Kind = Literal["same", "clash"]

# Clashes with no more words than this between them read as one, unless a sentence or a line ends there.
_FEW_WORDS = 2


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of the result: `text` where it is settled ("same"), else what stood there and what each side wrote."""

    kind: Kind
    text: str = ""
    base: str = ""
    mine: str = ""
    theirs: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """The result in reading order. No piece is without a word to it, and no two settled ones stand side by side."""

    pieces: tuple[Piece, ...]

    @property
    def clashes(self) -> tuple[Piece, ...]:
        """What a person has to settle."""
        return tuple(piece for piece in self.pieces if piece.kind == "clash")

    @property
    def is_clean(self) -> bool:
        """Whether nothing is left to settle."""
        return not self.clashes

    @property
    def text(self) -> str:
        """The merged text. A ValueError if there are clashes: then `resolved` gives it."""
        return resolved(self, ())


def merge(base: str, mine: str, theirs: str) -> Merged:
    """Both sides' changes to the base in one text, in NFC. With the sides swapped the answer is the mirror image.

    What nobody can see (`tokens.Alphabet`) is never a clash. Where both sides changed nothing else in a word, the
    spelling that sorts last is kept, whoever wrote it.
    """
    base, mine, theirs = (unicodedata.normalize("NFC", text) for text in (base, mine, theirs))
    if theirs in (base, mine):
        return Merged(tuple(_whole([mine])))
    if mine == base:
        return Merged(tuple(_whole([theirs])))
    alphabet = Alphabet()
    sides = _Sides(*(_visible(alphabet.spelled(text), alphabet) for text in (base, mine, theirs)))
    stretches = _joined(_stretches(sides, alphabet), sides, alphabet)
    return Merged(tuple(_pieces(_seen(stretches, sides, alphabet), sides)))


def resolved(merged: Merged, choices: Sequence[str]) -> str:
    """The text with one choice for each clash, in their order. A ValueError if there are more choices or fewer."""
    if len(choices) != len(merged.clashes):
        raise ValueError(f"{len(merged.clashes)} clashes, {len(choices)} choices")
    rest = iter(choices)
    return "".join(piece.text if piece.kind == "same" else next(rest) for piece in merged.pieces)


class _Sides(NamedTuple):
    base: Spelled
    mine: Spelled
    theirs: Spelled


class _Change(NamedTuple):
    """What one side put in the place of some tokens of the base, and by how much that moves what comes after."""

    start: int
    end: int
    inserted: str

    @property
    def growth(self) -> int:
        return len(self.inserted) - (self.end - self.start)


class _Stretch(NamedTuple):
    """The places of a stretch in base, mine and theirs, and who changed what lies there."""

    places: tuple[slice, slice, slice]
    is_mine: bool = False
    is_theirs: bool = False
    is_changed: bool = False

    @property
    def is_clash(self) -> bool:
        return self.is_mine and self.is_theirs


def _visible(text: Spelled, alphabet: Alphabet) -> Spelled:
    """A text in which there is nothing to see counts as empty."""
    return Spelled([], "") if text.signs == alphabet.unseen else text


def _changes(base: Spelled, side: Spelled, alphabet: Alphabet) -> list[_Change]:
    changes: list[_Change] = []
    at = 0
    for edit in edits(base.signs, side.signs, alphabet):
        if not edit.is_equal:
            changes.append(_Change(at, at + len(edit.deleted), edit.inserted))
        at += len(edit.deleted)
    return changes


def _stretches(sides: _Sides, alphabet: Alphabet) -> Iterator[_Stretch]:
    """All of the base in order: what nobody changed, and changes in groups of those that touch."""
    mine, theirs = (_changes(sides.base, side, alphabet) for side in sides[1:])
    agreed = set(mine) & set(theirs)
    rows = sorted([(change, True) for change in mine] + [(change, False) for change in theirs])
    at = grown_mine = grown_theirs = 0

    def stretch(end: int, group: Iterable[tuple[_Change, bool]] = ()) -> _Stretch:
        nonlocal at, grown_mine, grown_theirs
        starts = at, at + grown_mine, at + grown_theirs
        grown_mine += sum(change.growth for change, is_mine in group if is_mine)
        grown_theirs += sum(change.growth for change, is_mine in group if not is_mine)
        at = end
        places = _places(starts, (at, at + grown_mine, at + grown_theirs))
        only = {is_mine for change, is_mine in group if change not in agreed}
        is_split = len(only) == 2 and sides.mine.signs[places[1]] != sides.theirs.signs[places[2]]
        return _Stretch(places, is_split or only == {True}, is_split or only == {False}, bool(group))

    while rows:
        size, end = 1, rows[0][0].end
        while size < len(rows) and _touches(sides.base.signs[end : rows[size][0].start], alphabet):
            end = max(end, rows[size][0].end)
            size += 1
        group, rows = rows[:size], rows[size:]
        yield stretch(group[0][0].start)
        yield stretch(end, group)
    yield stretch(len(sides.base.signs))


def _touches(between: str, alphabet: Alphabet) -> bool:
    """Whether changes with so much between them touch."""
    return all(sign in alphabet.blanks and sign not in alphabet.line_ends for sign in between)


def _joined(stretches: Iterable[_Stretch], sides: _Sides, alphabet: Alphabet) -> list[_Stretch]:
    """The stretches with clashes that stand close together made one, so that a phrase is settled as a phrase."""
    joined: list[_Stretch] = []
    for stretch in stretches:
        joined.append(stretch)
        while len(joined) > 2 and stretch.is_clash and joined[-3].is_clash and not joined[-2].is_changed:
            between = sides.base.signs[joined[-2].places[0]]
            is_long = sum(sign in alphabet.words for sign in between) > _FEW_WORDS
            if is_long or not alphabet.stops.isdisjoint(between):
                break
            first, last = joined[-3].places, joined[-1].places
            places = _places([place.start for place in first], [place.stop for place in last])
            joined[-3:] = [_Stretch(places, is_mine=True, is_theirs=True, is_changed=True)]
    return joined


def _seen(stretches: list[_Stretch], sides: _Sides, alphabet: Alphabet) -> list[_Stretch]:
    """The stretches with the words beside each clash that is one of blanks only taken into it.

    Whether a line or a word ends is seen between words alone: without them both sides would read the same.
    """
    seen, blanks = list(stretches), "".join(alphabet.blanks)
    for at, stretch in enumerate(stretches):
        _base, mine, theirs = stretch.places
        if not stretch.is_clash or sides.mine.signs[mine].strip(blanks) != sides.theirs.signs[theirs].strip(blanks):
            continue
        starts, ends = ([getattr(place, end) for place in seen[at].places] for end in ("start", "stop"))
        for beside, edges, step in ((at - 1, starts, -1), (at + 1, ends, 1)):
            if 0 <= beside < len(seen) and seen[beside].places[0].start < seen[beside].places[0].stop:
                moved = [edge + step for edge in edges]
                rest = seen[beside].places
                bounds = ([each.start for each in rest], moved) if step < 0 else (moved, [each.stop for each in rest])
                seen[beside] = seen[beside]._replace(places=_places(*bounds))
                edges[:] = moved
        seen[at] = stretch._replace(places=_places(starts, ends))
    return seen


def _places(starts: Sequence[int], ends: Sequence[int]) -> tuple[slice, slice, slice]:
    base, mine, theirs = map(slice, starts, ends)
    return base, mine, theirs


def _pieces(stretches: Iterable[_Stretch], sides: _Sides) -> Iterator[Piece]:
    settled: list[str] = []
    for stretch in stretches:
        base, mine, theirs = (side.tokens[place] for side, place in zip(sides, stretch.places, strict=True))
        if stretch.is_clash:
            head, tail = _added_by_both(stretch, sides)
            yield from _whole([*settled, *_spelled_alike(mine[:head], theirs[:head])])
            settled = _spelled_alike(mine[len(mine) - tail :], theirs[len(theirs) - tail :])
            mine, theirs = mine[head : len(mine) - tail], theirs[head : len(theirs) - tail]
            yield Piece("clash", base="".join(base), mine="".join(mine), theirs="".join(theirs))
        elif stretch.is_mine or stretch.is_theirs:
            settled += mine if stretch.is_mine else theirs
        else:
            settled += _spelled_alike(mine, theirs, [] if stretch.is_changed else base)
    yield from _whole(settled)


def _added_by_both(stretch: _Stretch, sides: _Sides) -> tuple[int, int]:
    """How many tokens both added at the start of a clash, and at its end, where nothing stood before."""
    base, mine, theirs = (side.signs[place] for side, place in zip(sides, stretch.places, strict=True))
    if base:
        return 0, 0
    head = common_head(mine, theirs)
    return head, common_head(mine[head:][::-1], theirs[head:][::-1])


def _spelled_alike(mine: Sequence[str], theirs: Sequence[str], base: Sequence[str] = ()) -> list[str]:
    """Tokens that look the same on both sides; where nobody sees a difference, the base tells who made it."""
    before = base or [""] * len(mine)
    return [t if m == b else m if t == b else max(m, t) for b, m, t in zip(before, mine, theirs, strict=True)]


def _whole(texts: Iterable[str]) -> Iterator[Piece]:
    text = "".join(texts)
    if text:
        yield Piece("same", text)
