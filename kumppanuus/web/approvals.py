"""Screen: approvals."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("approvals", __name__)
