"""Screen: help."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("help", __name__)
