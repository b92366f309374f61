"""Comments as they are shown, every word looked up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from kumppanuus.agreements import ClauseVersion, Wording
from kumppanuus.comments import About, Comment, CommentKind, Said, Shown
from kumppanuus.db import today
from kumppanuus.kept import Kept
from kumppanuus.members import SpeaksFor
from kumppanuus.text import markup
from kumppanuus.web import words
from kumppanuus.web.comments.frame import parts
from kumppanuus.web.forms import new_key
from kumppanuus.web.language import day, language, moment_on
from kumppanuus.web.screen import may, me


class Act(NamedTuple):
    """A link that opens a form under a comment; `whose` completes its words for those who only hear it."""

    id: str
    url: str
    words: str
    whose: str


class SupportView(NamedTuple):
    """Support of a comment; without an `action` it is only told."""

    id: UUID
    words: str
    is_mine: bool
    action: str
    button: str
    whose: str


class AnswerView(NamedTuple):
    """The coordinator's answer."""

    heading: str
    by: str
    html: Markup


class SaidView(NamedTuple):
    """One comment as it is shown, every word looked up."""

    id: UUID
    name: str
    voice: str
    at: str
    when: str
    edited: str
    kind: str  # class of the stylesheet: yes, ask, worry; none for a reply
    icon: str
    kind_words: str
    html: Markup
    since: str = ""
    since_url: str = ""
    since_link: str = ""
    answer: AnswerView | None = None
    acts: tuple[Act, ...] = ()
    support: SupportView | None = None
    replies: tuple[SaidView, ...] = ()


# Kind → class in the stylesheet, icon.
_LOOKS = {
    CommentKind.SUPPORT: ("yes", "tick"),
    CommentKind.QUESTION: ("ask", "q"),
    CommentKind.CONCERN: ("worry", "warn"),
}


@dataclass(frozen=True)
class _Words:
    """Words of every comment, looked up once for a language: a page holds dozens of them."""

    kinds: dict[CommentKind, str]
    own: str
    network: str
    edited: str
    since: str
    compare: str
    response: str
    reply: str
    edit: str
    settle: str
    resettle: str
    support_first: str
    support: str
    mine: str
    take_back: str
    to_person: str
    of_person: str


@cache
def _words(_language: str) -> _Words:
    return _Words(
        kinds={kind: str(said) for kind, said in words.COMMENT_KINDS.items()},
        own=gettext("%(organisation)s, oma näkemys"),
        network=gettext("%(network)s, verkoston näkemys"),
        edited=gettext("Muokattu"),
        since=gettext("Teksti on muuttunut tämän kommentin jälkeen."),
        compare=gettext("Vertaa tekstejä"),
        response=gettext("Vastine"),
        reply=gettext("Vastaa"),
        edit=gettext("Muokkaa"),
        settle=gettext("Merkitse käsitellyksi"),
        resettle=gettext("Muuta vastinetta"),
        support_first=gettext("Kannatan tätä"),
        support=gettext("Kannatan tätä (%(n)s)"),
        mine=gettext("Kannatat tätä (%(n)s)"),
        take_back=gettext("Peru kannatus"),
        to_person=gettext("henkilölle %(name)s"),
        of_person=gettext("henkilön %(name)s kommentti"),
    )


def views(found: Iterable[Said], *, current: ClauseVersion | Wording | None = None) -> list[SaidView]:
    """Comments as they are shown. `current` is the wording in force of the clause they are about, if any."""
    looker = who_looks(is_closed=current is not None and current.is_removal)
    who = (looker.id, looker.code, looker.can_write, looker.can_settle, looker.on)
    shown = []
    for said in found:
        if not isinstance(said.comment, Shown):
            shown.append(_view(said, looker, current))
            continue
        older = current.number if said.is_about_older_text and current else None
        key = (who, said.comment, *said.replies, said.endorsers, said.is_endorsed_by_me, older, said.is_answered)
        view = _views.get(key)
        if view is None:
            view = _view(said, looker, current)
            _views[key] = view
        shown.append(view)
    return shown


# Comments as they were shown, by all that their looks follow from: the same person sees most of them again.
_views: Kept[tuple[Any, ...], SaidView] = Kept(8_000)


@dataclass(frozen=True)
class _Looker:
    """Who looks at comments, with the words of their language: asked once for a page."""

    known: _Words
    id: UUID
    can_write: bool
    can_settle: bool
    code: str  # of the language
    on: date

    def can_edit(self, comment: Comment | Shown) -> bool:
        return comment.author_id == self.id and may("comment.edit", comment)


def who_looks(*, is_closed: bool = False) -> _Looker:
    """Who asks for this page; `is_closed` where nothing new is said."""
    can_write = not is_closed and may("comment.write")
    code = language()
    return _Looker(_words(code), me().id, can_write, may("comment.settle"), code, today())


