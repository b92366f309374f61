"""Changes that were made to a wording as a file spells it, carried over to the wording as people had typed it.

A file keeps no asterisks, no addresses behind words and no blank lines as they were typed. So what changed is found
between two readings of the file, line by line, and every line that nobody touched stays as it was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from kumppanuus.documents.lines import lines_of, words_of
from kumppanuus.text import markup
from kumppanuus.text.merge import merge

_MARK = re.compile(r"^(\s*)(?:([-*+])|(\d+)\.)\s+")


def carried(before: str, base: str, after: str) -> str:
    """What leads from one reading of a file to another, in the text that the file was made of."""
    merged = merge(before, base, after)
    if merged.is_clean and merged.text.strip():
        return merged.text
    return _by_lines(before.split("\n"), base.split("\n"), after.split("\n"))


def _by_lines(before: list[str], base: list[str], after: list[str]) -> str:
    """The lines of `after`; for each that stands in `before` the line of `base` that it comes from."""
    origin = _origins(before, base)
    found: list[str] = []
    near = ""  # the last line of the base that stands in what was found
    is_new = is_apart = False  # whether the last line is new; whether a blank line stands before this one
    for i, j in _pairs(before, after):
        if not after[j].strip():
            is_apart = True
            continue
        own = origin.get(i)
        if own is None:
            line, blanks = _marked_like(after[j], near), int(is_apart and not _is_list(found, after[j]))
        else:
            merged = merge(before[i], base[own], after[j])
            line, blanks = merged.text if merged.is_clean else _marked_like(after[j], base[own]), _blanks(base, own)
            if is_new and is_apart and not _is_list(found, line):
                blanks = max(blanks, 1)
            near = base[own]
        found += [*[""] * (blanks if found else 0), line]
        is_new, is_apart = own is None, False
    return "\n".join(found)


def _pairs(before: list[str], after: list[str]) -> Iterator[tuple[int, int]]:
    """Each line of `after` with the line of `before` it was, or with -1."""
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        is_kept = tag == "equal" or (tag == "replace" and i2 - i1 == j2 - j1)
        yield from ((i1 + n if is_kept else -1, j1 + n) for n in range(j2 - j1))


def _blanks(lines: Sequence[str], at: int) -> int:
    """How many blank lines stand right before a line."""
    count = 0
    while count < at and not lines[at - count - 1].strip():
        count += 1
    return count


def _is_list(found: Sequence[str], line: str) -> bool:
    """Whether a line goes on with the list that the last line belongs to."""
    return bool(found and _MARK.match(found[-1]) and _MARK.match(line))


def _marked_like(line: str, near: str) -> str:
    own, other = _MARK.match(line), _MARK.match(near)
    if own and other and own[2] and other[2]:
        return f"{own[1]}{other[2]} {line[own.end() :]}"
    return line


def _origins(before: Sequence[str], base: Sequence[str]) -> dict[int, int]:
    """The line of the base that each line of a file comes from: the one with the same words, in order."""
    left, right = ([_plain(line) for line in lines] for lines in (before, base))
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return {
        block.a + n: block.b + n
        for block in matcher.get_matching_blocks()
        for n in range(block.size)
        if left[block.a + n]
    }


def _plain(line: str) -> str:
    """The words of a line as any format shows them."""
    body = _MARK.sub("", line)
    shown = " ".join(words_of(cell) for each in lines_of(markup.blocks(body)) for cell in each.cells)
    return re.sub(r"\s+", " ", shown).strip() or body.strip()
