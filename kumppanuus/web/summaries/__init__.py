"""Screen: the summary of a round, written, published, read without an account, and told to those who answered."""

from __future__ import annotations

from kumppanuus.web.summaries import page, public, publishing, thanking
from kumppanuus.web.summaries.frame import screen

__all__ = ["page", "public", "publishing", "screen", "thanking"]
