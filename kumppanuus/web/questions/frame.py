"""What the pages about questions share: addresses, words of an owner and of clauses, and a refused form again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext
from markupsafe import Markup

from kumppanuus import drafts
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Conflict, Refused
from kumppanuus.progress import ClauseStanding, Standing
from kumppanuus.questions import Question
from kumppanuus.text import markup
from kumppanuus.web import words
from kumppanuus.web.forms import Form
from kumppanuus.web.language import language, moment
from kumppanuus.web.screen import Parts, Screen, me, reply, retry, say

screen = Screen("questions", __name__)
parts = Parts("questions/parts.html")


def register_at(agreement: Agreement) -> str:
    """The address of the register."""
    return f"/sopimukset/{agreement.slug}/kysymykset"


def home(question: Question) -> str:
    """The address of a question in the register."""
    return f"{register_at(question.agreement)}/{question.number}"


def candidate_home(candidate: Question) -> str:
    """The address of a question somebody has proposed."""
    return f"{register_at(candidate.agreement)}/ehdotukset/{candidate.id}"


def lang_of(agreement: Agreement) -> str:
    """The language to mark what people have written with; none when it is that of the page."""
    written_in = agreement.language.value
    return "" if written_in == language() else str(written_in)


def html_of(text: str) -> Markup:
    """What somebody wrote, in paragraphs."""
    return Markup(markup.paragraphs_html(text))  # noqa: S704 - safe by its making


@dataclass(frozen=True)
class LinkedClause:
    """A clause that answers a question, as it is shown: its number, its title and standing in words, its glyph."""

    id: UUID
    label: str
    title: str
    standing: str
    key: str


def linked_clause(each: ClauseStanding, standings: Mapping[Standing, str]) -> LinkedClause:
    """A clause as it is shown; `standings` are the words of all standings, looked up once."""
    label = each.placed.label
    return LinkedClause(each.id, label, each.placed.title, standings[each.standing], each.standing.value)


def owner_words(question: Question) -> str:
    """Who is responsible: a person, else a side; empty if nobody is."""
    if question.owner:
        return question.owner.user.name
    return words.side(question.agreement, question.owner_side) if question.owner_side else ""


def asked_words(candidate: Question) -> str:
    """Who proposed a question, and when."""
    return gettext("%(name)s ehdotti. %(when)s", name=candidate.asked_by.name, when=moment(candidate.asked_at))


def joined(*said: str) -> str:
    """Words one after the other with commas, without the empty ones."""
    return ", ".join(each for each in said if each)


def again(
    question: Question, form: Any, part: Callable[[], str], page: Callable[[], str], refusal: Refused | None
) -> Response:
    """A refused form again. After a conflict all of the page, with what stands now, and the form drawn from that."""
    if refusal is not None:
        form.refuse(refusal)
    if isinstance(refusal, Conflict):
        form.revision.data = question.revision
        return retry(page, page, refusal)
    return retry(part, page, refusal)


def keep_by_button(form: Form, place: str, otherwise: str, again: Callable[[], Response]) -> Response:
    """Keep what is typed at a press of the button."""
    fields = {name: request.form.get(name, "") for name in ("title", "text", "background") if name in form}
    try:
        drafts.keep(place, fields, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return again()
    say(gettext("Teksti on tallessa. Voit jatkaa myöhemmin."))
    return reply(otherwise=otherwise)
