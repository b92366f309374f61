"""Whom a round is sent to: organisations chosen by filters or one by one, bodies, and the page of one invitee."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, make_response, redirect, request
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import TextAreaField

from kumppanuus import notifications, organisations, rounds, statements
from kumppanuus.agreements import Agreement
from kumppanuus.documents import asking
from kumppanuus.errors import Refused
from kumppanuus.notifications.letters import Letter
from kumppanuus.organisations import Body, Organisation, OrganisationKind, Search
from kumppanuus.rounds import Invitee, Round
from kumppanuus.text.collation import sort_key
from kumppanuus.web import words
from kumppanuus.web.forms import Form
from kumppanuus.web.language import full_moment
from kumppanuus.web.organisations.frame import sector_name
from kumppanuus.web.rounds.frame import at, ids_of, parts, screen
from kumppanuus.web.rounds.printing import letter_words, paper_rows
from kumppanuus.web.screen import me, reply, retry, say, show

_l = lazy_gettext

SHOWN = 100  # organisations with a box to tick: more are invited all at once, or found by a narrower search
FILTERS = ("haku", "toimiala", "laji", "kunta", "avustus")


class DeclineForm(Form):
    """Why no answer comes."""

    reason = TextAreaField(_l("Miksi vastausta ei tule?"), description=_l("Kirjoita se, mitä kutsuttu kertoi."))


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be invited."""

    id: UUID
    name: str
    words: str
    has_address: bool


@dataclass(frozen=True)
class InviteeRow:
    """Somebody on the list, and what has been told and heard. `remove_action` takes them off the list of a draft."""

    id: UUID
    url: str
    name: str
    words: str
    remove_action: str = ""


@dataclass(frozen=True)
class Filter:
    """What the organisations are narrowed to, as it stands in the address or in the form that came from it."""

    asked: dict[str, str]

    @classmethod
    def read(cls, values: Any) -> Filter:
        # PostgreSQL takes no U+0000.
        typed = {name: values.get(name, "") for name in FILTERS}
        return cls({name: text if text.isprintable() else "" for name, text in typed.items()})

    @property
    def search(self) -> Search:
        """As the register takes it; an unknown word narrows nothing."""
        asked = self.asked
        try:
            sector = UUID(asked["toimiala"])
        except ValueError:
            sector = None
        return Search(
            words=asked["haku"][:200],
            kind=OrganisationKind(asked["laji"]) if asked["laji"] in set(OrganisationKind) else None,
            municipality=asked["kunta"][:200],
            sector_id=sector,
            receives_grants={"saa": True, "ei": False}.get(asked["avustus"]),
        )


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut", may="round.manage")
def invitees(agreement: Agreement, round: Round) -> str | Response:
    """Who is on the list, and whom it could have on it."""
    if round.closed_at is not None:
        return make_response(redirect(at(round), 303))
    return _page(agreement, round, Filter.read(request.args))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut", may="round.manage")
