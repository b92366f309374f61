"""Screen: what is said about a clause or a question: the talk on their pages, and the deeds on a comment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Response, g, make_response, request, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from markupsafe import Markup
from wtforms import RadioField, TextAreaField

from kumppanuus import agreements, comments, drafts, limits, questions
from kumppanuus.agreements import Agreement, Clause, ClauseVersion
from kumppanuus.comments import Comment, CommentKind, Said, Talk
from kumppanuus.db import now
from kumppanuus.errors import Refused
from kumppanuus.members import Role, SpeaksFor
from kumppanuus.questions import Question
from kumppanuus.text import markup
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.language import day, language, moment
from kumppanuus.web.screen import Parts, Screen, may, me, my_member, reply, retry, say, show

_l = lazy_gettext

screen = Screen("comments", __name__)
parts = Parts("comments/parts.html")

AT_ONCE = 30  # comments on one page


# ---------------------------------------------------------------- views


@dataclass(frozen=True)
class Act:
    """A link that opens a form under a comment; `whose` completes its words for those who only hear it."""

    id: str
    url: str
    words: str
    whose: str


@dataclass(frozen=True)
class SupportView:
    """Support of a comment; without an `action` it is only told."""

    id: UUID
    words: str
    is_mine: bool
    action: str
    button: str
    whose: str


@dataclass(frozen=True)
class AnswerView:
    """The coordinator's answer."""

    heading: str
    by: str
    html: Markup


@dataclass(frozen=True)
class SaidView:
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
    replies: list[SaidView] = field(default_factory=list)


@dataclass(frozen=True)
class NewView:
    """The form of a new comment. `is_restored` tells that it holds text that was kept."""

    form: CommentForm
    action: str
    draft_action: str
    hints: dict[str, str]
    is_restored: bool = False


@dataclass(frozen=True)
class TalkView:
    """The whole talk: the form (or why there is none), the list, and the ways to look at it."""

    heading: str
    new: NewView | None
    closed: str
    said: list[SaidView]
    total: int
    ways: list[tuple[str, str]]
    more: tuple[str, str] | None
    empty: str
    nothing_open: str


_LOOKS = {CommentKind.SUPPORT: ("yes", "tick"), CommentKind.QUESTION: ("ask", "q"), CommentKind.CONCERN: ("worry", "warn")}


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
        support=gettext("Kannatan tätä (%(n)s)"),
        mine=gettext("Kannatat tätä (%(n)s)"),
        take_back=gettext("Peru kannatus"),
        to_person=gettext("henkilölle %(name)s"),
        of_person=gettext("henkilön %(name)s kommentti"),
    )


def views(found: Iterable[Said], *, current: ClauseVersion | None = None) -> list[SaidView]:
    """Comments as they are shown. `current` is the wording in force of the clause they are about, if any."""
    known = _words(language())
    return [_view(each, known, current) for each in found]


def _view(said: Said, known: _Words, current: ClauseVersion | None) -> SaidView:
    comment = said.comment
    is_open_to_new = not (current and current.is_removal)
    can_write = is_open_to_new and may("comment.write")
    name = comment.author.name
    acts = []
    if can_write:
        acts.append(_act(comment, "vastaukset", known.reply, known.to_person % {"name": name}))
    if may("comment.settle"):
        words_of_act = known.resettle if comment.handled_at else known.settle
        acts.append(_act(comment, "vastine", words_of_act, known.of_person % {"name": name}))
    if not said.is_answered and may("comment.edit", comment):
        acts.append(_act(comment, "muokkaus", known.edit, ""))
    older = comment.version if said.is_about_older_text else None
    looks = _LOOKS[comment.kind] if comment.kind else ("", "")
    return SaidView(
        id=comment.id,
        name=name,
        voice=_voice(comment, known),
        at=comment.written_at.isoformat(timespec="seconds"),
        when=moment(comment.written_at),
        edited=known.edited if comment.edited_at else "",
        kind=looks[0],
        icon=looks[1],
        kind_words=known.kinds[comment.kind] if comment.kind else "",
        html=Markup(markup.paragraphs_html(comment.text)),  # noqa: S704 - safe by its making
        since=known.since if older else "",
        since_url=f"/kohdat/{older.clause_id}/vertailu?a={older.number}&b={current.number}" if older and current else "",
        since_link=known.compare if older else "",
        answer=_answer(comment, known),
        acts=tuple(acts),
        support=_support(said, known, can_write),
        replies=[_reply_view(each, known) for each in said.replies],
    )


