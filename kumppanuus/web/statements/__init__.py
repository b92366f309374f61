"""Screen: answering a round, with an account, by a link or a code, or for somebody else; and reading answers."""

from __future__ import annotations

from kumppanuus.web.statements import account, bycode, bylink, reading, recording, sharing
from kumppanuus.web.statements.frame import screen

__all__ = ["account", "bycode", "bylink", "reading", "recording", "screen", "sharing"]
