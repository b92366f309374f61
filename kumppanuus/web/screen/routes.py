"""Routes: what is asked about, and may this person; then the view, a page or a deed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g, make_response, request, url_for
from flask import Request as FlaskRequest
from flask_babel import gettext
from flask_login import current_user

from kumppanuus import accounts, members, policy, security
from kumppanuus.db import db, writing
from kumppanuus.policy import Who
from kumppanuus.web import errors
from kumppanuus.web.nouns import NOUNS, agreement_of
from kumppanuus.web.screen.answers import back, htmx, lead
from kumppanuus.web.screen.deeds import View, run_deed

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
        return run_deed(view, keeps_key=keeps_key, once=once)


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
            action=(url_for("signin.door", next=back()), gettext("Kirjaudu")),
        )
    target = url_for("signin.door", next=request.full_path.rstrip("?") if request.method in ("GET", "HEAD") else back())
    if htmx:
        return make_response("", 204, {"HX-Redirect": target})
    return lead(target)


def _require_nothing_written() -> None:
    if current_app.debug or current_app.testing:
        changed = [*db.session.new, *db.session.dirty, *db.session.deleted]
        if changed:
            raise AssertionError(f"a GET wrote: {changed}")
