"""Screen: the desk where everything said in a round is answered: the list, one answer after another, and release."""

from __future__ import annotations

from kumppanuus.web.responses import answering, desk, releasing, wording
from kumppanuus.web.responses.frame import screen

__all__ = ["answering", "desk", "releasing", "screen", "wording"]
