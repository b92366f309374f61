"""The page of one question, and what its owner does there: telling how it goes, and moving it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, g, make_response, request
from flask_babel import gettext, lazy_gettext
from markupsafe import Markup
from wtforms import TextAreaField

from kumppanuus import agreements, drafts, ledger, progress, questions
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.progress import Progress
from kumppanuus.questions import Question, Status
from kumppanuus.text.collation import sort_key
from kumppanuus.web import comments as talk_screen
from kumppanuus.web import errors, history, words
from kumppanuus.web.forms import Form, NumberField, Written
from kumppanuus.web.language import day, moment
from kumppanuus.web.questions.frame import (
    again,
    home,
    html_of,
    joined,
    keep_by_button,
    lang_of,
    linked_clause,
    parts,
    register_at,
    screen,
)
from kumppanuus.web.questions.moving import MoveForm, missing, moved_words, offers
from kumppanuus.web.screen import may, me, reply, say, show

_l = lazy_gettext


class TellForm(Form):
    """What has happened with a question."""

    revision = NumberField()
    text = TextAreaField(
        _l("Mitä on tapahtunut?"),
        id="tilanne",
        description=_l("Kerro lyhyesti. Muut osallistujat näkevät tekstin."),
        validators=[Written(_l("Kirjoita, mitä on tapahtunut"))],
    )


@dataclass(frozen=True)
class Told:
    """An update as it is shown."""

    day: str
    by: str
    html: Markup


@screen.page("/sopimukset/<agreement>/kysymykset/<int:question>", may="agreement.read", endpoint="show")
def show_question(agreement: Agreement, question: Question) -> str:
    return question_page(question, progress.kept(agreement, g.head))


def question_page(question: Question, found: Progress | None = None, **forms: Any) -> str:
    """The page of a question. `found` tells where the clauses stand, which is read now if it is not given.
    `tell_form`, `move_form` and those of the talk are bound forms that were refused."""
    agreement, here = question.agreement, home(question)
    found = found or progress.progress(agreement)
    standings = words.standings(agreement)
    linked = questions.linked(question)
    told = [_told(update) for update in questions.updates(question)]
    is_mover = may("question.move", question)
    tell_form, move_form = forms.pop("tell_form", None), forms.pop("move_form", None)
    draft = drafts.find(_draft_place(question), by=me().id) if is_mover and tell_form is None else None
    moves = offers(question, move_form) if is_mover else []
    return show(
        "questions/question.html",
        section="questions",
        agreement=agreement,
        question=question,
        address=here,
        register=register_at(agreement),
        lang=lang_of(agreement),
        steps=_steps(question),
        step=_STEPS.get(question.status, 0),
        standing=_standing_words(question),
        late=words.days_late(question.days_late) if question.days_late else "",
        outcome=html_of(question.outcome),
        reason=html_of(question.reason),
        reason_heading=_reason_heading(question),
        background=html_of(question.background),
        solution=html_of(question.solution),
        latest=told[0] if told else None,
        earlier=told[1:],
        tell_form=_tell_form(question, draft) if is_mover and tell_form is None else tell_form,
        is_restored=draft is not None,
        offers=moves,
        awaits_official=is_mover and question.status is Status.PROPOSED and not may("question.agree", question),
        refused=tell_form or move_form,
        # A move that is no longer there has no form to keep the text in.
        kept=move_form.typed() if move_form and not any(offer.is_open for offer in moves) else [],
        facts=_facts(question),
        linked=[linked_clause(each, standings) for each in found.standings.values() if each.id in linked],
        removed=_removed(linked - found.standings.keys()),
        can_write=may("question.write", question),
        lines=history.lines(ledger.history(question.id), found.outline, [question]),
        talk=talk_screen.talk(
            question.thread_id,
            owner=question.id,
            action=f"{here}/kommentit",
            here=here,
            heading=gettext("Kommentoi kysymystä"),
            forms=forms,
        ),
    )


def _removed(clause_ids: set[UUID]) -> list[tuple[UUID, str]]:
    """Linked clauses that have left the text, by the titles they had."""
    titles = agreements.last_titles(clause_ids)
    found = [(clause_id, title or gettext("Kohta ilman otsikkoa")) for clause_id, title in titles.items()]
    return sorted(found, key=lambda each: sort_key(each[1]))


# Which step of the way a question stands at; deferred and out of scope lie off it.
_STEPS = {Status.OPEN: 1, Status.IN_PREPARATION: 2, Status.PROPOSED: 3, Status.AGREED: 4}


def _steps(question: Question) -> list[str]:
    begun = gettext("Ei aloitettu") if question.status is Status.OPEN else gettext("Aloitettu")
    return [begun, gettext("Valmistelussa"), question.agreement.body_name, gettext("Sovittu")]


def _standing_words(question: Question) -> str:
    """What to say of a question beside its steps, or instead of them."""
    day_words = day(question.next_on) if question.next_on else ""
    match question.status:
        case Status.DEFERRED:
            return gettext("Siirretty. Otetaan esiin %(day)s.", day=day_words)
        case Status.OUT_OF_SCOPE:
            return gettext("Ei sovita tässä.")
        case Status.PROPOSED if day_words:
            return gettext("Päätetään %(day)s.", day=day_words)
        case Status.AGREED:
            return gettext("Sovittu %(day)s.", day=day(question.moved_at))
    return ""


def _reason_heading(question: Question) -> str:
    match question.status:
        case Status.DEFERRED:
            return gettext("Miksi kysymys siirrettiin?")
        case Status.OUT_OF_SCOPE:
            return gettext("Miksi tästä ei sovita tässä?")
        case Status.PROPOSED:
            return gettext("Miksi kysymys jätettiin pöydälle?")
    return gettext("Miksi kysymys palautettiin?")


def _told(update: questions.Update) -> Told:
    return Told(moment(update.written_at), update.author.name, html_of(update.text))


def _facts(question: Question) -> list[tuple[str, str]]:
    owner = question.owner
    side = words.side(question.agreement, question.owner_side) if question.owner_side else ""
    named = joined(owner.user.name, words.role_words(owner)) if owner else gettext("Ei vielä nimetty")
    return [
        (gettext("Vastuussa"), named),
        (gettext("Osapuoli"), side),
        (gettext("Määräpäivä"), day(question.due_on) if question.due_on else gettext("Ei vielä sovittu")),
        (gettext("Kirjattu"), day(question.admitted_at) if question.admitted_at else ""),
    ]


# ---------------------------------------------------------------- telling how it goes


def _draft_place(question: Question) -> str:
    return f"question:{question.id}"


def _tell_form(question: Question, draft: drafts.Kept | None) -> TellForm:
    text = draft.fields.get("text", "") if draft else ""
    return TellForm(formdata=None, data={"revision": question.revision, "text": text})


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/tilanne", may="question.move")
def tell(agreement: Agreement, question: Question) -> Response:
    form = TellForm()
    if "luonnos" in request.form:
        return keep_by_button(form, _draft_place(question), home(question), lambda: _tell_again(question, form))
    if not form.validate():
        return _tell_again(question, form)
    try:
        questions.update(question, text=form.text.data, revision=form.revision.data, by=me().id)
    except Refused as refusal:
        return _tell_again(question, form, refusal)
    drafts.forget(_draft_place(question), by=me().id)
    say(gettext("Tilanne on tallennettu."))
    return reply(otherwise=home(question))


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/tilanne/luonnos", may="question.move", keeps_key=True)
def keep_telling(agreement: Agreement, question: Question) -> Response:
    drafts.keep(_draft_place(question), {"text": request.form.get("text", "")}, by=me().id)
    return make_response("", 204)


def _tell_again(question: Question, form: TellForm, refusal: Refused | None = None) -> Response:
    def page() -> str:
        return question_page(question, tell_form=form)

    def part() -> str:
        return parts.tell(form, home(question), is_restored=False, is_alone=True)

    return again(question, form, part, page, refusal)


# ---------------------------------------------------------------- moving


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/siirto", may="question.move")
def move(agreement: Agreement, question: Question) -> Response:
    form = MoveForm()
    to = form.target
    if to is Status.AGREED and not may("question.agree", question):
        return errors.not_allowed()
    if to is None:
        return _move_again(question, form, questions.NotAllowedMove())
    if not form.validate():
        return _move_again(question, form)
    try:
        made = questions.move(
            question,
            to,
            revision=form.revision.data,
            by=me().id,
            solution=form.solution.data if "solution" in request.form else None,
            outcome=form.outcome.data or "",
            reason=form.reason.data or "",
            next_on=form.next_on.data,
        )
    except questions.Needs as refusal:
        for name in missing(form, questions.needs(question.status, to), refusal):
            form.refuse(questions.Needs(field=name))
        return _move_again(question, form)
    except Refused as refusal:
        return _move_again(question, form, refusal)
    say(moved_words(question, made.step), undo=f"{home(question)}/kumoaminen")
    return reply(otherwise=home(question))


def _move_again(question: Question, form: MoveForm, refusal: Refused | None = None) -> Response:
    def page() -> str:
        return question_page(question, move_form=form)

    def part() -> str:
        offer = next((each for each in offers(question, form) if each.is_open), None)
        return parts.move(offer, f"{home(question)}/siirto", is_alone=True) if offer else page()

    return again(question, form, part, page, refusal)


@screen.deed("/sopimukset/<agreement>/kysymykset/<int:question>/kumoaminen", may="question.move")
def undo(agreement: Agreement, question: Question) -> Response:
    questions.undo(question, by=me().id)
    status = words.statuses(agreement)[question.status]
    say(gettext("Siirto on kumottu. Vaihe on taas: %(status)s.", status=status))
    return reply(otherwise=home(question))
