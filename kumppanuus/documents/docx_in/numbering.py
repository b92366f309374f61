"""Automatic numbers: what Word would print before a paragraph, worked out from lists and styles."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml.etree import _Element

from kumppanuus.documents.docx_in.names import W, child, number_of, value

DEEPEST = 9
_ROMAN = (
    *((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl")),
    *((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i")),
)
_PLACE = re.compile(r"%([1-9])")


@dataclass(slots=True)
class Level:
    """One level of a list: its first number, the form of its numbers, and the text around them (`%1.%2`)."""

    start: int = 1
    form: str = "decimal"
    text: str = ""
    style: str = ""
    restarts_after: int | None = None  # the level that begins the count anew; None: any above
    is_legal: bool = False  # all numbers as decimals
    places: tuple[int, ...] = ()  # the levels whose numbers stand in the text


@dataclass(slots=True)
class _List:
    levels: dict[int, Level] = field(default_factory=dict)
    link: str = ""  # the style that defines it, if another list does


class Numbering:
    """The lists of a file. Counts are kept by `Count`, one for each way of seeing the text."""

    def __init__(self, root: _Element | None) -> None:
        self._abstract: dict[str, _List] = {}
        self._lists: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = {}
        self._by_link: dict[str, str] = {}  # style → the list that it defines
        self._known: dict[tuple[str, int], Level | None] = {}
        for each in root if root is not None else ():
            if each.tag == f"{W}abstractNum":
                self._add_abstract(each)
            elif each.tag == f"{W}num":
                self._add_list(each)

    def __contains__(self, list_id: str) -> bool:
        return list_id in self._lists

    def level(self, list_id: str, level: int) -> Level | None:
        """A level of a list, or None."""
        key = (list_id, level)
        if key not in self._known:
            self._known[key] = None
            if list_id in self._lists:
                abstract, own, _starts = self._lists[list_id]
                self._known[key] = own.get(level) or self._levels(abstract).get(level)
        return self._known[key]

    def counted_with(self, list_id: str) -> str:
        """What stands for the count of a list: several lists may share one."""
        return self._lists[list_id][0]

    def starts(self, list_id: str) -> dict[int, int]:
        """Levels that this list begins anew, and with which number."""
        return self._lists[list_id][2]

    def level_of_style(self, list_id: str, style: str) -> int | None:
        """The level of a list that belongs to a style."""
        if list_id in self._lists:
            abstract, own, _starts = self._lists[list_id]
            for number, level in (self._levels(abstract) | own).items():
                if level.style == style:
                    return number
        return None

    def _levels(self, abstract: str) -> dict[int, Level]:
        found = self._abstract.get(abstract)
        if found is None:
            return {}
        if not found.levels and found.link and self._by_link.get(found.link, abstract) != abstract:
            linked = self._abstract.get(self._by_link[found.link])
            return linked.levels if linked else {}
        return found.levels

    def _add_abstract(self, element: _Element) -> None:
        made = _List(link=value(child(element, "numStyleLink")))
        for each in element.iterchildren(f"{W}lvl"):
            made.levels[_level_number(each)] = _level(each)
        own = element.get(f"{W}abstractNumId", "")
        self._abstract[own] = made
        if defines := value(child(element, "styleLink")):
            self._by_link[defines] = own

    def _add_list(self, element: _Element) -> None:
        own: dict[int, Level] = {}
        starts: dict[int, int] = {}
        for each in element.iterchildren(f"{W}lvlOverride"):
            at = _level_number(each)
            start = child(each, "startOverride")
            level = child(each, "lvl")
            if level is not None:
                own[at] = _level(level)
            if start is not None:
                starts[at] = number_of(value(start), 1)
        abstract = value(child(element, "abstractNumId"))
        self._lists[element.get(f"{W}numId", "")] = (abstract, own, starts)


def _level_number(element: _Element) -> int:
    return min(max(number_of(element.get(f"{W}ilvl"), 0), 0), DEEPEST - 1)


def _level(element: _Element) -> Level:
    restart = child(element, "lvlRestart")
    text = value(child(element, "lvlText"))
    return Level(
        start=number_of(value(child(element, "start")), 1),
        form=value(child(element, "numFmt")) or "decimal",
        text=text,
        style=value(child(element, "pStyle")),
        restarts_after=None if restart is None else number_of(value(restart), 0),
        is_legal=child(element, "isLgl") is not None,
        places=tuple(sorted({int(place) - 1 for place in _PLACE.findall(text)})),
    )


class Count:
    """How far the lists of a file have come, in one way of seeing its text."""

    def __init__(self, numbering: Numbering) -> None:
        self._numbering = numbering
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def copy(self) -> Count:
        """Another count that has come as far."""
        other = Count(self._numbering)
        other._counts = {each: dict(counts) for each, counts in self._counts.items()}
        other._begun = set(self._begun)
        return other

    def next(self, list_id: str, at: int) -> str:
        """The number of the next paragraph of a list at a level, as it is printed."""
        numbering = self._numbering
        level = numbering.level(list_id, at)
        if level is None:
            return ""
        counts = self._counts.setdefault(numbering.counted_with(list_id), {})
        starts = numbering.starts(list_id)
        if starts and at in starts and (list_id, at) not in self._begun:
            counts[at] = starts[at]
            self._begun.add((list_id, at))
        else:
            counts[at] = counts[at] + 1 if at in counts else level.start
        if max(counts) > at:
            for deeper in [each for each in counts if each > at]:
                below = numbering.level(list_id, deeper)
                after = below.restarts_after if below else None
                if after is None or (after and at < after):
                    del counts[deeper]
        if level.form == "bullet":
            return ""
        text = level.text
        for place in level.places:
            of = level if place == at else numbering.level(list_id, place)
            if of is None:
                continue
            # A level above that has not begun counts as begun.
            number = counts.setdefault(place, of.start)
            written = str(number) if level.is_legal or of.form == "decimal" else shown(number, of.form)
            text = text.replace(f"%{place + 1}", written)
        return text.strip()


def shown(number: int, form: str) -> str:
    """A number in a form as Word names it."""
    match form:
        case "none":
            return ""
        case "lowerLetter" | "upperLetter" if 0 < number <= 26 * 30:
            letters = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
            return letters.upper() if form == "upperLetter" else letters
        case "lowerRoman" | "upperRoman" if 0 < number < 4000:
            return _roman(number).upper() if form == "upperRoman" else _roman(number)
        case "decimalZero":
            return f"{number:02}"
        case "ordinal":
            return f"{number}."
    return str(number)


def _roman(number: int) -> str:
    letters = ""
    for worth, sign in _ROMAN:
        letters += sign * (number // worth)
        number %= worth
    return letters
