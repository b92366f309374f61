"""How far an agreement is: one glyph for each clause."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from markupsafe import Markup

from kumppanuus import policy
from kumppanuus.agreements import Agreement
from kumppanuus.members import Member
from kumppanuus.policy import Who
from kumppanuus.progress import Progress, Tally
from kumppanuus.web import language, words
from kumppanuus.web.screen import Parts

ui = Parts("ui/parts.html")


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
    chapters: list[ChapterLine]
    legend: dict[str, str]
    adding: str

    @property
    def tally_words(self) -> str:
        return language.count_of(self.tally.agreed, self.tally.total, before=True)


# Drawn overviews, by all that they follow from. There is nobody's name in them.
_drawn: dict[tuple[Any, ...], Markup] = {}
DRAWN = 200


def overview(member: Member, found: Progress, head: str, place: int, is_one: bool) -> Markup:
    may_write = policy.allows("clause.write", Who(member.user, member), member.agreement)
    key = (member.agreement_id, head, language.language(), place, is_one, may_write)
    if key not in _drawn:
        if len(_drawn) >= DRAWN:
            _drawn.clear()
        view = _how_far(member.agreement, found, may_write=may_write)
        html = Parts("front/parts.html").overview(view, place, is_one)
        _drawn[key] = Markup(html)  # noqa: S704 - a macro escapes what it is given
    return _drawn[key]


def _how_far(agreement: Agreement, found: Progress, *, may_write: bool) -> Overview:
    address = f"/sopimukset/{agreement.slug}"
    glyphs = {state: ui.glyph(state.value) for state in {each.standing for each in found.standings.values()}}
    chapters = [
        ChapterLine(
            url=f"{address}/luvut/{chapter.slug}",
            title=words.section_title(chapter),
            dots=Markup("").join(glyphs[each.standing] for each in found.in_chapter(chapter)),
            sum=_sum(found.tally([chapter])),
        )
        for chapter in found.outline.sections
    ]
    return Overview(
        lang=agreement.language.value,
        tally=found.tally(),
        annexes=found.annexes,
        chapters=chapters,
        legend={each.value: text for each, text in words.standings(agreement).items() if each in glyphs},
        adding=f"{address}/muokkaus" if may_write else "",
    )


def _sum(tally: Tally) -> str:
    if not tally.total:
        return gettext("ei kohtia")
    if tally.is_whole:
        return gettext("kaikki sovittu")
    return gettext("%(agreed)s/%(total)s sovittu", agreed=tally.agreed, total=tally.total)
