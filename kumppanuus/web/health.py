"""Screen: health."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("health", __name__)
