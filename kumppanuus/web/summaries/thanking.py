"""Back to the people: everybody who answered is told what came of it, by letter or on paper."""

from __future__ import annotations

from flask import Response, make_response, redirect
from flask_babel import gettext, ngettext

from kumppanuus import limits, notifications, statements, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.documents import thanks as printed
from kumppanuus.errors import Refused
from kumppanuus.notifications import Letter
from kumppanuus.rounds import Round
from kumppanuus.statements import Statement
from kumppanuus.web import errors, public_address
from kumppanuus.web.forms import Form, new_key
from kumppanuus.web.screen import attachment, me, reply, retry, say, show
from kumppanuus.web.summaries.frame import ROUND, here, public, screen
from kumppanuus.web.summaries.page import crumbs


@screen.page(f"{ROUND}/yhteenveto/kiitos", may="summary.publish", endpoint="thanks")
def ask(agreement: Agreement, round: Round) -> str | Response:
    """Who gets a letter, who has got one, and who gets it on paper."""
    if round.is_draft:
        return make_response(redirect(here(round), 303))
    return _page(round, Form(formdata=None))


@screen.deed(f"{ROUND}/yhteenveto/kiitos", may="summary.publish")
def thank(agreement: Agreement, round: Round) -> Response:
    """Send a letter to everybody who has not got one."""
    form = Form()
    try:
        told = summaries.thank(round, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _page(round, form), lambda: _page(round, form), refusal)
    for each in told:
        notifications.wish(Letter.OUTCOME if each.statement_id else Letter.DIGEST_TO_FORWARD, each.id)
    if told:
        say(ngettext("Kiitos lähtee %(num)s vastaanottajalle.", "Kiitos lähtee %(num)s vastaanottajalle.", len(told)))
    else:
        say(gettext("Kaikille on jo kerrottu. Uusia viestejä ei lähtenyt."))
    return reply(otherwise=here(round, "kiitos"))


@screen.deed(f"{ROUND}/lausunnot/<uuid:statement>/kirje", may="summary.publish", keeps_key=True)
def letter(agreement: Agreement, round: Round, statement: Statement) -> Response:
    """The letter to one respondent as a PDF to print."""
    if statement.hidden_at is not None:
        return errors.not_found()
    try:
        limits.spend(f"letters:{me().id}", limits.LETTERS)
    except Refused as refusal:
        return errors.refused(refusal)
    made = printed.letter(statement, public_address(public(round)))
    return attachment(made.name, made.mimetype, made.content)


@screen.deed(f"{ROUND}/yhteenveto/kirjeet", may="summary.publish", keeps_key=True)
def letters(agreement: Agreement, round: Round) -> Response:
    """All letters to print in one PDF; many are made by a job."""
    form = Form()
    try:
        limits.spend(f"export:{me().id}", limits.EXPORT)
        found, address = summaries.audience(round), public_address(public(round))
        if len(found.unreached) > printed.MANY:
            return reply(otherwise=f"/tyot/{printed.order(round, address, by=me().id).id}")
        made = printed.letters(round, address)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _page(round, form), lambda: _page(round, form), refusal)
    return attachment(made.name, made.mimetype, made.content)


def _page(about: Round, form: Form) -> str:
    found = summaries.audience(about)
    newest = summaries.newest(about)
    return show(
        "summaries/thanks.html",
        section="rounds",
        round=about,
        url=here(about),
        form=form,
        print_form=Form(formdata=None),
        is_published=newest is not None and newest.is_shown,
        waiting=found.waiting,
        people=[(_name(each), each.id in found.told) for each in found.answers],
        members=[(each.user.name, each.id in found.told) for each in found.members],
        unreached=[(_name(each), f"{_at(about, each)}/kirje", new_key()) for each in found.unreached],
        crumbs=crumbs(about, gettext("Yhteenveto"), gettext("Kerro vastaajille")),
    )


def _at(about: Round, statement: Statement) -> str:
    return here(about).removesuffix("yhteenveto") + f"lausunnot/{statement.id}"


def _name(statement: Statement) -> str:
    return statements.name_of(statement) or statement.giver_name or gettext("Nimetön vastaaja")