def _reply_view(comment: Comment, known: _Words) -> SaidView:
    can_edit = may("comment.edit", comment)
    return SaidView(
        id=comment.id,
        name=comment.author.name,
        voice=_voice(comment, known),
        at=comment.written_at.isoformat(timespec="seconds"),
        when=moment(comment.written_at),
        edited=known.edited if comment.edited_at else "",
        kind="",
        icon="",
        kind_words="",
        html=Markup(markup.paragraphs_html(comment.text)),  # noqa: S704 - safe by its making
        acts=(_act(comment, "muokkaus", known.edit, ""),) if can_edit else (),
    )


def _act(comment: Comment, deed: str, act_words: str, whose: str) -> Act:
    return Act(f"{deed}-{comment.id}", f"/kommentit/{comment.id}/{deed}", act_words, whose)


def _voice(comment: Comment, known: _Words) -> str:
    if comment.speaks_for is SpeaksFor.NETWORK and comment.network:
        return known.network % {"network": comment.network.name}
    if comment.organisation is None:
        return ""
    if comment.speaks_for is SpeaksFor.SELF:
        return known.own % {"organisation": comment.organisation.name}
    return comment.organisation.name


def _answer(comment: Comment, known: _Words) -> AnswerView | None:
    if comment.handled_at is None:
        return None
    by = comment.handled_by.name if comment.handled_by else ""
    html = Markup(markup.paragraphs_html(comment.response))  # noqa: S704 - safe by its making
    return AnswerView(known.response, f"{by}, {day(comment.handled_at)}".strip(", "), html)


def _support(said: Said, known: _Words, can_write: bool) -> SupportView | None:
    comment, count = said.comment, {"n": said.endorsers}
    is_own = comment.author_id == me().id
    if not said.endorsers and (is_own or not can_write):
        return None
    action = f"/kommentit/{comment.id}/kannatus" if can_write and not is_own else ""
    whose = known.of_person % {"name": comment.author.name}
    if said.is_endorsed_by_me:
        return SupportView(comment.id, known.mine % count, True, action and f"{action}/peruminen", known.take_back, whose)
    return SupportView(comment.id, known.support % count, False, action, known.support % count, whose)


def talk(
    thread_id: UUID | None,
    *,
    owner: UUID,
    agreement: Agreement,
    action: str,
    here: str,
    current: ClauseVersion | None = None,
    forms: Mapping[str, Any] | None = None,
) -> TalkView:
    """The talk about something whose id is `owner`, as it is asked for by ?nayta=avoimet, ?jarjestys=vanhin and ?sivu=2.

    For a clause give no thread: it is found by its owner in the same query. `action` is where the form of a new comment
    goes, `here` the address of the page, `current` the wording in force of the clause; `forms` may hold a bound
    `comment_form`.
    """
    only_open = request.args.get("nayta") == "avoimet"
    oldest_first = request.args.get("jarjestys") == "vanhin"
    number = request.args.get("sivu", "")
    page = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 5 else 1
    page = max(page, 1)
    found = comments.talk(
        thread_id=thread_id,
        clause_id=owner if thread_id is None else None,
        me=me().id,
        current=current,
        only_open=only_open,
        oldest_first=oldest_first,
        most=AT_ONCE,
        skip=(page - 1) * AT_ONCE,
    )
    is_closed = current is not None and current.is_removal
    form = (forms or {}).get("comment_form")
    new = None
    if not is_closed and may("comment.write"):
        new = _new(owner, action, form)
    return TalkView(
        heading=gettext("Kommentoi kysymystä") if current is None else gettext("Kommentoi kohtaa"),
        new=new,
        closed=gettext("Kohta on poistettu sopimuksesta. Voit lukea kommentit.") if is_closed else "",
        said=views(found.said, current=current),
        total=found.total,
        ways=_ways(here, found, only_open=only_open, oldest_first=oldest_first),
        more=_more(here, found, page, only_open=only_open, oldest_first=oldest_first),
        empty=gettext("Kukaan ei ole vielä kommentoinut."),
        nothing_open=gettext("Kaikki kommentit on käsitelty."),
    )


