"""Screen: questions."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("questions", __name__)
