"""Screen: agreements."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("agreements", __name__)
