"""Screen: the front page, with what waits for the person, and the number of it on other pages."""

from __future__ import annotations

from kumppanuus.web.front import page, waiting
from kumppanuus.web.front.frame import screen
from kumppanuus.web.front.overview import ChapterLine, Overview
from kumppanuus.web.front.page import AnswerLine, AskedLine, DueLine, Part
from kumppanuus.web.front.rows import Row

__all__ = ["AnswerLine", "AskedLine", "ChapterLine", "DueLine", "Overview", "Part", "Row", "page", "screen", "waiting"]
