"""Screen: gallery."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("gallery", __name__)