def _ways(here: str, found: Talk, *, only_open: bool, oldest_first: bool) -> list[tuple[str, str]]:
    if found.total < 2:
        return []
    ways = []
    if only_open:
        ways.append((_address(here, False, oldest_first), gettext("Näytä kaikki (%(n)s)", n=found.total)))
    elif 0 < found.open < found.total:
        ways.append((_address(here, True, oldest_first), gettext("Näytä vain avoimet (%(n)s)", n=found.open)))
    words_of_order = gettext("Uusimmat ensin") if oldest_first else gettext("Vanhimmat ensin")
    ways.append((_address(here, only_open, not oldest_first), words_of_order))
    return ways


def _more(here: str, found: Talk, page: int, *, only_open: bool, oldest_first: bool) -> tuple[str, str] | None:
    left = (found.open if only_open else found.total) - page * AT_ONCE
    if left <= 0:
        return None
    if oldest_first:
        told = ngettext("Näytä %(num)s uudempi kommentti", "Näytä %(num)s uudempaa kommenttia", left)
    else:
        told = ngettext("Näytä %(num)s vanhempi kommentti", "Näytä %(num)s vanhempaa kommenttia", left)
    return _address(here, only_open, oldest_first, page + 1), told


def _address(here: str, only_open: bool, oldest_first: bool, page: int = 1) -> str:
    asked = [("nayta", "avoimet" if only_open else ""), ("jarjestys", "vanhin" if oldest_first else ""), ("sivu", str(page) if page > 1 else "")]
    query = urlencode([(name, value) for name, value in asked if value])
    return f"{here}{'?' if query else ''}{query}#puhe"


# ---------------------------------------------------------------- forms


class CommentForm(Form):
    """A new comment. The name to speak in is asked only of those who have more than one."""

    kind = RadioField(
        _l("Millainen kommenttisi on?"),
        choices=list(words.COMMENT_KINDS.items()),
        validators=[Chosen(_l("Valitse, millainen kommenttisi on"))],
    )
    speaks_for = RadioField(
        _l("Kenen nimissä kommentoit?"), validators=[Chosen(_l("Valitse, kenen nimissä kommentoit"))]
    )
    text = TextAreaField(
        _l("Kommentti"),
        description=_l("Kommentti näkyy kaikille osallistujille. Älä kirjoita kenenkään terveystietoja."),
        validators=[Written(_l("Kirjoita kommentti"))],
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        _ask_voice(self)


def _ask_voice(form: Form) -> None:
    voices = words.voices(my_member())
    if len(voices) > 1:
        form.speaks_for.choices = voices
    else:
        del form.speaks_for


def _hints() -> dict[str, str]:
    return {
        CommentKind.SUPPORT.value: gettext("Teksti on hyvä"),
        CommentKind.QUESTION.value: gettext("Haluan tietää lisää"),
        CommentKind.CONCERN.value: gettext("Tässä on ongelma"),
    }


def _new(owner: UUID, action: str, form: CommentForm | None) -> NewView:
    is_restored = False
    if form is None:
        kept = drafts.find(_place(owner), by=me().id)
        is_restored = kept is not None
        form = CommentForm(formdata=None, data=dict(kept.fields) if kept else {})
    return NewView(form, action, f"{action}/luonnos", _hints(), is_restored)


def _place(owner: UUID) -> str:
    return f"comment:{owner}"
