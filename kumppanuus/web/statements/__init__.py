"""Screen: answering a round, with an account, by a link, or for somebody else; and reading what was answered."""

from __future__ import annotations

from kumppanuus.web.statements import account, bylink, reading, recording, sharing
from kumppanuus.web.statements.frame import screen

__all__ = ["account", "bylink", "reading", "recording", "screen", "sharing"]
