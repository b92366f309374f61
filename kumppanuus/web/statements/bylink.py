"""Answering without an account: every page stands under a secret address, which opens until the round closes.

Opening a page spends and notes nothing, because mail scanners open links too. The one who answers is nobody here, also
when a browser happens to be signed in.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, request
from flask_babel import gettext

from kumppanuus import limits, rounds, statements
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round
from kumppanuus.web import errors
from kumppanuus.web.forms import Form
from kumppanuus.web.language import day
from kumppanuus.web.screen import keep_secret, reply, retry, say
from kumppanuus.web.statements import answering
from kumppanuus.web.statements.frame import Desk, round_name, screen, secret_of_form


def _at_desk(token: str, do: Callable[[Desk], str | Response], *, is_deed: bool = False) -> Response:
    """Do something at the desk a link leads to, or say that it leads nowhere any more. Deeds are counted."""
    desk = _desk(token)
    try:
        if is_deed:
            limits.spend(f"answers from {request.remote_addr}", limits.ANSWER_PER_IP)
            if desk is None:
                limits.spend(f"wrong links from {request.remote_addr}", limits.WRONG_TOKEN_PER_IP)
    except limits.TooMany as refusal:
        return keep_secret(errors.refused(refusal))
    if desk is None:
        return keep_secret(_gone())
    if not desk.round.takes_answers:
        return keep_secret(_closed(desk.round))
    return keep_secret(do(desk))


def _desk(token: str) -> Desk | None:
    url = f"/vastaukset/{token}"
    link = rounds.link_by_secret(token)
    if link is not None:
        statement = statements.of_invitee(link.invitee) if link.invitee else None
        return Desk(link.round, url, statement, link.invitee, link, is_public=True)
    statement = statements.by_link(token)
    if statement is None:
        return None
    return Desk(statement.round, url, statement, statement.invitee, statement.link, is_public=True)


def _gone() -> Response:
    return errors.page(
        404,
        gettext("Linkki ei toimi."),
        [
            gettext("Linkki on peruttu, tai osoitteesta puuttuu osa. Avaa linkki uudelleen viestistä."),
            gettext("Tekstisi on alla: kopioi se talteen.") if errors.typed() else "",
        ],
        kept=errors.typed(),
    )


def _closed(round_: Round) -> Response:
    closed = round_.closed_at
    return errors.page(
        410,
        gettext("%(round)s on päättynyt.", round=round_name(round_)),
        [
            gettext("Se suljettiin %(day)s. Vastauksia ei enää oteta vastaan.", day=day(closed)) if closed else "",
            gettext("Tekstisi on alla: kopioi se talteen.") if errors.typed() else "",
        ],
        kept=errors.typed(),
    )


@screen.page("/vastaukset/<token>", may="answer.give")
def open_link(token: str) -> Response:
    return _at_desk(token, answering.start)


@screen.page("/vastaukset/<token>/luvut/<int:part>", may="answer.give")
def part_by_link(token: str, part: int) -> Response:
    return _at_desk(token, lambda desk: _with_part(desk, part, lambda found: answering.page(desk, found)))


@screen.deed("/vastaukset/<token>/luvut/<int:part>", may="answer.give", keeps_key=True)
def keep_by_link(token: str, part: int) -> Response:
    """Keep a page. By the link of a network the first keeping begins an answer, with a link of its own."""

    def do(desk: Desk) -> str | Response:
        wanted = desk.part(part)
        if wanted is None:
            return errors.not_found()
        if desk.statement is None and desk.invitee is None:
            desk.own = secret_of_form("own link", token)
        response = answering.keep(desk, wanted)
        if desk.own and desk.statement and response.status_code < 400:
            say(gettext("Tämän sivun osoite on nyt vain sinun. Tallenna se, niin voit jatkaa myöhemmin."))
        return response

    return _at_desk(token, do, is_deed=True)


@screen.deed("/vastaukset/<token>/luvut/<int:part>/luonnos", may="answer.give", keeps_key=True)
def autosave_by_link(token: str, part: int) -> Response:
    return _at_desk(
        token, lambda desk: _with_part(desk, part, lambda found: answering.autosave(desk, found)), is_deed=True
    )


@screen.page("/vastaukset/<token>/lahetys", may="answer.give")
def review_by_link(token: str) -> Response:
    return _at_desk(token, answering.review)


@screen.deed("/vastaukset/<token>/lahetys", may="answer.give")
def send_by_link(token: str) -> Response:
    return _at_desk(token, answering.send, is_deed=True)


@screen.deed("/vastaukset/<token>/kieltaytyminen", may="answer.give")
def decline_by_link(token: str) -> Response:
    return _at_desk(token, decline, is_deed=True)


@screen.deed("/vastaukset/<token>/vahvistus", may="answer.give")
def confirm_by_link(token: str) -> Response:
    """The giver confirms what somebody wrote down."""

    def do(desk: Desk) -> str | Response:
        if desk.statement is not None and desk.statement.recorded_by_id is not None:
            statements.confirm(desk.statement)
            say(gettext("Kiitos! Vahvistit vastauksen."))
        return reply(otherwise=desk.url)

    return _at_desk(token, do, is_deed=True)


def decline(desk: Desk) -> Response:
    """Say that an invitee will not answer; a reason may be told."""
    form = Form()
    if desk.invitee is None:
        return errors.not_found()
    try:
        rounds.decline(desk.invitee, reason=request.form.get("reason", ""), by=desk.by)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(
            lambda: answering.start(desk, declining=form), lambda: answering.start(desk, declining=form), refusal
        )
    say(gettext("Kiitos tiedosta. Emme muistuta tästä enää."))
    return reply(otherwise=desk.url)


def _with_part(desk: Desk, number: int, do: Callable[[statements.Part], str | Response]) -> str | Response:
    part = desk.part(number)
    return do(part) if part is not None else errors.not_found()
