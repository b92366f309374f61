"""Writing down what came by mail, telephone, paper or in a meeting, for the one who gave it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from typing import Any

from flask import Response
from flask_babel import gettext, lazy_gettext
from wtforms import FileField, RadioField, SelectField
from wtforms.fields import SelectChoice

from kumppanuus import limits, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.rounds import Invitee, Round
from kumppanuus.statements import Channel
from kumppanuus.text.collation import sort_key
from kumppanuus.web.forms import Chosen
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import me, reply, retry, say, show
from kumppanuus.web.statements.answering import GiverForm
from kumppanuus.web.statements.frame import CHANNELS, Desk, round_name, screen

_l = lazy_gettext


class RecordForm(GiverForm):
    """What is known of an answer before what it says: how it came, whose it is, and a file it came in."""

    channel = RadioField(
        _l("Miten vastaus tuli?"),
        [Chosen(_l("Valitse, miten vastaus tuli"))],
        choices=[SelectChoice(each.value, said) for each, said in CHANNELS.items() if each is not Channel.WEB],
    )
    invitee = SelectField(_l("Kenen vastaus tämä on?"))
    file = FileField(
        _l("Liitetiedosto"), description=_l("PDF tai Word (.docx), enintään 10 megatavua. Säilyy sellaisenaan.")
    )

    def __init__(self, invitees: Sequence[Invitee], **rest: Any) -> None:
        super().__init__(**rest)
        others = SelectChoice("", gettext("Muu: kirjoita nimi alle"))
        self.invitee.choices = [others, *(SelectChoice(str(each.id), each.name) for each in invitees)]
        self.named.description = gettext("Jos vastaajaa ei ole luettelossa.")
        self.ask_of_another()

    @property
    def brought(self) -> tuple[str, bytes] | None:
        """Name and content of the file, which is closed; none if none was chosen."""
        if not self.file.data or not self.file.data.filename:
            return None
        with closing(self.file.data) as file:
            return file.filename, file.read()


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/kirjaus", may="statement.record")
def record_page(agreement: Agreement, round: Round) -> str:
    rounds.require_open(round)
    return _page(agreement, round, RecordForm(_invitees(round), formdata=None))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kirjaus", may="statement.record", takes_file=True)
def record(agreement: Agreement, round: Round) -> Response:
    """Begin what is written down; the pages of the answer follow."""
    invitees = _invitees(round)
    form = RecordForm(invitees)
    if not form.validate():
        return _again(agreement, round, form)
    invitee = next((each for each in invitees if str(each.id) == form.invitee.data), None)
    desk = Desk(round, "", invitee=invitee)
    try:
        limits.spend(f"records of {me().id}", limits.COMMENT)
        statement = statements.record(
            round,
            form.giver(desk),
            channel=Channel(form.channel.data),
            invitee=invitee,
            brought=form.brought,
            by=me().id,
        )
    except Refused as refusal:
        form.refuse(refusal)
        return _again(agreement, round, form, refusal)
    say(gettext("Kirjaa nyt, mitä vastauksessa sanottiin."))
    return reply(otherwise=at(round, "vastaukset", statement.id))


def _invitees(round_: Round) -> list[Invitee]:
    """Those who have not answered, by name."""
    answered = statements.answered(round_)
    waiting = [each for each in rounds.invitees(round_) if each.id not in answered]
    return sorted(waiting, key=lambda each: sort_key(each.name))


def _page(agreement: Agreement, round_: Round, form: RecordForm) -> str:
    return show(
        "statements/record.html",
        section="rounds",
        heading=gettext("Kirjaa muualta tullut vastaus"),
        form=form,
        url=at(round_, "kirjaus"),
        back=at(round_, "vastaa"),
        crumbs=[
            (f"/sopimukset/{agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(round_), round_name(round_)),
            (None, gettext("Kirjaa vastaus")),
        ],
    )


def _again(agreement: Agreement, round_: Round, form: RecordForm, refusal: Refused | None = None) -> Response:
    return retry(lambda: _page(agreement, round_, form), lambda: _page(agreement, round_, form), refusal)
