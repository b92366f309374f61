"""How far an agreement is: one glyph for each clause."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from kumppanuus import policy
from kumppanuus.agreements import Agreement
from kumppanuus.kept import Kept
from kumppanuus.members import Member
from kumppanuus.policy import Who
from kumppanuus.progress import Progress, Standing, Tally
from kumppanuus.web import language, words
from kumppanuus.web.screen import Parts

parts, ui = Parts("front/parts.html"), Parts("ui/parts.html")


@dataclass(frozen=True)
class ChapterLine:
    """A section with one glyph per clause."""

    url: str
    title: str
    dots: Markup
    sum: str


@dataclass(frozen=True)
class Overview:
    """How far an agreement is. `adding` is where a first chapter can be written, for those who may."""

    lang: str
    tally: Tally
    annexes: tuple[int, int]
    chapters: Sequence[Markup]  # lines, drawn
    legend: dict[str, str]
    adding: str

    @property
    def tally_words(self) -> str:
        return language.count_of(self.tally.agreed, self.tally.total, before=True)


# Drawn overviews, by all that they follow from. There is nobody's name in them.
_drawn: Kept[tuple[Any, ...], Markup] = Kept(200)


def overview(member: Member, found: Progress, head: str, place: int, is_one: bool) -> Markup:
    """The overview of a member's agreement as it was at the last digest of its record; `place` tells it apart from
    others on the page."""
    may_write = policy.allows("clause.write", Who(member.user, member), member.agreement)

    def draw() -> Markup:
        html = parts.overview(_how_far(member.agreement, found, may_write=may_write), place, is_one)
        return Markup(html)  # noqa: S704 - a macro escapes what it is given

    return _drawn.of((member.agreement_id, head, language.language(), place, is_one, may_write), draw)


def _how_far(agreement: Agreement, found: Progress, *, may_write: bool) -> Overview:
    address, code, lang = f"/sopimukset/{agreement.slug}", language.language(), agreement.language.value
    return Overview(
        lang=lang,
        tally=found.tally(),
        annexes=found.annexes,
        chapters=[
            _line(
                code,
                lang,
                f"{address}/luvut/{chapter.slug}",
                words.section_title(chapter),
                tuple(each.standing for each in found.in_chapter(chapter)),
            )
            for chapter in found.outline.sections
        ],
        legend=_legend(agreement, {each.standing for each in found.standings.values()}),
        adding=f"{address}/muokkaus" if may_write else "",
    )


def _legend(agreement: Agreement, shown: set[Standing]) -> dict[str, str]:
    return {each.value: text for each, text in words.standings(agreement).items() if each in shown}


@lru_cache(maxsize=4_096)
def _line(_code: str, lang: str, url: str, title: str, standings: tuple[Standing, ...]) -> Markup:
    """The line of a section in the language of the request, whose code is given. Most of what happens changes one."""
    glyphs = {each: ui.glyph(each.value) for each in set(standings)}
    dots = Markup("").join(glyphs[each] for each in standings)
    html = parts.chapter(ChapterLine(url, title, dots, _sum(standings)), lang)
    return Markup(html)  # noqa: S704 - a macro escapes what it is given


def _sum(standings: tuple[Standing, ...]) -> str:
    if not standings:
        return gettext("ei kohtia")
    agreed = standings.count(Standing.AGREED)
    if agreed == len(standings):
        return gettext("kaikki sovittu")
    return gettext("%(agreed)s/%(total)s sovittu", agreed=agreed, total=len(standings))