def invite(agreement: Agreement, round: Round) -> Response:
    """Invite those who are ticked, or with the other button everybody the filters find."""
    asked, form = Filter.read(request.form), Form()
    chosen = ids_of("jarjesto")
    if "kaikki" in request.form:
        known = {each.organisation_id for each in rounds.invitees(round)} | statements.answered_unasked(round)
        found = organisations.search(agreement, asked.search).rows
        chosen = [each.id for each in found if each.id not in known]
    try:
        added = rounds.invite(round, organisations=chosen, bodies=ids_of("toimielin"), by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        again = [*chosen, *ids_of("toimielin")]
        return retry(
            lambda: _page(agreement, round, asked, form, again),
            lambda: _page(agreement, round, asked, form, again),
            refusal,
        )
    leaving = send_invitations(round, added)
    if round.is_draft:
        said = ngettext("%(num)s kutsuttava on lisätty.", "%(num)s kutsuttavaa on lisätty.", len(added))
    else:
        said = ngettext("%(num)s kutsu lähtee.", "%(num)s kutsua lähtee.", leaving)
    say(said)
    return reply(otherwise=at(round, "kutsutut"))


@screen.page("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>", may="round.manage")
def invitee(agreement: Agreement, round: Round, invitee: Invitee) -> str:
    """One invitee: what was sent, and what a coordinator may note."""
    return _invitee_page(round, invitee, DeclineForm(formdata=None))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/poisto", may="round.manage")
def uninvite(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    name = invitee.name
    rounds.uninvite(invitee, by=me().id)
    say(gettext("%(name)s ei ole enää kutsuttavien luettelossa.", name=name))
    return reply(otherwise=at(round, "kutsutut"))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/vastaamatta", may="round.manage")
def note_decline(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    """Note for an invitee that no answer comes."""
    form = DeclineForm()
    form.validate()

    def part() -> str:
        return parts.decline(form, at(round, "kutsutut", invitee.id))

    def page() -> str:
        return _invitee_page(round, invitee, form)

    try:
        rounds.decline(invitee, reason=form.reason.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Kirjattu: %(name)s ei vastaa. Muistutuksia ei lähde.", name=invitee.name))
    return reply(otherwise=at(round, "kutsutut"))


@screen.deed("/sopimukset/<agreement>/kierrokset/<int:round>/kutsutut/<uuid:invitee>/linkit", may="round.manage")
def revoke_links(agreement: Agreement, round: Round, invitee: Invitee) -> Response:
    """Take back every personal link an invitee was sent, as when a letter went to a wrong address."""
    rounds.revoke_personal(invitee, by=me().id)
    say(gettext("Linkit on peruttu: %(name)s. Seuraava muistutus tuo uuden linkin.", name=invitee.name))
    return reply(otherwise=at(round, "kutsutut", invitee.id))


def send_invitations(round_: Round, added: Sequence[Invitee]) -> int:
    """Wish for the letters of an open round to those who can be written to; gives how many leave."""
    if not round_.takes_answers:
        return 0
    new = {each.id for each in added}
    reached = rounds.recipients(each for each in rounds.invitees(round_) if each.id in new)
    return notifications.wish_all(Letter.INVITATION, reached)


# ---------------------------------------------------------------- views


def _page(
    agreement: Agreement, round_: Round, asked: Filter, form: Form | None = None, ticked: Sequence[UUID] = ()
) -> str:
    invited = sorted(rounds.invitees(round_), key=lambda each: sort_key(each.name))
    known = {each.organisation_id or each.body_id for each in invited} | statements.answered_unasked(round_)
    reached = rounds.recipients(invited)
    found = [each for each in organisations.search(agreement, asked.search).rows if each.id not in known]
    bodies = [each for each in organisations.bodies_of(agreement) if each.id not in known]
    nothing = [("", gettext("Kaikki"))]
    sectors = organisations.sectors_of(agreement)
    without = sum(not each.contact_address for each in found)
    return show(
        "rounds/invitees.html",
        section="rounds",
        round=round_,
        address=at(round_),
        back=at(round_, "luonnos") if round_.is_draft else at(round_),
        invited=[_row(round_, each, reached) for each in invited],
        **_on_paper(round_, invited, reached),
        remove_form=Form(formdata=None),
        form=form or Form(formdata=None),
        asked=asked.asked,
        is_filtered=any(asked.asked.values()),
        count=ngettext("Näytetään %(num)s järjestö", "Näytetään %(num)s järjestöä", len(found)),
        total=len(found),
        shown=SHOWN,
        without_words=ngettext(
            "%(num)s järjestöllä ei ole sähköpostiosoitetta. Voit tulostaa sille kirjeen.",
            "%(num)s järjestöllä ei ole sähköpostiosoitetta. Voit tulostaa niille kirjeen.",
            without,
        )
        if without
        else "",
        candidates=[_candidate(each) for each in found[:SHOWN]],
        bodies=_bodies(bodies),
        ticked={str(each) for each in ticked},
        sectors=[*nothing, *((str(each.id), sector_name(each)) for each in sectors)],
        kinds=[*nothing, *((kind.value, str(name)) for kind, name in words.ORGANISATION_KINDS.items())],
        municipalities=[*nothing, *((each, each) for each in organisations.municipalities(agreement))],
        grants=[*nothing, ("saa", gettext("Saa avustusta")), ("ei", gettext("Ei saa avustusta"))],
        register=f"/sopimukset/{agreement.slug}/jarjestot",
    )


def _on_paper(round_: Round, invited: Sequence[Invitee], reached: Container[UUID]) -> dict[str, Any]:
    """Who gets the request on paper, and how many letters each press prints."""
    rows = paper_rows(round_, invited, reached)
    without = sum(each.letter is None for each in rows)
    return {
        "on_paper": rows,
        "without_letter": min(without, asking.MANY),
        "with_letter": min(len(rows), asking.MANY) if without < len(rows) else 0,
    }


def _candidate(each: Organisation) -> Candidate:
    said = [each.municipality, *map(sector_name, each.every_sector)]
    return Candidate(each.id, each.name, ", ".join(filter(None, said)), bool(each.contact_address))


def _bodies(found: Sequence[Body]) -> list[Candidate]:
    """Bodies by name. One without a chair and a secretary can be asked, but not written to."""
    led = organisations.leaders(each.id for each in found)
    told = {each.id: [str(words.BODY_KINDS[each.kind]), "" if each.id in led else nobody_leads()] for each in found}
    return [
        Candidate(each.id, each.name, ". ".join(filter(None, told[each.id])), has_address=True)
        for each in sorted(found, key=lambda each: sort_key(each.name))
    ]


def _row(round_: Round, each: Invitee, reached: Container[UUID]) -> InviteeRow:
    return InviteeRow(
        id=each.id,
        url=at(round_, "kutsutut", each.id),
        name=each.name,
        words=" ".join(_told(each, is_reached=each.id in reached)),
        remove_action=at(round_, "kutsutut", each.id, "poisto") if round_.is_draft else "",
    )


def _told(each: Invitee, *, is_reached: bool) -> list[str]:
    """What is known of an invitee, in sentences."""
    told = []
    if not is_reached:
        told.append(nobody_leads() if each.body_id else gettext("Ei sähköpostiosoitetta."))
    if each.declined_at is not None:
        told.append(gettext("Ei vastaa: %(moment)s.", moment=full_moment(each.declined_at)))
    elif each.reminded_at is not None:
        told.append(gettext("Muistutettu %(moment)s.", moment=full_moment(each.reminded_at)))
    elif each.invited_at is not None:
        told.append(gettext("Kutsuttu %(moment)s.", moment=full_moment(each.invited_at)))
    return told


def nobody_leads() -> str:
    """Why no letter reaches a body."""
    return gettext("Ei puheenjohtajaa eikä sihteeriä.")


def _invitee_page(round_: Round, each: Invitee, form: DeclineForm) -> str:
    may_answer = round_.takes_answers and each.declined_at is None
    printed = rounds.latest_letters(round_).get(each.id)
    return show(
        "rounds/invitee.html",
        section="rounds",
        round=round_,
        list_url=at(round_, "kutsutut") if round_.closed_at is None else at(round_),
        address=at(round_, "kutsutut", each.id),
        name=each.name,
        told=_told(each, is_reached=bool(rounds.recipients([each]))),
        reason=each.decline_reason,
        form=form if may_answer else None,
        letter_form=Form(formdata=None) if may_answer and each.organisation else None,
        letter_words=letter_words(printed) if printed else "",
        letter=printed.id if printed else None,
        links_form=Form(formdata=None) if round_.takes_answers and each.organisation else None,
    )
