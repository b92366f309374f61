"""A calendar file with one whole day in it, as RFC 5545 has it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

_WIDEST = 75  # bytes of a line, its end not counted


def whole_day(*, uid: str, on: date, made_at: datetime, summary: str, description: str = "", url: str = "") -> str:
    """The text of an .ics file. `uid` stays the same for the same thing, so that a later file moves the day in a
    calendar; `made_at` tells which file is the newer one."""
    stamp = made_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//kumppanuus//kumppanuus//FI",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{stamp}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",  # the day after: the end is not included
        f"SUMMARY:{_escaped(summary)}",
        *([f"DESCRIPTION:{_escaped(description)}"] if description else []),
        *([f"URL:{url}"] if url else []),
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines)


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
