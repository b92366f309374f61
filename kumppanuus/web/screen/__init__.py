"""The frame around every request: who asks, what about, may they; then the verb, the answer, and the commit.

Three kinds of route. A page is a whole document; a piece is a fragment at its own address; a deed changes something
and answers htmx with the parts that changed, else with a 303. `may` names a permission of the law and has no default.
"""

from flask import Flask

from kumppanuus.web.screen.answers import apart, attachment, htmx, keep_secret, note_limit, reply, retry, safe_path
from kumppanuus.web.screen.drawing import Parts, Viewer, context, show
from kumppanuus.web.screen.notices import Flash, keep_notices, say
from kumppanuus.web.screen.routes import ROUTES, Request, Screen
from kumppanuus.web.screen.who import SignedIn, enter, keep_session, login, may, me, my_agreements, my_member


def init_app(app: Flask) -> None:
    """Put the frame around the application."""
    app.request_class = Request
    htmx.init_app(app)
    login.init_app(app)
    app.context_processor(context)
    app.after_request(keep_notices)
    app.after_request(keep_session)
    app.after_request(note_limit)


__all__ = [
    "ROUTES",
    "Flash",
    "Parts",
    "Screen",
    "SignedIn",
    "Viewer",
    "apart",
    "attachment",
    "enter",
    "htmx",
    "init_app",
    "keep_secret",
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
