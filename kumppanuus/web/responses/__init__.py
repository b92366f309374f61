"""Screen: the desk where everything said in a round is answered: the list, one answer after another, and release."""

from __future__ import annotations

from kumppanuus.web.responses import answering, desk, one, releasing, wording
from kumppanuus.web.responses.frame import screen

__all__ = ["answering", "desk", "one", "releasing", "screen", "wording"]
