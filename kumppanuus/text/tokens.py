"""A text as words to compare: dates (1.6.2026), numbers (25 000,50) and hyphenated compounds stay whole."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from functools import cached_property
from itertools import count, pairwise
from typing import NamedTuple

# Signs nobody sees and that turn nothing round on the screen. Marks of direction are not among them: with those a
# wording can be made to read otherwise, so a change of one must show.
_UNSEEN = "\u00ad\u200b\u2060\ufeff"
_RUN = re.compile(rf"[\s{_UNSEEN}]+")
_MARKS = "".join(sign for sign in map(chr, range(0x300, 0x10000)) if unicodedata.category(sign).startswith("M"))
_BLANKS = "".join(sign for sign in map(chr, range(0x10000)) if sign.isspace() and sign not in " \n")
_IN_WORD = rf"[\w{_MARKS}]"
_TOKEN = re.compile(
    rf"[^\W\d]\w*(?:[{_MARKS}]+\w*)*(?:[-–'’:]{_IN_WORD}+)*"  # a word, as most begin
    r"|\s+"
    rf"|\d{{1,3}}(?: \d{{3}})+(?:,\d+)?(?!{_IN_WORD})"  # thousands
    r"|\d+(?:[.,]\d+)+"  # dates and decimals
    rf"|{_IN_WORD}+(?:[-–'’:]{_IN_WORD}+)*"
    rf"|[^\w\s](?:[{_MARKS}]|\u200d[^\w\s]|[\U0001f3fb-\U0001f3ff])*"
)


_PLAIN = {" ", "\n", "\n\n"}  # runs of blanks that look as they are written
# What makes a text look other than it is written. Few texts have any of it: those are read much faster.
_ODD = re.compile(f"[{_BLANKS}{_UNSEEN}]")
_WIDE = re.compile(r"\S  ")


def _is_even(text: str) -> bool:
    """Whether a text looks exactly as it is written."""
    return (
        # Nothing odd is printable, which is told much sooner than searched for.
        (text.replace("\n", " ").isprintable() or not _ODD.search(text))
        and " \n" not in text
        and "\n\n\n" not in text
        and not (text[:1].isspace() or text[-1:].isspace())
        and not ("  " in text and _WIDE.search(text))
    )


class Spelled(NamedTuple):
    """A text in NFC: its tokens, which give it back when joined, and a string of one sign for each."""

    tokens: list[str]
    signs: str


class Alphabet:
    """The signs of several texts that are compared: tokens that look the same share theirs.

    What nobody can see has no sign: a no-break or thin space is a space, soft hyphens and other signs without width
    belong to the word before them, so do more blanks than one inside a line, blanks at its end, more empty lines than
    one. A text in which there is nothing to see is one token of the sign `unseen`.
    """

    def __init__(self) -> None:
        # A sign for each look, given when it is first asked for.
        self._signs: defaultdict[str, str] = defaultdict(map(chr, count()).__next__)

    def spelled(self, text: str) -> Spelled:
        """The text in tokens and signs. Sets of signs below hold those of the texts spelled before the first look."""
        text = unicodedata.normalize("NFC", text)
        if _is_even(text):
            tokens = looks = _TOKEN.findall(text)
        else:
            seen, origins = _seen(text)
            found = list(_TOKEN.finditer(seen))
            # A token reaches to the next one: what is not seen belongs to the word before it.
            borders = [0, *(origins[token.start()] for token in found[1:]), len(text)]
            tokens = [text[start:end] for start, end in pairwise(borders)] if text else []
            looks = [token.group() for token in found] or [""] * len(tokens)
        return Spelled(tokens, "".join(map(self._signs.__getitem__, looks)))

    @property
    def unseen(self) -> str:
        """The sign of a text in which there is nothing to see; empty if no such text was spelled."""
        return self._signs.get("", "")

    @cached_property
    def words(self) -> set[str]:
        return {sign for look, sign in self._signs.items() if look.isalnum() or any(map(str.isalnum, look))}

    @cached_property
    def blanks(self) -> set[str]:
        return {sign for look, sign in self._signs.items() if look.isspace()}

    @cached_property
    def line_ends(self) -> set[str]:
        return {sign for look, sign in self._signs.items() if look.isspace() and "\n" in look}

    @cached_property
    def stops(self) -> set[str]:
        """Signs that end a sentence or a line."""
        return {sign for look, sign in self._signs.items() if look in {".", "!", "?", ":", ";"}} | self.line_ends


def _seen(text: str) -> tuple[str, list[int]]:
    """What a reader can tell of a text, and for each sign of it the place in the text that it comes from."""
    parts: list[str] = []
    origins: list[int] = []
    at = 0
    for run in _RUN.finditer(text):
        if run.group() in _PLAIN and run.start() > 0 and run.end() < len(text):
            continue
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
