"""Screen: signin."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("signin", __name__)
