"""Screen: suggestions: other words for a clause, a new clause or none, as they are written, read and answered."""

from __future__ import annotations

from kumppanuus.web.suggestions import answering, page, placing, writing
from kumppanuus.web.suggestions.frame import screen

__all__ = ["answering", "page", "placing", "screen", "writing"]
