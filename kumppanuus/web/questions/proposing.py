"""Questions people propose, and what a coordinator decides on them."""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext
from wtforms import StringField, TextAreaField

from kumppanuus import drafts, questions
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.questions import Question
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.questions.frame import (
    asked_words,
    candidate_home,
    home,
    html_of,
    keep_by_button,
    lang_of,
    register_at,
    screen,
)
from kumppanuus.web.screen import may, me, reply, retry, say, show

_l = lazy_gettext


class AskForm(Form):
    """A question somebody proposes."""

    title = StringField(
        _l("Otsikko"),
        description=_l("Muutama sana riittää, esimerkiksi: Tilat ja verkkoalustat."),
        validators=[Written(_l("Kirjoita otsikko"))],
    )
    text = TextAreaField(
        _l("Kysymys"),
        description=_l("Mistä pitäisi sopia? Kirjoita yhtenä kysymyksenä."),
        validators=[Written(_l("Kirjoita kysymys"))],
    )
    background = TextAreaField(_l("Mistä on kyse?"), description=_l("Kerro taustaa, jos se auttaa muita."))


class DeclineForm(Form):
    """Why a proposed question is not taken into the register."""

    reason = TextAreaField(
        _l("Perustelu"),
        description=_l("Ehdottaja ja muut osallistujat näkevät perustelun."),
        validators=[Written(_l("Kirjoita perustelu"))],
    )


def _ask_place(agreement: Agreement) -> str:
    return f"question:new:{agreement.id}"


@screen.page("/sopimukset/<agreement>/kysymykset/ehdotukset", may="question.ask")
def ask_page(agreement: Agreement) -> str:
    draft = drafts.find(_ask_place(agreement), by=me().id)
    return _ask_page(agreement, AskForm(formdata=None, data=dict(draft.fields) if draft else {}), draft is not None)


def _ask_page(agreement: Agreement, form: AskForm, is_restored: bool = False) -> str:
    here = f"{register_at(agreement)}/ehdotukset"
    return show(
        "questions/ask.html",
        section="questions",
        register=register_at(agreement),
        address=here,
        form=form,
        is_restored=is_restored,
    )


@screen.deed("/sopimukset/<agreement>/kysymykset/ehdotukset", may="question.ask", once=("title", "text", "background"))
def ask(agreement: Agreement) -> Response:
    form, place = AskForm(), _ask_place(agreement)

    def page() -> str:
        return _ask_page(agreement, form)

    def again(refusal: Refused | None = None) -> Response:
        return retry(page, page, refusal)

    if "luonnos" in request.form:
        return keep_by_button(form, place, f"{register_at(agreement)}/ehdotukset", again)
    if not form.validate():
        return again()
    try:
        asked = questions.ask(
            agreement, title=form.title.data, text=form.text.data, background=form.background.data, by=me().id
        )
    except Refused as refusal:
        form.refuse(refusal)
        return again(refusal)
    drafts.forget(place, by=me().id)
    say(gettext("Kiitos! Kysymys on lähetetty. Koordinaattori päättää, otetaanko se luetteloon."))
    return reply(otherwise=candidate_home(asked))


@screen.deed("/sopimukset/<agreement>/kysymykset/ehdotukset/luonnos", may="question.ask", keeps_key=True)
def keep_asking(agreement: Agreement) -> Response:
    fields = {name: request.form.get(name, "") for name in ("title", "text", "background")}
    drafts.keep(_ask_place(agreement), fields, by=me().id)
    return make_response("", 204)


@screen.page("/sopimukset/<agreement>/kysymykset/ehdotukset/<uuid:candidate>", may="agreement.read")
def show_candidate(agreement: Agreement, candidate: Question) -> Any:
    if candidate.is_admitted:
        return redirect(home(candidate))
    return _candidate_page(candidate)


def _candidate_page(candidate: Question, decline_form: DeclineForm | None = None) -> str:
    return show(
        "questions/candidate.html",
        section="questions",
        candidate=candidate,
        register=register_at(candidate.agreement),
        address=candidate_home(candidate),
        lang=lang_of(candidate.agreement),
        asked=asked_words(candidate),
        background=html_of(candidate.background),
        reason=html_of(candidate.reason),
        decides=may("question.admit", candidate) and candidate.refused_at is None,
        admit_form=Form(formdata=None),
        decline_form=decline_form or DeclineForm(formdata=None),
        refused=decline_form,
    )


@screen.deed("/sopimukset/<agreement>/kysymykset/ehdotukset/<uuid:candidate>/hyvaksynta", may="question.admit")
def admit(agreement: Agreement, candidate: Question) -> Response:
    questions.admit(candidate, by=me().id)
    say(gettext("Kysymys on nyt luettelossa numerolla %(number)s.", number=candidate.number))
    return reply(otherwise=home(candidate))


@screen.deed("/sopimukset/<agreement>/kysymykset/ehdotukset/<uuid:candidate>/hylkays", may="question.admit")
def decline(agreement: Agreement, candidate: Question) -> Response:
    form = DeclineForm()

    def page() -> str:
        return _candidate_page(candidate, form)

    if not form.validate():
        return retry(page, page)
    try:
        questions.decline(candidate, reason=form.reason.data, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(page, page, refusal)
    say(gettext("Kysymystä ei otettu luetteloon. Ehdottaja näkee perustelusi."))
    return reply(otherwise=candidate_home(candidate))
