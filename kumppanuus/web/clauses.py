"""Screen: clauses."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("clauses", __name__)
