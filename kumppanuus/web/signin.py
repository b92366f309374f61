"""Screen: the door. A person asks for a letter and comes in by its link or its code; in demo mode, by one press. By the
provider of the county it goes on in `oidc`."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from flask import Response, abort, current_app, g, make_response, redirect, request, session, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user
from wtforms import BooleanField, EmailField, HiddenField, StringField

from kumppanuus import accounts, limits, members, notifications, oidc, security
from kumppanuus.accounts import Language, SignIn
from kumppanuus.config import Settings
from kumppanuus.errors import Refused
from kumppanuus.members import Member, Role
from kumppanuus.notifications import Letter
from kumppanuus.web import public_address
from kumppanuus.web.forms import Form, IdField, Written
from kumppanuus.web.language import language
from kumppanuus.web.screen import Parts, Screen, enter, keep_secret, reply, retry, safe_path, say, show
from kumppanuus.web.words import ROLES, right_words

LEFT = "left"  # in the cookie of whoever has signed out and may be signed in at the provider still

screen = Screen("signin", __name__)
parts = Parts("signin/parts.html")

_l = lazy_gettext


class AskForm(Form):
    """Where the letter is sent."""

    address = EmailField(
        _l("Sähköpostiosoite"),
        [Written(_l("Kirjoita sähköpostiosoite"))],
        description=_l("Käytä osoitetta, jonka olet antanut koordinaattorille."),
    )
    is_remembered = BooleanField(
        _l("Pidä minut kirjautuneena tällä laitteella 30 päivää"),
        description=_l("Älä valitse tätä yhteisellä tietokoneella."),
    )
    next = HiddenField()


class CodeForm(Form):
    """The six digits of the letter."""

    code = StringField(_l("Koodi"), [Written(_l("Kirjoita koodi"))], description=_l("Viestissä on kuusi numeroa."))


class PersonForm(Form):
    """One of the people of the demo world."""

    person = IdField()


# ---------------------------------------------------------------- asking for a letter


@screen.page("/kirjautuminen", may="sign-in.use")
def door() -> Response:
    """The page where a letter is asked for. Whoever is signed in goes on, except where people are tried on."""
    wanted = target(request.args.get("next", ""))
    if g.user is not None and not _is_demo():
        return make_response(redirect(wanted, 303))
    return make_response(door_page(AskForm(formdata=None, next=wanted)))


@screen.deed("/kirjautuminen", may="sign-in.use")
def ask() -> Response:
    """Wish for a letter. The answer is the same for every address, known or not; a domain whose people sign in by the
    provider is told for all of its addresses."""
    form = AskForm()

    def part() -> str:
        return parts.ask(form, provider())

    if not form.validate():
        return retry(part, lambda: door_page(form))
    browser = session.get("browser") or secrets.token_urlsafe(32)
    try:
        address = accounts.clean_address(form.address.data)
        require_letters(address, field="address")
        limits.spend(f"letters from {request.remote_addr}", limits.LINK_PER_IP)
        limits.spend(f"letters to {address}", limits.LINK_PER_ADDRESS)
        limits.spend("letters", limits.LINK_ALL)
        asking = accounts.ask(
            address,
            browser=browser,
            browser_words=browser_words(),
            language=Language(language()),
            is_remembered=form.is_remembered.data,
            leads_to=target(form.next.data or ""),
        )
    except Refused as refusal:
        form.refuse(refusal)
        return retry(part, lambda: door_page(form), refusal)
    notifications.wish(Letter.SIGN_IN, asking.id)
    session["browser"] = browser  # the code of the letter works where this cookie is
    return reply(otherwise=url_for("signin.code"))


def door_page(form: AskForm, *, heading: str | None = None) -> str:
    """The page of the door, with a form that was sent in it, if there is one; `heading` says what did not happen."""
    people = _demo_people() if _is_demo() else []
    return show("signin/door.html", section="signin", form=form, people=people, provider=provider(), heading=heading)


def provider() -> oidc.Provider | None:
    """The provider by which officials sign in, if the installation has one."""
    return oidc.provider_of(_settings())


def is_only_way(address: str) -> bool:
    """Whether who has an address signs in by the provider alone."""
    found = provider()
    return found is not None and found.requires(address)


def require_letters(address: str, **facts: str) -> None:
    """Refuse `UseProvider` for an address whose domain signs in by the provider alone."""
    found = provider()
    if found is not None and found.requires(address):
        raise oidc.UseProvider(domain=address.rpartition("@")[2], name=found.name, **facts)


# ---------------------------------------------------------------- coming in


@screen.page("/kirjautuminen/koodi", may="sign-in.use")
def code() -> Response:
    """The page that tells to look at the mail and takes the code."""
    asking = accounts.asked_in(session.get("browser", ""))
    if asking is None:
        return make_response(redirect(url_for("signin.door"), 303))
    return make_response(_code(CodeForm(formdata=None), asking))


@screen.deed("/kirjautuminen/koodi", may="sign-in.use")
def enter_by_code() -> Response:
    """Come in by the code, in the browser that asked for it."""
    form, browser = CodeForm(), session.get("browser", "")
    asking = accounts.asked_in(browser)
    if not form.validate():
        return retry(lambda: parts.code(form), lambda: _code(form, asking))
    try:
        token, leads_to = accounts.enter_by_code(form.code.data, browser=browser, browser_words=browser_words())
    except Refused as refusal:
        security.note("sign-in.failed", who=None, by="code")
        form.refuse(refusal)
        return retry(lambda: parts.code(form), lambda: _code(form, asking), refusal)
    return come_in(token, leads_to)


def _code(form: CodeForm, asking: SignIn | None) -> str:
    return show("signin/code.html", section="signin", form=form, address=asking.address if asking else "")


@screen.page("/kirjautuminen/<token>", may="sign-in.use")
def link(token: str) -> Response:
    """The page a link opens. It looks nothing up and spends nothing: mail scanners open links too."""
    return keep_secret(_link(Form(formdata=None), token))


@screen.deed("/kirjautuminen/<token>", may="sign-in.use")
def enter_by_link(token: str) -> Response:
    """Come in by the link and spend it. Wrong links are counted, but never hold a right one back."""
    form = Form()
    try:
        entered, leads_to = accounts.enter_by_link(token, browser_words=browser_words())
    except accounts.LinkSpent as spent:
        security.note("sign-in.failed", who=None, by="link")
        refusal = _count_wrong(spent)
        form.refuse(refusal)
        return keep_secret(retry(lambda: parts.enter(form, _path(token)), lambda: _link(form, token), refusal))
    return come_in(entered, leads_to)


def _count_wrong(spent: accounts.LinkSpent) -> Refused:
    try:
        limits.spend(f"wrong links from {request.remote_addr}", limits.WRONG_TOKEN_PER_IP)
    except limits.TooMany as too_many:
        return too_many
    return spent


def _link(form: Form, token: str) -> str:
    inside = g.user.name if g.user else ""
    return show("signin/link.html", section="signin", form=form, action=_path(token), inside=inside)


def _path(token: str) -> str:
    return url_for("signin.enter_by_link", token=token)


@screen.deed("/uloskirjautuminen", may="sign-in.use")
def leave() -> Response:
    """Sign out. The session ends on the server, so a copy of the cookie is worth nothing."""
    found, is_tied = provider(), False
    if current_user.is_authenticated:
        accounts.leave(current_user.session)
        is_tied = found is not None and any(
            each.issuer == found.issuer for each in accounts.identities_of(current_user.user)
        )
    session.clear()
    if is_tied:
        session[LEFT] = True
        return reply(otherwise=url_for("oidc.left"))
    say(gettext("Olet kirjautunut ulos."))
    return reply(otherwise=url_for("signin.door"))


def come_in(token: str, leads_to: str) -> Response:
    """Begin the session with this token in the browser, in the place of one before it, and lead on."""
    if current_user.is_authenticated:
        accounts.leave(current_user.session)
    enter(token)
    return reply(otherwise=target(leads_to))


def target(path: str) -> str:
    """Where to lead afterwards: a path of ours that is not the door itself."""
    path = safe_path(path[:2000]) if path else "/"
    return "/" if path.startswith(("/kirjautuminen", "/uloskirjautuminen")) else path


# ---------------------------------------------------------------- demo mode


@dataclass(frozen=True)
class PersonView:
    """A person of the demo world at the door."""

    form: PersonForm
    name: str
    words: str


def _demo_people() -> list[PersonView]:
    people = accounts.demo_people()
    found = members.first_of(person.id for person in people)
    order = {role: place for place, role in enumerate(Role)}
    people = sorted(people, key=lambda person: order[found[person.id].role] if person.id in found else len(order))
    return [
        PersonView(PersonForm(formdata=None, person=person.id), person.name, _position(found.get(person.id)))
        for person in people
    ]


def _position(member: Member | None) -> str:
    if member is None:
        return gettext("Ulkopuolinen, ei osallistu sopimukseen")
    if member.is_approver and member.side:
        return f"{ROLES[member.role]}. {right_words(member.agreement, member.side)}."
    return str(ROLES[member.role])


@screen.deed("/kirjautuminen/kokeilu", may="sign-in.use")
def try_on() -> Response:
    """Come in as one of the demo people."""
    _require_demo()
    wanted = PersonForm().person.data
    person = next((each for each in accounts.demo_people() if each.id == wanted), None)
    if person is None:
        abort(404)
    _session, token = accounts.enter(person, browser_words=browser_words())
    return come_in(token, "/")


@screen.page("/posti", may="page.read")
def letters() -> str:
    """The letters that were sent, the newest first."""
    _require_demo()
    return show("signin/letters.html", letters=notifications.kept(_settings()))


@screen.page("/posti/<name>", may="page.read")
def letter(name: str) -> Response:
    """One letter as plain text, whose link can be pressed."""
    _require_demo()
    found = next((each for each in notifications.kept(_settings()) if each.name == name), None)
    if found is None:
        abort(404)
    return keep_secret(show("signin/letter.html", letter=found, pieces=_pieces(found.text)))


def _pieces(text: str) -> list[tuple[str, str]]:
    """A letter in pieces: words, and where they lead if they are an address of ours. Of any other no link is made."""
    ours = public_address("/")
    pieces = re.split(f'({re.escape(ours)}(?:[^\\s<>"]*[^\\s<>".,;:!?)])?)', text)
    # Two slashes at the beginning would lead to another host.
    paths = [piece.removeprefix(ours).lstrip("/\\") for piece in pieces]
    return [(piece, f"/{paths[number]}" if number % 2 else "") for number, piece in enumerate(pieces)]


def _require_demo() -> None:
    if not _is_demo():
        abort(404)


def _is_demo() -> bool:
    return _settings().demo


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings


# ---------------------------------------------------------------- browsers

# What a browser says of itself → its name; the first that fits, because most claim to be others as well.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser": "Samsung Internet",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def browser_words() -> str:
    """The browser and its system as far as they are known: "Firefox, Windows"."""
    told = request.user_agent.string
    names = [next((name for mark, name in marks.items() if mark in told), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, names))
