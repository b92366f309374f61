"""Writing a new comment about a clause, a question or a suggestion."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from flask import Response, request
from flask_babel import gettext

from kumppanuus import agreements, comments, limits
from kumppanuus.agreements import Agreement, Clause, ClauseVersion
from kumppanuus.comments import Comment, CommentKind, Said, Thread
from kumppanuus.errors import Refused
from kumppanuus.members import SpeaksFor
from kumppanuus.questions import Question
from kumppanuus.suggestions import Suggestion
from kumppanuus.web.comments.form import CommentForm, begun_form, draft_place, empty_form
from kumppanuus.web.comments.frame import SAID, keep, keep_by_button, parts, screen
from kumppanuus.web.comments.looks import views
from kumppanuus.web.comments.talking import talk
from kumppanuus.web.screen import apart, htmx, me, my_member, reply, retry, say


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


@screen.deed("/kohdat/<uuid:clause>/kommentit", may="comment.write", once=SAID)
def add_to_clause(clause: Clause) -> Response:
    return _add(_on_clause(clause))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kommentit", may="comment.write", once=SAID)
def add_to_question(agreement: Agreement, question: Question) -> Response:
    return _add(_on_question(question))


@screen.deed("/muutosehdotukset/<uuid:suggestion>/kommentit", may="comment.write", once=SAID)
def add_to_suggestion(suggestion: Suggestion) -> Response:
    return _add(_on_suggestion(suggestion))


@screen.deed("/kohdat/<uuid:clause>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_clause(clause: Clause) -> Response:
    return keep(draft_place(clause.id))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_question(agreement: Agreement, question: Question) -> Response:
    return keep(draft_place(question.id))


@screen.deed("/muutosehdotukset/<uuid:suggestion>/kommentit/luonnos", may="comment.write", keeps_key=True)
def keep_for_suggestion(suggestion: Suggestion) -> Response:
    return keep(draft_place(suggestion.id))


def _add(place: _Place) -> Response:
    action, place_of_draft = request.path, draft_place(place.owner)
    sent = None if "luonnos" in request.form else _whole()
    if sent is None:
        form = CommentForm()
        part, page = partial(_part, place, action, form), partial(place.page, form)
        if "luonnos" in request.form:
            return keep_by_button(form, place_of_draft, part, f"{place.here}#kommentoi", page)
        form.validate()
        return retry(part, page)
    kind, speaks_for, text = sent
    try:
        limits.spend(f"comment:{me().id}", limits.COMMENT, is_exact=False)
        comment = comments.add(
            place.thread(),
            text=text,
            kind=kind,
            speaks_for=speaks_for,
            by=my_member(),
            version=_version_read(place),
            draft=place_of_draft,
        )
    except comments.Closed:
        raise  # there is no form any more that could hold the text: the page of the refusal does
    except Refused as refusal:
        form = CommentForm()
        form.refuse(refusal)
        return retry(partial(_part, place, action, form), partial(place.page, form), refusal)
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
    return parts.new(begun_form(place.owner, action, form, _number_of("shown"), _number_of("seen")))


def _version_read(place: _Place) -> ClauseVersion | None:
    """The version that stood beside the form: what is said is about that one, also when another is in force by now."""
    seen, current = _number_of("seen"), place.current
    if current is None or current.is_removal or seen in (0, current.number):
        return current
    return agreements.version_numbered(current.clause, seen) or current


def _number_of(name: str) -> int:
    """A number the form carries of the page it was drawn on: `shown` is how many comments stood in the list, which its
    heading goes on from."""
    told = request.form.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 7 else 0


def _shown_new(place: _Place, comment: Comment, action: str) -> tuple[str, ...]:
    """An empty form; and out of band the new comment at the head of the list, and how many stand there now."""
    total = _number_of("shown") + 1
    form = empty_form(action, total, place.current.number if place.current else 0)
    if total == 1 or apart(request.headers.get("HX-Current-URL", "")).query:
        # The list was empty, narrowed or turned: it is drawn anew, whole and the newest first.
        asked = talk(comment.thread_id, owner=place.owner, action=action, here=place.here, current=place.current)
        return form, parts.whole(asked)
    view = views([Said(comment, [], 0, False, False, False)], current=place.current)[0]
    return form, parts.added(view), parts.count(total, oob=True)
