"""Screen: the members of an agreement, and for its coordinators the inviting, changing and ending of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, abort, url_for
from flask_babel import gettext, lazy_gettext, ngettext
from wtforms import BooleanField, Field, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from kumppanuus import handover, limits, members, notifications, organisations
from kumppanuus.agreements import Agreement, Side
from kumppanuus.db import helsinki_day
from kumppanuus.errors import Refused
from kumppanuus.members import Invitation, Member, Role
from kumppanuus.notifications import Letter
from kumppanuus.text.collation import sort_key
from kumppanuus.web import errors, language, words
from kumppanuus.web.forms import Chosen, Form, Written
from kumppanuus.web.organisations.frame import views as organisation_views
from kumppanuus.web.screen import Parts, Screen, may, me, reply, retry, say, show

screen = Screen("members", __name__)
parts = Parts("members/parts.html")

_l = lazy_gettext


class MemberForm(Form):
    """What a member is in an agreement."""

    role = RadioField(
        _l("Rooli"),
        [Chosen(_l("Valitse rooli"))],
        choices=[SelectChoice(role.value, name) for role, name in words.ROLES.items()],
    )
    side = RadioField(_l("Osapuoli"), [Chosen(_l("Valitse osapuoli"))])
    is_approver = BooleanField(
        _l("Saa hyväksyä kohtia osapuolensa puolesta"),
        description=_l("Kukaan ei anna tätä oikeutta itselleen."),
    )
    organisation = StringField(_l("Järjestö tai työpaikka"), description=_l("Osallistuja voi kommentoida sen nimissä."))

    def __init__(self, agreement: Agreement, *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        self.side.choices = [
            *(SelectChoice(each.value, words.side(agreement, each)) for each in Side),
            SelectChoice("", gettext("Ei kumpikaan")),
        ]

    def values(self) -> dict[str, Any]:
        """What was chosen, as the verbs take it."""
        return {
            "role": Role(self.role.data),
            "side": Side(self.side.data) if self.side.data else None,
            "is_approver": self.is_approver.data,
            "organisation": self.organisation.data or "",
        }


class InviteForm(MemberForm):
    """Whom to invite, and as what."""

    addresses = TextAreaField(
        _l("Sähköpostiosoitteet"),
        [Written(_l("Kirjoita ainakin yksi sähköpostiosoite"))],
        description=_l("Yksi tai useita, kukin omalle rivilleen. Nimi voi olla osoitteen edessä."),
    )
    network = StringField(
        _l("Verkosto"), description=_l("Osallistuja saa paikan ja voi kommentoida verkoston nimissä.")
    )
    message = TextAreaField(
        _l("Terveiset kutsuttaville"), description=_l("Kerro, miksi kutsut. Teksti tulee viestiin.")
    )

    def validate_addresses(self, field: Field) -> None:
        """Tell of mistyped addresses together with everything else."""
        try:
            members.guests(field.data or "nimi@example.org")
        except Refused as refusal:
            raise ValidationError(errors.sentence(refusal)) from None

    def values(self) -> dict[str, Any]:
        """What was chosen, with the network and the greeting."""
        return {**super().values(), "network": self.network.data or "", "message": self.message.data or ""}


class ChangeForm(MemberForm):
    """A member as the form was drawn from."""

    drawn_from = HiddenField()


class HandoverForm(Form):
    """Who takes over what waits for a member."""

    heir = SelectField(_l("Kuka ottaa tehtävät vastaan"))
    makes_coordinator = BooleanField(
        _l("Tee hänestä myös koordinaattori"), description=_l("Osapuoli ja muut oikeudet säilyvät.")
    )

    def __init__(self, member: Member, *rest: Any, **values: Any) -> None:
        super().__init__(*rest, **values)
        others = [each for each in members.everyone(member.agreement) if each.id != member.id]
        able = sorted((each for each in others if each.user.disabled_at is None), key=lambda m: sort_key(m.user.name))
        self.heir.choices = [
            SelectChoice("", gettext("Valitse henkilö")),
            *(SelectChoice(str(each.id), f"{each.user.name}, {words.ROLES[each.role]}") for each in able),
        ]

    def chosen(self, member: Member) -> Member | None:
        """The member who was chosen, if anybody was."""
        return next((each for each in members.everyone(member.agreement) if str(each.id) == self.heir.data), None)


@dataclass(frozen=True)
class MemberView:
    """A row of the list."""

    id: UUID
    name: str
    words: str
    right: str
    address: str
    url: str
    seen: str = ""
    failing: str = ""  # since when letters do not reach the person


@dataclass(frozen=True)
class GuestView:
    """An invitation that waits."""

    id: UUID
    name: str
    address: str  # where it is not the name
    words: str
    right: str
    until: str
    is_over: bool
    action: str


@dataclass(frozen=True)
class Group:
    """Members under one heading."""

    heading: str
    rows: list[MemberView]


@dataclass(frozen=True)
class Known:
    """Names already in use in an agreement, offered while typing."""

    organisations: list[str]
    networks: list[str]


@screen.page("/sopimukset/<agreement>/osallistujat", may="agreement.read")
def index(agreement: Agreement) -> str:
    """Everybody who takes part, by side."""
    form = InviteForm(agreement, formdata=None) if may("member.manage", agreement) else None
    return _index(agreement, form)


@screen.deed("/sopimukset/<agreement>/osallistujat/kutsut", may="member.manage")
def invite(agreement: Agreement) -> Response:
    """Invite people by their addresses. Their letters leave after the answer."""
    form = InviteForm(agreement)

    def part() -> str:
        return parts.invite(form, _url(agreement), _known(agreement), _hints(agreement))

    def page() -> str:
        return _index(agreement, form)

    if not form.validate():
        return retry(part, page)
    try:
        people = members.guests(form.addresses.data)
        invited = members.invite(agreement, people, **form.values(), by=me().id)
        for each in invited:
            _send(each)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(ngettext("Kutsuttiin %(num)s henkilö.", "Kutsuttiin %(num)s henkilöä.", len(invited)))
    if left_out := len(people) - len(invited):
        say(ngettext("%(num)s oli jo kutsuttu tai mukana.", "%(num)s oli jo kutsuttu tai mukana.", left_out))
    return reply(otherwise=_url(agreement))


@screen.deed("/sopimukset/<agreement>/osallistujat/kutsut/<uuid:invitation>/lahetys", may="member.manage")
def invite_again(agreement: Agreement, invitation: Invitation) -> Response:
    """Send an invitation again; it lives anew."""
    members.invite_again(invitation, by=me().id)
    _send(invitation)
    say(gettext("Kutsu lähetetään uudelleen: %(name)s.", name=invitation.name or invitation.address))
    return reply(otherwise=_url(agreement))


@screen.deed("/sopimukset/<agreement>/osallistujat/kutsut/<uuid:invitation>/peruminen", may="member.manage")
def withdraw(agreement: Agreement, invitation: Invitation) -> Response:
    """Take an invitation back."""
    name = invitation.name or invitation.address
    members.withdraw(invitation, by=me().id)
    say(gettext("Kutsu on peruttu: %(name)s.", name=name))
    return reply(otherwise=_url(agreement))


def _send(invitation: Invitation) -> None:
    limits.spend(f"invitations by {me().id}", limits.INVITATION, is_exact=False)
    limits.spend(f"invitations to {invitation.address}", limits.INVITATION_PER_ADDRESS, is_exact=False)
    notifications.wish(Letter.MEMBERSHIP, invitation.id)


@screen.page("/sopimukset/<agreement>/osallistujat/<uuid:member>", may="member.manage", endpoint="show")
def show_member(agreement: Agreement, member: Member) -> str:
    """The page where a member is changed."""
    _require_living(member)
    return _member_page(agreement, member, _change_form(agreement, member))


@screen.deed("/sopimukset/<agreement>/osallistujat/<uuid:member>/muutos", may="member.manage")
def change(agreement: Agreement, member: Member) -> Response:
    """Change what a member may do."""
    form, meanwhile = ChangeForm(agreement), ""

    def part() -> str:
        known, hints = _known(agreement), _hints(agreement)
        return parts.change(form, f"{_url(agreement)}/{member.id}", known, hints, meanwhile)

    def page() -> str:
        return _member_page(agreement, member, form, meanwhile)

    if not form.validate():
        return retry(part, page)
    try:
        members.change(member, **form.values(), drawn_from=form.drawn_from.data or "", by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        if isinstance(refusal, members.ChangedMeanwhile):
            # Whoever has seen what is saved now may save over it.
            form.drawn_from.data, meanwhile = member.state, _state_words(agreement, member)
        return retry(part, page, refusal)
    say(gettext("Osallistujan %(name)s tiedot on tallennettu.", name=member.user.name))
    return reply(otherwise=_url(agreement))


@screen.deed("/sopimukset/<agreement>/osallistujat/<uuid:member>/luovutus", may="member.manage")
def hand_over(agreement: Agreement, member: Member) -> Response:
    """Give everything that waits for a member to another."""
    form = HandoverForm(member)

    def part() -> str:
        return parts.handover(form, f"{_url(agreement)}/{member.id}", _duties(member))

    def page() -> str:
        return _member_page(agreement, member, _change_form(agreement, member), handing=form)

    if not form.validate():
        return retry(part, page)
    heir = form.chosen(member)
    try:
        handover.give(member, heir, makes_coordinator=form.makes_coordinator.data, by=me().id)
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, page, refusal)
    say(gettext("Tehtävät on siirretty: %(name)s.", name=heir.user.name if heir else ""))
    return reply(otherwise=f"{_url(agreement)}/{member.id}")


@screen.deed("/sopimukset/<agreement>/osallistujat/<uuid:member>/paattaminen", may="member.manage")
def end(agreement: Agreement, member: Member) -> Response:
    """End a membership."""
    name, is_me = member.user.name, member.user_id == me().id
    members.end(member, by=me().id)
    say(gettext("%(name)s ei enää osallistu sopimukseen.", name=name))
    return reply(otherwise="/" if is_me else _url(agreement))


# ---------------------------------------------------------------- views


def _index(agreement: Agreement, form: InviteForm | None) -> str:
    everyone = sorted(members.everyone(agreement), key=lambda member: sort_key(member.user.name))
    return show(
        "members/page.html",
        section="agreement",
        agreement=agreement,
        groups=_groups(agreement, everyone, manages=form is not None),
        guests=[_guest(agreement, each) for each in members.waiting(agreement)] if form else [],
        guest_form=Form(formdata=None),
        total=len(everyone),
        form=form,
        action=_url(agreement),
        known=_known(agreement),
        views=organisation_views(agreement, "osallistujat"),
        hints=_hints(agreement),
    )


def _groups(agreement: Agreement, everyone: Sequence[Member], *, manages: bool) -> list[Group]:
    """Coordinators first, because they help; then the sides, then whoever belongs to none."""
    failing = notifications.failing(member.user_id for member in everyone) if manages else {}
    coordinators = [member for member in everyone if member.role is Role.COORDINATOR]
    others = [member for member in everyone if member.role is not Role.COORDINATOR]
    found = [
        (gettext("Koordinaattorit"), coordinators),
        *((words.side(agreement, side), [member for member in others if member.side is side]) for side in Side),
        (gettext("Lukijat"), [member for member in others if member.side is None]),
    ]
    return [
        Group(heading, [_row(agreement, each, manages=manages, failing=failing.get(each.user_id)) for each in rows])
        for heading, rows in found
        if rows
    ]


def _row(agreement: Agreement, member: Member, *, manages: bool, failing: datetime | None = None) -> MemberView:
    said = [str(words.ROLES[member.role])]
    if member.role is Role.COORDINATOR and member.side:
        said.append(words.side(agreement, member.side))
    said += [each.name for each in (member.organisation, *member.networks) if each]
    return MemberView(
        id=member.id,
        name=member.user.name,
        words=", ".join(said),
        right=words.right_words(agreement, member.side) if member.is_approver and member.side else "",
        address=member.user.address if manages else "",
        url=f"{_url(agreement)}/{member.id}" if manages else "",
        seen=_seen(member) if manages else "",
        failing=gettext("Posti ei mene perille %(day)s alkaen.", day=language.plain_day(failing)) if failing else "",
    )


def _seen(member: Member) -> str:
    if member.user.disabled_at is not None:
        return gettext("Tili on suljettu.")
    if member.user.seen_on is None:
        return gettext("Ei ole vielä kirjautunut.")
    return gettext("Kirjautuneena viimeksi %(day)s.", day=language.plain_day(member.user.seen_on))


def _guest(agreement: Agreement, invitation: Invitation) -> GuestView:
    said = [str(words.ROLES[invitation.role])]
    if invitation.role is Role.COORDINATOR and invitation.side:
        said.append(words.side(agreement, invitation.side))
    said += filter(None, [invitation.organisation, invitation.network])
    last_day = language.plain_day(helsinki_day(invitation.expires_at))
    is_over = not invitation.is_open
    return GuestView(
        id=invitation.id,
        name=invitation.name or invitation.address,
        address=invitation.address if invitation.name else "",
        words=", ".join(said),
        right=words.right_words(agreement, invitation.side) if invitation.is_approver and invitation.side else "",
        until=gettext("Kutsu vanheni %(day)s.", day=last_day)
        if is_over
        else gettext("Kutsu on voimassa %(day)s asti.", day=last_day),
        is_over=is_over,
        action=f"{_url(agreement)}/kutsut/{invitation.id}",
    )


def _state_words(agreement: Agreement, member: Member) -> str:
    row = _row(agreement, member, manages=False)
    return ". ".join(filter(None, [row.words, row.right])) + "."


def _change_form(agreement: Agreement, member: Member) -> ChangeForm:
    return ChangeForm(
        agreement,
        formdata=None,
        role=member.role.value,
        side=member.side.value if member.side else "",
        is_approver=member.is_approver,
        organisation=member.organisation.name if member.organisation else "",
        drawn_from=member.state,
    )


def _duties(member: Member) -> str:
    """What waits for a member, in words; empty if nothing does."""
    found = handover.duties(member)
    said = []
    if found.questions:
        said.append(ngettext("%(num)s avoin kysymys", "%(num)s avointa kysymystä", found.questions))
    if found.responses:
        said.append(ngettext("%(num)s pyydetty vastine", "%(num)s pyydettyä vastinetta", found.responses))
    return ", ".join(said)


def _member_page(
    agreement: Agreement,
    member: Member,
    form: ChangeForm,
    meanwhile: str = "",
    *,
    handing: HandoverForm | None = None,
) -> str:
    return show(
        "members/member.html",
        section="agreement",
        agreement=agreement,
        member=member,
        form=form,
        action=f"{_url(agreement)}/{member.id}",
        list_url=_url(agreement),
        known=_known(agreement),
        hints=_hints(agreement),
        end_form=Form(formdata=None),
        handing=handing or HandoverForm(member, formdata=None),
        duties=_duties(member),
        meanwhile=meanwhile,
    )


def _known(agreement: Agreement) -> Known:
    return Known(
        organisations=organisations.labels(agreement),
        networks=sorted(organisations.network_names(agreement), key=sort_key),
    )


def _hints(agreement: Agreement) -> dict[str, str]:
    authority = gettext("Edustaa kuntaa.") if words.is_municipal(agreement) else gettext("Edustaa hyvinvointialuetta.")
    return {
        Role.COORDINATOR.value: gettext("Kirjoittaa tekstiä, hoitaa osallistujia ja vastaa kommentteihin."),
        Role.OFFICIAL.value: authority,
        Role.REPRESENTATIVE.value: gettext("Edustaa järjestöä tai verkostoa."),
        Role.READER.value: gettext("Lukee sopimusta, mutta ei kommentoi."),
    }


def _require_living(member: Member) -> None:
    if member.ended_at is not None:
        abort(404)


def _url(agreement: Agreement) -> str:
    return url_for("members.index", agreement=agreement.slug)
