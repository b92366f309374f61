"""Screen: what is said about a clause, a question or a suggestion: the talk on its page, and the deeds on a comment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache, partial
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from flask import Response, abort, make_response, request
from flask_babel import gettext, lazy_gettext, ngettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import agreements, comments, drafts, limits, questions, suggestions
from kumppanuus.agreements import Agreement, Clause, ClauseVersion, Wording
from kumppanuus.comments import About, Comment, CommentKind, Said, Shown, Talk, Thread
from kumppanuus.db import today
from kumppanuus.errors import Empty, Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.questions import Question
from kumppanuus.suggestions import Suggestion
from kumppanuus.text import markup
from kumppanuus.web import words
from kumppanuus.web.forms import Chosen, Form, Written, new_key
from kumppanuus.web.language import day, language, moment_on
from kumppanuus.web.screen import Parts, Screen, htmx, may, me, my_member, reply, retry, say, show

_l = lazy_gettext

screen = Screen("comments", __name__)
parts = Parts("comments/parts.html")

AT_ONCE = 30  # comments on one page

# What makes two sendings one: the same person says the same at the same place.
_SAID = ("kind", "speaks_for", "text")


# ---------------------------------------------------------------- views


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


@dataclass(frozen=True)
class NewView:
    """The form of a new comment. `is_restored` tells that it holds text that was kept."""

    form: CommentForm
    action: str
    draft_action: str
    hints: dict[str, str]
    shown: int | str  # how many comments stand in the list
    is_restored: bool = False
    shows_errors: bool = False  # a whole page shows them at its head


@dataclass(frozen=True)
class TalkView:
    """The whole talk: the form (or why there is none), the list, and the ways to look at it."""

    heading: str
    new: NewView | None
    closed: str
    said: list[SaidView]
    total: int
    open: int
    ways: list[tuple[str, str]]
    more: tuple[str, str] | None
    empty: str
    nothing_open: str
    blank: Markup | None = None  # in the place of `new` the empty form, as it was drawn before

    @property
    def list_html(self) -> Markup:
        """The comments as HTML."""
        return _drawn(self.said)


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
    looker = _looker(is_closed=current is not None and current.is_removal)
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
            if len(_views) >= VIEWS:
                _views.clear()
            _views[key] = view
        shown.append(view)
    return shown


# Comments as they were shown, by all that their looks follow from: the same person sees most of them again.
_views: dict[tuple[Any, ...], SaidView] = {}
VIEWS = 8_000


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


def _looker(*, is_closed: bool = False) -> _Looker:
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
        support=_support(said, looker, key),
        replies=tuple(_reply_view(each, looker) for each in said.replies),
    )


def _comparison(older: ClauseVersion | About, current: ClauseVersion | Wording) -> str:
    return f"/kohdat/{older.clause_id}/vertailu?a={older.number}&b={current.number}"


def _reply_view(comment: Comment | Shown, looker: _Looker) -> SaidView:
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


def _support(said: Said, looker: _Looker, key: str) -> SupportView | None:
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


def talk(
    thread_id: UUID | None,
    *,
    owner: UUID,
    action: str,
    here: str,
    current: ClauseVersion | None = None,
    heading: str = "",
    forms: Mapping[str, Any] | None = None,
) -> TalkView:
    """The talk about something whose id is `owner`, as ?nayta=avoimet, ?jarjestys=vanhin and ?sivu=2 ask for it.

    For a clause give no thread: it is found by its owner in the same query. `action` is where the form of a new comment
    goes, `here` the address of the page, `current` the wording in force of the clause, `heading` what stands over the
    form; `forms` may hold a bound `comment_form`.
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
    new, blank = None, None
    if not is_closed and may("comment.write"):
        new = _new(owner, action, form, found.total)
        # Nothing was kept and nothing refused: the form is the same for all who have the same voices.
        blank = None if new else Markup(_blank(action, found.total))  # noqa: S704 - macros escape what they are given
    return TalkView(
        heading=heading,
        new=new,
        closed=gettext("Kohta on poistettu sopimuksesta. Voit lukea kommentit.") if is_closed else "",
        said=views(found.said, current=current),
        total=found.total,
        blank=blank,
        open=found.open,
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
    asked = [
        "nayta=avoimet" if only_open else "",
        "jarjestys=vanhin" if oldest_first else "",
        f"sivu={page}" if page > 1 else "",
    ]
    query = "&".join(filter(None, asked))
    return f"{here}{'?' if query else ''}{query}#puhe"


# ---------------------------------------------------------------- forms


class CommentForm(Form):
    """A new comment. The name to speak in is asked only of those who have more than one."""

    error_heading = _l("Kommenttia ei ole vielä lähetetty")

    kind = RadioField(
        _l("Millainen kommenttisi on?"),
        choices=[SelectChoice(kind.value, said) for kind, said in words.COMMENT_KINDS.items()],
        validators=[Chosen(_l("Valitse, millainen kommenttisi on"))],
    )
    speaks_for = RadioField(
        _l("Kenen nimissä kommentoit?"),
        default=SpeaksFor.SELF.value,
        validators=[Chosen(_l("Valitse, kenen nimissä kommentoit"))],
    )
    text = TextAreaField(
        _l("Kommentti"),
        description=_l("Kommentti näkyy kaikille osallistujille. Älä kirjoita kenenkään terveystietoja."),
        validators=[Written(_l("Kirjoita kommentti"))],
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        ask_voice(self)


def ask_voice(form: Form) -> None:
    """Offer the names the member may speak in, or ask nothing of those who have only their own."""
    voices = words.voices(my_member())
    if len(voices) > 1:
        form.speaks_for.choices = [SelectChoice(value, said) for value, said in voices]
    else:
        del form.speaks_for


def _hints() -> dict[str, str]:
    return {
        CommentKind.SUPPORT.value: gettext("Teksti on hyvä"),
        CommentKind.QUESTION.value: gettext("Haluan tietää lisää"),
        CommentKind.CONCERN.value: gettext("Tässä on ongelma"),
    }


def _new(owner: UUID, action: str, form: CommentForm | None, shown: int) -> NewView | None:
    """The form as it was refused, or with the text that was kept; None if there is neither."""
    kept = drafts.find(_place(owner), by=me().id) if form is None else None
    if form is None and kept is None:
        return None
    form = form or CommentForm(formdata=None, data=dict(kept.fields) if kept else {})
    return NewView(form, action, f"{action}/luonnos", _hints(), shown, kept is not None, shows_errors=bool(htmx))


def _place(owner: UUID) -> str:
    return f"comment:{owner}"


# ---------------------------------------------------------------- new comments


@dataclass(frozen=True)
class _Place:
    """What a new comment is about, and where its page is."""

    owner: UUID
    here: str
    current: ClauseVersion | None
    thread: Callable[[], Thread]
    page: Callable[[CommentForm], str]


# The pages are imported where they are drawn, because they show this talk.


def _on_clause(clause: Clause) -> _Place:
    def page(form: CommentForm) -> str:
        from kumppanuus.web.clauses import clause_page

        return clause_page(clause, comment_form=form)

    return _Place(clause.id, f"/kohdat/{clause.id}", clause.current, lambda: comments.thread_of(clause), page)


def _on_question(question: Question) -> _Place:
    def page(form: CommentForm) -> str:
        from kumppanuus.web.questions import question_page

        return question_page(question, comment_form=form)

    here = f"/sopimukset/{question.agreement.slug}/kysymykset/{question.number}"
    return _Place(question.id, here, None, lambda: question.thread, page)


def _on_suggestion(suggestion: Suggestion) -> _Place:
    def page(form: CommentForm) -> str:
        from kumppanuus.web.suggestions.page import suggestion_page

        return suggestion_page(suggestion, comment_form=form)

    here = f"/muutosehdotukset/{suggestion.id}"
    return _Place(suggestion.id, here, None, lambda: suggestion.thread, page)


@screen.deed("/kohdat/<uuid:clause>/kommentit", may="comment.write", once=_SAID)
def add_to_clause(clause: Clause) -> Response:
    return _add(_on_clause(clause))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kommentit", may="comment.write", once=_SAID)
def add_to_question(agreement: Agreement, question: Question) -> Response:
    return _add(_on_question(question))


@screen.deed("/muutosehdotukset/<uuid:suggestion>/kommentit", may="comment.write", once=_SAID)
def add_to_suggestion(suggestion: Suggestion) -> Response:
    return _add(_on_suggestion(suggestion))


@screen.deed("/kohdat/<uuid:clause>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_clause(clause: Clause) -> Response:
    return _keep(_place(clause.id))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_question(agreement: Agreement, question: Question) -> Response:
    return _keep(_place(question.id))


@screen.deed("/muutosehdotukset/<uuid:suggestion>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_suggestion(suggestion: Suggestion) -> Response:
    return _keep(_place(suggestion.id))


def _add(place: _Place) -> Response:
    action, place_of_draft = request.path, _place(place.owner)
    sent = None if "luonnos" in request.form else _whole()
    if sent is None:
        form = CommentForm()
        part, page = partial(_part, place, action, form), partial(place.page, form)
        if "luonnos" in request.form:
            return _keep_by_button(form, place_of_draft, part, f"{place.here}#kommentoi", page)
        form.validate()
        return retry(part, page)
    kind, speaks_for, text = sent
    try:
        limits.spend(f"comment:{me().id}", limits.COMMENT, is_exact=False)
        comment = comments.add(
            place.thread(), text=text, kind=kind, speaks_for=speaks_for, by=my_member(), version=place.current
        )
    except comments.Closed:
        raise  # there is no form any more that could hold the text: the page of the refusal does
    except Refused as refusal:
        form = CommentForm()
        form.refuse(refusal)
        return retry(partial(_part, place, action, form), partial(place.page, form), refusal)
    drafts.forget(place_of_draft, by=me().id)
    say(gettext("Kommentti on lähetetty."))
    answer = _shown_new(place, comment, action) if htmx else ()
    return reply(*answer, otherwise=f"{place.here}#k-{comment.id}", focus=f"#k-{comment.id}")


def _whole() -> tuple[CommentKind, SpeaksFor, str] | None:
    """What was sent, if nothing of it is missing. Only what is shown again needs a form, and making one is dear."""
    sent = request.form
    text = sent.get("text", "")
    try:
        kind, speaks_for = CommentKind(sent.get("kind", "")), SpeaksFor(sent.get("speaks_for", SpeaksFor.SELF))
    except ValueError:
        return None
    return (kind, speaks_for, text) if text.strip() else None


def _part(place: _Place, action: str, form: CommentForm) -> str:
    return parts.new(_new(place.owner, action, form, _shown_before()))


def _shown_before() -> int:
    """How many comments stood in the list when the form was drawn: what the heading of that list goes on from."""
    told = request.form.get("shown", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0


def _shown_new(place: _Place, comment: Comment, action: str) -> tuple[str, ...]:
    """An empty form; and out of band the new comment at the head of the list, and how many stand there now."""
    total = _shown_before() + 1
    form = _blank(action, total)
    if total == 1 or urlsplit(request.headers.get("HX-Current-URL", "")).query:
        # The list was empty, narrowed or turned: it is drawn anew, whole and the newest first.
        asked = talk(comment.thread_id, owner=place.owner, action=action, here=place.here, current=place.current)
        return form, parts.whole(asked)
    view = views([Said(comment, [], 0, False, False, False)], current=place.current)[0]
    return form, parts.added(view), parts.count(total, oob=True)


# Words that nobody can have written: they stand in a drawn form for what each one has of its own.
_ACTION, _TOKEN, _KEY, _SHOWN = new_key(), new_key(), new_key(), new_key()

# Language and voices → the empty form of a new comment.
_blanks: dict[tuple[str, ...], str] = {}


def _blank(action: str, total: int) -> str:
    """The empty form of a new comment. It is drawn once, because drawing it costs as much as writing the comment."""
    member = my_member()
    names = [each.name if each else "" for each in (member.organisation, member.network)]
    known = (language(), *names)
    drawn = _blanks.get(known)
    if drawn is None:
        form = CommentForm(formdata=None)
        drawn = str(parts.new(NewView(form, _ACTION, f"{_ACTION}/luonnos", _hints(), _SHOWN)))
        drawn = drawn.replace(generate_csrf(), _TOKEN).replace(form.form_key.data, _KEY)
        if len(_blanks) < 1_000:
            _blanks[known] = drawn
    # The token that was sent is as good as a new one, and has been checked.
    token = str(escape(request.form.get("csrf_token") or generate_csrf()))
    own = {_ACTION: action, _TOKEN: token, _KEY: new_key(), _SHOWN: str(total)}
    for mark, value in own.items():
        drawn = drawn.replace(mark, value)
    return drawn


def _drawn(said: Iterable[SaidView]) -> Markup:
    """Comments as HTML, each with the token of this session."""
    html = "".join(map(_drawn_comment, said))
    return Markup(html.replace(_TOKEN, str(escape(generate_csrf()))))  # noqa: S704 - macros escape what they are given


@lru_cache(maxsize=4096)
def _drawn_comment(said: SaidView) -> str:
    """A comment as HTML, drawn once for all who see the same of it: a page holds dozens."""
    return str(parts.comment(said)).replace(generate_csrf(), _TOKEN)


def voice_chosen(form: Form) -> SpeaksFor:
    """In whose name something was written in a form."""
    return SpeaksFor(form.speaks_for.data) if "speaks_for" in form else SpeaksFor.SELF


def _keep(place: str) -> Response:
    """Keep what is being typed, and forget it once it is wiped out; the page stays as it is."""
    typed = _typed()
    if typed["text"].strip():
        drafts.keep(place, typed, by=me().id)
    else:
        drafts.forget(place, by=me().id)
    return make_response("", 204)


def _keep_by_button(form: Form, place: str, part: Callable[[], str], home: str, page: Callable[[], Any]) -> Response:
    typed = _typed()
    try:
        if not typed["text"].strip():
            raise Empty(field="text")
        drafts.keep(place, typed, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Teksti on tallessa. Voit jatkaa myöhemmin."))
    form.form_key.data = new_key()
    return reply(part() if htmx else "", otherwise=home, focus=f"#{form.text.id}")


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in ("kind", "speaks_for", "text")}


# ---------------------------------------------------------------- replies, answers, edits, each a form under a comment


class ReplyForm(Form):
    """A reply to a comment."""

    speaks_for = RadioField(
        _l("Kenen nimissä vastaat?"),
        default=SpeaksFor.SELF.value,
        validators=[Chosen(_l("Valitse, kenen nimissä vastaat"))],
    )
    text = TextAreaField(
        _l("Vastaus"),
        description=_l("Vastaus näkyy kaikille osallistujille."),
        validators=[Written(_l("Kirjoita vastaus"))],
    )

    def __init__(self, *args: Any, **rest: Any) -> None:
        super().__init__(*args, **rest)
        ask_voice(self)


class SettleForm(Form):
    """The written answer of the coordinator. `seen` is when the answer that was shown had been given."""

    seen = HiddenField()
    response = TextAreaField(
        _l("Vastine"),
        description=_l("Kerro, mitä kommentista seurasi. Vastine näkyy kaikille osallistujille."),
        validators=[Written(_l("Kirjoita vastine"))],
    )

    @property
    def seen_at(self) -> datetime | None:
        try:
            return datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None


class EditForm(Form):
    """One's own comment, edited. A reply has no kind."""

    kind = RadioField(
        _l("Millainen kommenttisi on?"),
        choices=[SelectChoice(kind.value, said) for kind, said in words.COMMENT_KINDS.items()],
        validators=[Chosen(_l("Valitse, millainen kommenttisi on"))],
    )
    text = TextAreaField(_l("Kommentti"), validators=[Written(_l("Kirjoita kommentti"))])


@dataclass(frozen=True)
class UnderView:
    """A form under a comment, as a part of its page or on a page of its own."""

    id: str
    opener: str
    heading: str
    error_heading: str
    form: Form
    choices: list[Any]
    texts: list[Any]
    hints: dict[str, str]
    action: str
    target: str
    send: str
    back: str
    draft_action: str = ""
    is_restored: bool = False


@screen.page("/kommentit/<uuid:comment>/vastaukset", may="comment.write")
def reply_page(comment: Comment) -> str:
    return _page(comment, _reply_view_of(comment))


@screen.piece("/kommentit/<uuid:comment>/vastaukset/lomake", may="comment.write")
def reply_form(comment: Comment) -> Response:
    return _piece(_reply_view_of(comment))


@screen.deed("/kommentit/<uuid:comment>/vastaukset", may="comment.write", once=_SAID)
def add_reply(comment: Comment) -> Response:
    form = ReplyForm()
    under = _reply_view_of(comment, form)
    place = _reply_place(comment)
    if "luonnos" in request.form:
        home = _home(comment)
        return _keep_by_button(form, place, lambda: parts.under(under), home, lambda: _page(comment, under))
    if not form.validate():
        return _again(comment, under)
    try:
        limits.spend(f"comment:{me().id}", limits.COMMENT, is_exact=False)
        said = comments.reply(comment, text=form.text.data, speaks_for=voice_chosen(form), by=my_member())
    except comments.Closed:
        raise
    except Refused as refusal:
        return _again(comment, under, refusal)
    drafts.forget(place, by=me().id)
    say(gettext("Vastaus on lähetetty."))
    return reply(*_shown(comment), otherwise=_home(comment, said), focus=f"#k-{said.id}")


@screen.deed("/kommentit/<uuid:comment>/vastaukset/luonnos", may="comment.write", keeps_key=True)
def keep_reply(comment: Comment) -> Response:
    return _keep(_reply_place(comment))


@screen.page("/kommentit/<uuid:comment>/vastine", may="comment.settle")
def settle_page(comment: Comment) -> str:
    return _page(comment, _settle_view_of(comment))


@screen.piece("/kommentit/<uuid:comment>/vastine/lomake", may="comment.settle")
def settle_form(comment: Comment) -> Response:
    return _piece(_settle_view_of(comment))


@screen.deed("/kommentit/<uuid:comment>/vastine", may="comment.settle")
def settle(comment: Comment) -> Response:
    form = SettleForm()
    under = _settle_view_of(comment, form)
    if not form.validate():
        return _again(comment, under)
    try:
        comments.settle(comment, response=form.response.data, seen=form.seen_at, by=me().id)
    except Refused as refusal:
        # The answer that stands is now the one that was seen: sending again replaces it.
        form.seen.data = _moment_of(comment)
        return _again(comment, under, refusal)
    say(gettext("Kommentti on merkitty käsitellyksi."))
    return reply(*_shown(comment), otherwise=_home(comment), focus=f"#k-{comment.id}")


@screen.page("/kommentit/<uuid:comment>/muokkaus", may="comment.edit")
def edit_page(comment: Comment) -> str:
    return _page(comment, _edit_view_of(comment))


@screen.piece("/kommentit/<uuid:comment>/muokkaus/lomake", may="comment.edit")
def edit_form(comment: Comment) -> Response:
    return _piece(_edit_view_of(comment))


@screen.deed("/kommentit/<uuid:comment>/muokkaus", may="comment.edit")
def edit(comment: Comment) -> Response:
    form = EditForm()
    under = _edit_view_of(comment, form)
    if not form.validate():
        return _again(comment, under)
    kind = None if comment.is_reply else CommentKind(form.kind.data)
    try:
        comments.edit(comment, text=form.text.data, kind=kind, by=my_member())
    except Refused as refusal:
        return _again(comment, under, refusal)
    say(gettext("Muutos on tallennettu."))
    return reply(*_shown(comment), otherwise=_home(comment), focus=f"#k-{comment.id}")


def _reply_view_of(comment: Comment, form: ReplyForm | None = None) -> UnderView:
    if comment.is_reply:
        abort(404)
    kept = None
    if form is None:
        if comment.thread.is_closed:
            raise comments.Closed()
        kept = drafts.find(_reply_place(comment), by=me().id)
        form = ReplyForm(formdata=None, data=dict(kept.fields) if kept else {})
    return _under(
        comment,
        "vastaukset",
        form,
        heading=gettext("Vastaa henkilölle %(name)s", name=comment.author.name),
        error_heading=gettext("Vastausta ei ole vielä lähetetty"),
        send=gettext("Lähetä vastaus"),
        draft_action=f"/kommentit/{comment.id}/vastaukset/luonnos",
        is_restored=kept is not None,
    )


def _settle_view_of(comment: Comment, form: SettleForm | None = None) -> UnderView:
    if comment.is_reply:
        abort(404)
    if form is None:
        form = SettleForm(formdata=None, data={"response": comment.response, "seen": _moment_of(comment)})
    return _under(
        comment,
        "vastine",
        form,
        heading=gettext("Muuta vastinetta") if comment.handled_at else gettext("Merkitse kommentti käsitellyksi"),
        error_heading=gettext("Kommenttia ei ole vielä merkitty käsitellyksi"),
        send=gettext("Tallenna vastine") if comment.handled_at else gettext("Merkitse käsitellyksi"),
    )


def _edit_view_of(comment: Comment, form: EditForm | None = None) -> UnderView:
    if form is None:
        if comments.is_answered(comment):
            raise comments.Answered()
        form = EditForm(formdata=None, data={"kind": comment.kind, "text": comment.text})
    if comment.is_reply and "kind" in form:
        del form.kind
    return _under(
        comment,
        "muokkaus",
        form,
        heading=gettext("Muokkaa vastausta") if comment.is_reply else gettext("Muokkaa kommenttia"),
        error_heading=gettext("Muutosta ei ole vielä tallennettu"),
        send=gettext("Tallenna muutos"),
    )


def _moment_of(comment: Comment) -> str:
    return comment.handled_at.isoformat() if comment.handled_at else ""


def _under(comment: Comment, deed: str, form: Form, **rest: Any) -> UnderView:
    # Several of these may stand open on one page, so each field is named after its comment.
    for each in form:
        each.id = f"{each.name}-{comment.id}"
        each.label.field_id = each.id
    fields = [each for each in form if not isinstance(each, HiddenField)]
    return UnderView(
        id=f"{deed}-lomake-{comment.id}",
        opener=f"{deed}-{comment.id}",
        form=form,
        choices=[each for each in fields if isinstance(each, RadioField)],
        texts=[each for each in fields if isinstance(each, TextAreaField)],
        hints=_hints(),
        action=f"/kommentit/{comment.id}/{deed}",
        target=f"#k-{comment.id}",
        back=_home(comment),
        **rest,
    )


def _reply_place(comment: Comment) -> str:
    return f"reply:{comment.id}"


def _piece(under: UnderView) -> Response:
    response = make_response(parts.under(under, is_kept=True))
    response.headers["X-Focus"] = f"#{under.id} h3"
    return response


def _again(comment: Comment, under: UnderView, refusal: Refused | None = None) -> Response:
    if refusal is not None:
        under.form.refuse(refusal)
    response = retry(lambda: parts.under(under), lambda: _page(comment, under), refusal)
    if htmx:
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = f"#{under.id}", "outerHTML"
    return response


def _page(comment: Comment, under: UnderView) -> str:
    top = comments.by_id(comment.parent_id) if comment.parent_id else comment
    assert top is not None, "a reply has a comment"
    return show(
        "comments/page.html",
        section="questions" if questions.by_thread(comment.thread_id) else "agreement",
        said=_to_read(views([comments.said(top, me=me().id)])[0]),
        under=under,
        crumbs=_crumbs(comment, under),
    )


def _to_read(said: SaidView) -> SaidView:
    """A comment with nothing to do about it."""
    return said._replace(acts=(), support=None, replies=tuple(_to_read(each) for each in said.replies))


def _crumbs(comment: Comment, under: UnderView) -> list[tuple[str | None, str]]:
    agreement = comment.thread.agreement
    where: list[tuple[str | None, str]] = [(f"/sopimukset/{agreement.slug}", gettext("Sopimus"))]
    if comment.thread.clause_id is not None:
        placed = agreements.outline(agreement).find(comment.thread.clause_id)
        name = words.clause_name(placed) if placed and placed.label else gettext("Poistettu kohta")
    elif suggestion := suggestions.by_thread(comment.thread_id):
        name = gettext("Muutosehdotus %(number)s", number=suggestion.number)
    else:
        question = questions.by_thread(comment.thread_id)
        number = question.number if question else None
        name = gettext("Kysymys %(number)s", number=number) if number else gettext("Kysymys")
    return [*where, (under.back, name), (None, under.heading)]


def _shown(comment: Comment) -> tuple[str, ...]:
    """The comment as it stands now, for htmx; a reply by itself."""
    if not htmx:
        return ()
    if comment.is_reply:
        return (parts.comment(_reply_view(comment, _looker())),)
    clause = comment.thread.clause
    current = clause.current if clause else None
    return (parts.comment(views([comments.said(comment, me=me().id, current=current)], current=current)[0]),)


def _home(comment: Comment, shown: Comment | None = None) -> str:
    """Where a comment stands: on the page of its clause, suggestion or question that holds it."""
    anchor = f"#k-{(shown or comment).id}"
    if comment.thread.clause_id is not None:
        here = f"/kohdat/{comment.thread.clause_id}"
    elif suggestion := suggestions.by_thread(comment.thread_id):
        here = f"/muutosehdotukset/{suggestion.id}"
    else:
        question = questions.by_thread(comment.thread_id)
        here = f"/sopimukset/{comment.thread.agreement.slug}/kysymykset/{question.number if question else ''}"
    # Only a whole page has to be the right one of several; htmx stays where it is.
    page = 1 if htmx else 1 + comments.newer_than(comment) // AT_ONCE
    return f"{here}{f'?sivu={page}' if page > 1 else ''}{anchor}"


# ---------------------------------------------------------------- support


@screen.deed("/kommentit/<uuid:comment>/kannatus", may="comment.write")
def endorse(comment: Comment) -> Response:
    comments.endorse(comment, by=me().id)
    say(gettext("Kannatat kommenttia."))
    return _supported(comment)


@screen.deed("/kommentit/<uuid:comment>/kannatus/peruminen", may="comment.write")
def withdraw_endorsement(comment: Comment) -> Response:
    comments.withdraw_endorsement(comment, by=me().id)
    say(gettext("Et enää kannata kommenttia."))
    return _supported(comment)


def _supported(comment: Comment) -> Response:
    answer: tuple[str, ...] = ()
    if htmx:
        view = _support(comments.said(comment, me=me().id), _looker(), str(comment.id))
        answer = (parts.support(view),)
    return reply(*answer, otherwise=_home(comment), focus=f"#kannata-{comment.id}")
