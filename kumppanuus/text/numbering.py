"""Numbers of sections and clauses, derived from their order and never stored."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)

SLUG_LENGTH = 60

# Letters that do not come apart into a letter and an accent.
_ASCII = str.maketrans("æøðđŋŧłı", "aoddntli") | str.maketrans({"ß": "ss", "þ": "th", "œ": "oe"})


class Kind(StrEnum):
    """How a section is counted: chapters and annexes each from one, others not at all."""

    CHAPTER = "chapter"
    ANNEX = "annex"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class SectionNumber:
    """The place of a section among those of its kind; None where the kind is not counted."""

    kind: Kind
    number: int | None

    @property
    def label(self) -> str:
        """What stands before a title and starts the labels of its clauses: `3`, `L1` (annex) or nothing."""
        if self.number is None:
            return ""
        return f"L{self.number}" if self.kind is Kind.ANNEX else str(self.number)


@dataclass(frozen=True, slots=True)
class Numbers(Generic[K]):
    """The numbers of one text: sections in the order given, clause labels (`3.4`, `L1.2`) by key."""

    sections: tuple[SectionNumber, ...]
    clauses: dict[K, str]

    def find(self, label: str) -> K | None:
        """The clause printed with this label, in either spelling (`3.4` or `3-4`, `L1.2` or `l1-2`)."""
        wanted = anchor(label)
        return next((key for key, own in self.clauses.items() if own and anchor(own) == wanted), None)


def number(sections: Iterable[tuple[Kind, Iterable[K]]]) -> Numbers[K]:
    """Count the sections and their clauses in order. Leave out what has been removed: it takes no number.

    A clause in a section that is not counted gets the empty label.
    """
    counts: dict[Kind, int] = dict.fromkeys(Kind, 0)
    numbered: list[SectionNumber] = []
    labels: dict[K, str] = {}
    for kind, clauses in sections:
        counts[kind] += 1
        section = SectionNumber(kind, None if kind is Kind.OTHER else counts[kind])
        numbered.append(section)
        for place, clause in enumerate(clauses, start=1):
            labels[clause] = f"{section.label}.{place}" if section.label else ""
    return Numbers(tuple(numbered), labels)


def anchor(label: str) -> str:
    """A label as addresses and anchors spell it: `3.4` is `3-4`, `L1.2` is `l1-2`."""
    return label.strip().lower().replace(".", "-")


@lru_cache(maxsize=4096)
def slugify(label: str, title: str) -> str:
    """Label and title for an address: `3-yhteistyon-rakenteet`.

    Lower case, ASCII, words joined by hyphens, at most 60 signs, cut between words where there is a place to cut.
    """
    plain = unicodedata.normalize("NFKD", f"{anchor(label)} {title}").lower()
    ascii_only = "".join(sign for sign in plain if not unicodedata.combining(sign) and sign != "\u00ad")
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_only.translate(_ASCII)).strip("-")
    if len(slug) <= SLUG_LENGTH:
        return slug
    cut = slug[: SLUG_LENGTH + 1]
    return cut[: cut.rfind("-")] if "-" in cut else slug[:SLUG_LENGTH]


def elative(n: int) -> str:
    """The number with its Finnish elative ending: `21:stä`, `42:sta`, `100:sta`.

    The ending follows the last part of the number that is inflected when it is read aloud: *sta* after 0, 2, 3, 6, 8,
    hundred, thousand, million and so on, else *stä*. 11–19 follow their unit.
    """
    size = abs(n)
    if size % 10:
        is_back = size % 10 in (2, 3, 6, 8)
    else:
        is_back = size % 100 == 0  # nollasta, sadasta, tuhannesta, but kymmenestä and kuudestakymmenestä
    return f"{n}:{'sta' if is_back else 'stä'}"
