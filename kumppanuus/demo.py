"""The demo world."""

from __future__ import annotations

from datetime import date


def is_empty() -> bool:
    return True


def make(today: date | None = None) -> None: ...
