"""Screen: the privacy notice, made of the settings."""

from __future__ import annotations

from flask import current_app

from kumppanuus.config import Settings
from kumppanuus.web.screen import Screen, show

screen = Screen("privacy", __name__)


@screen.page("/tietosuoja", may="page.read", endpoint="show")
def notice() -> str:
    """What is kept of people, why, how long, and what they may ask (articles 13 and 14 of the GDPR)."""
    settings: Settings = current_app.extensions["settings"]
    return show("privacy/page.html", section="privacy", settings=settings)
