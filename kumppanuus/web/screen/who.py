"""Who asks: the person behind a request, their membership, and the session that says so."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, g, session
from flask_login import LoginManager, UserMixin, login_user

from kumppanuus import accounts, members, policy
from kumppanuus.accounts import User
from kumppanuus.db import db, writing
from kumppanuus.members import Member

login = LoginManager()
login.session_protection = (
    None  # sessions live in the database; an address that changes on a phone is no reason to end one
)


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


def my_agreements() -> list[Member]:
    """The memberships of the person, read once in a request."""
    if "my_agreements" not in g:
        g.my_agreements = list(members.all_of(g.user.id)) if getattr(g, "user", None) else []
    found: list[Member] = g.my_agreements
    return found


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
    found = accounts.session_of(token)
    session.clear()
    if found:
        login_user(SignedIn(found, token))
    session.permanent = bool(found and found.is_remembered)
