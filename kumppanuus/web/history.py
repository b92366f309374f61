"""Screen: history."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("history", __name__)
