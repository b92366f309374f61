"""The screen that the parts of the front page belong to."""

from __future__ import annotations

from kumppanuus.web.screen import Screen

screen = Screen("front", __name__)