def _view(said: Said, looker: _Looker, current: ClauseVersion | Wording | None) -> SaidView:
    comment, known = said.comment, looker.known
    key, name = str(comment.id), comment.author.name
    acts = []
    if looker.can_write:
        acts.append(_act(key, "vastaukset", known.reply, known.to_person % {"name": name}))
    if looker.can_settle:
        words_of_act = known.resettle if comment.handled_at else known.settle
        acts.append(_act(key, "vastine", words_of_act, known.of_person % {"name": name}))
    if not said.is_answered and looker.can_edit(comment):
        acts.append(_act(key, "muokkaus", known.edit, ""))
    older = comment.version if said.is_about_older_text else None
    looks = _LOOKS[comment.kind] if comment.kind else ("", "")
    return SaidView(
        id=comment.id,
        name=name,
        voice=_voice(comment, known),
        at=comment.written_at.isoformat(timespec="seconds"),
        when=moment_on(comment.written_at, looker.on, looker.code),
        edited=known.edited if comment.edited_at else "",
        kind=looks[0],
        icon=looks[1],
        kind_words=known.kinds[comment.kind] if comment.kind else "",
        html=Markup(markup.paragraphs_html(comment.text)),  # noqa: S704 - safe by its making
        since=known.since if older else "",
        since_url=_comparison(older, current) if older and current else "",
        since_link=known.compare if older else "",
        answer=_answer(comment, known),
        acts=tuple(acts),
        support=support_view(said, looker, key),
        replies=tuple(reply_view(each, looker) for each in said.replies),
    )


def _comparison(older: ClauseVersion | About, current: ClauseVersion | Wording) -> str:
    return f"/kohdat/{older.clause_id}/vertailu?a={older.number}&b={current.number}"


def reply_view(comment: Comment | Shown, looker: _Looker) -> SaidView:
    """A reply as it is shown."""
    known = looker.known
    return SaidView(
        id=comment.id,
        name=comment.author.name,
        voice=_voice(comment, known),
        at=comment.written_at.isoformat(timespec="seconds"),
        when=moment_on(comment.written_at, looker.on, looker.code),
        edited=known.edited if comment.edited_at else "",
        kind="",
        icon="",
        kind_words="",
        html=Markup(markup.paragraphs_html(comment.text)),  # noqa: S704 - safe by its making
        acts=(_act(str(comment.id), "muokkaus", known.edit, ""),) if looker.can_edit(comment) else (),
    )


def _act(key: str, deed: str, act_words: str, whose: str) -> Act:
    return Act(f"{deed}-{key}", f"/kommentit/{key}/{deed}", act_words, whose)


def _voice(comment: Comment | Shown, known: _Words) -> str:
    if comment.speaks_for is SpeaksFor.NETWORK and comment.network:
        return known.network % {"network": comment.network.name}
    if comment.organisation is None:
        return ""
    if comment.speaks_for is SpeaksFor.SELF:
        return known.own % {"organisation": comment.organisation.name}
    return comment.organisation.name


def _answer(comment: Comment | Shown, known: _Words) -> AnswerView | None:
    if comment.handled_at is None:
        return None
    by = comment.handled_by.name if comment.handled_by else ""
    html = Markup(markup.paragraphs_html(comment.response))  # noqa: S704 - safe by its making
    return AnswerView(known.response, f"{by}, {day(comment.handled_at)}".strip(", "), html)


def support_view(said: Said, looker: _Looker, key: str) -> SupportView | None:
    """The support of a comment as it is shown; None where nobody has given any, and this person cannot."""
    comment, known, count = said.comment, looker.known, {"n": said.endorsers}
    is_own = comment.author_id == looker.id
    if not said.endorsers and (is_own or not looker.can_write):
        return None
    action = f"/kommentit/{key}/kannatus" if looker.can_write and not is_own else ""
    whose = known.of_person % {"name": comment.author.name}
    if said.is_endorsed_by_me:
        take_back = action and f"{action}/peruminen"
        return SupportView(comment.id, known.mine % count, True, take_back, known.take_back, whose)
    told = known.support % count if said.endorsers else known.support_first
    return SupportView(comment.id, told, False, action, told, whose)


# Stands in a drawn comment for the token of a session; nobody can have written it.
_TOKEN = new_key()


def drawn(said: Iterable[SaidView]) -> Markup:
    """Comments as HTML, each with the token of this session."""
    html = "".join(map(_drawn_comment, said))
    return Markup(html.replace(_TOKEN, str(escape(generate_csrf()))))  # noqa: S704 - macros escape what they are given


@lru_cache(maxsize=4096)
def _drawn_comment(said: SaidView) -> str:
    """A comment as HTML, drawn once for all who see the same of it: a page holds dozens."""
    return str(parts.comment(said)).replace(generate_csrf(), _TOKEN)
