"""Reading one answer that was sent: who gave it and how, what it says, its files; hiding what must not be seen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from flask import Response, request
from flask_babel import gettext, ngettext

from kumppanuus import limits, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.documents import answers
from kumppanuus.documents.assemble import Format
from kumppanuus.errors import Refused
from kumppanuus.rounds import Round
from kumppanuus.statements import Place, Remark, Statement
from kumppanuus.web import errors, words
from kumppanuus.web.forms import new_key
from kumppanuus.web.language import day
from kumppanuus.web.rounds.frame import at
from kumppanuus.web.screen import attachment, may, me, reply, retry, say, show
from kumppanuus.web.statements.frame import CHANNELS, round_name, screen
from kumppanuus.web.statements.said import Hiding, SaidPart, SaidView, grouped

_STATEMENT = "/sopimukset/<agreement>/kierrokset/<int:round>/lausunnot/<uuid:statement>"


@dataclass(frozen=True)
class Refusal:
    """What was refused, and what had been typed there."""

    about: object
    reason: str
    words: str


@dataclass(frozen=True)
class Answer:
    """An answer in the list of all."""

    url: str
    name: str
    words: str
    is_hidden: bool


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/lausunnot", may="agreement.read")
def index(agreement: Agreement, round: Round) -> str:
    """Every answer that was sent, the newest first."""
    if round.is_draft:
        raise rounds.NotOpened()
    found = [
        Answer(
            at(round, "lausunnot", each.id),
            statements.name_of(each) or each.giver_name or gettext("Nimetön vastaaja"),
            ", ".join(_told(each)),
            each.hidden_at is not None,
        )
        for each in statements.sent(round)
    ]
    return show(
        "statements/index.html",
        section="rounds",
        heading=ngettext("%(num)s vastaus", "%(num)s vastausta", len(found)),
        kicker=round_name(round),
        round=round,
        answers=found,
        crumbs=[
            (f"/sopimukset/{agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(round), round_name(round)),
            (None, gettext("Vastaukset")),
        ],
    )


def _told(statement: Statement) -> list[str]:
    """How an answer came and when, in a line."""
    came = [str(CHANNELS[statement.channel]), day(statement.sent_at) if statement.sent_at else ""]
    return [*came, gettext("myöhässä")] if statement.is_late else came


@screen.page(_STATEMENT, may="agreement.read")
def show_statement(agreement: Agreement, round: Round, statement: Statement) -> str:
    return _page(agreement, round, statement)


@screen.deed(f"{_STATEMENT}/piilotus", may="statement.hide")
def hide(agreement: Agreement, round: Round, statement: Statement) -> Response:
    """Hide the whole answer."""
    reason = _reason()
    try:
        statements.hide(statement, reason=reason, by=me().id)
    except Refused as refusal:
        return _again(agreement, round, statement, statement.id, reason, refusal)
    say(gettext("Vastaus on piilotettu."))
    return reply(otherwise=at(round, "lausunnot", statement.id))


@screen.deed(f"{_STATEMENT}/huomiot/<uuid:remark>/piilotus", may="statement.hide")
def hide_remark(agreement: Agreement, round: Round, statement: Statement, remark: Remark) -> Response:
    """Hide one thing an answer says."""
    reason = _reason()
    try:
        statements.hide_remark(remark, reason=reason, by=me().id)
    except Refused as refusal:
        return _again(agreement, round, statement, remark.id, reason, refusal)
    say(gettext("Kohta on piilotettu vastauksesta."))
    return reply(otherwise=at(round, "lausunnot", statement.id) + f"#h-{remark.id}")


@screen.deed(f"{_STATEMENT}/antajan-poisto", may="statement.hide")
def erase_giver(agreement: Agreement, round: Round, statement: Statement) -> Response:
    """Erase the name and address of the giver, at their wish."""
    statements.erase_giver(statement, by=me().id)
    say(gettext("Antajan nimi ja osoite on poistettu."))
    return reply(otherwise=at(round, "lausunnot", statement.id))


@screen.page(f"{_STATEMENT}/liitteet/<uuid:file>", may="agreement.read")
def file(agreement: Agreement, round: Round, statement: Statement, file: Any) -> Response:
    """A file as it came, never shown in the browser."""
    found = statements.file_of(statement, file)
    if found is None or found.content is None or statement.hidden_at is not None:
        return errors.not_found()
    return attachment(found.name, found.media_type, found.content)


@screen.deed(f"{_STATEMENT}/vienti/<form>", may="agreement.read", keeps_key=True)
def export(agreement: Agreement, round: Round, statement: Statement, form: str) -> Response:
    """The answer as a document, Word or PDF."""
    if form not in (Format.WORD.value, Format.PDF.value):
        return errors.not_found()
    try:
        limits.spend(f"export:{me().id}", limits.EXPORT)
    except Refused as refusal:
        return errors.refused(refusal)
    made = answers.make(statement, Format(form))
    return attachment(made.name, made.mimetype, made.content)


# ---------------------------------------------------------------- the page


def _page(agreement: Agreement, round_: Round, statement: Statement, refused: Refusal | None = None) -> str:
    url = at(round_, "lausunnot", statement.id)
    name = statements.name_of(statement) or statement.giver_name or gettext("Nimetön vastaaja")
    hidden = _hidden(statement.hidden_reason) if statement.hidden_at else ""
    return show(
        "statements/show.html",
        section="rounds",
        heading=name,
        kicker=round_name(round_),
        round=round_,
        facts=_facts(statement),
        hidden=hidden,
        groups=[] if hidden else _said(round_, statement, url, refused),
        files=[
            (f"{url}/liitteet/{each.id}", each.name, _size(each.size))
            for each in statement.files
            if each.withdrawn_at is None and not hidden
        ],
        url=url,
        export_key=new_key(),
        hide=None if hidden or not may("statement.hide") else _hiding(f"{url}/piilotus", statement.id, refused),
        erase_key=new_key() if may("statement.hide") and (statement.giver_name or statement.giver_address) else "",
        refused=refused,
        change=at(round_, "vastaukset", statement.id)
        if round_.takes_answers and may("statement.write", statement)
        else "",
        crumbs=[
            (f"/sopimukset/{agreement.slug}/kierrokset", gettext("Kierrokset")),
            (at(round_), round_name(round_)),
            (None, name),
        ],
    )


def _facts(statement: Statement) -> list[tuple[str, str]]:
    """How an answer came, from whom, and when."""
    assert statement.sent_at is not None, "only what was sent is read"
    sent = day(statement.sent_at) + (f" ({gettext('myöhässä')})" if statement.is_late else "")
    confirmed = ""
    if statement.recorded_by_id is not None:
        at = statement.confirmed_at
        confirmed = gettext("Antaja vahvisti %(day)s", day=day(at)) if at else gettext("Antaja ei ole vahvistanut")
    return [
        (gettext("Vastasi"), statement.giver_name or (statement.user.name if statement.user else "")),
        (gettext("Kanava"), str(CHANNELS[statement.channel])),
        (gettext("Kirjasi puolesta"), statement.recorded_by.name if statement.recorded_by else ""),
        (gettext("Vahvistus"), confirmed),
        (gettext("Lähetetty"), sent),
        (gettext("Korjattu"), day(statement.corrected_at) if statement.corrected_at else ""),
        (
            gettext("Takana"),
            ngettext("%(num)s ihminen", "%(num)s ihmistä", statement.people) if statement.people else "",
        ),
    ]


def _said(round_: Round, statement: Statement, url: str, refused: Refusal | None) -> list[SaidPart]:
    standing: dict[Place, Remark] = {
        statements.place_of(each): each for each in statement.remarks if each.sent_at and each.withdrawn_at is None
    }
    can_hide = may("statement.hide")

    def finish(place: Place, view: SaidView) -> SaidView:
        remark = standing[place]
        if remark.hidden_at is not None:
            return replace(view, id=str(remark.id), hidden=_hidden(remark.hidden_reason))
        hide = _hiding(f"{url}/huomiot/{remark.id}/piilotus", remark.id, refused) if can_hide else None
        came = str(words.DISPOSITIONS[remark.disposition]) if remark.disposition else ""
        return replace(view, id=str(remark.id), hide=hide, came=came, why=remark.reason)

    said = {place: statements.said_in(remark) for place, remark in standing.items()}
    return grouped(statements.parts_of(round_), said, round_.agreement.language.value, finish=finish)


def _hidden(reason: str) -> str:
    return gettext("Koordinaattori on piilottanut tämän. Perustelu: %(reason)s", reason=reason)


def _hiding(url: str, thing_id: object, refused: Refusal | None) -> Hiding:
    is_here = refused is not None and refused.about == thing_id
    return Hiding(
        url,
        f"piilota-{thing_id}",
        reason=refused.reason if refused and is_here else "",
        errors=[refused.words] if refused and is_here else [],
    )


def _reason() -> str:
    return request.form.get("reason", "")


def _again(
    agreement: Agreement, round_: Round, statement: Statement, about: object, reason: str, refusal: Refused
) -> Response:
    refused = Refusal(about, reason, errors.sentence(refusal))
    return retry(
        lambda: _page(agreement, round_, statement, refused), lambda: _page(agreement, round_, statement, refused),
        refusal,
    )  # fmt: skip


def _size(size: int) -> str:
    if size < 2**20:
        return gettext("%(size)s kt", size=max(1, size // 1024))
    return gettext("%(size)s Mt", size=f"{size / 2**20:.1f}".replace(".", ","))
