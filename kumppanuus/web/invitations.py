"""Screen: the page an invitation leads to: what it is, by whom and why; joining by it signs the person in."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response, make_response, redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import StringField

from kumppanuus import accounts, limits, members
from kumppanuus.db import LINE, helsinki_day
from kumppanuus.errors import Refused
from kumppanuus.members import Invitation, InvitationSpent
from kumppanuus.oidc import Provider
from kumppanuus.web import errors, language, words
from kumppanuus.web.forms import Form, Written
from kumppanuus.web.oidc import Wish, set_out
from kumppanuus.web.screen import Parts, Screen, enter, keep_secret, reply, retry, say, show
from kumppanuus.web.signin import browser_words, is_only_way, provider, require_letters

screen = Screen("invitations", __name__)
parts = Parts("invitations/parts.html")


class JoinForm(Form):
    """Who joins: asked of those who have no account yet."""

    name = StringField(
        lazy_gettext("Nimi"),
        [Written(lazy_gettext("Kirjoita nimi"))],
        description=lazy_gettext("Etunimi ja sukunimi. Nimesi näkyy kommenteissa ja hyväksynnöissä."),
    )


@screen.page("/kutsut/<secret>", may="invitation.accept", endpoint="show")
def show_invitation(secret: str) -> Response:
    """What the invitation is about. Opening it spends nothing: mail scanners open links too.

    Whoever joined comes back by the letter, too: it leads those who are in to the agreement.
    """
    found = members.invited_by_secret(secret)
    if found is not None and found.is_open:
        return keep_secret(_page(found, _form(found), secret))
    if found is not None and current_user.is_authenticated and members.of(found.agreement_id, current_user.user.id):
        return keep_secret(make_response(redirect(url_for("agreements.show", agreement=found.agreement.slug), 303)))
    return keep_secret(_gone())


@screen.deed("/kutsut/<secret>", may="invitation.accept")
def join(secret: str) -> Response:
    """Join, and be signed in by it. Wrong links are counted, but never hold a right one back."""
    found = _open(secret)
    return _answered(found, secret, lambda name: _join(found, secret, name)) if found else keep_secret(_gone())


def _join(found: Invitation, secret: str, name: str) -> Response:
    target, title = url_for("agreements.show", agreement=found.agreement.slug), found.agreement.title
    require_letters(found.address)
    member = members.join(secret, name=name)
    _session, token = accounts.enter(member.user, browser_words=browser_words())
    if current_user.is_authenticated:
        accounts.leave(current_user.session)
    enter(token)
    say(gettext("Tervetuloa! Osallistut nyt sopimukseen %(agreement)s.", agreement=title))
    return reply(otherwise=target)


@screen.deed("/kutsut/<secret>/tunnuksilla", may="invitation.accept")
def join_by_provider(secret: str) -> Response:
    """Set out for the provider, to join by what it says. The invitation is spent on the way back."""
    found = _open(secret)
    if found is None or not _provider_of(found):
        return keep_secret(_gone())
    # Of a name that is too long as much is kept as is needed to refuse it on the way back.
    return _answered(
        found, secret, lambda name: set_out(Wish(typed=found.address, invitation=secret, name=name[: LINE + 1]))
    )


def _answered(found: Invitation, secret: str, act: Callable[[str], Response]) -> Response:
    """What comes of the form: `act` gets the name, which is empty where none is asked; or the form again."""
    form = _form(found, is_sent=True)

    def again(refusal: Refused | None = None) -> Response:
        return keep_secret(retry(lambda: _part(found, form, secret), lambda: _page(found, form, secret), refusal))

    if not form.validate():
        return again()
    try:
        return act((form.name.data or "") if "name" in form else "")
    except InvitationSpent:
        return keep_secret(_gone())
    except Refused as refusal:
        form.refuse(refusal)
        return again(refusal)


def _provider_of(found: Invitation) -> Provider | None:
    """The provider, if it may speak of the address that was invited."""
    known = provider()
    return known if known and known.owns(found.address) else None


def _open(secret: str) -> Invitation | None:
    found = members.invited_by_secret(secret)
    return found if found is not None and found.is_open else None


def _gone() -> Response:
    """The page for a link that leads nowhere, whatever it was once. Only pressing the button counts as a try."""
    status = 404
    if request.method == "POST":
        try:
            limits.spend(f"wrong links from {request.remote_addr}", limits.WRONG_TOKEN_PER_IP)
        except limits.TooMany as refusal:
            status = refusal.status
    return errors.page(
        status,
        gettext("Kutsu ei ole enää voimassa."),
        [
            gettext("Kutsu on käytetty, peruttu tai vanhentunut, tai siitä on lähetetty uusi viesti."),
            gettext("Jos olet jo mukana, kirjaudu. Muuten pyydä koordinaattorilta uusi kutsu."),
        ],
        action=(url_for("signin.door"), gettext("Kirjaudu")),
        kept=errors.typed(),
    )


def _form(found: Invitation, *, is_sent: bool = False) -> JoinForm:
    form = JoinForm() if is_sent else JoinForm(formdata=None, name=found.name)
    if accounts.find(found.address) is not None:
        del form.name
    return form


def _part(found: Invitation, form: JoinForm, secret: str) -> str:
    return parts.join(form, _path(secret), _provider_of(found), not is_only_way(found.address))


def _page(found: Invitation, form: JoinForm, secret: str) -> Response:
    agreement, known = found.agreement, accounts.find(found.address)
    last_day = language.plain_day(helsinki_day(found.expires_at))
    said = [str(words.ROLES[found.role])]
    said += filter(None, [found.organisation, found.network])
    if found.is_approver and found.side:
        said.append(words.right_words(agreement, found.side))
    return make_response(
        show(
            "invitations/page.html",
            section="signin",
            form=form,
            action=_path(secret),
            provider=_provider_of(found),
            by_letter=not is_only_way(found.address),
            authority=agreement.authority_name,
            inviter=found.invited_by.name,
            message=found.message,
            facts=[
                (gettext("Sopimus"), agreement.title),
                (gettext("Osapuolet"), f"{agreement.authority_name}, {agreement.body_name}"),
                (gettext("Roolisi"), ", ".join(said)),
                (gettext("Osoitteesi"), found.address),
                (gettext("Kutsu on voimassa"), gettext("%(day)s asti", day=last_day)),
            ],
            known_as=known.name if known else "",
            other=current_user.user.name if _is_somebody_else(known) else "",
        )
    )


def _is_somebody_else(known: accounts.User | None) -> bool:
    return bool(current_user.is_authenticated and (known is None or current_user.user.id != known.id))


def _path(secret: str) -> str:
    return url_for("invitations.join", secret=secret)
