"""Numbers that stand before words: what counts as one, in all the forms agreements use."""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NamedTuple


class Form(StrEnum):
    """How a number is written."""

    DECIMAL = "decimal"  # 1, 1., 1.1, 6.4.1
    PARAGRAPH = "paragraph"  # 1 §, § 1
    CHAPTER = "chapter"  # 1 luku, Luku 1
    ROMAN = "roman"  # IV.
    CAPITAL = "capital"  # A.
    SMALL = "small"  # (a), a), (iv), (1)
    ANNEX = "annex"  # Liite 1


class Label(NamedTuple):
    """A number as it is printed, without a closing full stop. `depth` counts its parts: 3 for 6.4.1."""

    text: str
    form: Form
    depth: int


_LETTER = "A-ZÅÄÖ"
_ANNEX = re.compile(
    rf"(?:liite|bilaga|annex|appendix)(?:\s*(?P<number>\d{{1,2}}|[{_LETTER}](?!\w)|[IVX]{{1,4}}(?!\w)))?"
    r"\s*(?:[.:–—-]+\s*|\s(?=\S)|$)",
    re.IGNORECASE,
)
_ANNEX_ALONE = re.compile(r"(?:liitteet|bilagor|annexes|appendices)\s*:?", re.IGNORECASE)
_DECIMAL = re.compile(r"(?P<number>\d{1,3}(?:\.\d{1,3})*)(?P<end>[.:)]?)(?:\s+(?=\S)|$)")
_PARAGRAPH = re.compile(r"(?:(?P<number>\d{1,3}\s?[a-z]?)\s*§|§\s*(?P<after>\d{1,3}))[.:]?(?:\s+|$)")
_CHAPTER = re.compile(
    r"(?:(?P<number>\d{1,2})\s+(?:luku|kapitlet|kap\.)|(?:luku|kapitel|chapter|osa|article|artikla)\s+(?P<after>\d{1,2}))"
    r"[.:]?(?:\s*[–—-]\s*|\s+|$)",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"(?P<number>[IVXL]{1,6})(?:[.)]\s+|\s+(?=[–—-]\s))(?=\S)")
_CAPITAL = re.compile(rf"(?P<number>[{_LETTER}])[.)]\s+(?=\S)")
_SMALL = re.compile(
    r"(?:\((?P<both>[a-zåäö]|[ivx]{1,5}|\d{1,2})\)|(?P<one>[a-zåäö]|[ivx]{1,5})\))\s+(?=\S)", re.IGNORECASE
)
_BULLET = re.compile(r"[•·▪●○–—*-][ \t\u00a0]+(?=\S)")
_MONTH = re.compile(
    r"(?:tammi|helmi|maalis|huhti|touko|kesä|heinä|elo|syys|loka|marras|joulu)kuu"
    r"|januari|februari|mars\b|april|maj\b|juni|juli|augusti|september|oktober|november|december",
    re.IGNORECASE,
)


def split(text: str) -> tuple[Label | None, str]:
    """The number that a text begins with, if any, and the words after it."""
    body = text.lstrip()
    if found := _ANNEX.match(body):
        rest = body[found.end() :]
        is_named = found["number"] or found.group().rstrip()[-1:] in ".:–—-" or not rest
        if is_named and not rest[:1].islower():
            return Label((found["number"] or "").upper(), Form.ANNEX, 1), rest
    if _ANNEX_ALONE.fullmatch(body):
        return Label("", Form.ANNEX, 1), body
    if found := _PARAGRAPH.match(body):
        return Label(f"{(found['number'] or found['after']).strip()} §", Form.PARAGRAPH, 1), body[found.end() :]
    if found := _CHAPTER.match(body):
        return Label(found["number"] or found["after"], Form.CHAPTER, 1), body[found.end() :]
    if (found := _DECIMAL.match(body)) and _is_number(found, rest := body[found.end() :]):
        return Label(found["number"], Form.DECIMAL, found["number"].count(".") + 1), rest
    if found := _ROMAN.match(body):
        return Label(found["number"], Form.ROMAN, 1), body[found.end() :]
    if found := _CAPITAL.match(body):
        return Label(found["number"], Form.CAPITAL, 1), body[found.end() :]
    if found := _SMALL.match(body):
        return Label(found.group().strip(), Form.SMALL, 1), body[found.end() :]
    return None, text


def of_automatic(number: str) -> Label | None:
    """The label of an automatic number as Word prints it."""
    if not number:
        return None
    label, rest = split(f"{number} X")
    if label and rest == "X":
        return label
    if found := re.fullmatch(r"(\d+(?:\.\d+)*)\W*", number):
        return Label(found[1], Form.DECIMAL, found[1].count(".") + 1)
    if re.fullmatch(r"[IVXL]+\W*", number):
        return Label(re.sub(r"\W", "", number), Form.ROMAN, 1)
    if re.fullmatch(rf"[{_LETTER}]\W*", number):
        return Label(number[0], Form.CAPITAL, 1)
    if re.fullmatch(r"[a-zåäö]+\W*", number):
        return Label(number, Form.SMALL, 1)
    parts = re.findall(r"\d+", number)
    return Label(number.rstrip("."), Form.DECIMAL if parts else Form.SMALL, max(len(parts), 1))


def bullet(text: str) -> int:
    """How many signs a typed bullet takes at the start of a text; 0 if there is none."""
    found = _BULLET.match(text)
    return found.end() if found else 0


def is_title_like(words: str, longest: int = 120) -> bool:
    """Whether words read as a heading rather than as a sentence."""
    words = words.strip()
    if not words or len(words) > longest or "\n" in words or words[-1] in ".,;:" or ". " in words:
        return False
    return words[0].isupper() or words[0] in "[\"”'0123456789"


def _is_number(found: re.Match[str], rest: str) -> bool:
    """Whether digits at the start number a clause: no date, no amount, no measure."""
    parts = [int(part) for part in found["number"].split(".")]
    if max(parts) > 199 or (found["end"] == "." and _MONTH.match(rest)) or rest[:1].isdigit():
        return False
    if len(parts) == 1 and not found["end"]:
        return rest[:1].isupper() or rest[:1] in '["”'
    return True
