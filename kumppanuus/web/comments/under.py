"""Deeds on a comment: a reply, the answer, an edit, each a form under it; and support."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, abort, make_response, request
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.fields import SelectChoice

from kumppanuus import agreements, comments, drafts, limits, questions, suggestions
from kumppanuus.comments import Comment, CommentKind
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.web import words
from kumppanuus.web.comments.frame import (
    AT_ONCE,
    SAID,
    ask_voice,
    hints,
    keep,
    keep_by_button,
    parts,
    screen,
    voice_chosen,
)
from kumppanuus.web.comments.looks import SaidView, reply_view, support_view, views, who_looks
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.screen import htmx, me, my_member, reply, retry, say, show

_l = lazy_gettext


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


@screen.deed("/kommentit/<uuid:comment>/vastaukset", may="comment.write", once=SAID)
def add_reply(comment: Comment) -> Response:
    form = ReplyForm()
    under = _reply_view_of(comment, form)
    place = _reply_place(comment)
    if "luonnos" in request.form:
        home = _home(comment)
        return keep_by_button(form, place, lambda: parts.under(under), home, lambda: _page(comment, under))
    if not form.validate():
        return _again(comment, under)
    try:
        limits.spend(f"comment:{me().id}", limits.COMMENT, is_exact=False)
        said = comments.reply(comment, text=form.text.data, speaks_for=voice_chosen(form), by=my_member(), draft=place)
    except comments.Closed:
        raise
    except Refused as refusal:
        return _again(comment, under, refusal)
    say(gettext("Vastaus on lähetetty."))
    return reply(*_shown(comment), otherwise=_home(comment, said), focus=f"#k-{said.id}")


@screen.deed("/kommentit/<uuid:comment>/vastaukset/luonnos", may="comment.write", keeps_key=True)
def keep_reply(comment: Comment) -> Response:
    return keep(_reply_place(comment))


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


def _opens(name: str, rule: str, may: str, view_of: Callable[[Comment], UnderView]) -> None:
    """Two ways to the form of a deed: on a page of its own, and under the comment by htmx."""

    @screen.page(f"/kommentit/<uuid:comment>/{rule}", may=may, endpoint=f"{name}_page")
    def page(comment: Comment) -> str:
        return _page(comment, view_of(comment))

    @screen.piece(f"/kommentit/<uuid:comment>/{rule}/lomake", may=may, endpoint=f"{name}_form")
    def form(comment: Comment) -> Response:
        return _piece(view_of(comment))


_opens("reply", "vastaukset", "comment.write", _reply_view_of)
_opens("settle", "vastine", "comment.settle", _settle_view_of)
_opens("edit", "muokkaus", "comment.edit", _edit_view_of)


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
        hints=hints(),
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
        return (parts.comment(reply_view(comment, who_looks())),)
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
        view = support_view(comments.said(comment, me=me().id), who_looks(), str(comment.id))
        answer = (parts.support(view),)
    return reply(*answer, otherwise=_home(comment), focus=f"#kannata-{comment.id}")
