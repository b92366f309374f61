"""kumppanuus: where counties and organisations write their partnership agreement together."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_babel import Babel
from flask_migrate import Migrate
from flask_wtf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from kumppanuus.config import ROOT, BadSetting, Settings
from kumppanuus.db import Base, db, prepare_engine

if TYPE_CHECKING:
    from collections.abc import Mapping

__version__ = "0.1.0"

babel, csrf, migrate = Babel(), CSRFProtect(), Migrate()


def create_app(settings: Settings | None = None, overrides: Mapping[str, Any] | None = None) -> Flask:
    """Wire the application. Raises `BadSetting` when the settings are not safe together.

    `settings` come from the environment if none are given; `overrides` are Flask settings, for tests.
    """
    settings = settings or Settings.from_environment()
    from kumppanuus import cli, web

    unsafe = settings.unsafe()
    if unsafe:
        raise BadSetting("\n".join(unsafe))
    app = Flask(
        __name__,
        root_path=str(ROOT),
        instance_path=str(settings.folder),
        static_folder="static",
        template_folder="templates",
    )
    app.jinja_environment = web.Templates
    app.url_map.strict_slashes = False  # whoever types the address of a letter may end it with a slash
    app.config.from_mapping(_flask_settings(settings))
    app.config.from_mapping(overrides or {})
    app.extensions["settings"] = settings
    if settings.proxies:
        count = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count)  # type: ignore[method-assign]  # the documented way
    db.init_app(app)
    csrf.init_app(app)
    babel.init_app(app, locale_selector=web.language.selected)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"))
    web.init_app(app)
    csrf.exempt("kumppanuus.web.mailing.stop")  # pressed by mail programs, which have no session (RFC 8058)
    cli.init_app(app)
    with app.app_context():
        prepare_engine(db.engine)
    return app


def _flask_settings(settings: Settings) -> dict[str, Any]:
    is_https = settings.is_https
    return {
        "SECRET_KEY": settings.secret(),
        "DEBUG": settings.debug,
        "DEMO": settings.demo,
        "LANGUAGE": settings.language,
        "SQLALCHEMY_DATABASE_URI": settings.database(),
        # Parameters hold what people wrote; they do not belong into a log.
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "hide_parameters": True,
            **({"connect_args": {"timeout": 5}} if settings.database().startswith("sqlite") else {}),
        },
        "TRUSTED_HOSTS": settings.host_list,
        "LOCAL_ADDRESS": f"http://127.0.0.1:{os.environ.get('PORT') or 8000}",
        "PREFERRED_URL_SCHEME": "https" if is_https else "http",
        "SESSION_COOKIE_NAME": "__Host-kumppanuus" if is_https else "kumppanuus",
        "SESSION_COOKIE_SECURE": is_https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        "SESSION_REFRESH_EACH_REQUEST": False,
        "PERMANENT_SESSION_LIFETIME": timedelta(days=30),
        # An hour-old page must still be able to send its text; the token ends with the session.
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # the token suffices, and privacy tools leave out the Referer
        "MAX_CONTENT_LENGTH": 2 * 1024 * 1024,
        "MAX_FORM_MEMORY_SIZE": 1024 * 1024,
        "MAX_FORM_PARTS": 1000,
        "BABEL_DEFAULT_LOCALE": settings.language,
        "BABEL_DEFAULT_TIMEZONE": "Europe/Helsinki",
        "BABEL_TRANSLATION_DIRECTORIES": str(ROOT / "kumppanuus" / "translations"),
        "JSON_SORT_KEYS": False,
        "JOB_PROCESSES": True,
    }


__all__ = ["Base", "__version__", "create_app", "db"]
