"""A day as a calendar file: whatever its words, a reader gets them back."""

import re
from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st

from kumppanuus.text import icalendar
from kumppanuus.text.icalendar import Day

AT = datetime(2026, 3, 18, 10, 0, tzinfo=UTC)


def read(file: str) -> dict[str, str]:
    """The lines of a file as RFC 5545 says to read them: unfolded, name and value, escapes undone."""
    assert file.endswith("\r\n")
    assert all(len(line.encode()) <= 75 for line in file.split("\r\n"))
    lines = file.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    plain = {"\\": "\\", ";": ";", ",": ",", "n": "\n"}
    found = {}
    for line in lines:
        name, _colon, value = line.partition(":")
        found[name] = re.sub(r"\\(.)", lambda mark: plain[mark[1]], value)
    return found


def test_a_day_is_written_as_the_standard_has_it() -> None:
    day = Day(uid="1@kumppanuus", on=date(2026, 12, 31), made_at=AT, summary="Vastaa; heti", url="https://a.fi/1")
    assert icalendar.file([day]).split("\r\n") == [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//kumppanuus//kumppanuus//FI", "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH", "BEGIN:VEVENT", "UID:1@kumppanuus", "DTSTAMP:20260318T100000Z", "SEQUENCE:0",
        "DTSTART;VALUE=DATE:20261231", "DTEND;VALUE=DATE:20270101", "SUMMARY:Vastaa\\; heti", "URL:https://a.fi/1",
        "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR", "",
    ]  # fmt: skip


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]) | st.sampled_from("\n\\;,:äö€")))
def test_any_words_come_back(words: str) -> None:
    day = Day(uid="1", on=date(2026, 12, 31), made_at=AT, summary=f"x{words}", description=f"y{words}")
    file = icalendar.file([day])
    assert (read(file)["SUMMARY"], read(file)["DESCRIPTION"]) == (f"x{words}", f"y{words}")
