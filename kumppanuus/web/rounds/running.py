"""Opening a round, giving it more time; and the file that puts its last day into a calendar."""

from __future__ import annotations

from datetime import datetime

from flask import Response, make_response, redirect
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import HiddenField, StringField

from kumppanuus import agreements, rounds
from kumppanuus.agreements import Agreement
from kumppanuus.db import today
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round
from kumppanuus.text import icalendar
from kumppanuus.web import public_address, words
from kumppanuus.web.forms import DayField, Form, Written
from kumppanuus.web.language import day
from kumppanuus.web.rounds.drafting import DayGiven, shown, warnings
from kumppanuus.web.rounds.frame import at, parts, screen
from kumppanuus.web.rounds.inviting import send_invitations
from kumppanuus.web.screen import me, reply, retry, say, show

_l = lazy_gettext


class OpeningForm(Form):
    """Under which name the text is frozen. `drawn_from` is the request that was seen."""

    name = StringField(
        _l("Luonnoksen nimi"),
        [Written(_l("Kirjoita nimi"))],
        description=_l("Teksti jäädytetään tällä nimellä. Vastaajat lukevat sitä, ja sopimusta voi muokata edelleen."),
    )
    drawn_from = HiddenField()


class ExtensionForm(Form):
    """Until when a round goes on."""

    last_day = DayField(_l("Uusi viimeinen vastauspäivä"), [DayGiven()])


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/avaaminen", may="round.manage")
def ask_open(agreement: Agreement, round: Round) -> str | Response:
    """What opening does: whom it reaches, which text it asks about, and until when."""
    if not round.is_draft:
        return make_response(redirect(at(round), 303))
    data = {"name": _next_name(agreement), "drawn_from": round.request_state}
    return _opening_page(agreement, round, OpeningForm(formdata=None, data=data))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/avaaminen", may="round.manage", endpoint="open")
def open_round(agreement: Agreement, round: Round) -> Response:
    form = OpeningForm()

    def part() -> str:
        return parts.opening(form, at(round))

    def page() -> str:
        return _opening_page(agreement, round, form)

    if not form.validate():
        return retry(part, page)
    try:
        rounds.open_(round, edition=form.name.data or "", drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, rounds.RequestChanged):
            # The page that is drawn now shows what has changed.
            form.drawn_from.data = round.request_state
            return retry(page, page, refusal)
        return retry(part, page, refusal)
    leaving = send_invitations(round, rounds.invitees(round))
    say(ngettext("Kierros on avattu. %(num)s kutsu lähtee.", "Kierros on avattu. %(num)s kutsua lähtee.", leaving))
    return reply(otherwise=at(round))


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/jatkoaika", may="round.manage")
def ask_extension(agreement: Agreement, round: Round) -> str | Response:
    if not round.takes_answers:
        return make_response(redirect(at(round), 303))
    return _extension_page(round, ExtensionForm(formdata=None))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/jatkoaika", may="round.manage")
def extend(agreement: Agreement, round: Round) -> Response:
    form = ExtensionForm()

    def part() -> str:
        return parts.extension(form, at(round))

    def page() -> str:
        return _extension_page(round, form)

    if not form.validate():
        return retry(part, page)
    last_day = form.last_day.data
    assert last_day is not None  # the field has made sure
    try:
        rounds.extend(round, last_day=last_day, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Viimeinen vastauspäivä on nyt %(day)s.", day=day(round.last_day)))
    return reply(otherwise=at(round))


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/maarapaiva.ics", may="agreement.read")
def calendar(agreement: Agreement, round: Round) -> Response:
    """The last day as a file for a calendar. Fetched again after more time was given, it moves the day there."""
    made_at = round.opened_at or round.made_at
    day = icalendar.Day(
        uid=f"{round.id}@kumppanuus",
        on=round.last_day,
        made_at=_changed_at(round, made_at),
        summary=gettext("Viimeinen vastauspäivä: %(title)s", title=round.title),
        description=agreement.title,
        url=public_address(at(round)),
    )
    response = make_response(icalendar.file([day]))
    response.headers["Content-Type"] = "text/calendar; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="kierros-{round.number}.ics"'
    return response


# ---------------------------------------------------------------- views


def _changed_at(round_: Round, opened_at: datetime) -> datetime:
    """When the last day was last set."""
    return rounds.extended_at(round_) or opened_at


def _next_name(agreement: Agreement) -> str:
    """The name of the newest edition if the text is still that, else one that is free."""
    newest = agreements.latest_edition(agreement)
    if newest is None:
        return "0.1"
    if newest.content_digest == agreements.content_digest(agreements.outline(agreement)):
        return newest.name
    front, dot, last = newest.name.rpartition(".")
    return f"{front}{dot}{int(last) + 1}" if last.isascii() and last.isdigit() and len(last) < 5 else ""


def _opening_page(agreement: Agreement, round_: Round, form: OpeningForm) -> str:
    invited = rounds.invitees(round_)
    recipients = rounds.recipients(invited)
    reached = sum(len(each) for each in recipients.values())
    without = sorted(each.name for each in invited if each.id not in recipients)
    return show(
        "rounds/opening.html",
        section="rounds",
        round=round_,
        address=at(round_),
        form=form,
        kind=words.ROUND_KINDS[round_.kind],
        last_day=day(round_.last_day),
        request=shown(round_, agreements.outline(agreement, to_show=True)),
        warnings=warnings(today(), round_.last_day),
        invited=len(invited),
        letters=ngettext("%(num)s kutsu lähtee sähköpostilla.", "%(num)s kutsua lähtee sähköpostilla.", reached),
        without=without,
    )


def _extension_page(round_: Round, form: ExtensionForm) -> str:
    return show(
        "rounds/extension.html",
        section="rounds",
        round=round_,
        address=at(round_),
        form=form,
        last_day=day(round_.last_day),
    )
