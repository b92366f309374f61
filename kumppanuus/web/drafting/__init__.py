"""Screen: drafting. Starting an agreement, its parts and their order, the wording of a clause, placeholders, facts."""

from __future__ import annotations

from kumppanuus.web.drafting import blanks, clauses, facts, starting, structure, wording
from kumppanuus.web.drafting.ground import screen

__all__ = ["blanks", "clauses", "facts", "screen", "starting", "structure", "wording"]
