"""Alphabetical order and case-blind search as Finnish and Swedish have them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SortKey = tuple[tuple[tuple[int, int, str], ...], str, str]

_ALPHABET = {letter: place for place, letter in enumerate("abcdefghijklmnopqrstuvwxyzåäö")}
# Letters of the neighbours, filed where a Finnish reader looks for them. The Sámi ones lose their stroke.
_FILED_AS = str.maketrans("æøõüðđŋŧǥʒłı", "äööyddntgzli") | str.maketrans({"ß": "ss", "þ": "th", "œ": "oe"})
_PIECES = re.compile(r"\d+|\D")
_SOFT_HYPHEN = "\u00ad"


def fold(text: str) -> str:
    """The text as search compares it: case-blind, NFC, without soft hyphens, every blank a plain space."""
    folded = unicodedata.normalize("NFD", text).casefold()
    folded = unicodedata.normalize("NFC", folded).replace(_SOFT_HYPHEN, "")
    return re.sub(r"\s+", " ", folded)


@lru_cache(maxsize=16_384)  # the same names are put in order again and again
def sort_key(text: str) -> SortKey:
    """A key for `sorted`: å, ä and ö last in this order, v and w apart, digits by value, case and accents second.

    The same for NFC and NFD. Texts that differ only in case or accents stand together, in a fixed order.
    """
    folded = fold(text).strip(" ")
    return tuple(_places(folded)), folded, unicodedata.normalize("NFC", text)


def _places(folded: str) -> list[tuple[int, int, str]]:
    """The first level: one place per letter or whole number; blanks before signs before numbers before letters."""
    places: list[tuple[int, int, str]] = []
    for piece in _PIECES.findall("".join(map(_base, folded)).translate(_FILED_AS)):
        if piece[0].isdecimal():
            # By length and digits, not by int(): the digits may be too many for it.
            value = "".join(str(unicodedata.decimal(digit)) for digit in piece).lstrip("0")
            places.append((2, len(value), value))
        elif piece in _ALPHABET:
            places.append((3, _ALPHABET[piece], ""))
        elif piece.isalpha():
            places.append((3, len(_ALPHABET) + ord(piece), ""))
        else:
            places.append((0 if piece == " " else 1, ord(piece), ""))
    return places


def _base(letter: str) -> str:
    """The letter without its accent, unless the accent makes another letter of it."""
    if letter in "åäöüõ":
        return letter
    return "".join(part for part in unicodedata.normalize("NFD", letter) if not unicodedata.combining(part))
