"""The frame around every request: who asks, what about, may they; then the verb, the answer, and the commit.

Three kinds of route. A page is a whole document; a piece is a fragment at its own address; a deed changes something
and answers htmx with the parts that changed, else with a 303. `may` names a permission of the law and has no default.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import quote, quote_plus, urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    flash,
    g,
    get_flashed_messages,
    get_template_attribute,
    has_request_context,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask import Request as FlaskRequest
from flask_babel import gettext
from flask_htmx import HTMX
from flask_login import LoginManager, UserMixin, current_user
from markupsafe import Markup

from kumppanuus import accounts, drafts, jobs, members, policy, security
from kumppanuus.accounts import User
from kumppanuus.agreements import Agreement
from kumppanuus.db import db, writing
from kumppanuus.errors import Refused
from kumppanuus.members import Member
from kumppanuus.policy import Who
from kumppanuus.web import errors, processes
from kumppanuus.web.nouns import NOUNS, agreement_of

htmx = HTMX()
login = LoginManager()
login.session_protection = (
    None  # sessions live in the database; an address that changes on a phone is no reason to end one
)

View = Callable[..., Any]

# How long the same words of one person at one place are taken for a resending.
SAME_WORDS = timedelta(hours=1)

# Endpoint → (kind, permission): what the tests of the house read.
ROUTES: dict[str, tuple[str, str]] = {}

# Deeds that take a file, and how much they may be sent: the largest file and a form around it.
TAKES_FILE: set[str] = set()
MOST_WITH_FILE = 12 * 2**20


class Request(FlaskRequest):
    """A request; one that brings a file may be larger than others."""

    @property
    def max_content_length(self) -> int | None:
        """How many bytes are read of it. Known before anything is: the address tells."""
        return MOST_WITH_FILE if self.endpoint in TAKES_FILE else super().max_content_length

    @max_content_length.setter
    def max_content_length(self, value: int | None) -> None:
        raise AttributeError(f"told by the address, not set to {value}")


class SignedIn(UserMixin):
    """A living session, as Flask-Login wants to see it."""

    def __init__(self, session: accounts.Session, token: str) -> None:
        self.session, self.user, self.token = session, session.user, token

    def get_id(self) -> str:
        return self.token


@login.user_loader
def _load(token: str) -> SignedIn | None:
    found = accounts.session_of(token)
    return SignedIn(found, token) if found else None


# ---------------------------------------------------------------- who and what


def me() -> User:
    """The person who is signed in; the frame has made sure of one where the law asks for it."""
    user: User | None = getattr(g, "user", None)
    if user is None:
        abort(401)
    return user


def my_member() -> Member:
    """The membership of the person in the agreement of the address."""
    member: Member | None = getattr(g, "member", None)
    if member is None:
        abort(404)
    return member


def may(permission: str, thing: Any = None) -> bool:
    """Whether the law grants the person a permission, for what a page offers."""
    return policy.allows(permission, g.who, thing)


@dataclass
class Viewer:
    """What the head and foot of every page show of the one who looks."""

    user: User | None
    member: Member | None
    agreement: Agreement | None
    waiting: int | None = None
    agreements: int = 1

    @property
    def role_words(self) -> str:
        from kumppanuus.web.words import role_words

        return role_words(self.member) if self.member else ""


# ---------------------------------------------------------------- routes


class Screen(Blueprint):
    """A screen: a blueprint whose routes are pages, pieces and deeds."""

    def page(self, rule: str, *, may: str, **options: Any) -> Callable[[View], View]:
        """A whole document; GET, and the same for everybody who asks the same way."""
        return self._route("page", rule, may, ["GET"], options)

    def piece(self, rule: str, *, may: str, quick: View | None = None, **options: Any) -> Callable[[View], View]:
        """A fragment at an address of its own; GET. `quick` may answer first, before the frame reads anything, where
        that is known to be the answer; what it gives None for takes the ordinary way."""
        return self._route("piece", rule, may, ["GET"], options, quick=quick)

    def deed(
        self,
        rule: str,
        *,
        may: str,
        keeps_key: bool = False,
        takes_file: bool = False,
        once: tuple[str, ...] = (),
        **options: Any,
    ) -> Callable[[View], View]:
        """Something that changes something; POST. The keeping of unsent text leaves the form's key unspent.

        `once` names the fields that say what is made: whoever sends the same of them to the same address again within
        `SAME_WORDS` makes no second one, also by a form drawn anew, as after the back button.
        """

        def register(view: View) -> View:
            if takes_file:
                TAKES_FILE.add(f"{self.name}.{options.get('endpoint', view.__name__)}")
            return route(view)

        route = self._route("deed", rule, may, ["POST"], options, keeps_key=keeps_key, once=once)
        return register

    def _route(
        self,
        kind: str,
        rule: str,
        permission: str,
        methods: list[str],
        options: dict[str, Any],
        *,
        keeps_key: bool = False,
        once: tuple[str, ...] = (),
        quick: View | None = None,
    ) -> Callable[[View], View]:
        def register(view: View) -> View:
            endpoint = options.pop("endpoint", view.__name__)
            ROUTES[f"{self.name}.{endpoint}"] = (kind, permission)

            @wraps(view)
            def framed(**values: Any) -> Response:
                answer: Response | None = quick(**values) if quick else None
                return answer or _run(view, kind, permission, values, keeps_key=keeps_key, once=once)

            self.add_url_rule(rule, endpoint, framed, methods=methods, provide_automatic_options=False, **options)
            return view

        return register


def _run(
    view: View, kind: str, permission: str, values: dict[str, Any], *, keeps_key: bool, once: tuple[str, ...]
) -> Response:
    is_deed = kind == "deed"
    with writing() if is_deed else nullcontext():
        g.user = current_user.user if current_user.is_authenticated else None
        if g.user is not None and accounts.needs_touch(current_user.session):
            g.session_to_touch = current_user.session.id
        if g.user is not None and kind == "page" and not htmx and accounts.needs_renewal(current_user.session):
            # Only by whole pages: a poll in the background must not change the cookie under another request.
            g.session_to_renew = current_user.session.id
        g.who = Who(g.user)
        refused = _find(permission, values)
        if refused is not None:
            return refused
        if not is_deed:
            response = make_response(view(**g.things))
            _require_nothing_written()
            return response
        if keeps_key or not request.form.get("form_key"):
            return _deed(view, "")
        if once and "luonnos" not in request.form:  # the button that only keeps what is typed
            return _deed(view, _key_of_words(once), SAME_WORDS)
        return _deed(view, _form_key())


def _find(permission: str, values: dict[str, Any]) -> Response | None:
    """Read the things of the address and ask the law. Returns the refusal, or None and leaves all of it in `g`."""
    things: dict[str, Any] = {}
    plain: dict[str, Any] = {}
    g.member = None
    for name, value in values.items():
        if name not in NOUNS:
            plain[name] = value
            continue
        found = NOUNS[name](value, things) if "agreement" in things or name in ("agreement", *_ALONE) else None
        if found is None:
            return _hidden() if g.user is None else errors.not_found()
        things[name] = found
    agreement = agreement_of(things)
    g.things, g.agreement = {**things, **plain}, agreement
    if agreement is not None and g.user is not None and not things.keys() & {"agreement", "clause"}:
        g.member = members.of(agreement.id, g.user.id)
    g.who = Who(g.user, g.member)
    thing = next(reversed(things.values()), None)
    if agreement is not None and not policy.allows(policy.READ, g.who, agreement):
        _note_refused(policy.READ)
        return _hidden() if g.user is None else errors.not_found()
    if policy.allows(permission, g.who, thing):
        return None
    _note_refused(permission)
    return _hidden() if g.user is None else errors.not_allowed()


def _note_refused(permission: str) -> None:
    """Whoever is signed in and goes where the law does not let them is noted; a visitor is only led to the door."""
    if g.user is not None:
        security.note("access.refused", who=g.user.id, permission=permission, endpoint=request.endpoint)


# Nouns that are found by an id of their own; the others stand inside an agreement.
_ALONE = ("clause", "section", "comment", "suggestion", "job", "intake", "feedback")


def _hidden() -> Response:
    """Nobody is signed in: lead to the door, or keep the text that was sent."""
    if request.method == "POST" and errors.typed():
        return errors.page(
            401,
            gettext("Kirjautumisesi on päättynyt."),
            [gettext("Mitään ei tallennettu. Tekstisi on alla: kopioi se ja kirjaudu uudelleen.")],
            kept=errors.typed(),
            action=(url_for("signin.door", next=_back()), gettext("Kirjaudu")),
        )
    target = url_for(
        "signin.door", next=request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else _back()
    )
    if htmx:
        return make_response("", 204, {"HX-Redirect": target})
    return _lead(target)


def _lead(target: str) -> Response:
    return make_response(redirect(target, 303))


def _back() -> str:
    referrer = request.referrer or ""
    return safe_path(referrer[len(request.host_url) - 1 :] if referrer.startswith(request.host_url) else "")


def safe_path(path: str) -> str:
    """A path on this host, or the front page: `next` never leads away."""
    split = urlsplit(path.replace("\\", "/"))
    is_ours = path.startswith("/") and not path.startswith(("//", "/\\")) and not split.scheme and not split.netloc
    return path if is_ours and path.isprintable() and "\\" not in path else "/"


# ---------------------------------------------------------------- deeds


def _form_key() -> str:
    """What a form spends: a digest of its key and of all that was sent with it.

    The same form with other words in it, after the back button or another of its buttons, is another sending: to call
    it sent already would lose those words.
    """
    sent = sorted(each for each in request.form.items(multi=True) if each[0] != "csrf_token")
    return _digest(request.path, sent)


def _key_of_words(once: tuple[str, ...]) -> str:
    """What a form spends that makes something: a digest of who sends what to where, whichever form it is sent by."""
    sent = [(name, request.form.get(name, "").strip()) for name in once]
    return _digest(request.path, [("by", str(g.user.id)), *sent])


def _digest(path: str, sent: list[tuple[str, str]]) -> str:
    return hashlib.sha256(repr([path, *sent]).encode(errors="surrogatepass")).hexdigest()


def _deed(view: View, key: str, within: timedelta = drafts.KEY_LIVES) -> Response:
    g.form_key = key
    jobs.added()  # those of a transaction that came to nothing
    try:
        if key:
            drafts.spend(key, within=within)
        response = make_response(view(**g.things))
    except drafts.AlreadySent as refusal:
        db.session.rollback()
        return _sent_before(refusal, is_same_words=within is SAME_WORDS)
    except Refused as refusal:
        db.session.rollback()
        return errors.refused(refusal)
    if key and response.status_code >= 400:
        drafts.unspend(key)
    db.session.commit()
    processes.start_added()
    return response


def _sent_before(refusal: drafts.AlreadySent, *, is_same_words: bool) -> Response:
    target = refusal.facts["led_to"] or _back()
    if is_same_words:
        say(gettext("Lähetit samat sanat tähän jo hetki sitten. Tallensimme ne vain kerran."))
    else:
        say(gettext("Lomake on jo lähetetty. Lähetimme sen vain kerran."))
    if htmx:
        return make_response("", 204, {"HX-Redirect": target})
    return _lead(target)


def reply(*parts: str, otherwise: str, focus: str | None = None, status: int = 200) -> Response:
    """The answer to a deed that was done: the changed parts for htmx, else a 303 to a page.

    Under htmx the waiting notices go along, out of band. With no parts htmx, too, is led to the page.
    """
    if g.form_key and not (htmx and parts):  # whoever sends a part twice is led back to the page that holds it
        drafts.led_to(g.form_key, otherwise)
    if not htmx:
        return _lead(otherwise)
    if not parts:
        return make_response("", 204, {"HX-Redirect": otherwise})
    notices = Parts("ui/parts.html").notices(flashes(), oob=True)
    response = make_response("\n".join([*parts, notices]), status)
    if focus:
        response.headers["X-Focus"] = focus
    return response


def retry(part: Callable[[], str], page: Callable[[], Any], refusal: Refused | None = None) -> Response:
    """The answer to a deed that was refused: the same part again for htmx, else the whole page, with the text kept.

    Status 422, 409 or 429 by the refusal; 422 when the form itself was not whole.
    """
    status = refusal.status if refusal else 422
    g.is_refused = True
    response = make_response(part() if htmx else page())
    response.status_code = status
    if status == 429 and refusal:
        response.headers["Retry-After"] = str(refusal.facts.get("wait", 60))
    return response


def _require_nothing_written() -> None:
    if current_app.debug or current_app.testing:
        changed = [*db.session.new, *db.session.dirty, *db.session.deleted]
        if changed:
            raise AssertionError(f"a GET wrote: {changed}")


# ---------------------------------------------------------------- notices


@dataclass(frozen=True)
class Flash:
    """A notice at the head of the next page, perhaps with a way to undo what it tells of."""

    text: str
    undo_action: str | None = None
    undo_words: str = ""
    undo_fields: dict[str, str] | None = None


def say(text: str, *, undo: str | None = None, undo_words: str = "") -> None:
    """Leave a notice for the answer, or for the next page if the answer shows none; `undo` is the address of the deed
    that undoes it."""
    _said().append({"text": text, "undo": undo, "words": undo_words})


def _said() -> list[Any]:
    """What was said and not yet shown in this request. It goes into the cookie only if it has to wait for a page."""
    if "said" not in g:
        g.said = []
    said: list[Any] = g.said
    return said


def flashes() -> list[Flash]:
    """The notices that wait, once."""
    kept: list[Any] = [*get_flashed_messages(), *_said()]
    g.said = []
    return [Flash(each["text"], each["undo"], each["words"]) for each in kept]


# ---------------------------------------------------------------- templates


class Parts:
    """The macros of a parts file as functions: `Parts("comments/parts.html").comment(said)`."""

    def __init__(self, template: str) -> None:
        self._template = template

    def __getattr__(self, name: str) -> Callable[..., str]:
        macro: Callable[..., str] = get_template_attribute(self._template, name)
        return macro


def show(template: str, *, section: str = "", **values: Any) -> str:
    """A whole page. `section` says which item of the navigation it belongs to."""
    return render_template(template, section=section, **values)


def count_agreements() -> int:
    """How many agreements the person has: with one, the navigation leads straight into it."""
    return len(my_agreements())


def my_agreements() -> list[Member]:
    """The memberships of the person, read once in a request."""
    if "my_agreements" not in g:
        g.my_agreements = list(members.all_of(g.user.id)) if getattr(g, "user", None) else []
    found: list[Member] = g.my_agreements
    return found


def _context() -> dict[str, Any]:
    if not has_request_context():
        return {}  # a letter or a document, drawn by a command
    user = getattr(g, "user", None)
    agreement = getattr(g, "agreement", None)
    viewer = Viewer(user, getattr(g, "member", None), agreement, getattr(g, "waiting", None))
    if user is not None and agreement is None and not getattr(g, "is_failing", False):
        # Outside an agreement the navigation leads into the person's only one, or to the list of them.
        own = my_agreements()
        viewer.agreements = len(own)
        if len(own) == 1:
            viewer.member, viewer.agreement = own[0], own[0].agreement
    return {
        "viewer": viewer,
        "flashes": flashes(),
        "is_refused": getattr(g, "is_refused", False),
        "may": may if hasattr(g, "who") else (lambda *_rest: False),
        "here": _here,
    }


def _here(language: str) -> str:
    arguments = {**request.args.to_dict(), "kieli": language}
    path = quote(request.path) if request.method in ("GET", "HEAD") else "/"
    return f"{path}?{'&'.join(f'{name}={value}' for name, value in _encoded(arguments))}"


def _encoded(arguments: dict[str, str]) -> Iterator[tuple[str, str]]:
    for name, value in arguments.items():
        yield quote_plus(name), quote_plus(value)


def init_app(app: Flask) -> None:
    """Put the frame around the application."""
    app.request_class = Request
    htmx.init_app(app)
    login.init_app(app)
    app.context_processor(_context)

    @app.after_request
    def keep_notices(response: Response) -> Response:
        """What was said and not shown waits for the next page."""
        for each in g.pop("said", ()):
            flash(each, "notice")
        return response

    @app.after_request
    def note_limit(response: Response) -> Response:
        """Whoever reached a limit is noted, whichever page says so."""
        if response.status_code == 429:
            user = getattr(g, "user", None)
            security.note("limit.reached", who=user.id if user else None, endpoint=request.endpoint)
        return response

    @app.after_request
    def keep_session(response: Response) -> Response:
        """Move the time a session was last used, at most every ten minutes, and give it a new token once what the
        person may do has changed; in a transaction of its own."""
        to_touch, to_renew = getattr(g, "session_to_touch", None), getattr(g, "session_to_renew", None)
        if (to_touch or to_renew) and response.status_code < 500:
            db.session.rollback()  # a deed has committed by now, and a page has written nothing
            with writing():
                token = accounts.renew(to_renew) if to_renew else None
                if to_touch:
                    accounts.touch(to_touch)
                db.session.commit()
            if token:
                session["_user_id"] = token  # where Flask-Login keeps what `SignedIn.get_id` gives
        return response


def enter(token: str) -> None:
    """Begin a signed-in cookie: everything the cookie held before is thrown away, so its value and its secrets
    change."""
    from flask_login import login_user

    found = accounts.session_of(token)
    session.clear()
    if found:
        login_user(SignedIn(found, token))
    session.permanent = bool(found and found.is_remembered)


__all__ = [
    "ROUTES",
    "Flash",
    "Markup",
    "Parts",
    "Screen",
    "Viewer",
    "count_agreements",
    "enter",
    "flashes",
    "htmx",
    "init_app",
    "may",
    "me",
    "my_agreements",
    "my_member",
    "reply",
    "retry",
    "safe_path",
    "say",
    "show",
]
