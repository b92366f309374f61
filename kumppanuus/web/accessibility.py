"""Screen: the accessibility statement, feedback on it by anybody, and the answers of those who keep the service."""

from __future__ import annotations

from flask import Response, current_app, g, make_response, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import EmailField, StringField, TextAreaField

from kumppanuus import feedback as feedbacks
from kumppanuus import limits, notifications
from kumppanuus.accounts import Language
from kumppanuus.config import Settings
from kumppanuus.errors import Refused
from kumppanuus.feedback import Feedback
from kumppanuus.notifications import Letter
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.language import language
from kumppanuus.web.screen import Parts, Screen, may, me, reply, retry, say, show

screen = Screen("accessibility", __name__)
parts = Parts("accessibility/parts.html")

_l = lazy_gettext


class FeedbackForm(Form):
    """What somebody found hard to use."""

    text = TextAreaField(
        _l("Mikä oli vaikeaa?"),
        [Written(_l("Kirjoita, mikä oli vaikeaa"))],
        description=_l("Kerro, mitä yritit tehdä ja millä laitteella tai apuvälineellä."),
    )
    place = StringField(_l("Millä sivulla?"), description=_l("Sivun nimi tai osoite riittää."))
    reply_address = EmailField(
        _l("Sähköpostiosoite vastausta varten"), description=_l("Poistamme osoitteen, kun sitä ei enää tarvita.")
    )


class AnswerForm(Form):
    """What is answered."""

    answer = TextAreaField(
        _l("Vastaus"),
        [Written(_l("Kirjoita vastaus"))],
        description=_l("Kerro, mitä asialle tehdään ja milloin. Vastaus lähtee sähköpostilla."),
    )


@screen.page("/saavutettavuus", may="page.read", endpoint="show")
def statement() -> Response:
    """The accessibility statement, made of the settings, and the form."""
    return make_response(_statement(FeedbackForm(formdata=None)))


@screen.deed("/saavutettavuus", may="feedback.give")
def give() -> Response:
    """Keep what somebody found hard to use, and tell those who keep the service."""
    form = FeedbackForm()
    if not form.validate():
        return retry(lambda: parts.give(form), lambda: _statement(form))
    try:
        limits.spend(f"feedback from {request.remote_addr}", limits.FEEDBACK_PER_IP)
        given = feedbacks.give(
            form.text.data or "",
            place=form.place.data or "",
            reply_address=form.reply_address.data or "",
            language=Language(language()),
            by=g.user.id if g.user else None,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: parts.give(form), lambda: _statement(form), refusal)
    notifications.wish(Letter.FEEDBACK, given.id)
    say(gettext("Kiitos! Palaute on lähetetty. Vastaamme 14 päivässä, jos annoit osoitteen."))
    return reply(otherwise=url_for("accessibility.show"))


def _statement(form: FeedbackForm) -> str:
    settings: Settings = current_app.extensions["settings"]
    waits = feedbacks.waiting() if may("feedback.answer") else ()
    return show(
        "accessibility/page.html",
        section="accessibility",
        settings=settings,
        form=form,
        may_answer=may("feedback.answer"),
        waiting=len(waits),
        late=sum(1 for each in waits if each.days_late),
    )


# ---------------------------------------------------------------- answering


@screen.page("/palautteet", may="feedback.answer")
def index() -> Response:
    """What was given: what waits first, with its last day, and what was answered."""
    waiting, answered = feedbacks.waiting(), feedbacks.answered()
    return make_response(show("accessibility/index.html", section="accessibility", waiting=waiting, answered=answered))


@screen.page("/palautteet/<uuid:feedback>", may="feedback.answer")
def one(feedback: Feedback) -> Response:
    """One feedback and its answer, or the form for one."""
    return make_response(_one(feedback, AnswerForm(formdata=None)))


@screen.deed("/palautteet/<uuid:feedback>", may="feedback.answer")
def answer(feedback: Feedback) -> Response:
    """Answer, and send the answer to whoever asked for one."""
    form = AnswerForm()
    if not form.validate():
        return retry(lambda: parts.answer(form, _url(feedback)), lambda: _one(feedback, form))
    try:
        feedbacks.answer(feedback, form.answer.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: parts.answer(form, _url(feedback)), lambda: _one(feedback, form), refusal)
    if feedback.reply_address:
        notifications.wish(Letter.FEEDBACK_ANSWER, feedback.id)
        say(gettext("Vastaus on tallennettu ja lähtee sähköpostilla."))
    else:
        say(gettext("Vastaus on tallennettu. Palautteessa ei ollut osoitetta."))
    return reply(otherwise=url_for("accessibility.index"))


def _url(feedback: Feedback) -> str:
    return url_for("accessibility.one", feedback=feedback.id)


def _one(feedback: Feedback, form: AnswerForm) -> str:
    shows_form = feedback.answered_at is None or bool(form.errors)  # what was typed is shown also when it came too late
    return show(
        "accessibility/one.html",
        section="accessibility",
        feedback=feedback,
        form=form,
        url=_url(feedback),
        shows_form=shows_form,
    )
