"""The web: the frame of every request, and one file per screen."""

from __future__ import annotations

import hashlib
from collections.abc import MutableMapping
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request
from flask.templating import Environment
from flask_babel import gettext
from jinja2 import StrictUndefined, pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup

from kumppanuus import accounts, security
from kumppanuus.config import Settings
from kumppanuus.web import errors, language, screen, words

SCREENS = (
    "signin",
    "oidc",
    "account",
    "own_data",
    "mailing",
    "calendars",
    "following",
    "front",
    "agreements",
    "clauses",
    "drafting",
    "comments",
    "approvals",
    "suggestions",
    "questions",
    "rounds",
    "members",
    "invitations",
    "organisations",
    "statements",
    "responses",
    "summaries",
    "documents",
    "intakes",
    "takebacks",
    "jobs",
    "archives",
    "history",
    "help",
    "accessibility",
    "privacy",
    "health",
    "gallery",
)

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)

# What no answer has of its own.
SAME_ON_ALL = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    """Register the screens, the frame, the error pages, the headers and what templates may call."""
    settings: Settings = app.extensions["settings"]
    security.init_app(app)
    screen.init_app(app)
    accounts.call_removed_people(lambda number: gettext("poistettu henkilö %(number)s", number=number))
    errors.init_app(app)
    for name in SCREENS:
        module = import_module(f"kumppanuus.web.{name}")
        if name == "gallery" and not (settings.debug or app.testing):
            continue
        app.register_blueprint(module.screen)
    _prepare_templates(app, settings)

    @app.before_request
    def choose_language() -> None:
        """Remember a language that was asked for in the address."""
        asked = request.args.get("kieli", "")
        g.chosen_language = asked if asked in language.LANGUAGES else None
        language.CATALOGUE.as_default()

    @app.after_request
    def harden(response: Response) -> Response:
        """The same headers on every answer."""
        if getattr(g, "chosen_language", None):
            response.set_cookie(
                language.COOKIE,
                g.chosen_language,
                max_age=31_536_000,
                httponly=True,
                samesite="Lax",
                secure=settings.is_https,
            )
        headers = response.headers
        headers.setdefault("Content-Security-Policy", CSP)
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.extend(SAME_ON_ALL)
        if settings.is_https:
            headers["Strict-Transport-Security"] = "max-age=63072000; includeSubDomains"
        if request.endpoint == "static" and response.status_code < 400:
            is_versioned = "v" in request.args or "@" in request.path or "/fonts/" in request.path
            headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_versioned else "public, max-age=3600"
        else:
            headers["Cache-Control"] = "no-store"
        headers.pop("Server", None)
        return response


class Templates(Environment):
    """Jinja, where every template sees the same globals.

    Jinja lays a dict of its own over them for each template, and asks both for their difference at every import.
    """

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """The globals of a template."""
        return super().make_globals(d) if d else self.globals


def _prepare_templates(app: Flask, settings: Settings) -> None:
    env = app.jinja_env
    env.globals["_"] = _say
    env.undefined = StrictUndefined
    env.trim_blocks = env.lstrip_blocks = True
    env.filters.update(
        day=language.day,
        plain_day=language.plain_day,
        moment=language.moment,
        dated=language.dated,
        clock=language.clock,
        full_moment=language.full_moment,
        listed=language.listed,
    )
    contact = (
        SimpleNamespace(name=settings.help_name, phone=settings.help_phone, hours=settings.help_hours)
        if settings.help_name
        else None
    )
    env.globals.update(
        static_url=static_url,
        help_contact=contact,
        demo=settings.demo,
        words=words,
        section="",
    )

    @app.context_processor
    def tell_language() -> dict[str, str]:
        return {"language": language.language()}


@pass_eval_context
def _say(context: EvalContext, words: str, /, **values: Any) -> str:
    """Words in the language of the request, as Jinja's own `_` says them: that one goes three ways round for each."""
    catalogue = language.CATALOGUE.get_translations()
    if not values:
        return _said(catalogue, words, context.autoescape)
    said = catalogue.ugettext(words)
    return (Markup(said) if context.autoescape else str(said)) % values  # noqa: S704 - catalogues are ours


@lru_cache(maxsize=8_192)
def _said(catalogue: Any, words: str, is_markup: bool) -> str:
    """Words without values: most of a page, and the same each time."""
    said = catalogue.ugettext(words)
    return (Markup(said) if is_markup else str(said)) % {}  # noqa: S704 - catalogues are ours


def static_url(name: str) -> str:
    """The address of a file in static/, with a digest of its content, so that browsers may keep it for a year."""
    folder = current_app.static_folder
    digest = _digest(str(Path(folder or "static") / name))
    return f"/static/{name}?v={digest}" if digest else f"/static/{name}"


@cache
def _digest(path: str) -> str:
    file = Path(path)
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10] if file.is_file() else ""


def public_address(path: str) -> str:
    """A path as a whole address for letters and documents, built from the settings and never from a request header."""
    settings: Settings = current_app.extensions["settings"]
    base = settings.public_url.rstrip("/") or str(current_app.config["LOCAL_ADDRESS"])
    assert urlsplit(base).scheme
    return f"{base}{path}"
