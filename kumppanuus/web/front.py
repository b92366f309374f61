"""Screen: front."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("front", __name__)
