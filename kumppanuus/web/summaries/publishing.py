"""Publishing a summary and taking it from the public."""

from __future__ import annotations

from flask import Response, make_response, redirect
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, HiddenField, TextAreaField

from kumppanuus import limits, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.documents import summary
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round
from kumppanuus.web import language, public_address
from kumppanuus.web.forms import Form
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import me, reply, retry, say, show
from kumppanuus.web.summaries.frame import ROUND, here, public, screen
from kumppanuus.web.summaries.page import crumbs, figures

_l = lazy_gettext


class PublishForm(Form):
    """What is published: `drawn_from` is what was looked at. What has no answer is told of, with a reason."""

    drawn_from = HiddenField()
    knows = BooleanField(_l("Tiedän, että kaikkiin kommentteihin ei ole vastattu"))
    reason = TextAreaField(_l("Miksi yhteenveto julkaistaan nyt?"))


class WithdrawForm(Form):
    """Why what was published is taken away."""

    reason = TextAreaField(
        _l("Miksi perut julkaisun?"), description=_l("Perustelu näkyy yhteenvedon osoitteessa."), id="peruminen-syy"
    )


@screen.page(f"{ROUND}/yhteenveto/julkaisu", may="summary.publish")
def ask(agreement: Agreement, round: Round) -> str | Response:
    """What publishing does, and what has no answer yet; or the way to take back what is published."""
    if round.is_draft:
        return make_response(redirect(at(round, "luonnos"), 303))
    return _page(round)


@screen.deed(f"{ROUND}/yhteenveto/julkaisu", may="summary.publish")
def publish(agreement: Agreement, round: Round) -> Response:
    """Publish what was looked at; where much was said, a job does it."""
    form = PublishForm()
    form.validate()
    # Who has not said that they know of it gives no reason either.
    reason = form.reason.data or "" if form.knows.data else ""
    drawn_from, by = form.drawn_from.data or "", me().id
    try:
        limits.spend(f"export:{by}", limits.EXPORT)
        if not round.is_draft and summary.is_large(round):
            job = summary.order_publication(round, drawn_from=drawn_from, reason=reason, by=by)
            return reply(otherwise=f"/tyot/{job.id}")
        made = summary.publish(round, drawn_from=drawn_from, reason=reason, by=by)
    except Refused as refusal:
        form.refuse(refusal)
        if round.is_draft:
            raise
        return retry(lambda: _page(round, form), lambda: _page(round, form), refusal)
    say(gettext("Yhteenveto on julkaistu. Julkaisu %(number)s.", number=made.number))
    return reply(otherwise=here(round))


@screen.deed(f"{ROUND}/yhteenveto/peruminen", may="summary.publish")
def withdraw(agreement: Agreement, round: Round) -> Response:
    """Take what is published from the public."""
    form = WithdrawForm()
    form.validate()
    try:
        summaries.withdraw(round, reason=form.reason.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if round.is_draft:
            raise
        return retry(lambda: _page(round, withdrawing=form), lambda: _page(round, withdrawing=form), refusal)
    say(gettext("Julkaisu on peruttu. Sen osoite kertoo, milloin ja miksi."))
    return reply(otherwise=here(round))


def _page(about: Round, form: PublishForm | None = None, withdrawing: WithdrawForm | None = None) -> str:
    found = summary.gather(about)
    counts = found.counts
    form = form or PublishForm(formdata=None)
    # What is drawn now is what the next press publishes.
    form.drawn_from.data = summary.state_of(found)
    newest = summaries.newest(about)
    return show(
        "summaries/publishing.html",
        section="rounds",
        round=about,
        url=here(about),
        public=public(about),
        whole_address=public_address(public(about)),
        form=form,
        refused=withdrawing or form,
        left=counts.unanswered,
        figures=figures(counts.statements, counts.whole.remarks, counts.unanswered, len(found.changes)),
        is_closed=about.closed_at is not None,
        close_url=at(about, "sulkeminen"),
        shown=newest if newest and newest.is_shown else None,
        shown_on=language.plain_day(newest.published_at) if newest else "",
        withdrawing=withdrawing or WithdrawForm(formdata=None),
        crumbs=crumbs(about, gettext("Yhteenveto"), gettext("Julkaiseminen")),
    )
