"""Reminding those who have not answered: the list and the letter to look at, then one press."""

from __future__ import annotations

from flask import Response
from flask_babel import gettext, ngettext

from kumppanuus import notifications, rounds, summaries
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.notifications import Letter
from kumppanuus.rounds import Round
from kumppanuus.summaries import Silent
from kumppanuus.web import language
from kumppanuus.web.forms import Form
from kumppanuus.web.rounds.charts import SilentRow
from kumppanuus.web.rounds.frame import at, screen
from kumppanuus.web.rounds.inviting import nobody_leads
from kumppanuus.web.screen import me, reply, retry, say, show


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/muistutus", may="round.manage")
def reminder(agreement: Agreement, round: Round) -> str:
    """Who would be reminded, who not and why, and the letter."""
    rounds.require_open(round)
    return _page(round, Form(formdata=None))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/muistutus", may="round.manage")
def remind(agreement: Agreement, round: Round) -> Response:
    """Remind everybody who may be reminded now. Whoever has answered since the list was drawn gets no letter."""
    form = Form()
    rounds.hold(round)
    ids = {each.id for each in summaries.to_remind(summaries.silent(round.id))}
    try:
        wanted = [each for each in rounds.invitees(round) if each.id in ids]
        rounds.remind(round, wanted, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: _page(round, form), lambda: _page(round, form), refusal)
    notifications.wish_all(Letter.REMINDER, rounds.recipients(wanted))
    say(ngettext("Muistutus lähtee %(num)s kutsutulle.", "Muistutus lähtee %(num)s kutsutulle.", len(wanted)))
    return reply(otherwise=at(round))


def _page(about: Round, form: Form) -> str:
    silent = [each for each in summaries.silent(about.id) if each.declined_at is None]
    wanted = summaries.to_remind(silent)
    chosen = {each.id for each in wanted}
    return show(
        "rounds/reminder.html",
        section="rounds",
        round=about,
        agreement=about.agreement,
        address=at(about),
        form=form,
        wanted=[SilentRow(each.name, _reminded(each)) for each in wanted],
        others=[SilentRow(each.name, _why_not(each)) for each in silent if each.id not in chosen],
        letter=notifications.preview(about, wanted[0].name) if wanted else None,
        text_language=about.agreement.language.value,
    )


def _reminded(each: Silent) -> str:
    if each.reminded_at is None:
        return ""
    return gettext("Muistutettu viimeksi %(day)s.", day=language.plain_day(each.reminded_at))


def _why_not(each: Silent) -> str:
    if not each.has_address and each.is_body:
        return nobody_leads()
    if not each.has_address:
        return gettext("Ei sähköpostiosoitetta. Soita tai lähetä kirje.")
    if each.reminded_at is not None:
        return gettext("Muistutettu %(day)s. Odota viisi päivää.", day=language.plain_day(each.reminded_at))
    return gettext("Kutsu lähti alle viisi päivää sitten.")
