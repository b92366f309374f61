"""Calendar files of whole days, as RFC 5545 has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

_WIDEST = 75  # bytes of a line, its end not counted


@dataclass(frozen=True)
class Day:
    """A whole day, of the calendar and of no time zone: it begins and ends with the day of whoever looks at it.

    `uid` stays the same for the same thing, so that a later file moves the day in a calendar; `made_at` and `sequence`,
    which only grows, tell which file is the newer one.
    """

    uid: str
    on: date
    made_at: datetime
    summary: str
    description: str = ""
    url: str = ""
    sequence: int = 0


def file(days: Iterable[Day], *, name: str = "") -> str:
    """The text of an .ics file. One with a name is a calendar that is fetched again, every few hours."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//kumppanuus//kumppanuus//FI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        *(_named(name) if name else []),
        *(line for day in days for line in _event(day)),
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _named(name: str) -> list[str]:
    """Name and rhythm of a calendar (RFC 7986), and as older programs know them."""
    return [
        f"NAME:{_escaped(name)}",
        f"X-WR-CALNAME:{_escaped(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT6H",
        "X-PUBLISHED-TTL:PT6H",
    ]


def _event(day: Day) -> list[str]:
    stamp = day.made_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return [
        "BEGIN:VEVENT",
        f"UID:{_escaped(day.uid)}",
        f"DTSTAMP:{stamp}",
        f"SEQUENCE:{day.sequence}",
        f"DTSTART;VALUE=DATE:{day.on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day.on + timedelta(days=1):%Y%m%d}",  # the day after: the end is not included
        f"SUMMARY:{_escaped(day.summary)}",
        *([f"DESCRIPTION:{_escaped(day.description)}"] if day.description else []),
        *([f"URL:{day.url}"] if day.url else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
    ]


def _escaped(text: str) -> str:
    r"""Text as a value: backslash, semicolon and comma are marked, a line break is written "\n" (RFC 5545, 3.3.11)."""
    plain = "".join(sign for sign in text.replace("\r\n", "\n").replace("\r", "\n") if sign >= " " or sign in "\n\t")
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 bytes, each after the first begun with a blank; no letter is cut (3.1)."""
    pieces, piece, width = [], "", 0
    for sign in line:
        more = len(sign.encode())
        if width + more > _WIDEST:
            pieces.append(piece)
            piece, width = " ", 1
        piece, width = piece + sign, width + more
    return "\r\n".join([*pieces, piece])
