"""What each round said of a clause and what was answered, as every member reads it under the clause."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from flask_babel import gettext, ngettext
from markupsafe import Markup

from kumppanuus import responses
from kumppanuus.responses import Told
from kumppanuus.web import words
from kumppanuus.web.language import language
from kumppanuus.web.screen import Parts
from kumppanuus.web.statements.frame import TONES


@dataclass(frozen=True)
class Line:
    """Words that one or several said, with whose they are and where the whole answer is."""

    kind: str
    tone: tuple[str, str]
    text: str
    suggests: bool
    people: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class CameOf:
    """What came of some of it, and why; nothing yet while no response is released."""

    words: str
    reason: str
    lines: list[Line]


@dataclass(frozen=True)
class RoundTold:
    """What one round said of the clause."""

    heading: str
    url: str
    came: list[CameOf]


@dataclass(frozen=True)
class Spoken:
    """Everything that rounds said of a clause, folded under one line."""

    summary: str
    rounds: list[RoundTold]


def drawn(address: str, told: tuple[Told, ...]) -> Markup:
    """What rounds said of a clause, as it is shown; empty if none did. `address` is that of the agreement."""
    return _drawn(language(), address, told) if told else Markup()


@lru_cache(maxsize=500)
def _drawn(_language: str, address: str, told: tuple[Told, ...]) -> Markup:
    """Drawn once for all who read the same: the rows say everything that it follows from."""
    return Markup(Parts("responses/parts.html").told(spoken(address, told)))  # noqa: S704 - a macro escapes


def spoken(address: str, told: Iterable[Told]) -> Spoken | None:
    """Plain rows, put together for a page. `address` is that of the agreement; nothing if no round said anything."""
    by_round: dict[int, list[Told]] = {}
    for each in told:
        by_round.setdefault(each.round, []).append(each)
    if not by_round:
        return None
    count = sum(len(rows) for rows in by_round.values())
    rounds_of = [
        RoundTold(
            gettext("Kierros %(number)s", number=number),
            f"{address}/kierrokset/{number}",
            _came(f"{address}/kierrokset/{number}/lausunnot", rows),
        )
        for number, rows in by_round.items()
    ]
    summary = ngettext("%(num)s kommentti kierroksilta", "%(num)s kommenttia kierroksilta", count)
    return Spoken(summary, rounds_of)


def _came(statements_at: str, rows: Iterable[Told]) -> list[CameOf]:
    """The responses in the order of what they answer; what waits comes last."""
    found: dict[tuple[object, str], dict[tuple[object, ...], list[Told]]] = {}
    for each in sorted(rows, key=lambda row: row.disposition is None):
        alike = found.setdefault((each.disposition, each.reason), {})
        key = (each.kind, each.stance, responses.same_words(each.text), each.suggests)
        alike.setdefault(key, []).append(each)
    dispositions = {key: str(name) for key, name in words.DISPOSITIONS.items()}
    waits = gettext("Vastinetta ei ole vielä")
    return [
        CameOf(
            dispositions[some.disposition] if (some := next(iter(alike.values()))[0]).disposition else waits,
            some.reason,
            [_line(statements_at, each) for each in alike.values()],
        )
        for alike in found.values()
    ]


def _line(statements_at: str, alike: list[Told]) -> Line:
    first = alike[0]
    kind = (
        str(words.STANCES[first.stance]) if first.stance else str(words.COMMENT_KINDS[first.kind]) if first.kind else ""
    )
    nobody = gettext("yksityishenkilö")
    people = [(f"{statements_at}/{each.statement_id}#h-{each.remark_id}", each.name or nobody) for each in alike]
    return Line(str(kind), TONES.get(first.stance or first.kind, ("", "comment")), first.text, first.suggests, people)
