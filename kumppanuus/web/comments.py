"""Screen: comments."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("comments", __name__)
