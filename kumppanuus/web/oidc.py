"""Screen: sign-in by the provider of the county: there, back, and in.

No form sends anybody there: the security policy holds a form to every address it is led on to, and a provider leads on
to others of its own. Coming back changes nothing, as no GET does: a form there, which sends itself, brings the person
in. What the provider is asked lies between, in pages, so that no transaction that writes waits for it.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from typing import Any

from flask import Response, abort, g, make_response, redirect, request, session, url_for
from flask_babel import gettext

from kumppanuus import accounts, drafts, limits, members, oidc, security
from kumppanuus.errors import Refused
from kumppanuus.oidc import Begun, NotBegun, Told
from kumppanuus.web import errors, public_address
from kumppanuus.web.forms import Form
from kumppanuus.web.language import language
from kumppanuus.web.screen import Screen, keep_secret, reply, retry, say, show
from kumppanuus.web.signin import LEFT, AskForm, browser_words, come_in, door_page, provider, target

screen = Screen("oidc", __name__)

BACK = "/kirjautuminen/paluu"
KEPT = "oidc"  # in the cookie, which is signed and only this browser has: what was wished, and how far it came
MOST_KEPT = 1000  # signs of a path: a browser drops a cookie of more than four kilobytes


@dataclass(frozen=True)
class Wish:
    """What somebody wants who sets out: where to come in, or by which invitation to join and under which name."""

    leads_to: str = "/"
    is_remembered: bool = False
    typed: str = ""  # the address at the door, so that it is not lost
    invitation: str = ""
    name: str = ""


# ---------------------------------------------------------------- there


@screen.deed("/kirjautuminen/tunnuksilla", may="sign-in.use")
def start() -> Response:
    """Set out for the provider. An address that was typed goes along as a hint; it need not be one."""
    if provider() is None:
        abort(404)
    form = AskForm()
    leads_to = target(form.next.data or "")
    if len(leads_to) > MOST_KEPT:
        leads_to = "/"
    try:
        return set_out(Wish(leads_to, form.is_remembered.data, (form.address.data or "")[:254]))
    except Refused as refusal:
        form.refuse(refusal)
        return retry(lambda: door_page(form), lambda: door_page(form), refusal)


def set_out(wish: Wish) -> Response:
    """Begin a sign-in by the provider, in the place of one that was begun before. Refuses `TooMany`."""
    limits.spend(f"provider from {request.remote_addr}", limits.LINK_PER_IP)
    limits.spend("provider", limits.LINK_ALL)
    session[KEPT] = {"wish": asdict(wish), "begun": asdict(oidc.begin())}
    return reply(otherwise=url_for("oidc.way"))


@screen.page("/kirjautuminen/tunnuksilla", may="sign-in.use")
def way() -> Response:
    """The page that leads on to the provider, by itself and by a link."""
    found, begun = provider(), _begun()
    if found is None or begun is None:
        return make_response(redirect(url_for("signin.door"), 303))
    try:
        there = oidc.way_there(
            found, begun, returns_to=public_address(BACK), hint=_wish().typed.strip(), language=language()
        )
    except Refused as refusal:
        return _failed(refusal, _wish())
    response = make_response(show("oidc/way.html", section="signin", there=there, name=found.name))
    response.headers["Refresh"] = f"0; url={there}"
    return response


# ---------------------------------------------------------------- back, and in


@screen.page(BACK, may="sign-in.use")
def back() -> Response:
    """The page the provider leads back to: asks it whom it has sent, and keeps that in the cookie until the form here
    is sent."""
    found, begun, state = provider(), _begun(), request.args.get("state", "")
    if found is None or not state:
        return make_response(redirect(url_for("signin.door"), 303))
    if not _arrived(state):
        if begun is None and g.user is not None:  # the back button, mostly
            return make_response(redirect("/", 303))
        if begun is None or not oidc.is_end_of(begun, request.args):
            return keep_secret(_failed(NotBegun(), Wish()))
        wish = _wish()
        session.pop(KEPT)  # whatever comes of it, it does not come back to this again
        try:
            told = oidc.finish(found, begun, request.args, returns_to=public_address(BACK))
        except Refused as refusal:
            return keep_secret(_failed(refusal, wish))
        session[KEPT] = {"wish": asdict(wish), "told": asdict(told), "of": asdict(begun)}
    return keep_secret(show("oidc/back.html", section="signin", form=Form(formdata=None), name=found.name))


@screen.deed(BACK, may="sign-in.use")
def enter() -> Response:
    """Bring in whom the provider has named. What it said is spent by that, also for a copy of the cookie."""
    arrived, wish, found = _arrived(), _wish(), provider()
    session.pop(KEPT, None)
    if arrived is None or found is None or arrived[1].issuer != found.issuer:
        return reply(otherwise="/") if g.user else _failed(NotBegun(), wish)
    begun, told = arrived
    drafts.spend(hashlib.sha256(f"{KEPT} {begun.state}".encode()).hexdigest())
    try:
        leads_to = _join(told, wish) if wish.invitation else wish.leads_to
        user = accounts.identify(told.issuer, told.subject, address=told.address)
        _session, token = accounts.enter(user, browser_words=browser_words(), is_remembered=wish.is_remembered)
    except Refused as refusal:
        return _failed(refusal, wish)
    security.note("sign-in.by-provider", who=user.id)
    return come_in(token, leads_to)


def _join(told: Told, wish: Wish) -> str:
    """Join by the invitation that was wished for; where to lead then. Refuses what `members.require_invited`,
    `accounts.identify` and `members.join` refuse, before anything is written."""
    tied = accounts.tied_to(told.issuer, told.subject)
    address = tied.address if tied else told.address.lower()
    members.require_invited(wish.invitation, address)
    if accounts.find(address) is not None:
        accounts.identify(told.issuer, told.subject, address=told.address)
    agreement = members.join(wish.invitation, name=wish.name or told.name).agreement
    say(gettext("Tervetuloa! Osallistut nyt sopimukseen %(agreement)s.", agreement=agreement.title))
    return url_for("agreements.show", agreement=agreement.slug)


def _failed(refusal: Refused, wish: Wish) -> Response:
    """Where somebody is back at who was not brought in: the door, with what was typed there, or the invitation."""
    why = refusal.facts.get("why", type(refusal).__name__)
    security.note("sign-in.failed", who=None, by="provider", why=why)
    if wish.invitation:
        there = url_for("invitations.show", secret=wish.invitation)
        words = [errors.sentence(refusal)]
        return errors.page(
            refusal.status, gettext("Et ole vielä liittynyt."), words, action=(there, gettext("Palaa kutsuun"))
        )
    form = AskForm(formdata=None, address=wish.typed, next=wish.leads_to, is_remembered=wish.is_remembered)
    form.refuse(refusal)

    def page() -> str:
        return door_page(form, heading=gettext("Et ole vielä kirjautunut"))

    return retry(page, page, refusal)


# ---------------------------------------------------------------- out


@screen.page("/kirjautuminen/tunnuksilla/ulos", may="sign-in.use")
def left() -> Response:
    """Whoever has signed out here may sign out at the provider by a link, too. It is asked only for those."""
    found = provider()
    if found is None or LEFT not in session:
        return make_response(redirect(url_for("signin.door"), 303))
    try:
        there = oidc.way_out(found, returns_to=public_address(url_for("signin.door")))
    except Refused:
        there = ""
    return make_response(show("oidc/left.html", section="signin", there=there, name=found.name))


# ---------------------------------------------------------------- what the cookie keeps


def _kept() -> dict[str, Any]:
    kept: dict[str, Any] = session.get(KEPT, {})
    return kept


def _wish() -> Wish:
    return Wish(**_kept().get("wish", {}))


def _begun() -> Begun | None:
    return Begun(**_kept()["begun"]) if "begun" in _kept() else None


def _arrived(state: str = "") -> tuple[Begun, Told] | None:
    """Whom the provider has named in this browser a moment ago, and in which sign-in: that of `state`, if given."""
    if "told" not in _kept():
        return None
    begun = Begun(**_kept()["of"])
    is_meant = begun.is_alive and (not state or begun.state == state)
    return (begun, Told(**_kept()["told"])) if is_meant else None
