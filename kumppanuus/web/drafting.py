"""Screen: drafting."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("drafting", __name__)
