"""Screen: account."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("account", __name__)
