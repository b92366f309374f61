"""How a document tells a day."""

from __future__ import annotations

from datetime import date, datetime

from kumppanuus.db import helsinki_day


def plain_day(day: date | datetime) -> str:
    """A day as it stands in a document, "1.6.2026"; that of a moment is the one in Helsinki."""
    day = helsinki_day(day) if isinstance(day, datetime) else day
    return f"{day.day}.{day.month}.{day.year}"
