"""Screen: members."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("members", __name__)
