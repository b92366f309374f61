"""Answering with an account: in the name of the own organisation, or of a body whose chair or secretary one is."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Response
from flask_babel import gettext

from kumppanuus import limits, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.errors import Refused
from kumppanuus.rounds import Invitee, Round
from kumppanuus.statements import Statement, Voice
from kumppanuus.web import errors
from kumppanuus.web.forms import Form
from kumppanuus.web.language import day
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import may, me, my_member, reply, say, show
from kumppanuus.web.statements import answering
from kumppanuus.web.statements.bylink import decline
from kumppanuus.web.statements.frame import Desk, round_name, screen


@dataclass(frozen=True)
class VoiceLine:
    """One in whose name the person may answer, and how far that answer is."""

    name: str
    state: str
    url: str
    words: str
    is_begun: bool


def desk_of(round_: Round, statement: Statement) -> Desk:
    """The desk of an answer that was begun."""
    url = at(round_, "vastaukset", statement.id)
    return Desk(round_, url, statement, statement.invitee, by=me().id)


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/vastaa", may="agreement.read")
def voices(agreement: Agreement, round: Round) -> str:
    """In whose name the person may answer, and the other ways to answer."""
    if round.is_draft:  # what is being prepared is the coordinators' business
        raise rounds.NotOpened()
    found = statements.voices(round, my_member()) if round.takes_answers else []
    return show(
        "statements/voices.html",
        section="rounds",
        heading=gettext("Vastaa kierrokseen"),
        round=round,
        name=round_name(round),
        is_open=round.takes_answers,
        closed_on=day(round.closed_at) if round.closed_at else "",
        until=day(round.last_day),
        lines=[_line(round, each) for each in found if _may_write(round, each)],
        form=Form(formdata=None),
        record=at(round, "kirjaus") if may("statement.record", round) else "",
        share=at(round, "linkit") if may("link.make", round) else "",
        drafts=_own_records(agreement, round),
        crumbs=[
            (f"/sopimukset/{agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(round), round_name(round)),
            (None, gettext("Vastaa")),
        ],
    )


def _own_records(agreement: Agreement, round_: Round) -> list[tuple[str, str]]:
    """Answers the person has begun to write down for others and not finished."""
    return [
        (
            at(round_, "vastaukset", each.id),
            statements.name_of(each) or each.giver_name or gettext("Nimetön vastaus"),
        )
        for each in statements.unfinished_records(round_, me().id)
    ]


def _may_write(round_: Round, voice: Voice) -> bool:
    return may("statement.write", voice.invitee) if voice.invitee else may("statement.begin", round_)


def _line(round_: Round, voice: Voice) -> VoiceLine:
    statement, invitee = voice.statement, voice.invitee
    if statement is not None:
        words = gettext("Lue tai korjaa vastausta") if statement.is_sent else gettext("Jatka vastausta")
        return VoiceLine(voice.name, _state(voice), at(round_, "vastaukset", statement.id), words, is_begun=True)
    if invitee is None:
        words = gettext("Vastaa järjestösi puolesta")
        return VoiceLine(voice.name, _state(voice), at(round_, "vastaus"), words, is_begun=False)
    url = at(round_, "kutsutut", invitee.id, "vastaus")
    return VoiceLine(voice.name, _state(voice), url, gettext("Aloita vastaus"), is_begun=False)


def _state(voice: Voice) -> str:
    statement, invitee = voice.statement, voice.invitee
    if statement is not None and statement.sent_at is not None:
        return gettext("Vastaus on lähetetty %(day)s.", day=day(statement.sent_at))
    if invitee is not None and invitee.declined_at is not None:
        return gettext("Olette ilmoittaneet, että ette vastaa.")
    if statement is not None:
        return gettext("Vastaus on kesken.")
    if invitee is None:
        return gettext("Järjestöltäsi ei ole pyydetty vastausta, mutta se voi vastata.")
    return gettext("Vastausta ei ole aloitettu.")


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/vastaus", may="statement.write")
def begin(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    """Begin the answer of an invitee, or go on with it."""
    statement = statements.begin(round, invitee=invitee, by=me().id)
    return reply(otherwise=at(round, "vastaukset", statement.id))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/vastaus", may="statement.begin")
def begin_unasked(agreement: Agreement, round: Round) -> Response:
    """Begin the answer of the own organisation, which need not have been asked, or go on with it."""
    statement = statements.begin(round, organisation=my_member().organisation, by=me().id)
    return reply(otherwise=at(round, "vastaukset", statement.id))


_ANSWER = "/sopimukset/<agreement>/kierrokset/<int:round>/vastaukset/<uuid:answer>"


@screen.page(_ANSWER, may="statement.write")
def answer(agreement: Agreement, round: Round, answer: Statement) -> str:
    return answering.start(_open_desk(round, answer))


@screen.page(f"{_ANSWER}/luvut/<int:part>", may="statement.write")
def part(agreement: Agreement, round: Round, answer: Statement, part: int) -> str | Response:
    desk = _open_desk(round, answer)
    wanted = desk.part(part)
    return answering.page(desk, wanted) if wanted else errors.not_found()


@screen.deed(f"{_ANSWER}/luvut/<int:part>", may="statement.write", keeps_key=True)
def keep(agreement: Agreement, round: Round, answer: Statement, part: int) -> Response:
    desk = _open_desk(round, answer)
    wanted = desk.part(part)
    return answering.keep(desk, wanted) if wanted else errors.not_found()


@screen.deed(f"{_ANSWER}/luvut/<int:part>/luonnos", may="statement.write", keeps_key=True)
def autosave(agreement: Agreement, round: Round, answer: Statement, part: int) -> Response:
    desk = _open_desk(round, answer)
    wanted = desk.part(part)
    return answering.autosave(desk, wanted) if wanted else errors.not_found()


@screen.page(f"{_ANSWER}/lahetys", may="statement.write")
def review(agreement: Agreement, round: Round, answer: Statement) -> str:
    return answering.review(_open_desk(round, answer))


@screen.deed(f"{_ANSWER}/lahetys", may="statement.write")
def send(agreement: Agreement, round: Round, answer: Statement) -> Response:
    desk = _open_desk(round, answer)
    try:
        limits.spend(f"answers of {me().id}", limits.COMMENT)
    except Refused as refusal:
        return errors.refused(refusal)
    return answering.send(desk)


@screen.deed(f"{_ANSWER}/kieltaytyminen", may="statement.write")
def decline_answer(agreement: Agreement, round: Round, answer: Statement) -> Response:
    return decline(_open_desk(round, answer))


@screen.deed(f"{_ANSWER}/poisto", may="statement.write")
def discard(agreement: Agreement, round: Round, answer: Statement) -> Response:
    """Throw an answer away that was begun and not sent."""
    statements.discard(answer)
    say(gettext("Keskeneräinen vastaus on poistettu."))
    return reply(otherwise=at(round, "vastaa"))


def _open_desk(round_: Round, statement: Statement) -> Desk:
    """The desk, if the round still takes answers. Refuses `rounds.RoundClosed`."""
    rounds.require_open(round_)
    return desk_of(round_, statement)
