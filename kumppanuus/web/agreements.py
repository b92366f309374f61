"""Screen: agreements to read: the list of one's own, contents and status, a chapter, the whole text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from flask import Response, abort, g, make_response, redirect, request, session
from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import agreements, ledger, members, progress
from kumppanuus.agreements import Agreement, Chapter, Placed
from kumppanuus.progress import Progress, Standing, Tally
from kumppanuus.web import language, reading, words
from kumppanuus.web.screen import Parts, Screen, may, me, my_agreements, my_member, safe_path, show
from kumppanuus.web.suggestions import panels
from kumppanuus.web.suggestions.panels import Panels, PanelView

screen = Screen("agreements", __name__)
parts = Parts("agreements/parts.html")
suggestions = Parts("suggestions/parts.html")
ui = Parts("ui/parts.html")


# ---------------------------------------------------------------- the list


@dataclass(frozen=True)
class AgreementLine:
    """One of my agreements in the list."""

    url: str
    title: str
    lang: str | None
    what: str
    role: str
    tally: Tally
    tally_words: str


@screen.page("/sopimukset", may="account.use")
def index() -> str:
    """My agreements, with how far each is."""
    own = my_agreements()
    tallies = progress.tallies([member.agreement_id for member in own])
    lines = []
    for member in own:
        agreement, tally = member.agreement, tallies[member.agreement_id]
        lines.append(
            AgreementLine(
                url=reading.address(agreement),
                title=agreement.title,
                lang=reading.text_language(agreement),
                what=f"{words.KINDS[agreement.kind]}, {agreement.authority_name}",
                role=str(words.ROLES[member.role]),
                tally=tally,
                tally_words=language.count_of(tally.agreed, tally.total)
                if tally.total
                else gettext("Sopimuksessa ei ole vielä tekstiä."),
            )
        )
    return show("agreements/index.html", section="agreement", lines=lines)


# ---------------------------------------------------------------- contents and status


@dataclass(frozen=True)
class ClauseLine:
    """A clause in the contents."""

    url: str
    label: str
    title: str
    state: Standing
    words: str


@dataclass(frozen=True)
class SectionLine:
    """A chapter or an annex in the contents."""

    url: str
    number: str
    title: str
    count: str
    clauses: list[ClauseLine]


@screen.page("/sopimukset/<agreement>", may="agreement.read", endpoint="show")
def contents(agreement: Agreement) -> str:
    """Contents and status: every chapter and annex with its clauses, one glyph each."""
    found = progress.kept(agreement, g.head)
    known = words.standings(agreement)
    shown = {each.standing for each in found.standings.values()}
    changed = progress.changed_for(my_member(), found) if may("approval.give") else []
    return show(
        "agreements/show.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        lang=reading.text_language(agreement),
        kind=str(words.KINDS[agreement.kind]),
        tally=found.tally(),
        agreed=reading.agreed_sentence(found.tally()),
        rest=reading.rest_sentences(found.tally()),
        chapters=[_section_line(chapter, found, known) for chapter in found.outline.chapters],
        annexes=[_section_line(annex, found, known) for annex in found.outline.annexes],
        annex_words=_annex_words(found),
        removals=_removals(found, known),
        legend={key: said for key, said in known.items() if key in shown},
        changed=len(changed),
        suggested=len(found.suggestions),
        blanks=len(agreements.blanks(found.outline)) if may("clause.write") else 0,
    )


def _removals(found: Progress, known: Mapping[Standing, str]) -> list[tuple[str, str, Standing, str]]:
    """Address, title, state and its words of the clauses that were taken out, but not yet with both sides' yes."""
    worded = {
        each.id: next(one for one in found.approvals[each.id] if not one.version.is_removal) for each in found.removals
    }
    return [
        (
            f"/kohdat/{each.id}",
            worded[each.id].version.title or words.clause_title(each.placed),
            each.standing,
            known[each.standing] if each.approvals else gettext("Ei vielä hyväksytty"),
        )
        for each in found.removals
    ]


