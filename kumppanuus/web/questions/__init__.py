"""Screen: the register of open questions, the page of each, and the questions people propose."""

from __future__ import annotations

from kumppanuus.web.questions import editing, proposing, register
from kumppanuus.web.questions.frame import screen
from kumppanuus.web.questions.page import question_page

__all__ = ["editing", "proposing", "question_page", "register", "screen"]
