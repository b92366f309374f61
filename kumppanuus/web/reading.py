"""How the text is shown on the pages one reads it on: signature lines, a clause in its chapter, the contents beside it.

A page may hold hundreds of clauses, so every word is looked up once and every address is put together, not looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING
from uuid import UUID

from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import comments
from kumppanuus.agreements import Agreement, Chapter, Placed, Side
from kumppanuus.approvals import Given
from kumppanuus.comments import Counts
from kumppanuus.db import helsinki_day
from kumppanuus.progress import ClauseStanding, Progress, Standing, Tally, TaskKind
from kumppanuus.text import markup
from kumppanuus.web import approvals as approvals_screen
from kumppanuus.web import comments as comments_screen
from kumppanuus.web import language, words
from kumppanuus.web.approvals import ApprovalActions
from kumppanuus.web.comments import SaidView
from kumppanuus.web.screen import Parts, may, me

if TYPE_CHECKING:
    from kumppanuus.web.suggestions.panels import PanelView  # which are made with what stands here

# Threads of a clause that its chapter shows; the rest stands on the clause's own page.
NEWEST = 2

TALK = (TaskKind.COMMENT, TaskKind.ANSWER_QUESTIONS, TaskKind.SETTLE_COMMENTS)


def address(agreement: Agreement) -> str:
    """The address of an agreement, which what is numbered inside it stands under."""
    return f"/sopimukset/{agreement.slug}"


def chapter_address(agreement: Agreement, chapter: Chapter) -> str:
    """The address of a chapter or an annex."""
    return f"{address(agreement)}/luvut/{chapter.slug}"


def text_language(agreement: Agreement) -> str | None:
    """The language of the text where it is not the language of the page around it."""
    return agreement.language.value if agreement.language.value != language.language() else None


def title_of(placed: Placed) -> str:
    """The title of a clause in a list; the first words of its text where it has none."""
    return placed.title or _beginning(placed.version.text)


@lru_cache(maxsize=1024)
def _beginning(text: str) -> str:
    whole = markup.plain(text).strip()
    found = whole.partition("\n")[0].split()  # items of a list and cells of a table are no sentence
    return " ".join(found[:8]) + (" …" if len(found) > 8 or "\n" in whole else "")


def clause_html(text: str) -> Markup:
    """The text of a clause as HTML."""
    return Markup(markup.to_html(text))  # noqa: S704 - safe by its making


# ---------------------------------------------------------------- signature lines


@dataclass(frozen=True, slots=True)
class SignLine:
    """One of the two signature lines of a clause."""

    label: str
    name: str
    when_words: str
    is_given: bool


class Signatures:
    """The signature lines of the clauses of one agreement, in words looked up once."""

    def __init__(self, agreement: Agreement) -> None:
        none = gettext("Ei vielä hyväksytty")
        self._labels = {side: words.side(agreement, side) for side in Side}
        self._given = {
            Side.AUTHORITY: gettext("Hyväksynyt %(day)s"),
            Side.ORGANISATIONS: gettext("Hyväksyneet %(day)s"),
        }
        self._missing = {side: SignLine(label, "", none, False) for side, label in self._labels.items()}
        # The same people approve many clauses on one day, so that most lines are made, and drawn, already.
        self._made: dict[tuple[Side, str, date], SignLine] = {}
        self._drawn: dict[tuple[int, ...], Markup] = {}

    def lines(self, approvals: Mapping[Side, Given]) -> list[SignLine]:
        """The line of the authority and that of the organisations."""
        return [self._line(side, approvals[side]) if side in approvals else self._missing[side] for side in Side]

    def drawn(self, approvals: Mapping[Side, Given]) -> Markup:
        """Both lines as HTML."""
        lines = self.lines(approvals)
        key = tuple(map(id, lines))  # each line is made once
        if key not in self._drawn:
            self._drawn[key] = Markup(Parts("ui/parts.html").signs(lines))  # noqa: S704 - a macro escapes what it is given
        return self._drawn[key]

    def _line(self, side: Side, approval: Given) -> SignLine:
        key = (side, approval.given_by.name, helsinki_day(approval.given_at))
        if key not in self._made:
            when = self._given[side] % {"day": language.plain_day(approval.given_at)}
            self._made[key] = SignLine(self._labels[side], approval.given_by.name, when, True)
        return self._made[key]


# ---------------------------------------------------------------- a clause in its chapter


@dataclass(frozen=True)
class MarginLink:
    """A link in the margin beside a clause."""

    icon: str
    url: str
    words: str


@dataclass(frozen=True)
class LinkButton:
    """A link that looks like a button; `hidden` completes its words for those who only hear them."""

    url: str
    words: str
    hidden: str
    icon: str
    is_main: bool = False

    @property
    def kind(self) -> str:
        """How it is drawn: filled if it is the one thing to do."""
        return "" if self.is_main else "alt"


@dataclass(frozen=True)
class TalkPanel:
    """The comments of a clause in its chapter: open, with the newest, where something in them waits for the person."""

    id: str
    summary: str
    is_open: bool
    said: list[SaidView]
    url: str
    link: str


@dataclass(frozen=True)
class ArticleView:
    """A clause in its chapter, every word looked up."""

    id: UUID
    label: str
    title: str
    anchor: str
    lang: str | None
    html: Markup
    state: Standing
    state_words: str
    signs: list[SignLine]
    margin: list[MarginLink]
    reopened: tuple[str, str] | None
    panel: TalkPanel | None
    suggestions: Sequence[PanelView]
    actions: ApprovalActions
    buttons: list[LinkButton]
    of_clause: str  # completes the names of links for those who only hear them
    quiet: list[tuple[str, str]]

    @property
    def has_buttons(self) -> bool:
        return bool(self.buttons or self.actions.deed)


@dataclass(frozen=True)
class _Words:
    standings: Mapping[Standing, str]
    history: str
    question: str
    comment: str
    suggest: str
    settle: str
    answer: str
    edit: str
    reopen: str
    opened: str
    apart: str
    everything: str
    about: str
    of_clause: str
    inside: str
    into: str


def articles(
    found: Progress,
    standings: Sequence[ClauseStanding],
    waits: Mapping[UUID, TaskKind],
    suggested: Mapping[UUID, Sequence[PanelView]],
) -> list[ArticleView]:
    """Clauses of an agreement as their chapter shows them. One query, however many clauses.

    `waits` tells what waits for the person in each clause, `suggested` holds the open suggestions of each.
    """
    agreement = found.agreement
    wanted = {each.id: each.placed.version for each in standings if each.comments.total and waits.get(each.id) in TALK}
    talk = comments.with_talk_by_clause(agreement, wanted, me=me().id, most=NEWEST)
    known = _Words(
        standings=words.standings(agreement),
        history=gettext("Historia"),
        question=gettext("Kysymys %(number)s"),
        comment=gettext("Kommentoi"),
        suggest=gettext("Ehdota muutosta"),
        settle=gettext("Käsittele avoimet kommentit"),
        answer=gettext("Vastaa kysymyksiin"),
        edit=gettext("Muokkaa tekstiä"),
        reopen=gettext("Avaa kohta uudelleen"),
        opened=_opened(),
        apart=gettext("Avaa kommentit kohdan omalla sivulla"),
        everything=gettext("Näytä kaikki %(n)s kommenttia"),
        about=gettext("kohtaa %(label)s"),
        of_clause=gettext("(kohta %(label)s)"),
        inside=gettext("kohdassa %(label)s"),
        into=gettext("kohtaan %(label)s"),
    )
    signatures, lang = Signatures(agreement), text_language(agreement)
    views = []
    for each in standings:
        placed, waiting, proposals = each.placed, waits.get(each.id), suggested.get(each.id, ())
        # What is agreed looks quiet, unless somebody still has something to do there.
        is_quiet = each.is_agreed and waiting is None
        actions = ApprovalActions(each.id, "") if each.is_agreed else approvals_screen.actions(each)
        actions = after_answers(actions, proposals)
        buttons = [] if is_quiet else _buttons(each, waiting, known, is_main_given=actions.deed == "give")
        panel = None if is_quiet else _panel(each, talk.get(each.id, []), waiting in TALK, known)
        views.append(
            ArticleView(
                id=each.id,
                label=placed.label,
                title=placed.title,
                anchor=placed.anchor,
                lang=lang,
                html=clause_html(placed.version.text),
                state=each.standing,
                state_words=known.standings[each.standing],
                signs=signatures.lines(each.approvals),
                margin=[] if is_quiet and not proposals else _margin(each, found, known, proposals),
                reopened=reopened(each, known.opened),
                panel=panel,
                suggestions=proposals,
                actions=actions,
                buttons=buttons,
                of_clause=known.of_clause % {"label": placed.label},
                quiet=_quiet(each, known) if each.is_agreed or not (panel or buttons or actions.deed) else [],
            )
        )
    return views


def after_answers(actions: ApprovalActions, proposals: Sequence[PanelView]) -> ApprovalActions:
    """The same actions; no longer the main thing to do, where the person may accept what is suggested."""
    return (
        replace(actions, kind="alt") if any(each.answering and each.answering.accept for each in proposals) else actions
    )


def _buttons(each: ClauseStanding, waiting: TaskKind | None, known: _Words, *, is_main_given: bool) -> list[LinkButton]:
    """What can be done besides approving. One of them is the main thing to do, if the approval is not."""
    here, label = f"/kohdat/{each.id}", {"label": each.placed.label}
    inside = known.inside % label
    is_main = waiting in TALK and not is_main_given
    found = []
    if waiting in (TaskKind.SETTLE_COMMENTS, TaskKind.ANSWER_QUESTIONS):
        said = known.settle if waiting is TaskKind.SETTLE_COMMENTS else known.answer
        found.append(LinkButton(f"{here}?nayta=avoimet#puhe", said, inside, "tick", is_main))
        is_main = False
    if may("comment.write"):
        found.append(LinkButton(f"{here}#kommentoi", known.comment, known.about % label, "comment", is_main))
    if may("clause.write"):
        found.append(LinkButton(f"{here}/muokkaus", known.edit, inside, "change"))
    elif may("suggestion.write"):
        found.append(LinkButton(f"{here}/ehdota", known.suggest, known.into % label, "change"))
    return found


def _quiet(each: ClauseStanding, known: _Words) -> list[tuple[str, str]]:
    here = f"/kohdat/{each.id}"
    found = [(here, _history_and_talk(each.comments))]
    if each.is_agreed and may("clause.reopen"):
        found.append((f"{here}#avaa-{each.id}", known.reopen))
    return found


def count_words(said: Counts) -> str:
    """How many comments, and how many of them wait for an answer: "10 kommenttia, joista 3 avoinna"."""
    if not said.total:
        return gettext("Ei kommentteja")
    if said.open == said.total:
        return ngettext("%(num)s avoin kommentti", "%(num)s avointa kommenttia", said.total)
    total = ngettext("%(num)s kommentti", "%(num)s kommenttia", said.total)
    return gettext("%(comments)s, joista %(open)s avoinna", comments=total, open=said.open) if said.open else total


def _history_and_talk(said: Counts) -> str:
    if not said.total:
        return gettext("Historia ja kommentit")
    return ngettext("Historia ja %(num)s kommentti", "Historia ja %(num)s kommenttia", said.total)


def _margin(each: ClauseStanding, found: Progress, known: _Words, proposals: Sequence[PanelView]) -> list[MarginLink]:
    here, base = f"/kohdat/{each.id}", address(found.agreement)
    talk = f"#kommentit-{each.id}" if each.comments.total else f"{here}#kommentoi"
    total = each.comments.total
    said = ngettext("%(num)s kommentti", "%(num)s kommenttia", total) if total else gettext("Ei kommentteja")
    count = len(proposals)
    suggested = ngettext("%(num)s muutosehdotus", "%(num)s muutosehdotusta", count) if count else ""
    return [
        *(MarginLink("change", f"#ehdotus-{view.number}", suggested) for view in proposals[:1]),
        MarginLink("comment", talk, said),
        MarginLink("clock", f"{here}/historia", known.history),
        *(MarginLink("q", f"{base}/kysymykset/{n}", known.question % {"number": n}) for n in each.questions),
    ]


def reopened(each: ClauseStanding, sentence: str = "") -> tuple[str, str] | None:
    """Who opened an agreed clause again and when, and why; None if nobody did."""
    reopening = each.reopening
    if reopening is None:
        return None
    who = {"name": reopening.opened_by.name, "day": language.day(reopening.opened_at)}
    return (sentence or _opened()) % who, reopening.reason


def _opened() -> str:
    return gettext("%(name)s avasi kohdan %(day)s.")


def _panel(each: ClauseStanding, said: list[comments.Said], is_open: bool, known: _Words) -> TalkPanel | None:
    total = each.comments.total
    if not total:
        return None
    is_more = bool(said) and total > len(said)
    return TalkPanel(
        id=f"kommentit-{each.id}",
        summary=count_words(each.comments),
        is_open=is_open,
        said=comments_screen.views(said, current=each.placed.version),
        url=f"/kohdat/{each.id}#puhe",
        link=known.everything % {"n": total} if is_more else known.apart,
    )


# ---------------------------------------------------------------- the contents


@dataclass(frozen=True)
class Entry:
    """A chapter in the contents, with its clauses if it is the one being read."""

    url: str
    number: str
    title: str
    count: str
    is_now: bool
    clauses: list[tuple[str, str, str, Standing, str]] = field(
        default_factory=list
    )  # anchor, label, title, state, words


@dataclass(frozen=True)
class ContentsView:
    """The contents beside a chapter: every section with how much of it is agreed."""

    entries: list[Entry]
    tally: Tally
    tally_words: str
    short: str  # for a narrow place: "9/21 kohtaa sovittu"
    place: str
    agreed_word: str
    lang: str | None


@dataclass(frozen=True)
class ChapterSentence:
    """How much of a chapter is agreed, and what in it waits for the person: words, and links to the clauses."""

    agreed: str
    waiting: tuple[str, Markup] | None


def contents(found: Progress, now: Chapter) -> ContentsView:
    """The contents of an agreement as they stand beside one of its sections."""
    known = words.standings(found.agreement)
    entries = []
    for chapter in found.outline.sections:
        tally = found.tally([chapter])
        entries.append(
            Entry(
                url=chapter_address(found.agreement, chapter),
                number=f"L{chapter.label}" if chapter.is_annex else chapter.label,
                title=chapter.title,
                count=f"{tally.agreed}/{tally.total}",
                is_now=chapter is now,
            )
        )
        if chapter is now:
            for each in found.in_chapter(chapter):
                placed = each.placed
                clause = (f"#{placed.anchor}", placed.label, title_of(placed), each.standing, known[each.standing])
                entries[-1].clauses.append(clause)
    siblings = found.outline.annexes if now.is_annex else found.outline.chapters
    place = gettext("Liite %(n)s/%(of)s") if now.is_annex else gettext("Luku %(n)s/%(of)s")
    whole = found.tally()
    return ContentsView(
        entries=entries,
        tally=whole,
        tally_words=language.count_of(whole.agreed, whole.total),
        short=gettext("%(part)s/%(whole)s kohtaa sovittu", part=whole.agreed, whole=whole.total),
        place=place % {"n": now.label, "of": len(siblings)},
        agreed_word=gettext("sovittu"),
        lang=text_language(found.agreement),
    )


def chapter_sentence(found: Progress, chapter: Chapter, waits: Mapping[UUID, TaskKind]) -> ChapterSentence:
    """What stands under the title of a chapter."""
    return ChapterSentence(agreed_sentence(found.tally([chapter])), _waiting(chapter.clauses, waits))


def agreed_sentence(tally: Tally) -> str:
    """How much is agreed, as a sentence."""
    if not tally.total:
        return gettext("Kohtia ei ole vielä.")
    if tally.is_whole:
        return gettext("Kaikki kohdat on sovittu.")
    if not tally.agreed:
        return gettext("Yhtään kohtaa ei ole vielä sovittu.")
    facts = {"part": tally.agreed, "whole_from": language.out_of(tally.total)}
    if tally.agreed == 1:
        return gettext("1 kohta %(whole_from)s on sovittu.", **facts)
    return gettext("%(part)s kohtaa %(whole_from)s on sovittu.", **facts)


def rest_sentences(tally: Tally) -> list[str]:
    """What is not agreed yet: how many clauses miss one side's approval, and how many are still being worked on."""
    told = []
    if tally.half:
        told.append(
            ngettext(
                "Yhdestä kohdasta puuttuu vielä toisen osapuolen hyväksyntä.",
                "%(num)s kohdasta puuttuu vielä toisen osapuolen hyväksyntä.",
                tally.half,
            )
        )
    if tally.rest:
        told.append(ngettext("Yksi kohta on kesken.", "%(num)s kohtaa on kesken.", tally.rest))
    return told


def _waiting(placed: Iterable[Placed], waits: Mapping[UUID, TaskKind]) -> tuple[str, Markup] | None:
    waiting = [each for each in placed if each.id in waits]
    if not waiting:
        return None
    said = ngettext("Sinua odottaa %(num)s kohta:", "Sinua odottaa %(num)s kohtaa:", len(waiting))
    links = [Markup('<a href="#{}">{}</a>').format(each.anchor, each.label) for each in waiting]
    return said, language.listed_html(links)