def _section_line(chapter: Chapter, found: Progress, known: Mapping[Standing, str]) -> SectionLine:
    tally, url = found.tally([chapter]), reading.chapter_address(found.agreement, chapter)
    return SectionLine(
        url=url,
        number=words.section_label(chapter),
        title=chapter.title,
        count=_count(tally),
        clauses=[
            ClauseLine(
                f"{url}#{each.placed.anchor}",
                each.placed.label,
                reading.title_of(each.placed),
                each.standing,
                known[each.standing],
            )
            for each in found.in_chapter(chapter)
        ],
    )


def _count(tally: Tally) -> str:
    if not tally.total:
        return gettext("ei kohtia")
    if tally.is_whole:
        return gettext("kaikki sovittu")
    return gettext("%(agreed)s/%(total)s sovittu", agreed=tally.agreed, total=tally.total)


def _annex_words(found: Progress) -> str:
    agreed, total = found.annexes
    return gettext("Liitteistä on sovittu %(agreed)s/%(total)s.", agreed=agreed, total=total) if total else ""


# ---------------------------------------------------------------- a chapter


@screen.page("/sopimukset/<agreement>/luvut/<chapter>", may="agreement.read", endpoint="chapter")
def show_chapter(agreement: Agreement, chapter: str) -> str | Response:
    """A chapter or an annex: the text with signature lines, talk and what can be done. An old address leads to the
    present one."""
    found = progress.progress(agreement)
    now = found.outline.section_by_slug(chapter)
    if now is None:
        abort(404)
    if now.slug != chapter:
        return make_response(redirect(reading.chapter_address(agreement, now), 302))
    waits = progress.waits_in(my_member(), found)
    before, after = found.outline.beside(now)
    suggested = panels.in_chapter(found, now, request.args.get("nayta", ""))
    return show(
        "agreements/chapter.html",
        section="agreement",
        agreement=agreement,
        address=reading.address(agreement),
        chapter=now,
        title=words.section_title(now),
        lang=reading.text_language(agreement),
        contents=reading.contents(found, now),
        sentence=reading.chapter_sentence(found, now, waits),
        articles=reading.articles(found, found.in_chapter(now), waits, suggested),
        suggested=suggested.get(now.id, []),
        earlier=_beside(agreement, before, gettext("Edellinen luku"), gettext("Edellinen liite")),
        later=_beside(agreement, after, gettext("Seuraava luku"), gettext("Seuraava liite")),
        legend=legend(agreement),
    )


def legend(agreement: Agreement) -> dict[Standing, str]:
    """What the glyphs mean."""
    return words.standings(agreement)


def _beside(agreement: Agreement, other: Chapter | None, if_chapter: str, if_annex: str) -> tuple[str, str, str] | None:
    if other is None:
        return None
    url = reading.chapter_address(agreement, other)
    return url, if_annex if other.is_annex else if_chapter, words.section_title(other)


@screen.page("/sopimukset/<agreement>/kohdat/<label>", may="agreement.read")
def by_label(agreement: Agreement, label: str) -> Response:
    """A clause by its printed number, "3-4" or "3.4": leads to its permanent address."""
    placed = agreements.outline(agreement, to_show=True).by_label(label)
    if placed is None:
        abort(404)
    return make_response(redirect(f"/kohdat/{placed.id}", 302))


# ---------------------------------------------------------------- the whole text


@dataclass(frozen=True, slots=True)
class TextPart:
    """A chapter or an annex in the whole text."""

    anchor: str
    number: str
    title: str
    heading: str
    suggested: Markup
    clauses: list[Markup]


@screen.page("/sopimukset/<agreement>/koko", may="agreement.read")
def whole(agreement: Agreement) -> str:
    """The whole text on one page, for reading and printing: the text alone, with where each clause stands, or with what
    is suggested."""
    shown = request.args.get("nayta", "")
    with_status, with_changes = shown == "tilanne", shown == "muutokset"
    found = progress.progress(agreement, to_read=True) if with_status else None
    outline = found.outline if found else agreements.outline(agreement, to_show=True)
    here = f"{reading.address(agreement)}/koko"
    suggested = panels.in_text(Panels(agreement, here, is_read_only=True), outline.sections) if with_changes else {}
    made = _Text(agreement, found, suggested)
    tally = found.tally() if found else None
    return show(
        "agreements/whole.html",
        section="agreement",
        agreement=agreement,
        lang=reading.text_language(agreement),
        kind=str(words.KINDS[agreement.kind]),
        views=[
            (here, gettext("Teksti"), not (with_status or with_changes)),
            (f"{here}?nayta=tilanne", gettext("Teksti ja tilanne"), with_status),
            (f"{here}?nayta=muutokset", gettext("Teksti ja muutosehdotukset"), with_changes),
        ],
        chapters=[made.part(each) for each in outline.chapters],
        annexes=[made.part(each) for each in outline.annexes],
        agreed=reading.agreed_sentence(tally) if tally else "",
        can_write=may("clause.write"),
        address=reading.address(agreement),
    )


