"""Screen: the rounds of an agreement, what was asked of whom, and what came of it."""

from __future__ import annotations

from kumppanuus.web.rounds import closing, drafting, index, inviting, page, printing, reminders, running
from kumppanuus.web.rounds.frame import screen

__all__ = ["closing", "drafting", "index", "inviting", "page", "printing", "reminders", "running", "screen"]
