"""Screen: documents."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("documents", __name__)