class _Text:
    """Makes the parts of the whole text; with status and signature lines where it is known how far the clauses are, and
    with what is suggested."""

    def __init__(
        self, agreement: Agreement, found: Progress | None, suggested: Mapping[UUID, Sequence[PanelView]]
    ) -> None:
        self._found, self._suggested = found, suggested
        if found is not None:
            self._signatures = reading.Signatures(agreement)
            self._pills = {key: ui.status(key, said) for key, said in words.standings(agreement).items()}

    def part(self, chapter: Chapter) -> TextPart:
        anchor = f"liite-{chapter.label}" if chapter.is_annex else f"luku-{chapter.label}"
        clauses = [self._clause(placed) for placed in chapter.clauses]
        return TextPart(
            anchor=anchor,
            number=words.section_label(chapter),
            title=chapter.title,
            heading=words.section_title(chapter),
            suggested=self._panels(chapter.id),
            clauses=clauses,
        )

    def _panels(self, place: UUID) -> Markup:
        views = self._suggested.get(place)
        return Markup(suggestions.panels(views, level=4)) if views else Markup()  # noqa: S704 - a macro escapes what it is given

    def _clause(self, placed: Placed) -> Markup:
        status = signs = ""
        if self._found is not None:
            each = self._found.of(placed)
            status, signs = self._pills[each.standing], self._signatures.drawn(each.approvals)
        heading = f"{placed.label} {placed.title}".rstrip()
        drawn = _drawn(placed.id, placed.anchor, heading, placed.version.text, status, signs)
        return drawn + self._panels(placed.id)


@lru_cache(maxsize=4096)
def _drawn(clause_id: UUID, anchor: str, heading: str, text: str, status: str, signs: str) -> Markup:
    """A clause of the whole text. The same wording in the same standing always looks the same, so it is kept."""
    html = reading.clause_html(text)
    return Markup(parts.clause_text(clause_id, anchor, heading, html, Markup(status), Markup(signs)))  # noqa: S704 - macros escape what they are given


# ---------------------------------------------------------------- news


def _nothing_new(agreement: str) -> Response | None:
    """The answer to nearly every poll, at the cost of one query. It tells nobody but a member anything."""
    since, token = _number("v"), session.get("_user_id")
    if since is None or not token:
        return None
    length = members.pulse(token, agreement)
    return make_response("", 204) if length is not None and length <= since else None


@screen.piece("/sopimukset/<agreement>/uutta", may="agreement.read", quick=_nothing_new)
def news(agreement: Agreement) -> Response:
    """Whether others have done anything since entry `v`: 204 if not, or if `n` things were told before; else a bar."""
    since, shown = _number("v"), _number("n")
    if since is None or agreement.happened <= since:
        return make_response("", 204)
    count = ledger.count_since(agreement.id, since, but_by=me().id)
    if count == (shown or 0):
        return make_response("", 204)
    said = ngettext(
        "Sopimukseen on tullut %(num)s uusi tapahtuma.", "Sopimukseen on tullut %(num)s uutta tapahtumaa.", count
    )
    bar = parts.news(reading.address(agreement), since, count, said, _page_being_read(agreement))
    return make_response(bar if shown else bar + parts.told(said))


def _page_being_read(agreement: Agreement) -> str:
    """The address of the page the bar stands on. Without its fragment, so that following it loads the page anew."""
    url = request.headers.get("HX-Current-URL", "").partition("#")[0]
    path = safe_path(url.removeprefix(request.host_url.rstrip("/")))
    return path if path != "/" else f"{reading.address(agreement)}/tapahtumat"


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
