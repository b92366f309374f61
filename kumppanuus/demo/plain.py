"""An agreement of any size without a story, for measuring and for counting queries."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plain:
    pass


def make_plain(clauses: int, comments: int) -> Plain:
    raise NotImplementedError
